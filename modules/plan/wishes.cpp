// Values that VMs want by a pin or because the previous plan gave them.
module vmnet.plan;

import vmnet.index_table;
import vmnet.slots;

namespace vmnet {
namespace {

using detail::index_table;

/// What a fault of a pin is called where the value was kept.
plan_errc kept_code(plan_errc code) {
  if (code == plan_errc::pin_excluded) return plan_errc::kept_excluded;
  if (code == plan_errc::pin_invalid) return plan_errc::kept_invalid;
  if (code == plan_errc::pin_conflict) return plan_errc::kept_conflict;
  return plan_errc::kept_outside;
}

}  // namespace

void plan_builder::place_pins() {
  if (!pinned_) detail::big_vector<ranked>().swap(order_);
  taps_ = index_table(plan_.records_.size());
  if (!pinned_) return;
  ips_ = index_table(plan_.records_.size());
  macs_ = index_table(plan_.records_.size());
  collect_foreign_taps();
  for (std::uint32_t i = 0; i < plan_.records_.size(); ++i) {
    const fleet_vm& vm = vms_[order_[i].vm];
    const wish by{.vm = i, .kind = placement_kind::pinned, .may_move = false};
    if (vm.tap_name) want_tap(by, *vm.tap_name);
    if (vm.guest_ip) want_ip(by, *vm.guest_ip);
    if (vm.mac) want_mac(by, *vm.mac);
  }
}

void plan_builder::place_kept() {
  for (std::uint32_t i = 0; i < plan_.records_.size() && !kept_.empty(); ++i) {
    const std::uint32_t vm = order_[i].vm;
    if (kept_[vm] == nullptr) continue;
    const vm_identity& old = kept_[vm]->identity;
    const wish by{.vm = i, .kind = placement_kind::kept, .may_move = may_move_[vm]};
    if (plan_.records_[i].tap == plan::no_tap) want_tap(by, old.tap_name);
    if (plan_.records_[i].ip == 0) want_ip(by, old.guest_ip);
    if (plan_.records_[i].mac == 0) want_mac(by, old.mac);
  }
  detail::big_vector<ranked>().swap(order_);
}

void plan_builder::want_tap(const wish& by, const interface_name& name) {
  if (name.empty()) return fault(by, plan_errc::pin_invalid, vm_resource::tap_name, "");
  const std::uint64_t value = tap_value(name);
  settle(by, vm_resource::tap_name, claim_tap(by.vm, value), name.view(),
         value == tap_probe(plan_.records_[by.vm].digest, 0, 0));
}

void plan_builder::want_ip(const wish& by, ipv4_address address) {
  const ipv4_network subnet = subnet_of(by.vm);
  const std::string value = address.to_string();
  if (!subnet.contains(address))
    return plan_builder::fault(by, plan_errc::pin_outside, vm_resource::guest_ip, value);
  if (!detail::is_guest_address(subnet, address))
    return fault(by, plan_errc::pin_reserved, vm_resource::guest_ip, value);
  if (options_.excluded.contains(address))
    return fault(by, plan_errc::pin_excluded, vm_resource::guest_ip, value);
  settle(by, vm_resource::guest_ip, claim_ip(by.vm, address.to_uint32()), value,
         address.to_uint32() == home_of(plan_.records_[by.vm]));
}

void plan_builder::want_mac(const wish& by, mac_address mac) {
  const std::string value = mac.to_string();
  if (!mac.is_unicast() || mac.to_uint64() == 0)
    return fault(by, plan_errc::pin_invalid, vm_resource::mac, value);
  settle(by, vm_resource::mac, claim_mac(by.vm, mac.to_uint64()), value,
         mac.to_uint64() == mac_probe(plan_.records_[by.vm].digest, 0, 0));
}

/// Reports two wishes for one value where `holder` is a VM.
void plan_builder::settle(const wish& by, vm_resource resource, std::uint32_t holder,
                          std::string_view value, bool is_v1) {
  if (holder == index_table::none) {
    if (!is_v1) displaced(by.vm, resource, by.kind, 0, holder);
  } else if (!by.may_move) {
    fault(by, plan_errc::pin_conflict, resource, value);
    errors_.back().other_id = plan_.records_[holder].id;
    errors_.back().other_subnet = subnet_of(holder);
  }
}

void plan_builder::fault(const wish& by, plan_errc code, vm_resource resource,
                         std::string_view value) {
  if (by.may_move) return;
  errors_.push_back({.code = by.kind == placement_kind::pinned ? code : kept_code(code),
                     .id = std::string(plan_.records_[by.vm].id),
                     .subnet = subnet_of(by.vm),
                     .resource = resource,
                     .value = std::string(value)});
}

/// Names of another form than v1's get numbers behind v1's 2^32.
void plan_builder::collect_foreign_taps() {
  std::vector<interface_name>& foreign = plan_.foreign_taps_;
  const auto collect = [&](const interface_name& name) {
    if (!tap_name_to_uint32(name)) foreign.push_back(name);
  };
  for (const fleet_vm& vm : vms_)
    if (vm.tap_name) collect(*vm.tap_name);
  for (const planned_vm* old : kept_)
    if (old != nullptr) collect(old->identity.tap_name);
  std::ranges::sort(foreign);
  const auto rest = std::ranges::unique(foreign);
  foreign.erase(rest.begin(), rest.end());
}

std::uint64_t plan_builder::tap_value(const interface_name& name) const {
  if (const auto bits = tap_name_to_uint32(name)) return *bits;
  const auto at = std::ranges::lower_bound(plan_.foreign_taps_, name);
  return plan::foreign_tap | static_cast<std::uint64_t>(at - plan_.foreign_taps_.begin());
}

}  // namespace vmnet
