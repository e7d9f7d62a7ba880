#include <gtest/gtest.h>

#include <functional>
#include <string>

import vmnet.ipv4_network;

namespace {

using namespace vmnet::literals;

TEST(Surface, OfVmnetIpv4Network) {
  constexpr vmnet::ipv4_network network = "10.0.0.0/8"_ipv4_net;
  static_assert(network.contains("10.0.0.1"_ipv4));
  const vmnet::result<vmnet::ipv4_network, vmnet::parse_error> parsed =
      vmnet::ipv4_network::parse("10.0.0.1/8");
  EXPECT_EQ(parsed, network);
  EXPECT_EQ(to_string(*parsed), "10.0.0.0/8");
  EXPECT_EQ(
      vmnet::ipv4_network::make("10.0.0.1"_ipv4, 8, vmnet::cidr_policy::reject_host_bits).error(),
      vmnet::network_errc::host_bits_set);
  const vmnet::ipv4_subnet_view halves = network.subnets(9);
  EXPECT_EQ(halves.back(), "10.128.0.0/9"_ipv4_net);
  const vmnet::ipv4_network_list rest = network.exclude(halves.front());
  EXPECT_EQ(vmnet::common_supernet(halves.front(), rest[0]), network);
  EXPECT_EQ(std::hash<vmnet::ipv4_network>()(network), std::hash<vmnet::ipv4_network>()(*parsed));
}

}  // namespace
