#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fleets.hpp"

import vmnet.plan;

namespace {

using namespace vmnet::literals;
using vmnet::change_reason;
using vmnet::placement_kind;
using vmnet::plan_errc;
using vmnet::vm_resource;

constexpr auto subnet_24 = "172.30.0.0/24"_ipv4_net;

vmnet::fleet_vm vm(std::string_view id, vmnet::ipv4_network subnet = subnet_24) {
  return {.id = id, .subnet = subnet, .generation = {}, .guest_ip = {}, .tap_name = {}, .mac = {}};
}

// Plans hold views of the ids, so a temporary does not do.
std::vector<vmnet::fleet_vm> fleet(const std::vector<std::string>& ids,
                                   vmnet::ipv4_network subnet = subnet_24) {
  std::vector<vmnet::fleet_vm> vms;
  for (const std::string& id : ids) vms.push_back(vm(id, subnet));
  return vms;
}
std::vector<vmnet::fleet_vm> fleet(std::vector<std::string>&&,
                                   vmnet::ipv4_network = subnet_24) = delete;
std::vector<vmnet::fleet_vm> fleet(std::initializer_list<const char*> ids,
                                   vmnet::ipv4_network subnet = subnet_24) {
  std::vector<vmnet::fleet_vm> vms;
  for (const char* id : ids) vms.push_back(vm(id, subnet));
  return vms;
}

vmnet::ipv4_set set_of(std::string_view text) { return *vmnet::ipv4_set::parse(text); }

vmnet::plan_options excluding(std::string_view text) {
  return {.excluded = set_of(text), .key = {}, .keep = {}, .allow_move = {}};
}

vmnet::interface_name name(std::string_view text) { return *vmnet::interface_name::parse(text); }
vmnet::mac_address mac(std::string_view text) { return *vmnet::mac_address::parse(text); }

const vmnet::planned_vm& find(const std::vector<vmnet::planned_vm>& vms, std::string_view id) {
  return *std::ranges::find(vms, id, &vmnet::planned_vm::id);
}

void expect_unique(const vmnet::plan& plan) {
  std::set<std::string> taps;
  std::set<vmnet::ipv4_address> addresses;
  std::set<vmnet::mac_address> macs;
  for (const vmnet::planned_vm& planned : plan.vms()) {
    taps.emplace(planned.identity.tap_name);
    addresses.insert(planned.identity.guest_ip);
    macs.insert(planned.identity.mac);
    EXPECT_TRUE(planned.identity.subnet.contains(planned.identity.guest_ip));
  }
  EXPECT_EQ(taps.size(), plan.size());
  EXPECT_EQ(addresses.size(), plan.size());
  EXPECT_EQ(macs.size(), plan.size());
}

/// The sentences of all errors, one a line.
std::string complaints(const std::vector<vmnet::fleet_vm>& vms,
                       const vmnet::plan_options& options = {}) {
  const auto plan = vmnet::make_plan(vms, options);
  if (plan) return "a plan";
  std::string out;
  for (const vmnet::plan_error& error : plan.error()) out += to_string(error) + "\n";
  return out;
}

TEST(Plan, OfNoVmsIsEmpty) {
  const auto plan = vmnet::make_plan({});
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->empty());
  EXPECT_TRUE(plan->vms().empty());
  EXPECT_TRUE(plan->subnets().empty());
  EXPECT_EQ(*plan, vmnet::plan());
}

TEST(Plan, GivesTheV1IdentityToWhoDoesNotCollide) {
  const auto plan = vmnet::make_plan(fleet({"vm-1", "vm-2", "vm-3"}));
  ASSERT_TRUE(plan);
  for (const vmnet::planned_vm& planned : plan->vms()) {
    EXPECT_EQ(planned.identity, *vmnet::identify(planned.id, subnet_24));
    for (const auto resource : {vm_resource::tap_name, vm_resource::guest_ip, vm_resource::mac})
      EXPECT_EQ(planned.placed(resource), vmnet::placement());
  }
  EXPECT_EQ(plan->statistics().at_v1, 3U);
}

TEST(Plan, LetsTheJuniorOfACollidingPairMove) {
  const auto plan = vmnet::make_plan(fleet({"vm-31", "vm-54"}));
  ASSERT_TRUE(plan);
  const auto vms = plan->vms();
  EXPECT_EQ(vms[0].id, "vm-54");
  EXPECT_EQ(vms[0].identity, *vmnet::identify("vm-54", subnet_24));
  EXPECT_EQ(vms[1].identity.guest_ip, "172.30.0.80"_ipv4);
  EXPECT_EQ(vms[1].placed(vm_resource::guest_ip).kind, placement_kind::probed);
  EXPECT_EQ(vms[1].placed(vm_resource::guest_ip).probe, 1U);
  EXPECT_EQ(vms[1].placed(vm_resource::guest_ip).holder, "vm-54");
  EXPECT_EQ(vms[1].placed(vm_resource::tap_name), vmnet::placement());
  EXPECT_EQ(plan->statistics().at_v1, 1U);
  EXPECT_EQ(plan->statistics().at_v1_by_resource[1], 1U);
  EXPECT_EQ(plan->statistics().longest_probe[1], 1U);
}

TEST(Plan, MakesForcedCollisionsOfEveryResourceUnique) {
  std::vector<vmnet::fleet_vm> vms;
  for (const char* id : {"vm-31", "vm-54"}) vms.push_back(vm(id));
  for (const char* id : {"vm-5349", "vm-302406", "!0IC=VloaY", "QvXtM>@Fp%"})
    vms.push_back(vm(id, "10.0.0.0/8"_ipv4_net));
  const auto plan = vmnet::make_plan(vms);
  ASSERT_TRUE(plan);
  expect_unique(*plan);
  EXPECT_EQ(plan->statistics().at_v1, 3U);
  EXPECT_EQ(plan->statistics().at_v1_by_resource, (std::array<std::uint64_t, 3>{4, 4, 5}));
}

TEST(Plan, WorksToTheLastAddress) {
  const auto ids = fleets::sequence(1, 4093);
  for (const auto subnet : {"172.30.0.0/30"_ipv4_net, "172.30.0.0/29"_ipv4_net, subnet_24,
                            "255.255.255.0/24"_ipv4_net, "10.9.0.0/20"_ipv4_net}) {
    const std::vector<std::string> some(
        ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(num_guest_addresses(subnet)));
    const auto plan = vmnet::make_plan(fleet(some, subnet));
    ASSERT_TRUE(plan) << to_string(subnet);
    expect_unique(*plan);
    EXPECT_DOUBLE_EQ(plan->subnets()[0].load(), 1);
  }
}

TEST(Plan, RanksOlderGenerationsFirst) {
  std::vector<vmnet::fleet_vm> vms = fleet({"vm-31", "vm-54", "vm-1"});
  for (const std::uint64_t junior : {0U, 1U}) {
    vms[junior].generation = UINT64_MAX;
    vms[1 - junior].generation = 1;
    vms[2].generation = 256;
    const auto plan = vmnet::make_plan(vms);
    ASSERT_TRUE(plan);
    const auto planned = plan->vms();
    EXPECT_EQ(planned[0].id, vms[1 - junior].id);
    EXPECT_EQ(planned[1].id, "vm-1");
    EXPECT_EQ(planned[2].id, vms[junior].id);
    EXPECT_EQ(planned[2].generation, UINT64_MAX);
    EXPECT_EQ(planned[2].placed(vm_resource::guest_ip).holder, vms[1 - junior].id);
  }
}

TEST(Plan, RanksByTheKey) {
  const auto vms = fleet({"vm-31", "vm-54"});
  std::set<std::string> seniors;
  for (std::uint64_t k = 0; k < 16; ++k) {
    const auto plan = vmnet::make_plan(
        vms, {.excluded = {}, .key = {.k0 = k, .k1 = 0}, .keep = {}, .allow_move = {}});
    seniors.emplace((*plan)[0].id);
  }
  EXPECT_EQ(seniors.size(), 2U);
}

// A collision of SipHash-2-4 under the key of zeros, from a search of 2^33 steps.
TEST(Plan, TellsApartIdsOfEqualRank) {
  const std::vector<std::string> ids = {"kifcpjojmenifklm", "fconhjlelbnkkcka"};
  ASSERT_EQ(vmnet::siphash_2_4(ids[0], {}), vmnet::siphash_2_4(ids[1], {}));
  const auto before = vmnet::make_plan(fleet(ids))->vms();
  ASSERT_EQ(before.size(), 2U);
  EXPECT_EQ(before[0].id, ids[1]);
  EXPECT_EQ(before[1].id, ids[0]);
  vmnet::plan_options options;
  options.keep = before;
  EXPECT_EQ(vmnet::make_plan(fleet(ids), options)->vms(), before);
}

TEST(Plan, KeepsAwayFromExcludedAddresses) {
  const auto ids = fleets::sequence(1, 100);
  const auto options = excluding("172.30.0.0-172.30.0.100, 172.30.0.231, 172.30.0.250-172.31.0.0");
  const auto plan = vmnet::make_plan(fleet(ids), options);
  ASSERT_TRUE(plan);
  expect_unique(*plan);
  for (const auto& planned : plan->vms())
    EXPECT_FALSE(options.excluded.contains(planned.identity.guest_ip));
  const auto vms = plan->vms();
  const auto& moved = find(vms, "vm-1");  // whose v1 address is .231
  EXPECT_EQ(moved.placed(vm_resource::guest_ip).kind, placement_kind::probed);
  EXPECT_GE(moved.placed(vm_resource::guest_ip).probe, 1U);
  EXPECT_FALSE(moved.placed(vm_resource::guest_ip).holder);
  EXPECT_EQ(plan->subnets()[0],
            (vmnet::subnet_load{.subnet = subnet_24, .vms = 100, .slots = 253, .excluded = 105}));
}

TEST(Plan, GivesPinnedValuesFirst) {
  std::vector<vmnet::fleet_vm> vms = fleet({"vm-1", "vm-2", "vm-3", "vm-4"});
  const auto one = *vmnet::identify("vm-1", subnet_24);
  const auto two = *vmnet::identify("vm-2", subnet_24);
  vms[2].guest_ip = one.guest_ip;
  vms[2].tap_name = two.tap_name;
  vms[3].mac = one.mac;
  vms[3].tap_name = name("uplink");
  vms[1].guest_ip = two.guest_ip;
  const auto plan = vmnet::make_plan(vms);
  ASSERT_TRUE(plan);
  expect_unique(*plan);
  const auto planned = plan->vms();
  const auto& third = find(planned, "vm-3");
  EXPECT_EQ(third.identity.guest_ip, one.guest_ip);
  EXPECT_EQ(third.identity.tap_name, two.tap_name);
  EXPECT_EQ(third.placed(vm_resource::guest_ip).kind, placement_kind::pinned);
  EXPECT_EQ(third.placed(vm_resource::guest_ip).probe, 0U);
  EXPECT_FALSE(third.placed(vm_resource::guest_ip).holder);
  const auto& fourth = find(planned, "vm-4");
  EXPECT_EQ(fourth.identity.tap_name, "uplink");
  EXPECT_EQ(fourth.identity.mac, one.mac);
  const auto& first = find(planned, "vm-1");
  EXPECT_EQ(first.placed(vm_resource::guest_ip).holder, "vm-3");
  EXPECT_EQ(first.placed(vm_resource::mac).holder, "vm-4");
  // A pin to the value of v1 is no displacement.
  EXPECT_EQ(find(planned, "vm-2").placed(vm_resource::guest_ip), vmnet::placement());
}

TEST(Plan, TakesAPinOfAMacAlone) {
  std::vector<vmnet::fleet_vm> vms = fleet({"vm-1"});
  vms[0].mac = mac("02:00:00:00:00:09");
  const auto plan = vmnet::make_plan(vms);
  ASSERT_TRUE(plan);
  EXPECT_EQ((*plan)[0].identity.mac, mac("02:00:00:00:00:09"));
  EXPECT_EQ((*plan)[0].identity.tap_name, vmnet::tap_name_for("vm-1"));
}

TEST(Plan, TakesTheFirstProbeThatIsFree) {
  std::vector<vmnet::fleet_vm> vms = fleet({"vm-1", "vm-2", "vm-3"});
  const std::uint64_t digest = vmnet::fnv1a_64("vm-1");
  const std::uint64_t rank = vmnet::siphash_2_4("vm-1", {});
  for (const std::uint64_t probe : {0U, 1U}) {
    vms[probe + 1].tap_name = vmnet::tap_name_from_uint32(vmnet::tap_probe(digest, rank, probe));
    vms[probe + 1].mac = vmnet::mac_address::from_uint64(vmnet::mac_probe(digest, rank, probe));
  }
  const auto plan = vmnet::make_plan(vms);
  ASSERT_TRUE(plan);
  const auto planned = plan->vms();
  const auto& third_choice = find(planned, "vm-1");
  EXPECT_EQ(third_choice.placed(vm_resource::tap_name).probe, 2U);
  EXPECT_EQ(third_choice.placed(vm_resource::tap_name).holder, "vm-2");
  EXPECT_EQ(third_choice.identity.tap_name,
            vmnet::tap_name_from_uint32(vmnet::tap_probe(digest, rank, 2)));
  EXPECT_EQ(third_choice.placed(vm_resource::mac).probe, 2U);
  EXPECT_EQ(third_choice.identity.mac.to_uint64(), vmnet::mac_probe(digest, rank, 2));
}

TEST(Plan, NamesWhoHasTheV1ValuesOfAPinnedVm) {
  std::vector<vmnet::fleet_vm> vms = fleet({"vm-31", "vm-54"});
  vms[0].guest_ip = "172.30.0.2"_ipv4;
  vms[0].tap_name = name("tap-00000000x");
  vms[0].mac = mac("02:00:00:00:00:09");
  vms.push_back(vm("vm-2"));
  vms[2].tap_name = vmnet::tap_name_for("vm-31");
  vms[2].mac = vmnet::allocate_guest_mac("vm-31");
  const auto plan = vmnet::make_plan(vms);
  ASSERT_TRUE(plan);
  const auto planned = plan->vms();
  const auto& pinned = find(planned, "vm-31");
  EXPECT_EQ(pinned.placed(vm_resource::guest_ip).holder, "vm-54");
  EXPECT_EQ(pinned.placed(vm_resource::tap_name).holder, "vm-2");
  EXPECT_EQ(pinned.placed(vm_resource::mac).holder, "vm-2");
}

TEST(Plan, TakesOnlyNamesOfItsOwnFormForItsOwn) {
  std::vector<vmnet::fleet_vm> vms = fleet({"a", "b", "c", "d", "e"});
  const std::vector<std::string> names = {"tap-0000000A", "tap-0000000g", "tap-00000000",
                                          "tun-00000000", "tap-0000-000"};
  for (std::size_t i = 0; i < 5; ++i) vms[i].tap_name = name(names[i]);
  const auto plan = vmnet::make_plan(vms);
  ASSERT_TRUE(plan);
  const auto planned = plan->vms();
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_EQ(find(planned, vms[i].id).identity.tap_name, names[i]);
}

TEST(PlanErrors, NameSubnetsThatAreTooSmall) {
  EXPECT_EQ(complaints({vm("b", "10.0.0.0/31"_ipv4_net), vm("a", "10.0.0.0/31"_ipv4_net),
                        vm("c", "10.1.0.0/32"_ipv4_net)}),
            "subnet 10.0.0.0/31 too small: need /30 or larger (got 2 addresses), wanted by 'a'\n"
            "subnet 10.1.0.0/32 too small: need /30 or larger (got 1 address), wanted by 'c'\n");
}

TEST(PlanErrors, NameSubnetsThatOverlap) {
  EXPECT_EQ(complaints({vm("b", "10.0.1.0/24"_ipv4_net), vm("a", "10.0.0.0/16"_ipv4_net),
                        vm("c", "10.0.2.0/24"_ipv4_net)}),
            "subnet 10.0.1.0/24 ('b') overlaps subnet 10.0.0.0/16 ('a')\n");
}

TEST(PlanErrors, NameDuplicateIds) {
  EXPECT_EQ(complaints({vm("a"), vm("b"), vm("a", "10.0.0.0/24"_ipv4_net)}),
            "two VMs have the id 'a': in 10.0.0.0/24 and in 172.30.0.0/24\n");
}

TEST(PlanErrors, TellOfAnIdThatStandsThriceTheSameForAnyOrder) {
  auto vms = std::vector{vm("a", "10.0.0.0/28"_ipv4_net), vm("a", "10.0.0.16/29"_ipv4_net),
                         vm("a", "10.0.0.32/27"_ipv4_net)};
  const auto before = [](const vmnet::fleet_vm& x, const vmnet::fleet_vm& y) {
    return x.subnet < y.subnet;
  };
  do {
    EXPECT_EQ(complaints(vms),
              "two VMs have the id 'a': in 10.0.0.0/28 and in 10.0.0.16/29\n"
              "two VMs have the id 'a': in 10.0.0.16/29 and in 10.0.0.32/27\n");
  } while (std::next_permutation(vms.begin(), vms.end(), before));
}

TEST(PlanErrors, NameVmsWithoutAGenerationAmongOthers) {
  auto vms = fleet({"c", "b", "a"});
  vms[1].generation = 0;
  EXPECT_EQ(complaints(vms),
            "'a' has no generation, and other VMs have one\n"
            "'c' has no generation, and other VMs have one\n");
}

TEST(PlanErrors, SayHowFullASubnetIsAndWhatWouldDo) {
  const auto ids = fleets::sequence(1, 254);
  EXPECT_EQ(complaints(fleet(ids)),
            "subnet 172.30.0.0/24 is full: 254 VMs ('vm-1' among them) for 253 addresses; "
            "a /23 would do\n");
  EXPECT_EQ(complaints(fleet({"a", "b"}, "10.0.0.0/30"_ipv4_net)),
            "subnet 10.0.0.0/30 is full: 2 VMs ('a' among them) for 1 address; a /29 would do\n");
  EXPECT_EQ(complaints(fleet({"a", "b"}, "10.0.0.0/30"_ipv4_net), excluding("10.0.0.3-10.0.0.14")),
            "subnet 10.0.0.0/30 is full: 2 VMs ('a' among them) for 1 address; a /27 would do\n");
  EXPECT_EQ(complaints(fleet({"a"}, "0.0.0.0/0"_ipv4_net), excluding("0.0.0.0/0")),
            "subnet 0.0.0.0/0 is full: 1 VMs ('a' among them) for 0 addresses; "
            "no prefix is short enough\n");
}

TEST(PlanErrors, NamePinsThatCanNotBe) {
  auto vms = fleet({"a", "b", "c", "d", "e", "f", "g", "h"});
  vms[0].guest_ip = "172.30.1.5"_ipv4;
  vms[1].guest_ip = "172.30.0.1"_ipv4;
  vms[2].guest_ip = "172.30.0.0"_ipv4;
  vms[3].guest_ip = "172.30.0.255"_ipv4;
  vms[4].guest_ip = "172.30.0.9"_ipv4;
  vms[5].tap_name = vmnet::interface_name();
  vms[6].mac = mac("03:00:00:00:00:01");
  vms[7].mac = vmnet::mac_address();
  EXPECT_EQ(complaints(vms, excluding("172.30.0.9")),
            "'a' is pinned to guest_ip 172.30.1.5, outside its subnet 172.30.0.0/24\n"
            "'b' is pinned to guest_ip 172.30.0.1, the network, gateway or broadcast address of "
            "172.30.0.0/24\n"
            "'c' is pinned to guest_ip 172.30.0.0, the network, gateway or broadcast address of "
            "172.30.0.0/24\n"
            "'d' is pinned to guest_ip 172.30.0.255, the network, gateway or broadcast address of "
            "172.30.0.0/24\n"
            "'e' is pinned to guest_ip 172.30.0.9, which is excluded\n"
            "'f' is pinned to tap_name (empty), which no interface can have\n"
            "'g' is pinned to mac 03:00:00:00:00:01, which no interface can have\n"
            "'h' is pinned to mac 00:00:00:00:00:00, which no interface can have\n");
}

TEST(PlanErrors, NameBothVmsOfTwoPinsForOneValue) {
  auto vms = fleet({"a", "b"});
  for (auto& each : vms) {
    each.guest_ip = "172.30.0.9"_ipv4;
    each.tap_name = name("uplink");
    each.mac = mac("02:00:00:00:00:09");
  }
  const std::string expected = complaints(vms);
  std::ranges::reverse(vms);
  EXPECT_EQ(complaints(vms), expected);
  EXPECT_NE(expected.find("'b' in 172.30.0.0/24 is pinned to tap_name uplink, which 'a' in "
                          "172.30.0.0/24 has\n"),
            std::string::npos)
      << expected;
  EXPECT_EQ(std::ranges::count(expected, '\n'), 3);
}

TEST(PlanErrors, HaveASentenceForEveryCode) {
  std::set<std::string> sentences;
  for (int code = 0; code <= static_cast<int>(plan_errc::kept_conflict); ++code)
    sentences.insert(to_string(vmnet::plan_error{.code = static_cast<plan_errc>(code)}));
  EXPECT_EQ(sentences.size(), 15U);
  EXPECT_EQ(to_string(vmnet::plan_error{.code = static_cast<plan_errc>(99)}), "unknown error");
}

class KeptPlan : public testing::Test {
 protected:
  KeptPlan() : ids(fleets::sequence(1, 100)) {
    before = vmnet::make_plan(fleet(ids))->vms();
    options.keep = before;
  }
  std::string kept_of(std::string_view id) {
    return find(before, id).identity.guest_ip.to_string();
  }

  std::vector<std::string> ids;
  std::vector<vmnet::planned_vm> before;
  vmnet::plan_options options;
};

TEST_F(KeptPlan, MovesNobodyWhenVmsComeAndGo) {
  std::vector<std::string> others(ids.begin() + 40, ids.end());
  for (const std::string& id : fleets::sequence(500, 560)) others.push_back(id);
  const auto after = vmnet::make_plan(fleet(others), options);
  ASSERT_TRUE(after);
  expect_unique(*after);
  const auto vms = after->vms();
  const auto changes = vmnet::diff(before, vms);
  EXPECT_EQ(changes.added.size(), 61U);
  EXPECT_EQ(changes.removed.size(), 40U);
  EXPECT_TRUE(changes.moved.empty());
}

TEST_F(KeptPlan, SaysWhatIsKept) {
  const auto after = vmnet::make_plan(fleet(ids), options)->vms();
  for (const auto& vm_before : before) {
    const auto& now = find(after, vm_before.id).placed(vm_resource::guest_ip);
    const auto& then = vm_before.placed(vm_resource::guest_ip);
    EXPECT_EQ(now.kind, then.kind == placement_kind::probed ? placement_kind::kept : then.kind);
    EXPECT_EQ(now.holder, then.holder);
  }
}

TEST_F(KeptPlan, LetsAPinMoveItsVm) {
  auto vms = fleet(ids);
  std::vector<bool> used(256);
  for (const auto& planned : before) used[planned.identity.guest_ip.to_octets()[3]] = true;
  const auto free = std::ranges::find(used.begin() + 2, used.end(), false) - used.begin();
  vms[0].guest_ip = *subnet_24.nth(static_cast<std::uint64_t>(free));
  const auto after = vmnet::make_plan(vms, options)->vms();
  const auto changes = vmnet::diff(before, after);
  ASSERT_EQ(changes.moved.size(), 1U);
  EXPECT_EQ(changes.moved[0].to->id, "vm-1");
  EXPECT_EQ(changes.moved[0].resource, vm_resource::guest_ip);
  EXPECT_EQ(changes.moved[0].reason, change_reason::pinned);
}

TEST_F(KeptPlan, PrefersPinsOfNamesAndMacsToWhatWasKept) {
  auto vms = fleet(ids);
  vms[0].tap_name = name("uplink");
  vms[1].mac = mac("02:00:00:00:00:09");
  const auto after = vmnet::make_plan(vms, options)->vms();
  EXPECT_EQ(find(after, "vm-1").identity.tap_name, "uplink");
  EXPECT_EQ(find(after, "vm-1").identity.guest_ip, find(before, "vm-1").identity.guest_ip);
  EXPECT_EQ(find(after, "vm-2").identity.mac, mac("02:00:00:00:00:09"));
  EXPECT_EQ(vmnet::diff(before, after).moved.size(), 2U);
}

TEST_F(KeptPlan, KeepsTheOnlyVmThatIsLeft) {
  const auto after = vmnet::make_plan(fleet({"vm-1"}), options);
  ASSERT_TRUE(after);
  EXPECT_EQ((*after)[0].identity, find(before, "vm-1").identity);
}

TEST_F(KeptPlan, RefusesAPinToAKeptValueUnlessItsOwnerMayMove) {
  auto vms = fleet(ids);
  vms[0].guest_ip = find(before, "vm-2").identity.guest_ip;
  EXPECT_EQ(complaints(vms, options), "'vm-2' in 172.30.0.0/24 can not keep guest_ip " +
                                          kept_of("vm-2") +
                                          ", which 'vm-1' in 172.30.0.0/24 has\n");
  const std::vector<std::string_view> movable = {"vm-2", "nobody"};
  options.allow_move = movable;
  const auto after = vmnet::make_plan(vms, options);
  ASSERT_TRUE(after);
  expect_unique(*after);
  const auto planned = after->vms();
  const auto changes = vmnet::diff(before, planned);
  ASSERT_EQ(changes.moved.size(), 2U);
  EXPECT_EQ(changes.moved[1].to->id, "vm-2");
  EXPECT_EQ(changes.moved[1].reason, change_reason::taken);
  EXPECT_EQ(changes.moved[1].taker->id, "vm-1");
}

TEST_F(KeptPlan, RefusesAnExcludedValueUnlessItsOwnerMayMove) {
  options.excluded = set_of(kept_of("vm-7"));
  EXPECT_EQ(complaints(fleet(ids), options),
            "'vm-7' can not keep guest_ip " + kept_of("vm-7") + ", which is excluded now\n");
  const std::vector<std::string_view> movable = {"vm-7"};
  options.allow_move = movable;
  const auto after = vmnet::make_plan(fleet(ids), options)->vms();
  const auto changes = vmnet::diff(before, after);
  ASSERT_EQ(changes.moved.size(), 1U);
  EXPECT_EQ(changes.moved[0].reason, change_reason::not_available);
}

TEST_F(KeptPlan, RefusesAChangedSubnetUnlessItsVmMayMove) {
  auto vms = fleet(ids);
  vms[6].subnet = "10.0.0.0/24"_ipv4_net;
  EXPECT_EQ(complaints(vms, options), "'vm-7' can not keep guest_ip " + kept_of("vm-7") +
                                          ", no guest address of its subnet 10.0.0.0/24\n");
  const std::vector<std::string_view> movable = {"vm-7"};
  options.allow_move = movable;
  const auto after = vmnet::make_plan(vms, options)->vms();
  const auto changes = vmnet::diff(before, after);
  ASSERT_EQ(changes.moved.size(), 1U);
  EXPECT_EQ(changes.moved[0].reason, change_reason::subnet_changed);
  EXPECT_EQ(find(after, "vm-7").identity.mac, find(before, "vm-7").identity.mac);
}

TEST_F(KeptPlan, RefusesWhatNoPlanCanHaveGiven) {
  before.push_back(before.front());
  before[1].identity.guest_ip = "172.30.0.1"_ipv4;
  options.keep = before;
  EXPECT_EQ(complaints(fleet(ids), options),
            "the previous plan has '" + std::string(before[0].id) + "' more than once\n");
  before.pop_back();
  before[2].identity.tap_name = {};
  before[2].identity.mac = {};
  options.keep = before;
  const std::string all = complaints(fleet(ids), options);
  EXPECT_EQ(std::ranges::count(all, '\n'), 3) << all;
  EXPECT_NE(all.find("guest_ip 172.30.0.1, no guest address of"), std::string::npos) << all;
  EXPECT_NE(all.find("tap_name (empty), which no interface can have"), std::string::npos) << all;
}

vmnet::planned_vm row(std::string_view id, vmnet::ipv4_address address, vmnet::placement placed) {
  vmnet::planned_vm made{
      .id = id, .generation = {}, .identity = *vmnet::identify(id, subnet_24), .placements = {}};
  made.identity.guest_ip = address;
  made.placements[static_cast<std::size_t>(vm_resource::guest_ip)] = placed;
  return made;
}

TEST(PlanDiff, OfEqualPlansIsEmpty) {
  const auto ids = fleets::sequence(1, 50);
  const auto plan = vmnet::make_plan(fleet(ids))->vms();
  EXPECT_TRUE(vmnet::diff(plan, plan).empty());
  EXPECT_TRUE(vmnet::diff({}, {}).empty());
  EXPECT_FALSE(vmnet::diff({}, plan).empty());
  EXPECT_FALSE(vmnet::diff(plan, {}).empty());
}

TEST(PlanDiff, SaysWhyAValueIsAnother) {
  const vmnet::placement far{.kind = placement_kind::probed, .probe = 4, .holder = {}};
  const vmnet::placement near{.kind = placement_kind::probed, .probe = 2, .holder = {}};
  const std::vector<vmnet::planned_vm> before = {
      row("a", "172.30.0.10"_ipv4, far), row("b", "172.30.0.11"_ipv4, far),
      row("c", "172.30.0.12"_ipv4, near), row("d", "172.30.0.250"_ipv4, {}),
      row("e", "172.30.0.14"_ipv4, far)};
  const std::vector<vmnet::planned_vm> after = {
      row("a", "172.30.0.20"_ipv4, near), row("b", "172.30.0.21"_ipv4, {}),
      row("c", "172.30.0.22"_ipv4, far), row("d", "172.30.0.23"_ipv4, near),
      row("e", "172.30.0.24"_ipv4, {.kind = placement_kind::kept, .probe = 0, .holder = {}})};
  const auto changes = vmnet::diff(before, after);
  EXPECT_FALSE(changes.empty());
  ASSERT_EQ(changes.moved.size(), 5U);
  EXPECT_EQ(changes.moved[0].reason, change_reason::nearer);
  EXPECT_EQ(changes.moved[1].reason, change_reason::back_to_v1);
  EXPECT_EQ(changes.moved[2].reason, change_reason::not_available);
  EXPECT_EQ(changes.moved[3].reason, change_reason::not_available);
  EXPECT_EQ(changes.moved[4].reason, change_reason::not_available);
}

TEST(PlanDiff, ComparesEveryByteOfATapName) {
  std::vector<vmnet::planned_vm> before = {row("a", "172.30.0.10"_ipv4, {})};
  std::vector<vmnet::planned_vm> after = before;
  before[0].identity.tap_name = name("interface-name1");
  after[0].identity.tap_name = name("interface-name2");
  EXPECT_EQ(vmnet::diff(before, after).moved.size(), 1U);
}

TEST(PlanDiff, TakesTheLastRowOfAnId) {
  const std::vector<vmnet::planned_vm> before = {row("a", "172.30.0.10"_ipv4, {}),
                                                 row("a", "172.30.0.11"_ipv4, {})};
  const std::vector<vmnet::planned_vm> after = {row("a", "172.30.0.11"_ipv4, {})};
  EXPECT_TRUE(vmnet::diff(before, after).empty());
}

TEST(Plan, EqualsAnotherWithTheSameVms) {
  const auto ids = fleets::sequence(1, 50);
  auto vms = fleet(ids);
  const auto one = vmnet::make_plan(vms);
  std::ranges::reverse(vms);
  EXPECT_EQ(*one, *vmnet::make_plan(vms));
  EXPECT_FALSE(*one == *vmnet::make_plan(vms, excluding("10.0.0.0/8, 172.30.0.7")));
  vms[0].guest_ip = "172.30.0.77"_ipv4;
  EXPECT_FALSE(*one == *vmnet::make_plan(vms));
  vms.pop_back();
  EXPECT_FALSE(*one == *vmnet::make_plan(vms));
}

TEST(PlanWords, AreThereForEveryEnumerator) {
  EXPECT_EQ(to_string(vm_resource::tap_name), "tap_name");
  EXPECT_EQ(to_string(vm_resource::guest_ip), "guest_ip");
  EXPECT_EQ(to_string(vm_resource::mac), "mac");
  EXPECT_EQ(to_string(static_cast<vm_resource>(9)), "unknown resource");
  EXPECT_EQ(to_string(placement_kind::v1), "v1");
  EXPECT_EQ(to_string(placement_kind::probed), "probed");
  EXPECT_EQ(to_string(placement_kind::pinned), "pinned");
  EXPECT_EQ(to_string(placement_kind::kept), "kept");
  EXPECT_EQ(to_string(static_cast<placement_kind>(9)), "unknown placement");
  std::set<std::string_view> reasons;
  for (int i = 0; i <= static_cast<int>(change_reason::not_available); ++i)
    reasons.insert(to_string(static_cast<change_reason>(i)));
  EXPECT_EQ(reasons.size(), 6U);
  EXPECT_EQ(to_string(static_cast<change_reason>(99)), "unknown reason");
}

TEST(Probes, WalkOverEverySlotOnce) {
  for (std::uint64_t slots = 1; slots < 300; ++slots)
    for (std::uint64_t rank = 0; rank < 5; ++rank) {
      vmnet::slot_walk walk(12345, rank, slots);
      std::set<std::uint64_t> seen;
      for (std::uint64_t i = 0; i < slots; ++i, walk.next()) seen.insert(walk.slot());
      EXPECT_EQ(seen.size(), slots);
      EXPECT_EQ(*seen.rbegin(), slots - 1);
    }
}

TEST(Probes, ReadBackTheirTapNames) {
  for (const std::uint32_t bits : {0U, 1U, 0x1fdcc600U, 0xabcdef09U, 0xffffffffU})
    EXPECT_EQ(vmnet::tap_name_to_uint32(vmnet::tap_name_from_uint32(bits)), bits);
  for (const char* other : {"tap-0000000A", "tap-0000000g", "tun-00000000", "tap-0000-000",
                            "tap-0000000", "tap-000000000", "eth0", "tap-0000000/"})
    EXPECT_FALSE(vmnet::tap_name_to_uint32(
        vmnet::interface_name::parse(other).value_or(vmnet::interface_name())));
}

TEST(Probes, BeginWithTheValuesOfSchemeV1) {
  const auto identity = *vmnet::identify("vm-1", subnet_24);
  EXPECT_EQ(vmnet::tap_name_from_uint32(vmnet::tap_probe(identity.digest, 5, 0)),
            identity.tap_name);
  EXPECT_EQ(vmnet::mac_probe(identity.digest, 5, 0), identity.mac.to_uint64());
  EXPECT_EQ(vmnet::slot_walk(identity.digest, 5, 253).slot() + 2, 231U);
}

TEST(PlanError, EqualsOneThatTellsTheSame) {
  const vmnet::plan_error error{.code = plan_errc::subnet_full, .id = "a", .vms = 3};
  vmnet::plan_error other = error;
  EXPECT_TRUE(error == other);
  other.vms = 4;
  EXPECT_FALSE(error == other);
}

}  // namespace
