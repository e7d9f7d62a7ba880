// Who has which value: hash tables that keep eight bytes a value, and the placing
// of the VMs that have no wish. Ranks and digests are computed once, later probes
// and strides only for the VMs that need them.
//
// A large fleet waits for memory rather than for arithmetic, so the loops ask for
// it some VMs ahead and keep to one table at a time.
module vmnet.plan;

import vmnet.index_table;

namespace vmnet {
namespace {

using detail::index_table;

constexpr auto always = [](std::uint32_t /*index*/) { return true; };

/// How many VMs ahead memory is asked for.
constexpr std::size_t prefetch_distance = 12;

/// Calls `place(i)` for each record, asking ahead for the memory of `hash_of`.
template <class Records, class HashOf, class Place>
void place_each(const Records& records, const index_table& table, HashOf hash_of, Place place) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records.size() - i > prefetch_distance)
      table.prefetch(hash_of(records[i + prefetch_distance]));
    place(static_cast<std::uint32_t>(i));
  }
}

}  // namespace

ipv4_network plan_builder::subnet_of(std::uint32_t i) const {
  return plan_.subnets_[plan_.records_[i].subnet].subnet;
}

std::uint64_t plan_builder::hash_of(std::uint64_t value) const { return mix64(value ^ seed_); }

/// A bijection to the 32 bits that a table compares: where those are equal, the
/// addresses are, and no record needs to be looked at.
std::uint64_t plan_builder::hash_of_ip(std::uint32_t ip) const {
  std::uint32_t x = ip ^ static_cast<std::uint32_t>(seed_);
  x = (x ^ x >> 16U) * 0x7feb352dU;
  x ^= static_cast<std::uint32_t>(seed_ >> 32U);
  x = (x ^ x >> 15U) * 0x846ca68bU;
  return std::uint64_t{x ^ x >> 16U} << 32U;
}

/// Gives `value` to VM `i` unless another VM has it, which is returned.
std::uint32_t plan_builder::claim_tap(std::uint32_t i, std::uint64_t value) {
  const std::uint32_t holder = taps_.find_or_insert(
      hash_of(value), i, [&](std::uint32_t vm) { return plan_.records_[vm].tap == value; });
  if (holder == index_table::none) plan_.records_[i].tap = value;
  return holder;
}
std::uint32_t plan_builder::claim_ip(std::uint32_t i, std::uint32_t value) {
  const std::uint32_t holder = ips_.find_or_insert(hash_of_ip(value), i, always);
  if (holder == index_table::none) plan_.records_[i].ip = value;
  return holder;
}
std::uint32_t plan_builder::claim_mac(std::uint32_t i, std::uint64_t value) {
  const std::uint32_t holder = macs_.find_or_insert(
      hash_of(value), i, [&](std::uint32_t vm) { return plan_.records_[vm].mac == value; });
  if (holder == index_table::none) plan_.records_[i].mac = value;
  return holder;
}

/// One resource after the other: one table stays in caches where three do not.
/// Without wishes no table is needed after its own turn, so they share memory.
void plan_builder::place_all() {
  const auto& records = plan_.records_;
  const auto emptied = [](index_table& table) {
    table.clear();
    return std::exchange(table, {});
  };
  place_each(
      records, taps_, [&](const record& r) { return hash_of(tap_probe(r.digest, 0, 0)); },
      [&](std::uint32_t i) {
        if (records[i].tap == plan::no_tap) place_tap(i);
      });
  if (!pinned_) ips_ = emptied(taps_);
  place_each(
      records, ips_, [&](const record& r) { return hash_of_ip(home_of(r)); },
      [&](std::uint32_t i) {
        if (records[i].ip == 0) place_ip(i);
      });
  if (!pinned_) macs_ = emptied(ips_);
  place_each(
      records, macs_, [&](const record& r) { return hash_of(mac_probe(r.digest, 0, 0)); },
      [&](std::uint32_t i) {
        if (records[i].mac == 0) place_mac(i);
      });
}

std::uint32_t plan_builder::address_at(const record& r, std::uint64_t slot) const {
  return plan_.subnets_[r.subnet].subnet.network().to_uint32() +
         static_cast<std::uint32_t>(slot + 2);
}
/// The address of scheme v1.
std::uint32_t plan_builder::home_of(const record& r) const {
  return address_at(r, r.digest % plan_.subnets_[r.subnet].slots);
}

void plan_builder::place_tap(std::uint32_t i) {
  const std::uint64_t digest = plan_.records_[i].digest;
  const std::uint32_t holder = claim_tap(i, tap_probe(digest, 0, 0));
  if (holder == index_table::none) return;
  const std::uint64_t rank = ranks_[i];
  std::uint32_t probe = 1;
  while (claim_tap(i, tap_probe(digest, rank, probe)) != index_table::none) ++probe;
  displaced(i, vm_resource::tap_name, placement_kind::probed, probe, holder);
}

void plan_builder::place_mac(std::uint32_t i) {
  const std::uint64_t digest = plan_.records_[i].digest;
  const std::uint32_t holder = claim_mac(i, mac_probe(digest, 0, 0));
  if (holder == index_table::none) return;
  const std::uint64_t rank = ranks_[i];
  std::uint32_t probe = 1;
  while (claim_mac(i, mac_probe(digest, rank, probe)) != index_table::none) ++probe;
  displaced(i, vm_resource::mac, placement_kind::probed, probe, holder);
}

/// There is a free address, since each subnet has room for its VMs.
void plan_builder::place_ip(std::uint32_t i) {
  const record& r = plan_.records_[i];
  const bool excludes = plan_.subnets_[r.subnet].excluded != 0;
  const auto is_excluded = [&](std::uint32_t address) {
    return excludes && options_.excluded.contains(ipv4_address::from_uint32(address));
  };
  std::uint32_t holder = index_table::none;
  if (const std::uint32_t home = home_of(r); !is_excluded(home)) {
    holder = claim_ip(i, home);
    if (holder == index_table::none) return;
  }
  slot_walk walk(r.digest, ranks_[i], plan_.subnets_[r.subnet].slots);
  for (std::uint32_t probe = 1;; ++probe) {
    walk.next();
    const std::uint32_t address = address_at(r, walk.slot());
    if (is_excluded(address) || claim_ip(i, address) != index_table::none) continue;
    return displaced(i, vm_resource::guest_ip, placement_kind::probed, probe, holder);
  }
}

void plan_builder::displaced(std::uint32_t i, vm_resource resource, placement_kind kind,
                             std::uint32_t probe, std::uint32_t holder) {
  plan_.displacements_.push_back(
      {.vm = i, .holder = holder, .probe = probe, .resource = resource, .kind = kind});
}

// --- who has the values of v1

void plan_builder::explain() {
  plan_statistics& statistics = plan_.statistics_;
  statistics.vms = plan_.records_.size();
  statistics.at_v1 = statistics.vms;
  statistics.at_v1_by_resource.fill(statistics.vms);
  std::ranges::sort(plan_.displacements_, {},
                    [](const plan::displacement& d) { return std::pair(d.vm, d.resource); });
  std::uint32_t last = index_table::none;
  for (plan::displacement& d : plan_.displacements_) {
    if (d.kind != placement_kind::probed) d.holder = holder_of_v1(d);
    const auto resource = static_cast<std::size_t>(d.resource);
    --statistics.at_v1_by_resource[resource];
    statistics.longest_probe[resource] = std::max(statistics.longest_probe[resource], d.probe);
    if (d.vm != std::exchange(last, d.vm)) --statistics.at_v1;
  }
}

/// Who has the v1 value of a pinned VM: someone who came later, perhaps.
std::uint32_t plan_builder::holder_of_v1(const plan::displacement& d) const {
  const record& r = plan_.records_[d.vm];
  if (d.resource == vm_resource::tap_name) {
    const std::uint64_t tap = tap_probe(r.digest, 0, 0);
    return taps_.find(hash_of(tap),
                      [&](std::uint32_t vm) { return plan_.records_[vm].tap == tap; });
  }
  if (d.resource == vm_resource::guest_ip) {
    const std::uint32_t ip = home_of(r);
    return ips_.find(hash_of_ip(ip), always);
  }
  const std::uint64_t mac = mac_probe(r.digest, 0, 0);
  return macs_.find(hash_of(mac), [&](std::uint32_t vm) { return plan_.records_[vm].mac == mac; });
}

}  // namespace vmnet
