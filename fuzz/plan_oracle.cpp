#include "plan_oracle.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "interval.hpp"
#include "probe_oracle.hpp"

namespace {

using fuzz::interval;
using fuzz::prober;
using fuzz::slow_error;
using fuzz::slow_fleet;
using fuzz::slow_kept;
using fuzz::slow_placement;
using fuzz::slow_plan;
using fuzz::slow_row;
using fuzz::slow_subnet;
using fuzz::slow_vm;
using how = slow_placement::kind;

constexpr std::size_t tap = 0, ip = 1, mac = 2;

/// The positions of the faults.
enum code : int {
  too_small,
  overlap,
  duplicate,
  duplicate_kept,
  no_generation,
  full,
  outside,
  reserved,
  excluded,
  invalid,
  conflict,
  kept_outside,
  kept_excluded,
  kept_invalid,
  kept_conflict
};

std::string quoted(const std::string& id) { return "'" + id + "'"; }

/// "tap_name eth0".
std::string named(std::size_t resource, const std::string& value) {
  constexpr std::array<const char*, fuzz::num_values> names = {"tap_name", "guest_ip", "mac"};
  return names[resource] + (" " + (value.empty() ? "(empty)" : value));
}

bool share(const slow_subnet& a, const slow_subnet& b) {
  return a.all().first < b.all().end && b.all().first < a.all().end;
}

class planner {
 public:
  explicit planner(const slow_fleet& fleet) : fleet_(fleet) {
    for (const slow_vm& vm : fleet.vms) {
      subnets_.insert(vm.subnet);
      order_.push_back({&vm, prober(vm.id, fleet.k0, fleet.k1)});
    }
    std::ranges::sort(order_, [](const member& a, const member& b) { return rank(a) < rank(b); });
    for (const member& m : order_) {
      slow_row row;
      row.vm = m.vm;
      row.digest = m.probes.digest;
      plan_.rows.push_back(row);
    }
  }

  slow_plan run() && {
    using stage = void (planner::*)();
    for (const stage next : {&planner::look_at_subnets, &planner::look_at_ids,
                             &planner::look_at_room, &planner::pin, &planner::keep}) {
      (this->*next)();
      if (plan_.errors.empty()) continue;
      std::ranges::sort(plan_.errors);
      plan_.rows.clear();
      return std::move(plan_);
    }
    for (const std::size_t resource : {tap, ip, mac}) propose(resource);
    for (std::size_t i = 0; i < plan_.rows.size(); ++i) tell(i);
    return std::move(plan_);
  }

 private:
  struct member {
    const slow_vm* vm;
    prober probes;
  };
  static std::tuple<std::uint64_t, std::uint64_t, const std::string&, const slow_subnet&> rank(
      const member& m) {
    return {m.vm->generation.value_or(0), m.probes.rank, m.vm->id, m.vm->subnet};
  }

  slow_error& fault(int code, const std::string& id, const slow_subnet& subnet) {
    slow_error error;
    error.code = code;
    error.id = id;
    error.subnet = subnet;
    return plan_.errors.emplace_back(std::move(error));
  }

  /// The smallest id of a subnet.
  std::string some_id(const slow_subnet& subnet) const {
    std::set<std::string> ids;
    for (const slow_vm& vm : fleet_.vms)
      if (vm.subnet == subnet) ids.insert(vm.id);
    return *ids.begin();
  }

  void look_at_subnets() {
    const slow_subnet* before = nullptr;
    for (const slow_subnet& subnet : subnets_) {
      if (subnet.slots() == 0)
        fault(too_small, some_id(subnet), subnet).sentence =
            "subnet " + subnet.text() + " too small: need /30 or larger (got " +
            (subnet.length == 32 ? "1 address" : "2 addresses") + "), wanted by " +
            quoted(some_id(subnet));
      if (before != nullptr && share(*before, subnet)) {
        slow_error& error = fault(overlap, some_id(*before), *before);
        error.other_id = some_id(subnet);
        error.other_subnet = subnet;
        error.sentence = "subnet " + subnet.text() + " (" + quoted(error.other_id) +
                         ") overlaps subnet " + before->text() + " (" + quoted(error.id) + ")";
      }
      before = &subnet;
    }
  }

  void look_at_ids() {
    std::map<std::string, std::multiset<slow_subnet>> subnets_of;
    std::size_t with_generation = 0;
    for (const slow_vm& vm : fleet_.vms) {
      subnets_of[vm.id].insert(vm.subnet);
      with_generation += vm.generation ? 1U : 0U;
    }
    for (const auto& [id, subnets] : subnets_of)
      for (auto at = subnets.begin(); std::next(at) != subnets.end(); ++at) {
        slow_error& error = fault(duplicate, id, *at);
        error.other_id = id;
        error.other_subnet = *std::next(at);
        error.sentence = "two VMs have the id " + quoted(id) + ": in " + at->text() + " and in " +
                         error.other_subnet.text();
      }
    std::set<std::string> kept;
    for (const slow_kept& old : fleet_.kept)
      if (subnets_of.contains(old.id) && !kept.insert(old.id).second)
        fault(duplicate_kept, old.id, *subnets_of[old.id].begin()).sentence =
            "the previous plan has " + quoted(old.id) + " more than once";
    if (with_generation == 0) return;
    for (const slow_vm& vm : fleet_.vms)
      if (!vm.generation)
        fault(no_generation, vm.id, vm.subnet).sentence =
            quoted(vm.id) + " has no generation, and other VMs have one";
  }

  void look_at_room() {
    for (const slow_subnet& subnet : subnets_) {
      std::uint64_t vms = 0;
      for (const slow_vm& vm : fleet_.vms) vms += vm.subnet == subnet ? 1U : 0U;
      const std::uint64_t addresses = subnet.slots() - fleet_.excluded_in(subnet);
      if (vms <= addresses) continue;
      slow_error& error = fault(full, some_id(subnet), subnet);
      error.vms = vms;
      error.addresses = addresses;
      for (int length = 0; length < subnet.length; ++length) {
        const slow_subnet wider{
            static_cast<std::uint32_t>(fuzz::block(subnet.network, length).first), length};
        if (wider.slots() - fleet_.excluded_in(wider) >= vms) error.prefix_length = length;
      }
      error.sentence =
          "subnet " + subnet.text() + " is full: " + std::to_string(vms) + " VMs (" +
          quoted(error.id) + " among them) for " + std::to_string(addresses) + " address" +
          (addresses == 1 ? "" : "es") + "; " +
          (error.prefix_length ? "a /" + std::to_string(*error.prefix_length) + " would do"
                               : "no prefix is short enough");
    }
  }

  // --- wishes

  /// A wish of the `i`-th VM for a value, pinned or kept; what is wrong with it.
  void wish(std::size_t i, std::size_t resource, const std::string& value, int wrong, how kind,
            bool silent) {
    slow_row& row = plan_.rows[i];
    const auto other = wrong < 0 ? owners_[resource].find(value) : owners_[resource].end();
    if (wrong < 0 && other == owners_[resource].end()) {
      owners_[resource][value] = i;
      row.values[resource] = value;
      row.placements[resource].how = kind;
      return;
    }
    if (silent) return;
    slow_error& error = fault(0, row.vm->id, row.vm->subnet);
    error.resource = resource;
    error.value = value;
    const bool pinned = kind == how::pinned;
    const std::string what = named(resource, value);
    if (wrong < 0) {
      const slow_vm& holder = *plan_.rows[other->second].vm;
      error.code = pinned ? conflict : kept_conflict;
      error.other_id = holder.id;
      error.other_subnet = holder.subnet;
      error.sentence = quoted(error.id) + " in " + error.subnet.text() +
                       (pinned ? " is pinned to " : " can not keep ") + what + ", which " +
                       quoted(holder.id) + " in " + holder.subnet.text() + " has";
      return;
    }
    error.sentence =
        quoted(error.id) + (pinned ? " is pinned to " : " can not keep ") + what + ", ";
    if (wrong == invalid) {
      error.code = pinned ? invalid : kept_invalid;
      error.sentence += "which no interface can have";
    } else if (wrong == excluded) {
      error.code = pinned ? excluded : kept_excluded;
      error.sentence += pinned ? "which is excluded" : "which is excluded now";
    } else {
      error.code = pinned ? wrong : kept_outside;
      error.sentence += !pinned            ? "no guest address of its subnet "
                        : wrong == outside ? "outside its subnet "
                                           : "the network, gateway or broadcast address of ";
      error.sentence += error.subnet.text();
    }
  }

  int wrong_with_ip(const slow_subnet& subnet, std::uint64_t address) const {
    const interval all = subnet.all();
    if (address < all.first || address >= all.end) return outside;
    if (address < all.first + 2 || address + 1 == all.end) return reserved;
    return fleet_.is_excluded(address) ? excluded : -1;
  }

  static int wrong_with_mac(std::uint64_t value) {
    return value == 0 || (value >> 40U) % 2 == 1 ? invalid : -1;
  }

  void pin() {
    for (std::size_t i = 0; i < order_.size(); ++i) {
      const slow_vm& vm = *order_[i].vm;
      if (vm.tap) wish(i, tap, *vm.tap, vm.tap->empty() ? invalid : -1, how::pinned, false);
      if (vm.ip)
        wish(i, ip, fuzz::dotted(*vm.ip), wrong_with_ip(vm.subnet, *vm.ip), how::pinned, false);
      if (vm.mac) wish(i, mac, fuzz::colons(*vm.mac), wrong_with_mac(*vm.mac), how::pinned, false);
    }
  }

  void keep() {
    for (std::size_t i = 0; i < order_.size(); ++i) {
      const slow_vm& vm = *order_[i].vm;
      const auto old = std::ranges::find(fleet_.kept, vm.id, &slow_kept::id);
      if (old == fleet_.kept.end()) continue;
      const bool silent = std::ranges::find(fleet_.allow_move, vm.id) != fleet_.allow_move.end();
      if (!vm.tap) wish(i, tap, old->tap, old->tap.empty() ? invalid : -1, how::kept, silent);
      if (!vm.ip)
        wish(i, ip, fuzz::dotted(old->ip), wrong_with_ip(vm.subnet, old->ip), how::kept, silent);
      if (!vm.mac)
        wish(i, mac, fuzz::colons(old->mac), wrong_with_mac(old->mac), how::kept, silent);
    }
  }

  // --- deferred acceptance

  std::string value(std::size_t i, std::size_t resource, std::uint64_t probe) const {
    const member& m = order_[i];
    if (resource == tap) return m.probes.tap(probe);
    if (resource == mac) return fuzz::colons(m.probes.mac(probe));
    const interval all = m.vm->subnet.all();
    const std::uint32_t address =
        m.probes.address(probe, static_cast<std::uint32_t>(all.first), all.size());
    return fleet_.is_excluded(address) ? std::string() : fuzz::dotted(address);
  }

  /// All that have no value yet propose, in the order of the input, until each
  /// has one; a value takes the senior of two.
  void propose(std::size_t resource) {
    std::map<std::string, std::size_t>& owners = owners_[resource];
    std::set<std::string> settled;
    for (const auto& [taken, owner] : owners) settled.insert(taken);
    std::vector<std::size_t> waiting;
    for (const slow_vm& vm : fleet_.vms) {
      const auto row = std::ranges::find(plan_.rows, &vm, &slow_row::vm);
      if (row->values[resource].empty())
        waiting.push_back(static_cast<std::size_t>(row - plan_.rows.begin()));
    }
    std::vector<std::uint32_t> next(plan_.rows.size());
    while (!waiting.empty()) {
      const std::size_t i = waiting.back();
      const std::string wanted = value(i, resource, next[i]++);
      if (wanted.empty() || settled.contains(wanted)) continue;
      const auto [at, is_new] = owners.emplace(wanted, i);
      if (!is_new && at->second < i) continue;
      waiting.pop_back();
      if (!is_new) waiting.push_back(at->second);
      at->second = i;
    }
    for (const auto& [wanted, owner] : owners) plan_.rows[owner].values[resource] = wanted;
    for (std::size_t i = 0; i < next.size(); ++i)
      if (next[i] > 1) plan_.rows[i].placements[resource] = {how::probed, next[i] - 1, {}};
  }

  /// Who has the v1 values of the `i`-th VM, and its values as numbers.
  void tell(std::size_t i) {
    slow_row& row = plan_.rows[i];
    for (const std::size_t resource : {tap, ip, mac}) {
      const std::string v1 = value(i, resource, 0);
      slow_placement& placed = row.placements[resource];
      if (row.values[resource] == v1) placed = {};
      if (placed.how == how::v1) continue;
      const auto owner = owners_[resource].find(v1);
      if (owner != owners_[resource].end()) placed.holder = plan_.rows[owner->second].vm->id;
    }
  }

  const slow_fleet& fleet_;
  std::set<slow_subnet> subnets_;
  std::vector<member> order_;
  std::array<std::map<std::string, std::size_t>, fuzz::num_values> owners_;
  slow_plan plan_;
};

}  // namespace

namespace fuzz {

bool slow_fleet::is_excluded(std::uint64_t address) const {
  return std::ranges::any_of(
      excluded, [&](const interval& i) { return address >= i.first && address < i.end; });
}

std::uint64_t slow_fleet::excluded_in(const slow_subnet& subnet) const {
  if (subnet.slots() == 0) return 0;
  // The ends of all intervals cut the slots into pieces that are in or out.
  const std::uint64_t first = subnet.all().first + 2;
  const std::uint64_t end = subnet.all().end - 1;
  std::set<std::uint64_t> cuts = {first, end};
  for (const interval& i : excluded)
    for (const std::uint64_t cut : {i.first, i.end})
      if (cut > first && cut < end) cuts.insert(cut);
  std::uint64_t count = 0;
  for (auto at = cuts.begin(); std::next(at) != cuts.end(); ++at)
    if (is_excluded(*at)) count += *std::next(at) - *at;
  return count;
}

slow_plan plan_slowly(const slow_fleet& fleet) { return planner(fleet).run(); }

}  // namespace fuzz
