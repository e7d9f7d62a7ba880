// Hosts that are made up, compared with what two VMs need.
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

import vmnet;
import vmnet.cli.check;
import vmnet.cli.emit;

namespace {

using namespace vmnet::literals;
using vmnet::cli::host_comparison;
using vmnet::cli::host_state;
using vmnet::cli::machine;

constexpr vmnet::ipv4_network subnet = "172.30.0.0/24"_ipv4_net;
constexpr std::uint32_t bridge = 10;
constexpr std::uint32_t first_tap = 11;
constexpr std::uint32_t other = 20;

const std::vector<machine>& vms() {
  static const std::vector<machine> both = {{"vm-1", *vmnet::identify("vm-1", subnet)},
                                            {"vm-2", *vmnet::identify("vm-2", subnet)}};
  return both;
}

vmnet::mac_address mac(std::uint64_t value) { return vmnet::mac_address::from_uint64(value); }

/// A host that has all that `vms()` need.
host_state good_host() {
  host_state host;
  host.links.push_back({1, 0, "lo", "", false, true, {}});
  host.links.push_back({bridge, 0, "vmnet0", "bridge", false, true, mac(0x06'00'ac'1e'00'01)});
  host.links.push_back({other, 0, "eth0", "", false, true, mac(0x52'54'00'00'00'01)});
  std::uint32_t index = first_tap;
  for (const machine& vm : vms()) {
    const std::string name(vm.identity.tap_name);
    host.links.push_back(
        {index, bridge, name, "tun", true, true, mac(0x7e'00'00'00'00'00U | index)});
    ++index;
  }
  host.addresses = {{bridge, "172.30.0.1"_ipv4, 24}, {other, "192.0.2.7"_ipv4, 24}};
  host.routes = {{"0.0.0.0/0"_ipv4_net, other}, {subnet, bridge}};
  host.forwarding = {{-1, true}, {static_cast<std::int32_t>(bridge), true}};
  host.guard = {true, false, true, true, {}, 0};
  for (std::size_t i = 0; i < vmnet::cli::guard_set_names.size(); ++i) {
    host.guard.sets.push_back({std::string(vmnet::cli::guard_set_names[i]), true, {}});
    for (const machine& vm : vms())
      host.guard.sets.back().elements.push_back(vmnet::cli::guard_elements(vm.identity)[i]);
  }
  return host;
}

host_comparison compare(const host_state& host, std::uint8_t parts = vmnet::cli::all_check_parts) {
  return vmnet::cli::compare_host(vms(), host, {"vmnet0", parts, "--plan=p"});
}

/// "kind: fix" of each difference of a host in which one thing is not as it was.
std::vector<std::string> told(const std::function<void(host_state&)>& change) {
  host_state host = good_host();
  change(host);
  std::vector<std::string> lines;
  for (const auto& one : compare(host).differences)
    lines.push_back(std::string(one.kind) + ": " + one.fix);
  return lines;
}

using strings = std::vector<std::string>;

TEST(CompareHost, FindsNothingWhereAllIsThere) {
  const host_comparison answer = compare(good_host());
  EXPECT_TRUE(answer.differences.empty());
  EXPECT_TRUE(answer.notes.empty());
}

TEST(CompareHost, NamesWhoseItIs) {
  host_state host = good_host();
  host.links.back().is_up = false;
  const host_comparison answer = compare(host);
  ASSERT_EQ(answer.differences.size(), 1U);
  EXPECT_EQ(answer.differences[0].vm, &vms()[1]);
  EXPECT_EQ(answer.differences[0].interface, "tap-1fdcc500");
  EXPECT_EQ(answer.differences[0].found, "tap-1fdcc500 of vm-2 is down");
}

TEST(CompareHost, TakesALinkOfTheSameNameForATapOnlyWhereItIsOne) {
  EXPECT_EQ(told([](host_state& host) { host.links.back().is_tap = false; }),
            strings({"tap_kind: find out who made it, and take it away: ip link delete dev "
                     "tap-1fdcc500"}));
  EXPECT_EQ(told([](host_state& host) { host.links[1].kind = "vlan"; }).front(),
            "bridge_kind: choose another name with --bridge, here and for vmnet emit");
}

TEST(CompareHost, MovesATapThatIsElsewhere) {
  for (const std::uint32_t master : {0U, other, 99U})
    EXPECT_EQ(told([&](host_state& host) { host.links.back().master = master; }),
              strings({"tap_elsewhere: ip link set dev tap-1fdcc500 master vmnet0"}));
}

TEST(CompareHost, TellsMacAddressesThatWouldTakeAGuestsFrames) {
  const auto guest = vms()[0].identity.mac;
  EXPECT_EQ(told([&](host_state& host) { host.links.back().mac = guest; }),
            strings({"tap_mac: ip link set dev tap-1fdcc500 address fe:00:d9:71:01:a6"}));
  EXPECT_EQ(told([&](host_state& host) { host.links[1].mac = guest; }),
            strings({"bridge_mac: ip link set dev vmnet0 address 06:00:ac:1e:00:01"}));
  // The port's own, which the bridge has as long as that port is the lowest.
  EXPECT_EQ(told([](host_state& host) { host.links[1].mac = host.links.back().mac; }),
            strings({"bridge_mac: ip link set dev vmnet0 address 06:00:ac:1e:00:01"}));
}

TEST(CompareHost, QuotesTheNamesOfOthers) {
  const auto add = [](const char* name, std::uint32_t master) {
    return
        [=](host_state& host) { host.links.push_back({30, master, name, "tun", true, true, {}}); };
  };
  EXPECT_EQ(told(add("tap-$(x)", bridge)), strings({"tap_foreign: ip link delete dev 'tap-$(x)'"}));
  EXPECT_EQ(told(add("tap-'", bridge)), strings({"tap_foreign: ip link delete dev 'tap-'\\'''"}));
  EXPECT_EQ(told(add("tap-\x1b'", bridge)),
            strings({"tap_foreign: ip link delete dev $'tap-\\x1b\\''"}));
  EXPECT_EQ(told(add("tap-00000000", other)), strings());  // in another bridge
  EXPECT_EQ(told(add("veth0", bridge)), strings());        // nothing of ours
}

TEST(CompareHost, ReadsNeighboursOfTheBridgeAlone) {
  const auto add = [](std::uint32_t link, const char* address, std::uint64_t at) {
    return [=](host_state& host) {
      host.neighbours.push_back({link, *vmnet::ipv4_address::parse(address), mac(at)});
    };
  };
  EXPECT_EQ(told(add(bridge, "172.30.0.231", 1)),
            strings({"neighbour_wrong: ip neigh del 172.30.0.231 dev vmnet0"}));
  EXPECT_EQ(told(add(bridge, "172.30.0.231", vms()[0].identity.mac.to_uint64())), strings());
  EXPECT_EQ(told(add(other, "172.30.0.231", 1)), strings());
  EXPECT_EQ(told(add(bridge, "172.30.0.99", 1)), strings());  // no VM's
}

TEST(CompareHost, TellsAddressesOfTheHostInsideOfTheSubnet) {
  const auto add = [](std::uint32_t link, const char* address, int length) {
    return [=](host_state& host) {
      const auto parsed = *vmnet::ipv4_address::parse(address);
      host.addresses.push_back({link, parsed, length});
      // The route that the kernel makes of it is not told beside it.
      host.routes.push_back({*vmnet::ipv4_network::make(parsed, length), link});
    };
  };
  EXPECT_EQ(told(add(bridge, "172.30.0.231", 32)),
            strings({"address_taken: ip address del 172.30.0.231/32 dev vmnet0"}));
  EXPECT_EQ(told(add(bridge, "172.30.0.9", 24)), strings());
  EXPECT_EQ(told(add(other, "172.30.1.9", 24)), strings());
  const std::string decide =
      ": give the guests another subnet (vmnet carve finds one), or that interface another address";
  EXPECT_EQ(told(add(other, "172.30.0.9", 24)), strings({"address_overlap" + decide}));
  EXPECT_EQ(told(add(other, "172.30.0.231", 24)), strings({"address_taken" + decide}));
}

TEST(CompareHost, TellsRoutesThatTakeTheGuestsTraffic) {
  const auto add = [](const char* to, std::uint32_t link) {
    return
        [=](host_state& host) { host.routes.push_back({*vmnet::ipv4_network::parse(to), link}); };
  };
  EXPECT_EQ(told(add("172.30.0.0/25", other)),
            strings({"route_overlap: ip route del 172.30.0.0/25 dev eth0"}));
  EXPECT_EQ(told(add("172.30.0.0/24", 0)), strings({"route_overlap: ip route del 172.30.0.0/24"}));
  EXPECT_EQ(told(add("172.30.0.0/25", bridge)), strings());
  EXPECT_EQ(told(add("172.30.1.0/24", other)), strings());
}

TEST(CompareHost, OnlyNotesARouteThatLosesToTheGuests) {
  host_state host = good_host();
  host.routes.push_back({"172.16.0.0/12"_ipv4_net, other});
  const host_comparison answer = compare(host);
  EXPECT_TRUE(answer.differences.empty());
  ASSERT_EQ(answer.notes.size(), 1U);
  EXPECT_EQ(answer.notes[0], "the guests' 172.30.0.0/24 hides that part of 172.16.0.0/12 dev eth0");
}

TEST(CompareHost, SaysWhichForwardingToTurnOn) {
  EXPECT_EQ(told([](host_state& host) { host.forwarding[1].is_on = false; }),
            strings({"forwarding_off: sysctl -w net/ipv4/conf/vmnet0/forwarding=1"}));
  EXPECT_EQ(told([](host_state& host) {
              for (auto& one : host.forwarding) one.is_on = false;
            }),
            strings({"forwarding_off: sysctl -w net.ipv4.ip_forward=1"}));
}

TEST(CompareHost, LoadsTheGuardWhereItIsNotWhole) {
  const std::string load = "vmnet emit nftables --plan=p --bridge vmnet0 | nft -f -";
  EXPECT_EQ(told([](host_state& host) { host.guard.is_there = false; }),
            strings({"guard_missing: " + load}));
  const strings broken = {"guard_broken: " + load};
  EXPECT_EQ(told([](host_state& host) { host.guard.is_dormant = true; }), broken);
  EXPECT_EQ(told([](host_state& host) { host.guard.is_hooked = false; }), broken);
  EXPECT_EQ(told([](host_state& host) { host.guard.has_verdicts = false; }), broken);
  EXPECT_EQ(told([](host_state& host) { host.guard.sets[1].is_there = false; }), broken);
}

TEST(CompareHost, TellsTheElementsOfATapAtOnce) {
  const strings missing = told([](host_state& host) {
    for (auto& set : host.guard.sets) set.elements.erase(set.elements.begin());
  });
  EXPECT_EQ(
      missing,
      strings({R"(element_missing: nft 'add element bridge vmnet-vmnet0 taps { "tap-1fdcc600" }; )"
               R"(add element bridge vmnet-vmnet0 macs { "tap-1fdcc600" . 02:00:d9:71:01:a6 }; )"
               R"(add element bridge vmnet-vmnet0 guests { "tap-1fdcc600" . )"
               R"(02:00:d9:71:01:a6 . 172.30.0.231 }')"}));
}

TEST(CompareHost, TellsElementsThatAreNobodys) {
  const auto add = [](std::size_t set, const char* element) {
    return [=](host_state& host) { host.guard.sets[set].elements.emplace_back(element); };
  };
  EXPECT_EQ(told(add(0, "\"tap-00000000\"")),
            strings({"element_foreign: nft 'delete element bridge vmnet-vmnet0 taps { "
                     "\"tap-00000000\" }'"}));
  EXPECT_EQ(told(add(2, "0x00")), strings({"element_foreign: nft 'delete element bridge "
                                           "vmnet-vmnet0 guests { 0x00 }'"}));

  // Where those of others are ignored, the ones of our TAPs are not.
  host_state host = good_host();
  add(0, "\"tap-00000000\"")(host);
  add(1, "\"tap-1fdcc600\" . 02:00:00:00:00:01")(host);
  constexpr auto others = static_cast<unsigned>(vmnet::cli::check_part::others);
  const auto answer =
      compare(host, static_cast<std::uint8_t>(vmnet::cli::all_check_parts & ~others));
  ASSERT_EQ(answer.differences.size(), 1U);
  EXPECT_EQ(answer.differences[0].interface, "tap-1fdcc600");
}

TEST(CompareHost, NotesAGuardThatCouldNotBeRead) {
  host_state host = good_host();
  host.guard = {};
  host.guard.error = EPERM;
  const host_comparison answer = compare(host);
  EXPECT_TRUE(answer.differences.empty());
  ASSERT_EQ(answer.notes.size(), 1U);
  EXPECT_NE(answer.notes[0].find("CAP_NET_ADMIN"), std::string::npos);
}

TEST(ShellWord, IsOneWordWhateverItHolds) {
  using vmnet::cli::shell_word;
  EXPECT_EQ(shell_word("fleet.jsonl"), "fleet.jsonl");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("~"), "'~'");
  EXPECT_EQ(shell_word("a'b"), "'a'\\''b'");
  EXPECT_EQ(shell_word("a\nb'\\"), "$'a\\nb\\'\\\\'");
  EXPECT_EQ(shell_word("\xff"), "$'\\xff'");
}

}  // namespace
