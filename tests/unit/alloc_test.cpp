#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>

import vmnet.alloc;

namespace {

using namespace std::literals;
using namespace vmnet::literals;
using vmnet::allocate_guest_ip;
using vmnet::allocate_guest_mac;
using vmnet::fnv1a_64;
using vmnet::format_mac;
using vmnet::gateway_for;
using vmnet::identify;
using vmnet::ipv4_network;
using vmnet::subnet_errc;
using vmnet::subnet_error;
using vmnet::tap_name_for;
using vmnet::vm_short_hash;

constexpr auto small = "172.30.0.0/24"_ipv4_net;

std::string vm(int n) { return "vm-" + std::to_string(n); }

TEST(VmShortHash, IsTheTop32BitsInLowerCaseHex) {
  EXPECT_EQ(vm_short_hash("vm-1"), "1fdcc600");
  EXPECT_EQ(vm_short_hash(""), "cbf29ce4");
  EXPECT_EQ(vm_short_hash("foobar"), "85944171");
  EXPECT_EQ(vm_short_hash("fo"), "08985907") << "zero-padded";
}

TEST(TapNameFor, IsThePrefixAndTheShortHash) {
  EXPECT_EQ(vmnet::tap_name_prefix, "tap-");
  EXPECT_EQ(vmnet::tap_hash_length, 8U);
  EXPECT_EQ(tap_name_for("vm-1"), "tap-1fdcc600");
  EXPECT_EQ(tap_name_for("vm-é"), "tap-93359671");
}

TEST(TapNameFor, FitsTheKernelsLimitForEveryId) {
  for (const std::string& id : {""s, "a"s, std::string(10'000, 'x'), "\0\xff/:% "s}) {
    EXPECT_EQ(tap_name_for(id).size(), 12U);
    EXPECT_TRUE(vmnet::interface_name::parse(tap_name_for(id)));
  }
}

TEST(Identity, IsTheSameEveryTime) {
  for (int n = 0; n < 100; ++n) EXPECT_EQ(identify(vm(n), small), identify(vm(n), small));
}

TEST(Identity, OfDifferentIdsDiffers) {
  EXPECT_NE(tap_name_for("vm-1"), tap_name_for("vm-2"));
  EXPECT_NE(allocate_guest_mac("vm-1"), allocate_guest_mac("vm-2"));
  EXPECT_NE(*allocate_guest_ip("vm-1", small), *allocate_guest_ip("vm-2", small));
}

TEST(Identity, EveryByteOfTheIdCounts) {
  const std::set<std::string_view> ids{"vm", "VM", "vm ", " vm", "vm\0"sv, "vm\n"};
  std::set<std::uint64_t> macs;
  for (const std::string_view id : ids) macs.insert(allocate_guest_mac(id).to_uint64());
  EXPECT_EQ(macs.size(), ids.size());
}

TEST(AllocateGuestIp, SkipsTheReservedAddresses) {
  for (const auto subnet : {small, "10.0.0.0/29"_ipv4_net, "10.0.0.0/30"_ipv4_net}) {
    for (int n = 0; n < 256; ++n) {
      const auto ip = allocate_guest_ip(vm(n), subnet);
      ASSERT_TRUE(ip);
      EXPECT_TRUE(subnet.contains(*ip));
      EXPECT_NE(*ip, subnet.network());
      EXPECT_NE(*ip, *gateway_for(subnet));
      EXPECT_NE(*ip, subnet.broadcast());
    }
  }
}

TEST(AllocateGuestIp, ReachesBothExtremesOfA24) {
  EXPECT_EQ(*allocate_guest_ip("vm-219", small), "172.30.0.2"_ipv4);
  EXPECT_EQ(*allocate_guest_ip("vm-27", small), "172.30.0.254"_ipv4);
}

TEST(AllocateGuestIp, HasOneAddressInA30) {
  for (int n = 0; n < 16; ++n)
    EXPECT_EQ(*allocate_guest_ip(vm(n), "255.255.255.252/30"_ipv4_net), "255.255.255.254"_ipv4);
}

TEST(AllocateGuestIp, WorksInTheWholeSpace) {
  constexpr auto all = "0.0.0.0/0"_ipv4_net;
  for (int n = 0; n < 1000; ++n) {
    const std::uint64_t offset = fnv1a_64(vm(n)) % 4'294'967'293U + 2;
    EXPECT_EQ(allocate_guest_ip(vm(n), all)->to_uint32(), offset);
  }
  EXPECT_EQ(*gateway_for(all), "0.0.0.1"_ipv4);
  EXPECT_EQ(*allocate_guest_ip("!0IC=VloaY", all), "0.0.0.2"_ipv4);
}

TEST(AllocateGuestIp, RejectsSubnetsWithoutRoom) {
  for (const auto subnet : {"10.0.0.0/31"_ipv4_net, "10.0.0.0/32"_ipv4_net}) {
    const subnet_error expected(subnet_errc::too_small, subnet);
    EXPECT_EQ(allocate_guest_ip("vm-1", subnet).error(), expected);
    EXPECT_EQ(identify("vm-1", subnet).error(), expected);
    EXPECT_EQ(vmnet::num_guest_addresses(subnet), 0U);
  }
  EXPECT_EQ(vmnet::num_guest_addresses("10.0.0.0/30"_ipv4_net), 1U);
  EXPECT_EQ(vmnet::num_guest_addresses(small), 253U);
  EXPECT_EQ(vmnet::num_guest_addresses("0.0.0.0/0"_ipv4_net), 4'294'967'293U);
}

TEST(GatewayFor, IsTheFirstAddressAfterTheNetworkAddress) {
  EXPECT_EQ(*gateway_for(small), "172.30.0.1"_ipv4);
  EXPECT_EQ(*gateway_for("172.30.0.42/24"_ipv4_net), "172.30.0.1"_ipv4);
  EXPECT_EQ(*gateway_for("255.255.255.254/31"_ipv4_net), "255.255.255.255"_ipv4);
}

TEST(GatewayFor, RejectsA32) {
  constexpr auto one = "10.0.0.7/32"_ipv4_net;
  EXPECT_EQ(gateway_for(one).error(), subnet_error(subnet_errc::no_gateway, one));
}

TEST(SubnetError, NamesTheSubnetAndTheReason) {
  EXPECT_EQ(to_string(identify("vm-1", "10.0.0.0/31"_ipv4_net).error()),
            "subnet 10.0.0.0/31 too small: need /30 or larger (got 2 addresses)");
  EXPECT_EQ(to_string(identify("vm-1", "10.0.0.0/32"_ipv4_net).error()),
            "subnet 10.0.0.0/32 too small: need /30 or larger (got 1 address)");
  EXPECT_EQ(to_string(gateway_for("10.0.0.7/32"_ipv4_net).error()),
            "subnet 10.0.0.7/32 has no gateway: need /31 or larger (got 1 address)");
}

TEST(SubnetError, TellsItsPartsAndCompares) {
  const subnet_error error(subnet_errc::too_small, small);
  EXPECT_EQ(error.code(), subnet_errc::too_small);
  EXPECT_EQ(error.subnet(), small);
  EXPECT_NE(error, subnet_error(subnet_errc::no_gateway, small));
  EXPECT_NE(error, subnet_error(subnet_errc::too_small, "10.0.0.0/8"_ipv4_net));
}

TEST(AllocateGuestMac, IsLocallyAdministeredUnicastWithFortyBitsOfTheDigest) {
  for (int n = 0; n < 256; ++n) {
    const auto mac = allocate_guest_mac(vm(n));
    EXPECT_TRUE(mac.is_unicast());
    EXPECT_TRUE(mac.is_locally_administered());
    EXPECT_EQ(mac.octets()[0], 0x02);
    EXPECT_EQ(mac.to_uint64() & 0xff'ffff'ffffU, fnv1a_64(vm(n)) & 0xff'ffff'ffffU);
  }
}

TEST(AllocateGuestMac, RepeatsTheLastTwoDigitsOfTheTapName) {
  for (int n = 0; n < 256; ++n) {
    const std::string tap = to_string(tap_name_for(vm(n)));
    const std::string mac = to_string(allocate_guest_mac(vm(n)));
    EXPECT_EQ(mac.substr(3, 2), tap.substr(10, 2));
  }
}

TEST(FormatMac, IsLowerCaseWithColons) {
  EXPECT_EQ(format_mac(vmnet::mac_address::from_uint64(0x02abcdef0109)), "02:ab:cd:ef:01:09");
  EXPECT_EQ(format_mac({}), "00:00:00:00:00:00");
}

TEST(Identify, AgreesWithTheSingleFunctions) {
  for (int n = 0; n < 256; ++n) {
    const auto identity = identify(vm(n), small);
    ASSERT_TRUE(identity);
    EXPECT_EQ(identity->digest, fnv1a_64(vm(n)));
    EXPECT_EQ(identity->tap_name, tap_name_for(vm(n)));
    EXPECT_EQ(identity->guest_ip, *allocate_guest_ip(vm(n), small));
    EXPECT_EQ(identity->gateway, *gateway_for(small));
    EXPECT_EQ(identity->subnet, small);
    EXPECT_EQ(identity->mac, allocate_guest_mac(vm(n)));
  }
}

TEST(VmIdentity, IsNoVmsByDefault) {
  const vmnet::vm_identity identity;
  EXPECT_TRUE(identity.tap_name.empty());
  EXPECT_NE(identity, *identify("vm-1", small));
  EXPECT_EQ(identity, vmnet::vm_identity());
}

TEST(KnownAnswers, IdsWithDigestZero) {
  for (const std::string_view id : {"!0IC=VloaY", "QvXtM>@Fp%"}) {
    EXPECT_EQ(fnv1a_64(id), 0U);
    EXPECT_EQ(tap_name_for(id), "tap-00000000");
    EXPECT_EQ(format_mac(allocate_guest_mac(id)), "02:00:00:00:00:00");
    EXPECT_EQ(*allocate_guest_ip(id, small), "172.30.0.2"_ipv4);
  }
}

TEST(KnownAnswers, TheFirstTapCollision) {
  EXPECT_EQ(tap_name_for("vm-5349"), "tap-6c5c696e");
  EXPECT_EQ(tap_name_for("vm-302406"), "tap-6c5c696e");
  EXPECT_NE(allocate_guest_mac("vm-5349"), allocate_guest_mac("vm-302406"));
}

TEST(KnownAnswers, AnIdThatTakesAnothersAddress) {
  EXPECT_EQ(*allocate_guest_ip("evil-306", small), *allocate_guest_ip("vm-1", small));
}

/// The first n for which vm-n has the address of an earlier one, and that one.
std::pair<int, int> first_collision(ipv4_network subnet) {
  std::set<std::pair<std::uint32_t, int>> seen;
  for (int n = 0;; ++n) {
    const std::uint32_t ip = allocate_guest_ip(vm(n), subnet)->to_uint32();
    const auto it = seen.lower_bound({ip, 0});
    if (it != seen.end() && it->first == ip) return {it->second, n};
    seen.insert({ip, n});
  }
}

TEST(KnownAnswers, TheFirstAddressCollisions) {
  EXPECT_EQ(first_collision(small), std::pair(31, 54));
  EXPECT_EQ(*allocate_guest_ip("vm-31", small), "172.30.0.185"_ipv4);
  EXPECT_EQ(first_collision("172.30.0.0/20"_ipv4_net), std::pair(88, 137));
  EXPECT_EQ(first_collision("172.30.0.0/16"_ipv4_net), std::pair(189, 770));
}

}  // namespace
