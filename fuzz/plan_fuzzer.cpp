// A fleet, its previous plan and what is excluded, against plan v1 by its
// specification (plan_oracle.hpp): the whole plan or all its faults, the same for
// another order of the VMs, and what differs from the previous plan.
//
// Input: a byte each for the key, the subnets and the number of VMs; for each VM
// its id, subnet, generation and pins; then what is excluded, the previous plan
// and who may move.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "check.hpp"
#include "fleet_input.hpp"
#include "interval.hpp"
#include "plan_oracle.hpp"
#include "probe_oracle.hpp"

import vmnet.plan;

using namespace std::string_view_literals;

namespace {

using fuzz::check;
using fuzz::interval;
using fuzz::prober;
using fuzz::slow_error;
using fuzz::slow_fleet;
using fuzz::slow_kept;
using fuzz::slow_plan;
using fuzz::slow_row;
using fuzz::slow_subnet;
using fuzz::slow_vm;
using vmnet::ipv4_address;
using vmnet::ipv4_network;
using vmnet::ipv4_range;
using vmnet::planned_vm;
using vmnet::vm_resource;

constexpr std::size_t most_vms = 40;
constexpr std::array resources = {vm_resource::tap_name, vm_resource::guest_ip, vm_resource::mac};

// --- the fleet that an input describes

/// Values that VMs of the fleet may fight for: `values` of one of them at its
/// first probes, odd ones, or what the input spells.
class wisher {
 public:
  wisher(fuzz::reader& in, const slow_fleet& fleet) : in_(in), fleet_(fleet) {}

  void ask() {
    choice_ = in_.byte();
    of_ = &fleet_.vms[choice_ / 4U % fleet_.vms.size()];
  }
  std::string tap() {
    ask();
    if (choice_ == spelled) return name();
    constexpr std::array<std::string_view, 8> odd = {
        "", "eth0", "tap-", "tap-0000000", "tap0", "tap-0000000g", "tap-FFFFFFFF", "tap-00000000"};
    if (choice_ % 4U == 3) return std::string(odd[choice_ / 4U % odd.size()]);
    return probes().tap(choice_ % 4U);
  }
  std::uint32_t ip() {
    ask();
    if (choice_ == spelled) return in_.u32();
    const interval all = of_->subnet.all();
    if (choice_ % 4U == 3 || of_->subnet.slots() == 0)
      return static_cast<std::uint32_t>(fuzz::range_in(in_, of_->subnet).first);
    return probes().address(choice_ % 4U, of_->subnet.network, all.size());
  }
  std::uint64_t mac() {
    ask();
    constexpr std::array<std::uint64_t, 6> odd = {
        0, 0xffffffffffff, 0x010000000000, 0x020000000000, 0x000000000001, 0xfe0000000001};
    if (choice_ % 4U == 3) return odd[choice_ / 4U % odd.size()];
    return probes().mac(choice_ % 4U);
  }

 private:
  static constexpr std::uint8_t spelled = 255;

  [[nodiscard]] prober probes() const { return prober(of_->id, fleet_.k0, fleet_.k1); }
  /// Up to 15 bytes, with an x for those that no name has.
  std::string name() {
    std::string bytes(in_.bytes(in_.byte() % 16U));
    for (char& c : bytes)
      if ("\0\t\n\v\f\r \xa0/:%."sv.find(c) != std::string_view::npos) c = 'x';
    return bytes;
  }

  fuzz::reader& in_;
  const slow_fleet& fleet_;
  std::uint8_t choice_ = 0;
  const slow_vm* of_ = nullptr;
};

std::optional<std::uint64_t> generation_of(fuzz::reader& in, std::uint8_t rule) {
  if (rule < 128) return std::nullopt;
  if (rule >= 248 && in.byte() % 4U == 0) return std::nullopt;
  return rule % 2U == 0 ? in.byte() % 4U : in.any_length();
}

void read_vms(fuzz::reader& in, slow_fleet& fleet) {
  std::vector<slow_subnet> subnets;
  for (unsigned left = in.byte() % 3U + 1; left > 0; --left)
    subnets.push_back(fuzz::subnet_of(in.byte()));
  const std::uint8_t generations = in.byte();
  std::vector<std::string> ids;
  std::vector<unsigned> pins;
  for (std::size_t left = in.byte() % (most_vms + 1); left > 0; --left) {
    ids.push_back(fuzz::id_of(in, ids.size(), ids));
    const std::uint8_t rest = in.byte();
    pins.push_back(rest >= 192 ? rest % 8U : 0U);
    fleet.vms.push_back({.id = ids.back(),
                         .subnet = subnets[rest / 8U % subnets.size()],
                         .generation = generation_of(in, generations),
                         .ip = {},
                         .tap = {},
                         .mac = {}});
  }
  for (std::size_t i = 0; i < pins.size(); ++i) {
    wisher wishes(in, fleet);
    if (pins[i] & 1U) fleet.vms[i].tap = wishes.tap();
    if (pins[i] & 2U) fleet.vms[i].ip = wishes.ip();
    if (pins[i] & 4U) fleet.vms[i].mac = wishes.mac();
  }
  for (unsigned left = in.byte() % 4U; left > 0; --left) {
    const std::uint8_t choice = in.byte();
    const slow_subnet& subnet = subnets[choice % subnets.size()];
    fleet.excluded.push_back(choice == 255
                                 ? fuzz::block(subnet.network, static_cast<int>(in.byte() % 33U))
                                 : fuzz::range_in(in, subnet));
  }
}

// --- into the library's words

ipv4_network network_of(const slow_subnet& subnet) {
  return *ipv4_network::make(ipv4_address::from_uint32(subnet.network), subnet.length);
}

vmnet::interface_name name_of(const std::string& tap) {
  return tap.empty() ? vmnet::interface_name() : *vmnet::interface_name::parse(tap);
}

std::vector<vmnet::fleet_vm> vms_of(const slow_fleet& fleet) {
  std::vector<vmnet::fleet_vm> vms;
  for (const slow_vm& vm : fleet.vms) {
    vmnet::fleet_vm& made = vms.emplace_back();
    made.id = vm.id;
    made.subnet = network_of(vm.subnet);
    // What was in an optional before it was emptied is nobody's business.
    made.generation = vm.generation.value_or(fuzz::splitmix(vms.size()));
    if (!vm.generation) made.generation.reset();
    if (vm.ip) made.guest_ip = ipv4_address::from_uint32(*vm.ip);
    if (vm.tap) made.tap_name = name_of(*vm.tap);
    if (vm.mac) made.mac = vmnet::mac_address::from_uint64(*vm.mac);
  }
  return vms;
}

vmnet::ipv4_set set_of(const std::vector<interval>& intervals) {
  std::vector<ipv4_range> ranges;
  for (const interval& i : intervals)
    ranges.push_back(
        *ipv4_range::make(ipv4_address::from_uint32(static_cast<std::uint32_t>(i.first)),
                          ipv4_address::from_uint32(static_cast<std::uint32_t>(i.end - 1))));
  return vmnet::ipv4_set::from_ranges(ranges);
}

/// A previous plan: rows as they come, with any placements.
std::vector<planned_vm> read_previous(fuzz::reader& in, slow_fleet& fleet) {
  std::vector<planned_vm> rows;
  if (fleet.vms.empty()) return rows;
  wisher wishes(in, fleet);
  for (unsigned left = in.byte() % 8U; left > 0; --left) {
    const slow_vm& vm = fleet.vms[in.byte() % fleet.vms.size()];
    const std::uint8_t how = in.byte();
    fleet.kept.push_back({.id = how % 8U == 7 ? "gone-" + std::to_string(how / 8U) : vm.id,
                          .tap = wishes.tap(),
                          .ip = wishes.ip(),
                          .mac = wishes.mac()});
    if (how >= 128) fleet.allow_move.push_back(fleet.kept.back().id);
    planned_vm& row = rows.emplace_back();
    row.identity.tap_name = name_of(fleet.kept.back().tap);
    row.identity.guest_ip = ipv4_address::from_uint32(fleet.kept.back().ip);
    row.identity.mac = vmnet::mac_address::from_uint64(fleet.kept.back().mac);
    row.identity.subnet = network_of(how % 4U == 2 ? fleet.vms.front().subnet : vm.subnet);
    for (vmnet::placement& placed : row.placements) {
      placed.kind = static_cast<vmnet::placement_kind>(in.byte() % 4U);
      placed.probe = in.byte() % 4U;
    }
  }
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].id = fleet.kept[i].id;
  return rows;
}

// --- checks

void check_faults(const std::vector<vmnet::plan_error>& got, const std::vector<slow_error>& want) {
  check(got.size() == want.size(), "as many faults as the oracle finds");
  for (std::size_t i = 0; i < want.size(); ++i) {
    const vmnet::plan_error& a = got[i];
    const slow_error& b = want[i];
    check(static_cast<int>(a.code) == b.code && a.id == b.id && a.other_id == b.other_id,
          "a fault names the oracle's VMs");
    check(a.subnet == network_of(b.subnet) && a.other_subnet == network_of(b.other_subnet),
          "a fault names the oracle's subnets");
    check(static_cast<std::size_t>(a.resource) == b.resource && a.value == b.value,
          "a fault names the oracle's value");
    check(a.vms == b.vms && a.addresses == b.addresses && a.prefix_length == b.prefix_length,
          "a fault has the oracle's numbers");
    check(to_string(a) == b.sentence, "the sentence of a fault is the oracle's");
  }
}

void check_row(const planned_vm& got, const slow_row& want) {
  check(got.id == want.vm->id && got.generation == want.vm->generation, "rows stand by seniority");
  const vmnet::vm_identity& identity = got.identity;
  check(identity.digest == want.digest && identity.subnet == network_of(want.vm->subnet) &&
            identity.gateway.to_uint32() == want.vm->subnet.network + 1,
        "a row has its digest, subnet and gateway");
  check(identity.tap_name == std::string_view(want.values[0]), "the TAP name is the oracle's");
  check(fuzz::dotted(identity.guest_ip.to_uint32()) == want.values[1],
        "the address is the oracle's");
  check(fuzz::colons(identity.mac.to_uint64()) == want.values[2], "the MAC is the oracle's");
  for (std::size_t i = 0; i < resources.size(); ++i) {
    const vmnet::placement& placed = got.placed(resources[i]);
    check(static_cast<int>(placed.kind) == static_cast<int>(want.placements[i].how) &&
              placed.probe == want.placements[i].probe,
          "a value came about as the oracle says");
    check(placed.holder == want.placements[i].holder, "the oracle's VM has the value of v1");
  }
}

void check_numbers(const vmnet::plan& plan, const slow_plan& want, const slow_fleet& fleet) {
  std::map<slow_subnet, std::uint64_t> loads;
  vmnet::plan_statistics sums;
  for (const slow_row& row : want.rows) {
    ++loads[row.vm->subnet];
    bool all_v1 = true;
    for (std::size_t i = 0; i < resources.size(); ++i) {
      const bool is_v1 = row.placements[i].how == fuzz::slow_placement::kind::v1;
      sums.at_v1_by_resource[i] += is_v1 ? 1U : 0U;
      sums.longest_probe[i] = std::max(sums.longest_probe[i], row.placements[i].probe);
      all_v1 = all_v1 && is_v1;
    }
    sums.at_v1 += all_v1 ? 1U : 0U;
    ++sums.vms;
  }
  check(plan.statistics() == sums, "the statistics are the rows' sums");
  check(plan.subnets().size() == loads.size(), "the plan has the VMs' subnets");
  auto got = plan.subnets().begin();
  for (const auto& [subnet, vms] : loads) {
    check(got->subnet == network_of(subnet) && got->vms == vms && got->slots == subnet.slots() &&
              got->excluded == fleet.excluded_in(subnet),
          "a subnet is as full as its VMs make it");
    const double full = got->load() * static_cast<double>(got->slots - got->excluded);
    check(full > static_cast<double>(vms) - 1e-6 && full < static_cast<double>(vms) + 1e-6,
          "the load is VMs for each address");
    ++got;
  }
}

vmnet::change_reason reason_of(const planned_vm& from, const planned_vm& to, vm_resource resource,
                               bool taken) {
  const vmnet::placement& now = to.placements[static_cast<std::size_t>(resource)];
  const vmnet::placement& then = from.placements[static_cast<std::size_t>(resource)];
  if (now.kind == vmnet::placement_kind::pinned) return vmnet::change_reason::pinned;
  if (resource == vm_resource::guest_ip && from.identity.subnet != to.identity.subnet)
    return vmnet::change_reason::subnet_changed;
  if (now.kind == vmnet::placement_kind::v1) return vmnet::change_reason::back_to_v1;
  if (taken) return vmnet::change_reason::taken;
  if (now.kind == vmnet::placement_kind::probed && then.kind == vmnet::placement_kind::probed &&
      now.probe < then.probe)
    return vmnet::change_reason::nearer;
  return vmnet::change_reason::not_available;
}

std::string value_of(const planned_vm& vm, vm_resource resource) {
  if (resource == vm_resource::tap_name) return std::string(vm.identity.tap_name.view());
  if (resource == vm_resource::guest_ip) return fuzz::dotted(vm.identity.guest_ip.to_uint32());
  return fuzz::colons(vm.identity.mac.to_uint64());
}

/// `after` has each value once; in `before` anything may stand.
void check_diff(const std::vector<planned_vm>& before, const std::vector<planned_vm>& after) {
  std::map<std::string_view, const planned_vm*> old_rows;
  std::map<std::string_view, const planned_vm*> new_rows;
  for (const planned_vm& vm : before) old_rows[vm.id] = &vm;
  for (const planned_vm& vm : after) new_rows[vm.id] = &vm;
  vmnet::plan_diff want;
  for (const auto& [id, vm] : new_rows)
    if (!old_rows.contains(id)) want.added.push_back(vm);
  for (const auto& [id, from] : old_rows) {
    if (!new_rows.contains(id)) {
      want.removed.push_back(from);
      continue;
    }
    const planned_vm* const to = new_rows[id];
    for (const vm_resource resource : resources) {
      const std::string old_value = value_of(*from, resource);
      if (old_value == value_of(*to, resource)) continue;
      const auto taker = std::ranges::find_if(
          new_rows, [&](const auto& row) { return value_of(*row.second, resource) == old_value; });
      want.moved.push_back({.from = from,
                            .to = to,
                            .resource = resource,
                            .reason = reason_of(*from, *to, resource, taker != new_rows.end()),
                            .taker = taker == new_rows.end() ? nullptr : taker->second});
    }
  }
  const vmnet::plan_diff got = vmnet::diff(before, after);
  check(got.added == want.added && got.removed == want.removed, "who came and who went");
  check(got.moved == want.moved, "who moved, from where and why");
  check(got.empty() == (want.added.size() + want.removed.size() + want.moved.size() == 0),
        "an empty difference is none");
}

void check_words() {
  constexpr std::array<std::string_view, 4> kinds = {"v1", "probed", "pinned", "kept"};
  constexpr std::array<std::string_view, 6> reasons = {"pinned",
                                                       "the subnet changed",
                                                       "back to its v1 value",
                                                       "the old value was taken",
                                                       "an earlier probe became free",
                                                       "the old value is not available"};
  constexpr std::array<std::string_view, 3> names = {"tap_name", "guest_ip", "mac"};
  for (std::size_t i = 0; i < kinds.size(); ++i)
    check(to_string(static_cast<vmnet::placement_kind>(i)) == kinds[i], "the word for a placement");
  for (std::size_t i = 0; i < reasons.size(); ++i)
    check(to_string(static_cast<vmnet::change_reason>(i)) == reasons[i], "the words for a reason");
  for (std::size_t i = 0; i < names.size(); ++i)
    check(to_string(static_cast<vm_resource>(i)) == names[i], "the word for a resource");
  check(to_string(static_cast<vmnet::placement_kind>(4)) == "unknown placement" &&
            to_string(static_cast<vmnet::change_reason>(6)) == "unknown reason" &&
            to_string(static_cast<vm_resource>(3)) == "unknown resource" &&
            to_string(vmnet::plan_error{.code = static_cast<vmnet::plan_errc>(15)}) ==
                "unknown error",
        "no other values");
  const auto load = vmnet::subnet_load();
  const auto error = vmnet::plan_error();
  check(load.vms == 0 && load.slots == 0 && load.excluded == 0 && error.vms == 0 &&
            error.addresses == 0,
        "numbers begin at 0");
  check(vmnet::plan_version == 1 && vmnet::plan() == vmnet::plan() && vmnet::plan().empty(),
        "the plan of no VMs");
}

/// More VMs than an input describes: they stand by seniority, each with its digest.
void check_crowd() {
  constexpr std::size_t size = 8200;
  std::vector<std::string> ids(size);
  std::vector<vmnet::fleet_vm> vms(size);
  std::vector<std::tuple<std::uint64_t, std::uint64_t, std::string_view>> seniority;
  for (std::size_t i = 0; i < size; ++i) {
    ids[i] = std::to_string(i);
    vms[i].id = ids[i];
    vms[i].subnet = network_of({.network = 10U << 24U, .length = 17});
    const std::uint64_t generation = fuzz::splitmix(i % 7) >> (i % 5 * 13);
    vms[i].generation = generation;
    seniority.emplace_back(generation, fuzz::siphash(ids[i], 0, 0), ids[i]);
  }
  std::ranges::sort(seniority);
  const auto plan = vmnet::make_plan(vms);
  check(plan.has_value() && plan->size() == size, "a large plan");
  for (std::size_t i = 0; i < size; ++i) {
    const planned_vm vm = (*plan)[i];
    check(vm.id == std::get<2>(seniority[i]) && vm.identity.digest == fuzz::fnv1a(vm.id),
          "a large plan stands by seniority");
  }
}

/// Any text as a key, octet by octet.
void check_key_text(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdefABCDEF";
  const auto got = vmnet::siphash_key::parse(text);
  const bool good = text.size() == 32 && text.find_first_not_of(digits) == std::string_view::npos;
  check(got.has_value() == good, "a key is 32 hexadecimal digits");
  if (!good) return;
  std::array<std::uint64_t, 2> words{};
  for (std::size_t octet = 16; octet-- > 0;)
    words[octet / 8] = words[octet / 8] * 256 +
                       std::strtoul(std::string(text.substr(2 * octet, 2)).c_str(), nullptr, 16);
  check(got->k0 == words[0] && got->k1 == words[1], "the first octet is the least significant");
}

/// The VMs in another order.
std::vector<vmnet::fleet_vm> shuffled(std::vector<vmnet::fleet_vm> vms, std::uint64_t seed) {
  for (std::size_t i = vms.size(); i > 1; --i) {
    seed = fuzz::splitmix(seed + i);
    std::swap(vms[i - 1], vms[seed % i]);
  }
  return vms;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  [[maybe_unused]] static const bool once = (check_words(), check_crowd(), true);
  check_key_text(fuzz::reader::view_of(data, size));
  fuzz::reader in(data, size);
  slow_fleet fleet;
  if (const std::uint8_t key = in.byte(); key != 0) {
    fleet.k0 = fuzz::splitmix(key);
    fleet.k1 = key % 2U == 0 ? 0 : ~fleet.k0;
  }
  read_vms(in, fleet);
  std::vector<planned_vm> previous = read_previous(in, fleet);
  const std::vector<vmnet::fleet_vm> vms = vms_of(fleet);
  vmnet::plan_options options;
  options.excluded = set_of(fleet.excluded);
  options.key = {.k0 = fleet.k0, .k1 = fleet.k1};
  options.keep = previous;
  const std::vector<std::string_view> may_move(fleet.allow_move.begin(), fleet.allow_move.end());
  options.allow_move = may_move;

  const slow_plan want = fuzz::plan_slowly(fleet);
  const auto got = vmnet::make_plan(vms, options);
  const auto again = vmnet::make_plan(shuffled(vms, in.byte()), options);
  check(got.has_value() == want.errors.empty(), "a plan exactly where the oracle has one");
  check(again.has_value() == got.has_value(), "another order of the VMs changes nothing");
  if (!got) {
    check_faults(got.error(), want.errors);
    check_faults(again.error(), want.errors);
    return 0;
  }
  const std::vector<planned_vm> rows = got->vms();
  check(rows.size() == want.rows.size() && got->size() == rows.size(), "a row for each VM");
  check(got->empty() == rows.empty(), "no rows, no plan");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    check_row(rows[i], want.rows[i]);
    check(rows[i] == (*got)[i], "rows one by one are those of all");
  }
  check(*again == *got && again->statistics() == got->statistics(),
        "another order of the VMs changes nothing");
  check_numbers(*got, want, fleet);
  check_diff(previous, rows);
  // The same VMs where nothing is excluded and nobody was before.
  vmnet::plan_options no_wishes;
  no_wishes.key = options.key;
  const auto alone = vmnet::make_plan(vms, no_wishes);
  check(alone.has_value() && alone->size() == rows.size(), "with more room there is a plan too");
  check((*alone == *got) ==
            (alone->vms() == rows && std::ranges::equal(alone->subnets(), got->subnets())),
        "plans are equal where their rows and subnets are");
  // A row that is told twice counts as it stands last.
  std::vector<planned_vm> twice(rows.rbegin(), rows.rend());
  for (planned_vm& vm : twice) vm.identity.mac = {};
  twice.insert(twice.end(), rows.begin(), rows.end());
  check_diff(previous, twice);
  check(vmnet::diff(twice, rows).empty() && vmnet::diff(rows, twice).empty(),
        "a plan does not differ from itself");

  // What the plan gave can all be kept, and then nobody moves, whoever goes.
  if (rows.empty()) return 0;
  std::vector<vmnet::fleet_vm> fewer = vms;
  fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(in.byte() % fewer.size()));
  options.keep = rows;
  options.allow_move = {};
  const auto kept = vmnet::make_plan(fewer, options);
  check(kept.has_value(), "a plan can be kept");
  check(vmnet::diff(rows, kept->vms()).moved.empty(), "who is kept does not move");
  check((*kept == *got) == (kept->vms() == rows), "plans are equal where their rows are");
  return 0;
}
