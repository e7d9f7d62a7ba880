// Subnets, ranges that are held back, and what is asked about a pool.
module vmnet.pool;

import vmnet.free_map;
import vmnet.index_table;
import vmnet.slots;

namespace vmnet {
namespace {

using detail::count_slots;
using detail::ranges_in;
using detail::slots_in;

/// Marks the slots of `subnet` that are in `set` as free, or as taken.
void assign(free_map& slots, const ipv4_network& subnet, const ipv4_set& set, bool free) {
  for (const ipv4_range& range : ranges_in(set, subnet))
    if (const auto part = slots_in(subnet, range)) slots.assign(part->first, part->last, free);
}

}  // namespace

// --- subnets

result<void, pool_error> pool::add_subnet(const ipv4_network& subnet) {
  if (num_guest_addresses(subnet) == 0)
    return failure(pool_error{.code = pool_errc::subnet_too_small, .subnet = subnet});
  // In ascending order a subnet stands before those that it contains, so one
  // that overlaps is a neighbour.
  const auto at = std::ranges::lower_bound(subnets_, subnet, {}, &pool_subnet::network);
  const auto overlapping = [&](const pool_subnet& other) {
    return failure(pool_error{
        .code = pool_errc::subnet_overlaps, .subnet = subnet, .other_subnet = other.network});
  };
  if (at != subnets_.begin() && (at - 1)->network.overlaps(subnet)) return overlapping(*(at - 1));
  if (at != subnets_.end() && at->network.overlaps(subnet)) return overlapping(*at);
  if (subnet.num_addresses() > options_.max_addresses - num_addresses_)
    return failure(pool_error{.code = pool_errc::too_many_addresses, .subnet = subnet});
  pool_subnet added{.network = subnet, .free = free_map(num_guest_addresses(subnet))};
  assign(added.free, subnet, subnet, true);
  assign(added.free, subnet, held_back_, false);
  subnets_.insert(at, std::move(added));
  num_addresses_ += subnet.num_addresses();
  return {};
}

// --- ranges

void pool::exclude(const ipv4_set& addresses) {
  replace(&pool::excluded_, excluded_ | addresses, addresses);
}
void pool::include(const ipv4_set& addresses) {
  replace(&pool::excluded_, excluded_ - addresses, addresses);
}
void pool::reserve(const ipv4_set& addresses) {
  replace(&pool::reserved_, reserved_ | addresses, addresses);
}
void pool::unreserve(const ipv4_set& addresses) {
  replace(&pool::reserved_, reserved_ - addresses, addresses);
}
std::vector<lease> pool::drain(const ipv4_set& addresses) {
  std::vector<lease> there;
  for (const lease* const each : leases())
    if (addresses.contains(each->identity.guest_ip)) there.push_back(*each);
  replace(&pool::draining_, draining_ | addresses, addresses);
  return there;
}
void pool::undrain(const ipv4_set& addresses) {
  replace(&pool::draining_, draining_ - addresses, addresses);
}

/// Replaces one of the three sets, of which only `changed` differs. That is a
/// copy, since a caller may have given the very set that is replaced.
// NOLINTNEXTLINE(performance-unnecessary-value-param): a copy on purpose.
void pool::replace(ipv4_set pool::* which, ipv4_set with, ipv4_set changed) {
  ipv4_set held = with;
  for (ipv4_set pool::* const other : {&pool::excluded_, &pool::reserved_, &pool::draining_})
    if (other != which) held = held | this->*other;
  const ipv4_set held_changed = held & changed;
  // Nothing below allocates.
  this->*which = std::move(with);
  held_back_ = std::move(held);
  refresh(changed, held_changed);
}

/// Computes anew which of `changed` are free, of which `held` are held back.
void pool::refresh(const ipv4_set& changed, const ipv4_set& held) noexcept {
  for (pool_subnet& subnet : subnets_) {
    assign(subnet.free, subnet.network, changed, true);
    assign(subnet.free, subnet.network, held, false);
  }
  for (const lease& each : leases_)
    if (each.epoch != 0 && changed.contains(each.identity.guest_ip)) occupy(each.identity.guest_ip);
  for (const auto& [address, number] : resting_)
    if (changed.contains(address)) occupy(address);
}

// --- questions

std::vector<ipv4_network> pool::subnets() const {
  std::vector<ipv4_network> all;
  all.reserve(subnets_.size());
  for (const pool_subnet& subnet : subnets_) all.push_back(subnet.network);
  return all;
}

const lease* pool::lease_or_null(std::uint32_t index) const {
  return index == detail::index_table::none ? nullptr : &leases_[index];
}
const lease* pool::find(std::string_view id) const { return lease_or_null(lease_of(id)); }
const lease* pool::find(ipv4_address address) const { return lease_or_null(lease_of(address)); }
const lease* pool::find(const interface_name& tap_name) const {
  return lease_or_null(lease_of(tap_name));
}
const lease* pool::find(mac_address mac) const { return lease_or_null(lease_of(mac)); }

std::vector<const lease*> pool::leases() const {
  std::vector<const lease*> all;
  all.reserve(size());
  for (const lease& each : leases_)
    if (each.epoch != 0) all.push_back(&each);  // else a hole
  std::ranges::sort(all, {}, [](const lease* each) { return each->identity.guest_ip; });
  return all;
}

std::vector<ipv4_address> pool::quarantined() const {
  std::vector<ipv4_address> all;
  all.reserve(queue_.size());
  for (const auto& [number, rested] : queue_) all.push_back(rested.address);
  return all;
}

reconciliation pool::reconcile(std::span<const std::string_view> live) const {
  std::vector<std::string_view> ids(live.begin(), live.end());
  std::ranges::sort(ids);
  const auto rest = std::ranges::unique(ids);
  ids.erase(rest.begin(), rest.end());
  reconciliation out;
  for (const lease* const each : leases())
    if (!std::ranges::binary_search(ids, std::string_view(each->id))) out.leaked.push_back(*each);
  for (const std::string_view id : ids)
    if (find(id) == nullptr) out.unknown.emplace_back(id);
  return out;
}

pool_utilization pool::utilization(const ipv4_range& range) const {
  // Held back for one reason only, so that an address counts once.
  const ipv4_set excluded = excluded_ & range;
  const ipv4_set draining = (draining_ & range) - excluded;
  const ipv4_set reserved = (reserved_ & range) - excluded - draining;
  pool_utilization out;
  for (const pool_subnet& subnet : subnets_) {
    const auto slots = slots_in(subnet.network, range);
    if (!slots) continue;
    out.slots += slots->last - slots->first + 1;
    out.free += subnet.free.count(slots->first, slots->last);
    out.excluded += count_slots(subnet.network, excluded);
    out.draining += count_slots(subnet.network, draining);
    out.reserved += count_slots(subnet.network, reserved);
  }
  const auto occupied = [&](ipv4_address address, std::uint64_t& count) {
    if (!range.contains(address)) return;
    ++count;
    out.excluded -= excluded.contains(address) ? 1U : 0U;
    out.draining -= draining.contains(address) ? 1U : 0U;
    out.reserved -= reserved.contains(address) ? 1U : 0U;
  };
  for (const lease& each : leases_)
    if (each.epoch != 0) occupied(each.identity.guest_ip, out.used);
  for (const auto& [address, number] : resting_) occupied(address, out.quarantined);
  return out;
}

pool_utilization pool::utilization(const ipv4_network& subnet) const {
  return utilization(ipv4_range(subnet));
}
pool_utilization pool::utilization() const { return utilization(ipv4_network()); }

bool pool::operator==(const pool& other) const {
  return options_ == other.options_ && snapshot() == other.snapshot();
}

}  // namespace vmnet
