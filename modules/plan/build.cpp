// How a plan is built: in stages, each of which either finds all its faults or
// hands on. Hash tables keep eight bytes a value; ranks and digests are computed
// once, later probes and strides only for the VMs that need them.
module;
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

module vmnet.plan;

import vmnet.index_table;

namespace vmnet {
namespace {

using detail::index_table;

constexpr std::uint64_t no_tap = UINT64_MAX;
/// Marks in `record::tap` an index into the names of another form than v1's.
constexpr std::uint64_t foreign_tap = std::uint64_t{1} << 32U;
constexpr std::size_t prefetch_distance = 12;

/// A VM on its way into the order of seniority.
struct ranked {
  std::uint64_t rank;
  std::uint64_t digest;
  std::uint64_t generation;
  std::uint32_t vm;
};

/// Scatters `from` to `to` by `digit_of`, which is below `digits`, keeping the
/// order of equal digits; returns where each digit's run ends.
template <class DigitOf>
std::vector<std::uint32_t> scatter(const std::vector<ranked>& from, std::vector<ranked>& to,
                                   std::size_t digits, DigitOf digit_of) {
  std::vector<std::uint32_t> at(digits);
  for (const ranked& r : from) ++at[digit_of(r)];
  std::uint32_t sum = 0;
  for (std::uint32_t& count : at) sum += std::exchange(count, sum);
  for (const ranked& r : from) to[at[digit_of(r)]++] = r;
  return at;
}

bool is_reserved(ipv4_address address, ipv4_network subnet) {
  const std::uint64_t offset = std::uint64_t{address.to_uint32()} - subnet.network().to_uint32();
  return offset < 2 || offset == subnet.num_addresses() - 1;
}

/// What a fault of a pin is called where the value was kept.
plan_errc kept_code(plan_errc code) {
  if (code == plan_errc::pin_excluded) return plan_errc::kept_excluded;
  if (code == plan_errc::pin_invalid) return plan_errc::kept_invalid;
  if (code == plan_errc::pin_conflict) return plan_errc::kept_conflict;
  return plan_errc::kept_outside;
}

/// The 32 bits of a TAP name of scheme v1's form, or nothing.
std::optional<std::uint64_t> canonical_tap(std::string_view name) {
  if (name.size() != tap_name_prefix.size() + tap_hash_length) return std::nullopt;
  if (!name.starts_with(tap_name_prefix)) return std::nullopt;
  std::uint64_t bits = 0;
  for (const char c : name.substr(tap_name_prefix.size())) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && (c < 'a' || c > 'f')) return std::nullopt;
    bits = bits << 4U | static_cast<std::uint64_t>(digit ? c - '0' : c - 'a' + 10);
  }
  return bits;
}

/// The addresses of `excluded` that are slots of `subnet`.
std::uint64_t excluded_slots(const ipv4_set& excluded, ipv4_network subnet) {
  const std::uint64_t first = std::uint64_t{subnet.network().to_uint32()} + 2;
  const std::uint64_t last = std::uint64_t{subnet.broadcast().to_uint32()} - 1;
  std::uint64_t count = 0;
  for (const ipv4_range& range : excluded.ranges()) {
    const std::uint64_t from = std::max<std::uint64_t>(range.first().to_uint32(), first);
    const std::uint64_t to = std::min<std::uint64_t>(range.last().to_uint32(), last);
    if (from <= to) count += to - from + 1;
  }
  return count;
}

/// The longest prefix around `subnet` that has addresses for `vms` VMs.
std::optional<int> prefix_that_would_do(const ipv4_set& excluded, ipv4_network subnet,
                                        std::uint64_t vms) {
  for (int length = subnet.prefix_length() - 1; length >= 0; --length) {
    const ipv4_network wider = *ipv4_network::make(subnet.network(), length);
    if (num_guest_addresses(wider) - excluded_slots(excluded, wider) >= vms) return length;
  }
  return std::nullopt;
}

}  // namespace

class plan_builder {
 public:
  plan_builder(std::span<const fleet_vm> vms, const plan_options& options)
      : vms_(vms), options_(options), seed_(mix64(options.key.k0 ^ mix64(options.key.k1))) {}

  result<plan, std::vector<plan_error>> build() && {
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

 private:
  using record = plan::record;

  // --- subnets

  void check_subnets() {
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

  std::string first_id_in(ipv4_network subnet) const {
    auto in_subnet =
        vms_ | std::views::filter([&](const fleet_vm& vm) { return vm.subnet == subnet; });
    return std::string(std::ranges::min_element(in_subnet, {}, &fleet_vm::id)->id);
  }

  std::uint32_t subnet_index(ipv4_network subnet) const {
    const auto at = std::ranges::lower_bound(plan_.subnets_, subnet, {}, &subnet_load::subnet);
    return static_cast<std::uint32_t>(at - plan_.subnets_.begin());
  }

  // --- ids, generations, seniority

  void rank_vms() {
    order_.reserve(vms_.size());
    bool some_have_none = false;
    for (std::size_t i = 0; i < vms_.size(); ++i) {
      const fleet_vm& vm = vms_[i];
      order_.push_back({.rank = siphash_2_4(vm.id, options_.key),
                        .digest = fnv1a_64(vm.id),
                        .generation = vm.generation.value_or(0),
                        .vm = static_cast<std::uint32_t>(i)});
      (vm.generation ? plan_.has_generations_ : some_have_none) = true;
    }
    sort_by_rank();
    find_duplicates();
    if (plan_.has_generations_ && some_have_none)
      for (const fleet_vm& vm : vms_)
        if (!vm.generation)
          errors_.push_back({.code = plan_errc::missing_generation,
                             .id = std::string(vm.id),
                             .subnet = vm.subnet});
    find_kept();
    make_records();
  }

  /// Ranks are uniform, so their top bits leave about one VM in each bucket.
  void sort_by_rank() {
    const auto bits = std::max(static_cast<unsigned>(std::bit_width(order_.size())), 1U);
    std::vector<ranked> sorted(order_.size());
    const auto ends = scatter(order_, sorted, std::size_t{1} << bits,
                              [&](const ranked& r) { return r.rank >> (64 - bits); });
    std::uint32_t first = 0;
    for (const std::uint32_t end : ends) {
      if (end - first > 1)
        std::sort(sorted.begin() + first, sorted.begin() + end,
                  [&](const ranked& a, const ranked& b) {
                    if (a.rank != b.rank) return a.rank < b.rank;
                    const fleet_vm& one = vms_[a.vm];
                    const fleet_vm& other = vms_[b.vm];
                    // Equal ids are a fault, which is told the same for any order of input.
                    return one.id != other.id ? one.id < other.id : one.subnet < other.subnet;
                  });
      first = end;
    }
    order_.swap(sorted);
  }

  /// A stable sort, byte by byte; most bytes are the same in all generations.
  void sort_by_generation() {
    std::uint64_t ones = 0;
    std::uint64_t zeros = 0;
    for (const ranked& r : order_) {
      ones |= r.generation;
      zeros |= ~r.generation;
    }
    std::vector<ranked> sorted(order_.size());
    for (unsigned shift = 0; shift < 64; shift += 8) {
      if (((ones & zeros) >> shift & 0xffU) == 0) continue;
      scatter(order_, sorted, 256, [&](const ranked& r) { return r.generation >> shift & 0xffU; });
      order_.swap(sorted);
    }
  }

  void find_duplicates() {
    for (std::size_t i = 1; i < order_.size(); ++i) {
      if (order_[i - 1].rank != order_[i].rank) continue;
      const fleet_vm& one = vms_[order_[i - 1].vm];
      const fleet_vm& other = vms_[order_[i].vm];
      if (one.id != other.id) continue;
      const auto [low, high] = std::minmax(one.subnet, other.subnet);
      errors_.push_back({.code = plan_errc::duplicate_id,
                         .id = std::string(one.id),
                         .other_id = std::string(one.id),
                         .subnet = low,
                         .other_subnet = high});
    }
  }

  /// The position of `id` in `order_` while that is sorted by rank, or nothing.
  std::optional<std::uint32_t> vm_of(std::string_view id) const {
    const std::uint64_t rank = siphash_2_4(id, options_.key);
    auto at = std::ranges::lower_bound(order_, rank, {}, &ranked::rank);
    for (; at != order_.end() && at->rank == rank; ++at)
      if (vms_[at->vm].id == id) return at->vm;
    return std::nullopt;
  }

  void find_kept() {
    if (options_.keep.empty()) return;
    kept_.assign(vms_.size(), nullptr);
    for (const planned_vm& old : options_.keep) {
      const auto vm = vm_of(old.id);
      if (!vm) continue;
      if (kept_[*vm] != nullptr)
        errors_.push_back({.code = plan_errc::duplicate_kept_id,
                           .id = std::string(old.id),
                           .subnet = vms_[*vm].subnet});
      kept_[*vm] = &old;
    }
    may_move_.assign(vms_.size(), false);
    for (const std::string_view id : options_.allow_move)
      if (const auto vm = vm_of(id)) may_move_[*vm] = true;
  }

  void make_records() {
    sort_by_generation();
    plan_.records_.reserve(order_.size());
    std::uint32_t subnet = 0;
    for (std::size_t i = 0; i < order_.size(); ++i) {
      const ranked& r = order_[i];
      if (order_.size() - i > prefetch_distance)
        __builtin_prefetch(&vms_[order_[i + prefetch_distance].vm]);
      const fleet_vm& vm = vms_[r.vm];
      if (plan_.subnets_[subnet].subnet != vm.subnet) subnet = subnet_index(vm.subnet);
      ++plan_.subnets_[subnet].vms;
      pinned_ = pinned_ || vm.guest_ip || vm.tap_name || vm.mac || !kept_.empty();
      plan_.records_.push_back({.id = vm.id,
                                .digest = r.digest,
                                .generation = r.generation,
                                .mac = 0,
                                .tap = no_tap,
                                .ip = 0,
                                .subnet = subnet});
    }
  }

  // --- room

  void check_room() {
    for (subnet_load& load : plan_.subnets_) {
      load.slots = num_guest_addresses(load.subnet);
      load.excluded = excluded_slots(options_.excluded, load.subnet);
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

  // --- pinned and kept values

  /// Who wants a value by a pin or by the previous plan.
  struct wish {
    std::uint32_t vm;
    placement_kind kind;
    bool may_move;
  };

  void place_pins() {
    if (!pinned_) std::vector<ranked>().swap(order_);
    taps_ = index_table(plan_.records_.size());
    ips_ = index_table(plan_.records_.size());
    macs_ = index_table(plan_.records_.size());
    if (!pinned_) return;
    collect_foreign_taps();
    for (std::uint32_t i = 0; i < plan_.records_.size(); ++i) {
      const fleet_vm& vm = vms_[order_[i].vm];
      const wish by{.vm = i, .kind = placement_kind::pinned, .may_move = false};
      if (vm.tap_name) want_tap(by, *vm.tap_name);
      if (vm.guest_ip) want_ip(by, *vm.guest_ip);
      if (vm.mac) want_mac(by, *vm.mac);
    }
  }

  void place_kept() {
    for (std::uint32_t i = 0; i < plan_.records_.size() && !kept_.empty(); ++i) {
      const std::uint32_t vm = order_[i].vm;
      if (kept_[vm] == nullptr) continue;
      const vm_identity& old = kept_[vm]->identity;
      const wish by{.vm = i, .kind = placement_kind::kept, .may_move = may_move_[vm]};
      if (plan_.records_[i].tap == no_tap) want_tap(by, old.tap_name);
      if (plan_.records_[i].ip == 0) want_ip(by, old.guest_ip);
      if (plan_.records_[i].mac == 0) want_mac(by, old.mac);
    }
    std::vector<ranked>().swap(order_);
  }

  void want_tap(const wish& by, const interface_name& name) {
    if (name.empty()) return fault(by, plan_errc::pin_invalid, vm_resource::tap_name, "");
    const std::uint64_t value = tap_value(name);
    settle(by, vm_resource::tap_name, claim_tap(by.vm, value), name.view(),
           value == tap_probe(plan_.records_[by.vm].digest, 0, 0));
  }

  void want_ip(const wish& by, ipv4_address address) {
    const ipv4_network subnet = subnet_of(by.vm);
    const std::string value = address.to_string();
    if (!subnet.contains(address))
      return fault(by, plan_errc::pin_outside, vm_resource::guest_ip, value);
    if (is_reserved(address, subnet))
      return fault(by, plan_errc::pin_reserved, vm_resource::guest_ip, value);
    if (options_.excluded.contains(address))
      return fault(by, plan_errc::pin_excluded, vm_resource::guest_ip, value);
    settle(by, vm_resource::guest_ip, claim_ip(by.vm, address.to_uint32()), value,
           address.to_uint32() == home_of(plan_.records_[by.vm]));
  }

  void want_mac(const wish& by, mac_address mac) {
    const std::string value = mac.to_string();
    if (!mac.is_unicast() || mac.to_uint64() == 0)
      return fault(by, plan_errc::pin_invalid, vm_resource::mac, value);
    settle(by, vm_resource::mac, claim_mac(by.vm, mac.to_uint64()), value,
           mac.to_uint64() == mac_probe(plan_.records_[by.vm].digest, 0, 0));
  }

  /// Reports two wishes for one value where `holder` is a VM.
  void settle(const wish& by, vm_resource resource, std::uint32_t holder, std::string_view value,
              bool is_v1) {
    if (holder == index_table::none) {
      if (!is_v1) displaced(by.vm, resource, by.kind, 0, holder);
    } else if (!by.may_move) {
      fault(by, plan_errc::pin_conflict, resource, value);
      errors_.back().other_id = plan_.records_[holder].id;
      errors_.back().other_subnet = subnet_of(holder);
    }
  }

  void fault(const wish& by, plan_errc code, vm_resource resource, std::string_view value) {
    if (by.may_move) return;
    errors_.push_back({.code = by.kind == placement_kind::pinned ? code : kept_code(code),
                       .id = std::string(plan_.records_[by.vm].id),
                       .subnet = subnet_of(by.vm),
                       .resource = resource,
                       .value = std::string(value)});
  }

  // --- values and their holders

  ipv4_network subnet_of(std::uint32_t i) const {
    return plan_.subnets_[plan_.records_[i].subnet].subnet;
  }

  std::uint64_t hash_of(std::uint64_t value) const { return mix64(value ^ seed_); }

  /// Gives `value` to VM `i` unless another VM has it, which is returned.
  std::uint32_t claim_tap(std::uint32_t i, std::uint64_t value) {
    const std::uint32_t holder = taps_.find_or_insert(
        hash_of(value), i, [&](std::uint32_t vm) { return plan_.records_[vm].tap == value; });
    if (holder == index_table::none) plan_.records_[i].tap = value;
    return holder;
  }
  std::uint32_t claim_ip(std::uint32_t i, std::uint32_t value) {
    const std::uint32_t holder = ips_.find_or_insert(
        hash_of(value), i, [&](std::uint32_t vm) { return plan_.records_[vm].ip == value; });
    if (holder == index_table::none) plan_.records_[i].ip = value;
    return holder;
  }
  std::uint32_t claim_mac(std::uint32_t i, std::uint64_t value) {
    const std::uint32_t holder = macs_.find_or_insert(
        hash_of(value), i, [&](std::uint32_t vm) { return plan_.records_[vm].mac == value; });
    if (holder == index_table::none) plan_.records_[i].mac = value;
    return holder;
  }

  /// Names of another form than v1's get numbers behind v1's 2^32.
  void collect_foreign_taps() {
    std::vector<interface_name>& foreign = plan_.foreign_taps_;
    const auto collect = [&](const interface_name& name) {
      if (!canonical_tap(name)) foreign.push_back(name);
    };
    for (const fleet_vm& vm : vms_)
      if (vm.tap_name) collect(*vm.tap_name);
    for (const planned_vm* old : kept_)
      if (old != nullptr) collect(old->identity.tap_name);
    std::ranges::sort(foreign);
    const auto rest = std::ranges::unique(foreign);
    foreign.erase(rest.begin(), rest.end());
  }

  std::uint64_t tap_value(const interface_name& name) const {
    if (const auto bits = canonical_tap(name)) return *bits;
    const auto at = std::ranges::lower_bound(plan_.foreign_taps_, name);
    return foreign_tap | static_cast<std::uint64_t>(at - plan_.foreign_taps_.begin());
  }

  // --- placing the rest

  void place_all() {
    const std::vector<record>& records = plan_.records_;
    for (std::uint32_t i = 0; i < records.size(); ++i) {
      if (records.size() - i > prefetch_distance) prefetch(records[i + prefetch_distance]);
      if (records[i].tap == no_tap) place_tap(i);
      if (records[i].ip == 0) place_ip(i);
      if (records[i].mac == 0) place_mac(i);
    }
  }

  void prefetch(const record& r) const {
    taps_.prefetch(hash_of(tap_probe(r.digest, 0, 0)));
    ips_.prefetch(hash_of(home_of(r)));
    macs_.prefetch(hash_of(mac_probe(r.digest, 0, 0)));
  }

  std::uint32_t address_at(const record& r, std::uint64_t slot) const {
    return plan_.subnets_[r.subnet].subnet.network().to_uint32() +
           static_cast<std::uint32_t>(slot + 2);
  }
  /// The address of scheme v1.
  std::uint32_t home_of(const record& r) const {
    return address_at(r, r.digest % plan_.subnets_[r.subnet].slots);
  }

  std::uint64_t rank_of(std::uint32_t i) const {
    return siphash_2_4(plan_.records_[i].id, options_.key);
  }

  void place_tap(std::uint32_t i) {
    const std::uint64_t digest = plan_.records_[i].digest;
    const std::uint32_t holder = claim_tap(i, tap_probe(digest, 0, 0));
    if (holder == index_table::none) return;
    const std::uint64_t rank = rank_of(i);
    std::uint32_t probe = 1;
    while (claim_tap(i, tap_probe(digest, rank, probe)) != index_table::none) ++probe;
    displaced(i, vm_resource::tap_name, placement_kind::probed, probe, holder);
  }

  void place_mac(std::uint32_t i) {
    const std::uint64_t digest = plan_.records_[i].digest;
    const std::uint32_t holder = claim_mac(i, mac_probe(digest, 0, 0));
    if (holder == index_table::none) return;
    const std::uint64_t rank = rank_of(i);
    std::uint32_t probe = 1;
    while (claim_mac(i, mac_probe(digest, rank, probe)) != index_table::none) ++probe;
    displaced(i, vm_resource::mac, placement_kind::probed, probe, holder);
  }

  /// There is a free address, since each subnet has room for its VMs.
  void place_ip(std::uint32_t i) {
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
    slot_walk walk(r.digest, rank_of(i), plan_.subnets_[r.subnet].slots);
    for (std::uint32_t probe = 1;; ++probe) {
      walk.next();
      const std::uint32_t address = address_at(r, walk.slot());
      if (is_excluded(address) || claim_ip(i, address) != index_table::none) continue;
      return displaced(i, vm_resource::guest_ip, placement_kind::probed, probe, holder);
    }
  }

  void displaced(std::uint32_t i, vm_resource resource, placement_kind kind, std::uint32_t probe,
                 std::uint32_t holder) {
    plan_.displacements_.push_back(
        {.vm = i, .holder = holder, .probe = probe, .resource = resource, .kind = kind});
  }

  // --- who has the values of v1

  void explain() {
    plan_statistics& statistics = plan_.statistics_;
    statistics.vms = plan_.records_.size();
    statistics.at_v1 = statistics.vms;
    statistics.at_v1_by_resource.fill(statistics.vms);
    if (pinned_)
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
  std::uint32_t holder_of_v1(const plan::displacement& d) const {
    const record& r = plan_.records_[d.vm];
    if (d.resource == vm_resource::tap_name) {
      const std::uint64_t tap = tap_probe(r.digest, 0, 0);
      return taps_.find(hash_of(tap),
                        [&](std::uint32_t vm) { return plan_.records_[vm].tap == tap; });
    }
    if (d.resource == vm_resource::guest_ip) {
      const std::uint32_t ip = home_of(r);
      return ips_.find(hash_of(ip), [&](std::uint32_t vm) { return plan_.records_[vm].ip == ip; });
    }
    const std::uint64_t mac = mac_probe(r.digest, 0, 0);
    return macs_.find(hash_of(mac),
                      [&](std::uint32_t vm) { return plan_.records_[vm].mac == mac; });
  }

  std::span<const fleet_vm> vms_;
  const plan_options& options_;
  std::uint64_t seed_;  // of the tables, so that nobody can crowd them who lacks the key
  plan plan_;
  std::vector<plan_error> errors_;
  std::vector<ranked> order_;            // by seniority once there are records
  std::vector<const planned_vm*> kept_;  // by input position; empty without a previous plan
  std::vector<bool> may_move_;
  bool pinned_ = false;  // somebody wants a value by pin or previous plan
  index_table taps_;
  index_table ips_;
  index_table macs_;
};

result<plan, std::vector<plan_error>> make_plan(std::span<const fleet_vm> vms,
                                                const plan_options& options) {
  return plan_builder(vms, options).build();
}

}  // namespace vmnet
