#include <gtest/gtest.h>

#include <array>
#include <functional>

import vmnet.ipv4;

namespace {

using namespace vmnet::literals;

TEST(Surface, OfVmnetIpv4) {
  constexpr vmnet::ipv4_address address = "10.0.0.1"_ipv4;
  constexpr vmnet::ipv4_network network = "10.0.0.0/8"_ipv4_net;
  static_assert(vmnet::ipv4_address::max_length == 15 && vmnet::ipv4_network::max_length == 18);
  EXPECT_EQ(vmnet::ipv4_address::from_octets(vmnet::ipv4_address::octets_type{10, 0, 0, 1}),
            address);
  EXPECT_EQ(vmnet::ipv4_address::from_uint32(address.to_uint32()), address);
  EXPECT_EQ(vmnet::ipv4_address::parse("10.0.0.1")->to_octets(), address.to_octets());
  std::array<char, 18> buffer{};
  EXPECT_EQ(address.to_chars(buffer.data(), buffer.data() + 18).ptr, buffer.data() + 8);
  EXPECT_EQ(network.to_chars(buffer.data(), buffer.data() + 18).ptr, buffer.data() + 10);
  EXPECT_EQ(vmnet::to_string(address), address.to_string());
  EXPECT_EQ(vmnet::to_string(network), network.to_string());
  EXPECT_EQ(vmnet::ipv4_network::make(address, 8), network);
  EXPECT_EQ(vmnet::ipv4_network::parse("10.0.0.0/8"), network);
  EXPECT_FALSE(vmnet::ipv4_network::parse("10.0.0.1/8", vmnet::cidr_policy::reject_host_bits));
  EXPECT_TRUE(vmnet::ipv4_network::parse("10.0.0.1/08", vmnet::cidr_policy::lenient));
  EXPECT_NE(vmnet::to_string(vmnet::network_errc::host_bits_set), "");
  EXPECT_EQ(network.network().to_uint32() | network.hostmask().to_uint32(),
            network.broadcast().to_uint32());
  EXPECT_EQ(network.netmask(), "255.0.0.0"_ipv4);
  EXPECT_EQ(network.prefix_length(), 8);
  EXPECT_TRUE(network.contains(address) && network.contains(network) && network.overlaps(network));
  EXPECT_EQ(network.nth(1), address);
  const vmnet::ipv4_address_view hosts = network.hosts();
  const vmnet::ipv4_address_view::iterator first = hosts.begin();
  EXPECT_EQ(*first, address);
  EXPECT_EQ(network.addresses().size(), network.num_addresses());
  EXPECT_NE(std::hash<vmnet::ipv4_network>()(network), std::hash<vmnet::ipv4_network>()({}));
  EXPECT_NE(std::hash<vmnet::ipv4_address>()(address), std::hash<vmnet::ipv4_address>()({}));
}

}  // namespace
