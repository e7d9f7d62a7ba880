#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

import vmnet.ipset;

namespace {

using namespace std::literals;
using namespace vmnet::literals;
using vmnet::ipv4_address;
using vmnet::ipv4_network;
using vmnet::ipv4_range;
using vmnet::ipv4_set;
using vmnet::ipv4_set_builder;
using vmnet::parse_errc;
using vmnet::parse_error;

ipv4_set set(std::string_view text) { return *ipv4_set::parse(text); }

const ipv4_set whole = ipv4_network();

TEST(Ipv4Set, IsEmptyByDefault) {
  EXPECT_TRUE(ipv4_set().empty());
  EXPECT_EQ(ipv4_set().num_addresses(), 0U);
  EXPECT_EQ(ipv4_set().to_string(), "");
  EXPECT_FALSE(ipv4_set().contains("0.0.0.0"_ipv4));
}

TEST(Ipv4Set, ComesFromAddressesNetworksAndRanges) {
  EXPECT_EQ(ipv4_set("10.0.0.1"_ipv4), set("10.0.0.1"));
  EXPECT_EQ(ipv4_set("10.0.0.0/24"_ipv4_net), set("10.0.0.0-10.0.0.255"));
  EXPECT_EQ(ipv4_set::from_ranges(std::array{ipv4_range("10.0.0.1"_ipv4)}), set("10.0.0.1"));
  EXPECT_EQ(ipv4_set::from_networks(std::array{"10.0.1.0/24"_ipv4_net, "10.0.0.0/24"_ipv4_net}),
            set("10.0.0.0/23"));
}

TEST(Ipv4Set, OfTheWholeSpaceIsCountedIn64Bits) {
  EXPECT_EQ(whole.num_addresses(), 4'294'967'296U);
  EXPECT_EQ(set("0.0.0.0/1 128.0.0.0/1"), whole);
}

TEST(Ipv4Set, IsCanonical) {
  EXPECT_EQ(set("10.0.0.0/25,10.0.0.128/25"), set("10.0.0.0/24"));
  const ipv4_set joined = set("10.0.0.9 10.0.0.7 10.0.0.8 10.0.0.8");
  EXPECT_EQ(joined.ranges().size(), 1U);
  EXPECT_NE(set("10.0.0.0/24"), set("10.0.0.0/25"));
}

TEST(Ipv4SetParse, TakesCommasAndWhiteSpace) {
  EXPECT_EQ(set(" 10.0.0.0/24,10.0.2.1 ,\t10.0.3.5-10.0.3.9\r\n\v\f"),
            set("10.0.3.5-10.0.3.9 10.0.2.1 10.0.0.77/24"));
  EXPECT_TRUE(set("").empty());
  EXPECT_TRUE(set(" \n").empty());
}

struct fault {
  std::string_view text;
  parse_errc code;
  std::size_t offset;
};

TEST(Ipv4SetParse, RejectsWithCodeAndOffset) {
  const fault faults[] = {
      {",", parse_errc::expected_digit, 0},
      {"10.0.0.1,", parse_errc::unexpected_end, 9},
      {"10.0.0.1,,10.0.0.2", parse_errc::expected_digit, 9},
      {"10.0.0.1 , , 10.0.0.2", parse_errc::expected_digit, 11},
      {"10.0.0.1;10.0.0.2", parse_errc::expected_separator, 8},
      {"10.0.0.1 - 10.0.0.2", parse_errc::expected_digit, 9},
      {"10.0.0.1- 10.0.0.2", parse_errc::expected_digit, 9},
      {"10.0.0.0/24x", parse_errc::expected_separator, 11},
      {"10.0.0,10.0.0.1", parse_errc::expected_dot, 6},
      {"10.0.0.1 10.0.0.256", parse_errc::octet_out_of_range, 16},
      {"10.0.0.1 010.0.0.0/8", parse_errc::leading_zero, 9},
      {"10.0.0.0/4294967320", parse_errc::prefix_length_out_of_range, 9},
      {"10.0.0.0/0.0.0.255", parse_errc::dotted_mask, 10},
      {"10.0.0.9-10.0.0.8 10.0.0.1", parse_errc::range_reversed, 9},
      {"10.0.0.1\0"sv, parse_errc::expected_separator, 8},
  };
  for (const auto& [text, code, offset] : faults) {
    const auto parsed = ipv4_set::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error(), parse_error(code, offset)) << text;
  }
}

TEST(Ipv4SetToString, IsOneWordARange) {
  const auto text = "10.0.0.0/24,10.0.2.1,10.0.3.5-10.0.3.9,255.255.255.255";
  EXPECT_EQ(set(text).to_string(), text);
  EXPECT_EQ(to_string(whole), "0.0.0.0/0");
}

TEST(Ipv4SetContains, AddressesAtEveryEdge) {
  const ipv4_set s = set("0.0.0.0 10.0.0.2-10.0.0.9 10.0.1.0/24 255.255.255.255");
  for (const auto address : {"0.0.0.0"_ipv4, "10.0.0.2"_ipv4, "10.0.0.9"_ipv4, "10.0.1.0"_ipv4,
                             "10.0.1.255"_ipv4, "255.255.255.255"_ipv4})
    EXPECT_TRUE(s.contains(address)) << address.to_string();
  for (const auto address : {"0.0.0.1"_ipv4, "10.0.0.1"_ipv4, "10.0.0.10"_ipv4, "10.0.0.255"_ipv4,
                             "10.0.2.0"_ipv4, "255.255.255.254"_ipv4})
    EXPECT_FALSE(s.contains(address)) << address.to_string();
  EXPECT_FALSE(set("10.0.0.2").contains("10.0.0.1"_ipv4));
}

TEST(Ipv4SetContains, RangesAndNetworks) {
  const ipv4_set s = set("10.0.0.2-10.0.0.9,10.0.1.0/24");
  EXPECT_TRUE(s.contains("10.0.1.128/25"_ipv4_net));
  EXPECT_FALSE(s.contains("10.0.0.0/23"_ipv4_net));
  EXPECT_FALSE(s.contains("10.0.0.0/30"_ipv4_net));
  EXPECT_FALSE(ipv4_set().contains("10.0.0.0/30"_ipv4_net));
}

TEST(Ipv4SetOverlaps, RangesAndSets) {
  const ipv4_set s = set("10.0.0.2-10.0.0.9,10.0.1.0/24");
  EXPECT_TRUE(s.overlaps("10.0.0.0/30"_ipv4_net));
  EXPECT_TRUE(s.overlaps("0.0.0.0/0"_ipv4_net));
  EXPECT_FALSE(s.overlaps("10.0.0.0/31"_ipv4_net));
  EXPECT_FALSE(s.overlaps("10.0.0.16/28"_ipv4_net));
  EXPECT_FALSE(ipv4_set().overlaps("0.0.0.0/0"_ipv4_net));
  EXPECT_TRUE(s.overlaps(set("10.0.0.1,10.0.0.9,10.0.2.0")));
  EXPECT_TRUE(set("10.0.0.1,10.0.0.9,10.0.2.0").overlaps(s));
  EXPECT_FALSE(s.overlaps(set("10.0.0.1,10.0.0.10,10.0.2.0")));
  EXPECT_FALSE(s.overlaps(ipv4_set()));
}

TEST(Ipv4SetIsSubsetOf, WhatHasAllItsAddresses) {
  EXPECT_TRUE(set("10.0.0.1,10.0.1.0/25").is_subset_of(set("10.0.0.0/23")));
  EXPECT_FALSE(set("10.0.0.1,10.0.2.0/25").is_subset_of(set("10.0.0.0/23")));
  EXPECT_TRUE(ipv4_set().is_subset_of(ipv4_set()));
  EXPECT_FALSE(whole.is_subset_of(ipv4_set()));
}

TEST(Ipv4SetOperators, AreThoseOfSets) {
  const ipv4_set a = set("10.0.0.0-10.0.0.9,10.0.0.20-10.0.0.29");
  const ipv4_set b = set("10.0.0.5-10.0.0.24,10.0.0.30");
  EXPECT_EQ(a | b, set("10.0.0.0-10.0.0.30"));
  EXPECT_EQ(a & b, set("10.0.0.5-10.0.0.9,10.0.0.20-10.0.0.24"));
  EXPECT_EQ(a - b, set("10.0.0.0-10.0.0.4,10.0.0.25-10.0.0.29"));
  EXPECT_EQ(b - a, set("10.0.0.10-10.0.0.19,10.0.0.30"));
  EXPECT_EQ(a ^ b, set("10.0.0.0-10.0.0.4,10.0.0.10-10.0.0.19,10.0.0.25-10.0.0.30"));
}

TEST(Ipv4SetOperators, AreRightAtBothEndsOfTheSpace) {
  EXPECT_EQ(~ipv4_set(), whole);
  EXPECT_TRUE((~whole).empty());
  EXPECT_EQ(~set("0.0.0.0,255.255.255.255"), set("0.0.0.1-255.255.255.254"));
  EXPECT_EQ(whole - "255.255.255.255"_ipv4, set("0.0.0.0-255.255.255.254"));
  EXPECT_EQ(whole ^ "0.0.0.0"_ipv4, set("0.0.0.1-255.255.255.255"));
  EXPECT_EQ(whole & set("255.255.255.255"), set("255.255.255.255"));
}

TEST(Ipv4SetNetworks, AreTheFewest) {
  const ipv4_set s = set("10.0.0.2-10.0.0.254,255.255.255.255");
  std::vector<ipv4_network> networks;
  for (const ipv4_network network : s.networks()) networks.push_back(network);
  ASSERT_EQ(networks.size(), 14U);
  EXPECT_EQ(networks.front(), "10.0.0.2/31"_ipv4_net);
  EXPECT_EQ(networks.back(), "255.255.255.255/32"_ipv4_net);
  EXPECT_EQ(ipv4_set::from_networks(networks), s);
  const ipv4_set nearly_whole = set("0.0.0.1-255.255.255.254");
  EXPECT_EQ(std::ranges::distance(nearly_whole.networks()), 62);
}

TEST(Ipv4SetNetworks, AreAForwardView) {
  using view = vmnet::ipv4_set_network_view;
  static_assert(std::ranges::forward_range<view> && std::ranges::view<view>);
  static_assert(std::ranges::borrowed_range<view>);
  EXPECT_TRUE(view().empty());
  EXPECT_EQ(view().begin(), view().end());
  const ipv4_set s = set("10.0.0.0/24,10.0.2.0/24");
  auto it = s.networks().begin();
  EXPECT_EQ(*it++, "10.0.0.0/24"_ipv4_net);
  EXPECT_EQ(*it, "10.0.2.0/24"_ipv4_net);
  EXPECT_FALSE(s.networks().empty());
}

TEST(Ipv4Set, IsAConstantExpression) {
  constexpr std::uint64_t size = [] {
    const ipv4_set free = ipv4_set("10.0.0.0/24"_ipv4_net) - "10.0.0.7"_ipv4;
    return (free | ipv4_set_builder().add("10.0.1.0"_ipv4).remove("10.0.1.0"_ipv4).build())
        .num_addresses();
  }();
  EXPECT_EQ(size, 255U);
}

TEST(Ipv4SetBuilder, LetsTheLastStepCount) {
  ipv4_set_builder builder;
  EXPECT_TRUE(builder.build().empty());
  builder.remove("10.0.0.7"_ipv4).add("10.0.0.0/28"_ipv4_net);
  EXPECT_EQ(builder.build(), set("10.0.0.0/28"));
  builder.remove("10.0.0.4/30"_ipv4_net).add("10.0.0.6"_ipv4);
  EXPECT_EQ(builder.build(), set("10.0.0.0/30,10.0.0.6,10.0.0.8/29"));
  builder.remove(set("10.0.0.6,10.0.0.8")).add(set("10.0.0.4"));
  EXPECT_EQ(builder.build(), set("10.0.0.0-10.0.0.4,10.0.0.9-10.0.0.15"));
}

TEST(Ipv4SetBuilder, BeginsWithASet) {
  EXPECT_EQ(ipv4_set_builder(set("10.0.0.0/24")).remove("10.0.0.0/25"_ipv4_net).build(),
            set("10.0.0.128/25"));
}

TEST(Ipv4SetBuilder, IsRightAtBothEndsOfTheSpace) {
  EXPECT_EQ(ipv4_set_builder()
                .add(ipv4_network())
                .remove("255.255.255.255"_ipv4)
                .remove("0.0.0.0"_ipv4)
                .build(),
            set("0.0.0.1-255.255.255.254"));
  EXPECT_TRUE(ipv4_set_builder().add("0.0.0.0/1"_ipv4_net).remove(whole).build().empty());
}

TEST(TakeFree, CutsTheSmallestHoleThatFits) {
  const auto carved = take_free(set("10.0.0.0/16,10.2.0.0/23,10.3.0.0/22"), 24);
  ASSERT_TRUE(carved);
  EXPECT_TRUE(*carved == *take_free(set("10.0.0.0/16,10.2.0.0/23,10.3.0.0/22"), 24));
  EXPECT_EQ(carved->network, "10.2.0.0/24"_ipv4_net);
  EXPECT_EQ(carved->rest, set("10.0.0.0/16,10.2.1.0/24,10.3.0.0/22"));
  EXPECT_EQ(carved->rest | carved->network, set("10.0.0.0/16,10.2.0.0/23,10.3.0.0/22"));
}

TEST(TakeFree, CutsTheLowestOfEqualHoles) {
  EXPECT_EQ(take_free(set("10.9.0.0/24,10.3.0.0/24,10.5.0.0/24"), 24)->network,
            "10.3.0.0/24"_ipv4_net);
}

TEST(TakeFree, KeepsToAlignedNetworks) {
  EXPECT_EQ(take_free(set("10.0.0.1-10.0.1.254"), 24).error(), vmnet::carve_errc::no_room);
  EXPECT_EQ(take_free(set("10.0.0.1-10.0.2.0"), 24)->network, "10.0.1.0/24"_ipv4_net);
}

TEST(TakeFree, IsRightAtBothEndsOfTheSpace) {
  EXPECT_EQ(take_free(whole, 0)->network, "0.0.0.0/0"_ipv4_net);
  EXPECT_TRUE(take_free(whole, 0)->rest.empty());
  EXPECT_EQ(take_free(set("255.255.255.255"), 32)->network, "255.255.255.255/32"_ipv4_net);
  EXPECT_EQ(take_free(whole, 32)->network, "0.0.0.0/32"_ipv4_net);
}

TEST(TakeFree, TellsWhyThereIsNone) {
  EXPECT_EQ(take_free(ipv4_set(), 32).error(), vmnet::carve_errc::no_room);
  EXPECT_EQ(take_free(set("10.0.0.0/25,10.0.1.0/25"), 24).error(), vmnet::carve_errc::no_room);
  for (const std::int64_t length :
       {std::int64_t{-1}, std::int64_t{33}, std::numeric_limits<std::int64_t>::max()})
    EXPECT_EQ(take_free(whole, length).error(), vmnet::carve_errc::prefix_length_out_of_range);
}

TEST(TakeFreeMany, TakesAllOrNone) {
  const ipv4_set free = set("10.0.0.0/22,10.1.0.0/24");
  const auto carved = take_free(free, 24, 3);
  ASSERT_TRUE(carved);
  EXPECT_EQ(carved->networks,
            (std::vector{"10.1.0.0/24"_ipv4_net, "10.0.0.0/24"_ipv4_net, "10.0.1.0/24"_ipv4_net}));
  EXPECT_EQ(carved->rest, set("10.0.2.0/23"));
  EXPECT_TRUE(*carved == *take_free(free, 24, 3));
  EXPECT_FALSE(*carved == *take_free(free, 24, 2));
  EXPECT_EQ(take_free(free, 24, 5)->rest, ipv4_set());
  EXPECT_EQ(take_free(free, 24, 6).error(), vmnet::carve_errc::no_room);
  EXPECT_EQ(take_free(whole, 32, std::numeric_limits<std::uint64_t>::max()).error(),
            vmnet::carve_errc::no_room);
}

TEST(TakeFreeMany, OfNoneChangesNothing) {
  const auto carved = take_free(set("10.0.0.0/24"), 24, 0);
  ASSERT_TRUE(carved);
  EXPECT_TRUE(carved->networks.empty());
  EXPECT_EQ(carved->rest, set("10.0.0.0/24"));
}

TEST(CarveErrc, HasASentenceForEveryCode) {
  EXPECT_EQ(to_string(vmnet::carve_errc::prefix_length_out_of_range), "a prefix length is 0 to 32");
  EXPECT_EQ(to_string(vmnet::carve_errc::no_room), "no room is left for networks of this size");
  EXPECT_EQ(to_string(static_cast<vmnet::carve_errc>(99)), "unknown error");
}

TEST(LargestFree, IsTheLowestOfTheLargest) {
  EXPECT_EQ(largest_free(set("10.0.0.0/24,10.1.0.0/23,10.2.0.0/23")), "10.1.0.0/23"_ipv4_net);
  EXPECT_EQ(largest_free(set("10.0.0.1-10.0.0.2")), "10.0.0.1/32"_ipv4_net);
  EXPECT_EQ(largest_free(ipv4_set()), std::nullopt);
}

TEST(Fragmentation, IsTheShareOutsideTheLargestFreeNetwork) {
  EXPECT_EQ(fragmentation(ipv4_set()), 0.0);
  EXPECT_EQ(fragmentation(whole), 0.0);
  EXPECT_EQ(fragmentation(set("10.0.0.0/25,10.0.1.0/25")), 0.5);
  EXPECT_EQ(fragmentation(set("10.0.0.0/24,10.0.1.0/25,10.0.2.0/25")), 0.5);
}

}  // namespace
