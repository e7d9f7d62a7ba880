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

TEST(Surface, OfVmnetIpv4HasSubnetsAndRanges) {
  constexpr vmnet::ipv4_network network = "10.0.0.0/30"_ipv4_net;
  const vmnet::ipv4_subnet_view subnets = network.subnets(31);
  const vmnet::ipv4_subnet_view::iterator first = subnets.begin();
  EXPECT_EQ(*first, "10.0.0.0/31"_ipv4_net);
  EXPECT_EQ(network.supernet(29), network.supernet());
  EXPECT_EQ(network.next_sibling()->previous_sibling(), network);
  const vmnet::ipv4_network_list rest = network.exclude(*first);
  EXPECT_EQ(rest[0], subnets.back());
  EXPECT_EQ(vmnet::common_supernet(*first, rest[0]), network);
  const vmnet::ipv4_range range = network;
  EXPECT_EQ(vmnet::ipv4_range::parse("10.0.0.0-10.0.0.3"), range);
  EXPECT_EQ(vmnet::ipv4_range::make(range.first(), range.last()), range);
  EXPECT_EQ(vmnet::ipv4_range::from_network(network).to_network(), network);
  EXPECT_EQ(range.networks(), vmnet::ipv4_network_list::covering(range.first(), range.last()));
  EXPECT_EQ(range.addresses().size(), range.num_addresses());
  EXPECT_TRUE(range.contains(range) && range.overlaps(range) && !range.is_adjacent_to(range));
  static_assert(vmnet::ipv4_range::max_length == 31);
  EXPECT_EQ(vmnet::to_string(range), range.to_string());
  EXPECT_NE(vmnet::to_string(vmnet::range_errc::reversed), "");
  EXPECT_EQ(vmnet::aggregate(std::array{*first, rest[0]}).front(), network);
  EXPECT_EQ(vmnet::aggregate(std::array{range}).front(), range);
  EXPECT_NE(std::hash<vmnet::ipv4_range>()(range), std::hash<vmnet::ipv4_range>()({}));
}

}  // namespace
