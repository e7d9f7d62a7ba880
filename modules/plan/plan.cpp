// Reading a plan: records as identities, displacements as placements.
module vmnet.plan;

import vmnet.index_table;

namespace vmnet {

interface_name plan::tap_name_of(const record& r) const {
  if (r.tap >= foreign_tap) return foreign_taps_[r.tap - foreign_tap];
  return tap_name_from_uint32(static_cast<std::uint32_t>(r.tap));
}

planned_vm plan::operator[](std::size_t position) const {
  const record& r = records_[position];
  const ipv4_network subnet = subnets_[r.subnet].subnet;
  planned_vm vm{.id = r.id,
                .generation = std::nullopt,
                .identity = {.digest = r.digest,
                             .tap_name = tap_name_of(r),
                             .guest_ip = ipv4_address::from_uint32(r.ip),
                             .gateway = *gateway_for(subnet),
                             .subnet = subnet,
                             .mac = mac_address::from_uint64(r.mac)},
                .placements = {}};
  if (has_generations_) vm.generation = r.generation;
  auto d = std::ranges::lower_bound(displacements_, position, {}, &displacement::vm);
  for (; d != displacements_.end() && d->vm == position; ++d) {
    placement& p = vm.placements[static_cast<std::size_t>(d->resource)];
    p.kind = d->kind;
    p.probe = d->probe;
    if (d->holder != detail::index_table::none) p.holder = records_[d->holder].id;
  }
  return vm;
}

std::vector<planned_vm> plan::vms() const {
  std::vector<planned_vm> all;
  all.reserve(size());
  for (std::size_t i = 0; i < size(); ++i) all.push_back((*this)[i]);
  return all;
}

bool plan::operator==(const plan& other) const {
  if (size() != other.size() || subnets_ != other.subnets_) return false;
  for (std::size_t i = 0; i < size(); ++i)
    if ((*this)[i] != other[i]) return false;
  return true;
}

}  // namespace vmnet
