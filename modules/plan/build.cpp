// How a plan is built: in stages, each of which either finds all its faults or
// hands on. Here are the stages, and those that look at subnets.
module vmnet.plan;

import vmnet.slots;

namespace vmnet {
namespace {

/// The longest prefix around `subnet` that has addresses for `vms` VMs.
std::optional<int> prefix_that_would_do(const ipv4_set& excluded, ipv4_network subnet,
                                        std::uint64_t vms) {
  for (int length = subnet.prefix_length() - 1; length >= 0; --length) {
    const ipv4_network wider = *ipv4_network::make(subnet.network(), length);
    if (num_guest_addresses(wider) - detail::count_slots(wider, excluded) >= vms) return length;
  }
  return std::nullopt;
}

}  // namespace

plan_builder::plan_builder(std::span<const fleet_vm> vms, const plan_options& options)
    : vms_(vms), options_(options), seed_(mix64(options.key.k0 ^ mix64(options.key.k1))) {}

result<plan, std::vector<plan_error>> plan_builder::build() && {
  for (const auto stage :
       {&plan_builder::check_subnets, &plan_builder::rank_vms, &plan_builder::check_room,
        &plan_builder::place_pins, &plan_builder::place_kept}) {
    (this->*stage)();
    if (errors_.empty()) continue;
    std::ranges::sort(errors_);
    return failure(std::move(errors_));
  }
  place_all();
  explain();
  return std::move(plan_);
}

void plan_builder::check_subnets() {
  std::vector<ipv4_network> subnets;
  for (const fleet_vm& vm : vms_)
    if (subnets.empty() || subnets.back() != vm.subnet) subnets.push_back(vm.subnet);
  std::ranges::sort(subnets);
  const auto rest = std::ranges::unique(subnets);
  subnets.erase(rest.begin(), rest.end());

  for (std::size_t i = 0; i < subnets.size(); ++i) {
    plan_.subnets_.push_back({.subnet = subnets[i]});
    if (num_guest_addresses(subnets[i]) == 0)
      errors_.push_back({.code = plan_errc::subnet_too_small,
                         .id = first_id_in(subnets[i]),
                         .subnet = subnets[i]});
    // In ascending order a subnet stands before those that it contains, so
    // where any two overlap, two neighbours do.
    if (i > 0 && subnets[i].overlaps(subnets[i - 1]))
      errors_.push_back({.code = plan_errc::subnets_overlap,
                         .id = first_id_in(subnets[i - 1]),
                         .other_id = first_id_in(subnets[i]),
                         .subnet = subnets[i - 1],
                         .other_subnet = subnets[i]});
  }
}

std::string plan_builder::first_id_in(ipv4_network subnet) const {
  auto in_subnet =
      std::views::filter(vms_, [&](const fleet_vm& vm) { return vm.subnet == subnet; });
  return std::string(std::ranges::min_element(in_subnet, {}, &fleet_vm::id)->id);
}

std::uint32_t plan_builder::subnet_index(ipv4_network subnet) const {
  const auto at = std::ranges::lower_bound(plan_.subnets_, subnet, {}, &subnet_load::subnet);
  return static_cast<std::uint32_t>(at - plan_.subnets_.begin());
}

void plan_builder::check_room() {
  for (subnet_load& load : plan_.subnets_) {
    load.slots = num_guest_addresses(load.subnet);
    load.excluded = detail::count_slots(load.subnet, options_.excluded);
    const std::uint64_t addresses = load.slots - load.excluded;
    if (load.vms <= addresses) continue;
    errors_.push_back(
        {.code = plan_errc::subnet_full,
         .id = first_id_in(load.subnet),
         .subnet = load.subnet,
         .vms = load.vms,
         .addresses = addresses,
         .prefix_length = prefix_that_would_do(options_.excluded, load.subnet, load.vms)});
  }
}

result<plan, std::vector<plan_error>> make_plan(std::span<const fleet_vm> vms,
                                                const plan_options& options) {
  return plan_builder(vms, options).build();
}

}  // namespace vmnet
