#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <ranges>
#include <vector>

import vmnet.ipv4;

namespace {

using namespace vmnet::literals;
using vmnet::ipv4_network;
using vmnet::ipv4_network_list;
using vmnet::ipv4_subnet_view;
using networks = std::vector<ipv4_network>;

networks listed(const ipv4_network_list& list) { return {list.begin(), list.end()}; }

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

TEST(Ipv4NetworkSupernet, IsTheNetworkAround) {
  EXPECT_EQ("10.3.2.0/24"_ipv4_net.supernet(), "10.3.2.0/23"_ipv4_net);
  EXPECT_EQ("10.3.3.0/24"_ipv4_net.supernet(), "10.3.2.0/23"_ipv4_net);
  EXPECT_EQ("10.3.2.0/24"_ipv4_net.supernet(8), "10.0.0.0/8"_ipv4_net);
  EXPECT_EQ("10.3.2.0/24"_ipv4_net.supernet(24), "10.3.2.0/24"_ipv4_net);
  EXPECT_EQ("255.255.255.255/32"_ipv4_net.supernet(0), "0.0.0.0/0"_ipv4_net);
}

TEST(Ipv4NetworkSupernet, IsNothingWhereThereIsNone) {
  EXPECT_EQ("0.0.0.0/0"_ipv4_net.supernet(), std::nullopt);
  for (const std::int64_t length : {std::int64_t{25}, std::int64_t{-1}, most, least})
    EXPECT_EQ("10.3.2.0/24"_ipv4_net.supernet(length), std::nullopt) << length;
}

TEST(Ipv4NetworkSubnets, AreInAddressOrder) {
  const ipv4_subnet_view subnets = "10.0.0.0/22"_ipv4_net.subnets(24);
  ASSERT_EQ(subnets.size(), 4U);
  EXPECT_FALSE(subnets.empty());
  EXPECT_EQ(networks(subnets.begin(), subnets.end()),
            (networks{"10.0.0.0/24"_ipv4_net, "10.0.1.0/24"_ipv4_net, "10.0.2.0/24"_ipv4_net,
                      "10.0.3.0/24"_ipv4_net}));
  EXPECT_EQ(subnets.front(), "10.0.0.0/24"_ipv4_net);
  EXPECT_EQ(subnets.back(), "10.0.3.0/24"_ipv4_net);
  EXPECT_EQ(subnets[2], "10.0.2.0/24"_ipv4_net);
}

TEST(Ipv4NetworkSubnets, OfItsOwnLengthAreTheNetwork) {
  const auto subnets = "10.0.0.0/22"_ipv4_net.subnets(22);
  ASSERT_EQ(subnets.size(), 1U);
  EXPECT_EQ(*subnets.begin(), "10.0.0.0/22"_ipv4_net);
}

TEST(Ipv4NetworkSubnets, AreNoneOfALengthThatDoesNotFit) {
  EXPECT_TRUE(ipv4_subnet_view().empty());
  for (const std::int64_t length :
       {std::int64_t{21}, std::int64_t{33}, std::int64_t{-1}, most, least, std::int64_t{1} << 32})
    EXPECT_TRUE("10.0.0.0/22"_ipv4_net.subnets(length).empty()) << length;
}

TEST(Ipv4NetworkSubnets, EndAtTheTopWithoutWrapping) {
  const auto subnets = "255.255.255.252/30"_ipv4_net.subnets(32);
  std::size_t count = 0;
  for (const ipv4_network subnet : subnets) {
    ASSERT_GE(subnet.network(), "255.255.255.252"_ipv4);
    ++count;
  }
  EXPECT_EQ(count, 4U);
  EXPECT_EQ(subnets.back(), "255.255.255.255/32"_ipv4_net);
}

TEST(Ipv4NetworkSubnets, OfTheWholeSpaceAreCountedIn64Bits) {
  const auto subnets = "0.0.0.0/0"_ipv4_net.subnets(32);
  EXPECT_EQ(subnets.size(), 4'294'967'296U);
  EXPECT_EQ(subnets.end() - subnets.begin(), 4'294'967'296);
  EXPECT_EQ(subnets[4'294'967'295], "255.255.255.255/32"_ipv4_net);
  EXPECT_EQ("0.0.0.0/0"_ipv4_net.subnets(0).front(), "0.0.0.0/0"_ipv4_net);
}

TEST(Ipv4NetworkSubnets, AreARandomAccessView) {
  static_assert(std::ranges::random_access_range<ipv4_subnet_view>);
  static_assert(std::ranges::sized_range<ipv4_subnet_view>);
  static_assert(std::ranges::borrowed_range<ipv4_subnet_view>);
  static_assert(std::ranges::view<ipv4_subnet_view>);
  const auto subnets = "10.0.0.0/22"_ipv4_net.subnets(24);
  auto it = subnets.begin();
  EXPECT_EQ(*it++, "10.0.0.0/24"_ipv4_net);
  EXPECT_EQ(*it--, "10.0.1.0/24"_ipv4_net);
  EXPECT_EQ(*(2 + it), "10.0.2.0/24"_ipv4_net);
  EXPECT_EQ(*(it + 3), "10.0.3.0/24"_ipv4_net);
  EXPECT_EQ(it[1], "10.0.1.0/24"_ipv4_net);
  EXPECT_EQ(subnets.end() - 4, it);
  EXPECT_LT(it, subnets.end());
  EXPECT_EQ(*--(it += 2), "10.0.1.0/24"_ipv4_net);
  EXPECT_EQ(it -= 1, subnets.begin());
}

TEST(Ipv4NetworkSibling, IsTheNetworkBesideIt) {
  EXPECT_EQ("10.0.1.0/24"_ipv4_net.next_sibling(), "10.0.2.0/24"_ipv4_net);
  EXPECT_EQ("10.0.1.0/24"_ipv4_net.previous_sibling(), "10.0.0.0/24"_ipv4_net);
}

TEST(Ipv4NetworkSibling, IsNothingBeyondTheEndsOfTheSpace) {
  EXPECT_EQ("255.255.255.255/32"_ipv4_net.next_sibling(), std::nullopt);
  EXPECT_EQ("255.255.255.0/24"_ipv4_net.next_sibling(), std::nullopt);
  EXPECT_EQ("0.0.0.0/24"_ipv4_net.previous_sibling(), std::nullopt);
  EXPECT_EQ("0.0.0.0/0"_ipv4_net.next_sibling(), std::nullopt);
  EXPECT_EQ("0.0.0.0/0"_ipv4_net.previous_sibling(), std::nullopt);
  EXPECT_EQ("255.255.255.254/32"_ipv4_net.next_sibling(), "255.255.255.255/32"_ipv4_net);
  EXPECT_EQ("0.0.0.1/32"_ipv4_net.previous_sibling(), "0.0.0.0/32"_ipv4_net);
}

TEST(Ipv4NetworkExclude, LeavesTheFewestNetworks) {
  EXPECT_EQ(listed("10.0.0.0/29"_ipv4_net.exclude("10.0.0.1/32"_ipv4_net)),
            (networks{"10.0.0.0/32"_ipv4_net, "10.0.0.2/31"_ipv4_net, "10.0.0.4/30"_ipv4_net}));
}

TEST(Ipv4NetworkExclude, OfADisjointNetworkChangesNothing) {
  EXPECT_EQ(listed("10.0.0.0/8"_ipv4_net.exclude("11.0.0.0/8"_ipv4_net)),
            networks{"10.0.0.0/8"_ipv4_net});
}

TEST(Ipv4NetworkExclude, OfASupernetLeavesNothing) {
  EXPECT_TRUE("10.0.0.0/8"_ipv4_net.exclude("10.0.0.0/8"_ipv4_net).empty());
  EXPECT_TRUE("10.0.0.0/8"_ipv4_net.exclude("0.0.0.0/0"_ipv4_net).empty());
}

TEST(Ipv4NetworkExclude, IsRightAtBothEndsOfTheSpace) {
  const auto without_top = "0.0.0.0/0"_ipv4_net.exclude("255.255.255.255/32"_ipv4_net);
  ASSERT_EQ(without_top.size(), 32U);
  EXPECT_EQ(without_top[0], "0.0.0.0/1"_ipv4_net);
  EXPECT_EQ(without_top[31], "255.255.255.254/32"_ipv4_net);
  const auto without_bottom = "0.0.0.0/0"_ipv4_net.exclude("0.0.0.0/32"_ipv4_net);
  ASSERT_EQ(without_bottom.size(), 32U);
  EXPECT_EQ(without_bottom[0], "0.0.0.1/32"_ipv4_net);
  EXPECT_EQ(without_bottom[31], "128.0.0.0/1"_ipv4_net);
}

TEST(Ipv4NetworkList, IsAContiguousRange) {
  static_assert(std::ranges::contiguous_range<ipv4_network_list>);
  static_assert(std::ranges::sized_range<ipv4_network_list>);
  const auto list = ipv4_network_list::covering("10.0.0.0"_ipv4, "10.0.0.2"_ipv4);
  EXPECT_EQ(list.data(), list.begin());
  EXPECT_EQ(list, ipv4_network_list::covering("10.0.0.0"_ipv4, "10.0.0.2"_ipv4));
  EXPECT_NE(list, ipv4_network_list());
  EXPECT_TRUE(ipv4_network_list::covering("10.0.0.1"_ipv4, "10.0.0.0"_ipv4).empty());
}

TEST(CommonSupernet, IsTheSmallestNetworkAroundBoth) {
  EXPECT_EQ(common_supernet("10.0.0.0/24"_ipv4_net, "10.0.1.0/24"_ipv4_net),
            "10.0.0.0/23"_ipv4_net);
  EXPECT_EQ(common_supernet("10.0.1.0/24"_ipv4_net, "10.0.2.0/24"_ipv4_net),
            "10.0.0.0/22"_ipv4_net);
  EXPECT_EQ(common_supernet("10.0.0.0/8"_ipv4_net, "10.1.2.3/32"_ipv4_net), "10.0.0.0/8"_ipv4_net);
  EXPECT_EQ(common_supernet("10.1.2.3/32"_ipv4_net, "10.1.2.3/32"_ipv4_net),
            "10.1.2.3/32"_ipv4_net);
  EXPECT_EQ(common_supernet("0.0.0.0/32"_ipv4_net, "255.255.255.255/32"_ipv4_net),
            "0.0.0.0/0"_ipv4_net);
}

TEST(Ipv4Network, WithHostBitsSetOnEitherSideAnswersForTheMaskedNetworks) {
  const auto network = *ipv4_network::parse("10.0.0.77/24");
  const auto subnet = *ipv4_network::parse("10.0.0.201/25");
  EXPECT_TRUE(network.contains(subnet));
  EXPECT_FALSE(subnet.contains(network));
  EXPECT_TRUE(subnet.overlaps(network));
  EXPECT_FALSE(ipv4_network::parse("10.0.1.77/24")->contains(subnet));
}

TEST(Ipv4NetworkHosts, OfA31AreTwoAndOfA32One) {
  EXPECT_EQ("10.0.0.0/31"_ipv4_net.hosts().size(), 2U);
  EXPECT_EQ("255.255.255.254/31"_ipv4_net.hosts().back(), "255.255.255.255"_ipv4);
  EXPECT_EQ("10.0.0.0/32"_ipv4_net.hosts().size(), 1U);
  EXPECT_EQ("255.255.255.255/32"_ipv4_net.hosts().front(), "255.255.255.255"_ipv4);
}

TEST(Ipv4Network, OfLengthZeroHas4294967296Addresses) {
  EXPECT_EQ("0.0.0.0/0"_ipv4_net.num_addresses(), 4'294'967'296U);
}

TEST(Ipv4NetworkList, EqualsOneOfTheSameNetworks) {
  const auto halves = [](vmnet::ipv4_network without) {
    return "10.0.0.0/30"_ipv4_net.exclude(without);
  };
  EXPECT_TRUE(halves("10.0.0.0/31"_ipv4_net) == halves("10.0.0.0/31"_ipv4_net));
  EXPECT_FALSE(halves("10.0.0.0/31"_ipv4_net) == halves("10.0.0.2/31"_ipv4_net));
  EXPECT_FALSE(halves("10.0.0.0/31"_ipv4_net) == halves("10.0.0.0/32"_ipv4_net));
}

}  // namespace
