// Two plans side by side: a merge by id, and the new plan's values looked up to
// say who took an old one.
module vmnet.plan;

namespace vmnet {
namespace {

using rows = std::vector<const planned_vm*>;

/// The VMs by id; of equal ids the last.
rows by_id(std::span<const planned_vm> vms) {
  rows sorted;
  sorted.reserve(vms.size());
  for (const planned_vm& vm : vms) sorted.push_back(&vm);
  std::ranges::sort(sorted, [](const planned_vm* a, const planned_vm* b) {
    return a->id != b->id ? a->id < b->id : a > b;
  });
  const auto rest = std::ranges::unique(
      sorted, [](const planned_vm* a, const planned_vm* b) { return a->id == b->id; });
  sorted.erase(rest.begin(), rest.end());
  return sorted;
}

using value = std::pair<std::uint64_t, std::uint64_t>;

/// The VM's `resource` as something that compares.
value value_of(const planned_vm& vm, vm_resource resource) {
  if (resource == vm_resource::guest_ip) return {0, vm.identity.guest_ip.to_uint32()};
  if (resource == vm_resource::mac) return {0, vm.identity.mac.to_uint64()};
  value bytes;
  const std::string_view name = vm.identity.tap_name;
  for (std::size_t i = 0; i < name.size(); ++i)
    (i < 8 ? bytes.first : bytes.second) |= std::uint64_t{static_cast<unsigned char>(name[i])}
                                            << (8 * (i % 8));
  return bytes;
}

bool is_v1(const planned_vm& vm, vm_resource resource) {
  return vm.placed(resource).kind == placement_kind::v1;
}

change_reason reason_of(const plan_change& change) {
  const placement& before = change.from->placed(change.resource);
  const placement& now = change.to->placed(change.resource);
  if (now.kind == placement_kind::pinned) return change_reason::pinned;
  if (change.resource == vm_resource::guest_ip &&
      change.from->identity.subnet != change.to->identity.subnet)
    return change_reason::subnet_changed;
  if (is_v1(*change.to, change.resource)) return change_reason::back_to_v1;
  if (change.taker != nullptr) return change_reason::taken;
  const bool both_probed =
      now.kind == placement_kind::probed && before.kind == placement_kind::probed;
  return both_probed && now.probe < before.probe ? change_reason::nearer
                                                 : change_reason::not_available;
}

}  // namespace

plan_diff diff(std::span<const planned_vm> before, std::span<const planned_vm> after) {
  const rows old_rows = by_id(before);
  const rows new_rows = by_id(after);
  plan_diff out;
  std::vector<std::pair<const planned_vm*, const planned_vm*>> both;
  auto old_row = old_rows.begin();
  for (const planned_vm* vm : new_rows) {
    while (old_row != old_rows.end() && (*old_row)->id < vm->id) out.removed.push_back(*old_row++);
    if (old_row != old_rows.end() && (*old_row)->id == vm->id)
      both.emplace_back(*old_row++, vm);
    else
      out.added.push_back(vm);
  }
  out.removed.insert(out.removed.end(), old_row, old_rows.end());

  // Who has what now is only asked where something moved.
  std::array<std::vector<std::pair<value, const planned_vm*>>, num_vm_resources> holders;
  const auto holder_of = [&](const value& v, vm_resource resource) -> const planned_vm* {
    auto& index = holders[static_cast<std::size_t>(resource)];
    if (index.empty()) {
      for (const planned_vm* vm : new_rows) index.emplace_back(value_of(*vm, resource), vm);
      std::ranges::sort(index, {}, [](const auto& row) { return row.first; });
    }
    const auto at =
        std::ranges::lower_bound(index, v, {}, [](const auto& row) { return row.first; });
    return at != index.end() && at->first == v ? at->second : nullptr;
  };
  for (const auto& [from, to] : both)
    for (const vm_resource resource :
         {vm_resource::tap_name, vm_resource::guest_ip, vm_resource::mac}) {
      const value old_value = value_of(*from, resource);
      if (old_value == value_of(*to, resource)) continue;
      plan_change change{.from = from, .to = to, .resource = resource};
      change.taker = holder_of(old_value, resource);
      change.reason = reason_of(change);
      out.moved.push_back(change);
    }
  return out;
}

}  // namespace vmnet
