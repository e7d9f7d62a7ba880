#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <vector>

import vmnet.ipv4;

namespace {

using namespace std::literals;
using namespace vmnet::literals;
using vmnet::ipv4_address;
using vmnet::ipv4_network;
using vmnet::ipv4_range;
using vmnet::parse_errc;
using vmnet::parse_error;
using vmnet::range_errc;

ipv4_range range(std::string_view text) { return *ipv4_range::parse(text); }

TEST(Ipv4Range, IsTheLowestAddressByDefault) {
  EXPECT_EQ(ipv4_range(), ipv4_range("0.0.0.0"_ipv4));
  EXPECT_EQ(ipv4_range().num_addresses(), 1U);
}

TEST(Ipv4RangeMake, TakesTwoAddresses) {
  const auto made = ipv4_range::make("10.0.0.2"_ipv4, "10.0.0.254"_ipv4);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->first(), "10.0.0.2"_ipv4);
  EXPECT_EQ(made->last(), "10.0.0.254"_ipv4);
  EXPECT_EQ(made->num_addresses(), 253U);
  EXPECT_TRUE(ipv4_range::make("10.0.0.2"_ipv4, "10.0.0.2"_ipv4));
}

TEST(Ipv4RangeMake, RejectsAReversedRange) {
  EXPECT_EQ(ipv4_range::make("10.0.0.2"_ipv4, "10.0.0.1"_ipv4).error(), range_errc::reversed);
}

TEST(RangeErrc, HasASentenceForEveryCode) {
  EXPECT_EQ(to_string(range_errc::reversed), "the last address of a range is not below its first");
  EXPECT_EQ(to_string(static_cast<range_errc>(99)), "unknown error");
}

TEST(Ipv4Range, ComesFromAnAddressAndANetwork) {
  EXPECT_EQ(ipv4_range("10.0.0.9"_ipv4).num_addresses(), 1U);
  EXPECT_EQ(ipv4_range("10.0.0.0/24"_ipv4_net), range("10.0.0.0-10.0.0.255"));
  EXPECT_EQ(ipv4_range::from_network("0.0.0.0/0"_ipv4_net), range("0.0.0.0-255.255.255.255"));
}

TEST(Ipv4Range, OfTheWholeSpaceIsCountedIn64Bits) {
  EXPECT_EQ(ipv4_range("0.0.0.0/0"_ipv4_net).num_addresses(), 4'294'967'296U);
}

TEST(Ipv4RangeParse, TakesTwoAddressesOrANetwork) {
  EXPECT_EQ(range("10.0.0.2-10.0.0.254").num_addresses(), 253U);
  EXPECT_EQ(range("10.0.0.7-10.0.0.7"), ipv4_range("10.0.0.7"_ipv4));
  EXPECT_EQ(range("10.0.0.77/24"), ipv4_range("10.0.0.0/24"_ipv4_net));
  EXPECT_EQ(range("255.255.255.255/0"), ipv4_range(ipv4_network()));
  EXPECT_EQ(range("255.255.255.255/32"), ipv4_range("255.255.255.255"_ipv4));
}

struct fault {
  std::string_view text;
  parse_errc code;
  std::size_t offset;
};

TEST(Ipv4RangeParse, RejectsWithCodeAndOffset) {
  const fault faults[] = {{"", parse_errc::unexpected_end, 0},
                          {"10.0.0.1", parse_errc::unexpected_end, 8},
                          {"10.0.0.1-", parse_errc::unexpected_end, 9},
                          {"10.0.0.1/", parse_errc::unexpected_end, 9},
                          {"10.0.0.1_10.0.0.2", parse_errc::expected_range, 8},
                          {"10.0.0.1 - 10.0.0.2", parse_errc::expected_range, 8},
                          {"10.0.0.1- 10.0.0.2", parse_errc::expected_digit, 9},
                          {" 10.0.0.1-10.0.0.2", parse_errc::expected_digit, 0},
                          {"-10.0.0.2", parse_errc::expected_digit, 0},
                          {"10.0.0.2-10.0.0.1", parse_errc::range_reversed, 9},
                          {"10.0.0.2-10.0.0.1x", parse_errc::range_reversed, 9},
                          {"10.0.0.1-2", parse_errc::unexpected_end, 10},
                          {"10.0.0.1-10.0.0.2-10.0.0.3", parse_errc::unexpected_text, 17},
                          {"10.0.0.1-10.0.0.0/24", parse_errc::range_reversed, 9},
                          {"10.0.0.1-10.0.0.2/24", parse_errc::unexpected_text, 17},
                          {"10.0.0.0/24-10.0.1.0/24", parse_errc::unexpected_text, 11},
                          {"010.0.0.0/8", parse_errc::leading_zero, 0},
                          {"010.0.0.0-10.0.0.1", parse_errc::leading_zero, 0},
                          {"10.0.0.0-10.0.0.01", parse_errc::leading_zero, 16},
                          {"10.0.0.0/4294967320", parse_errc::prefix_length_out_of_range, 9},
                          {"10.0.0.0/024", parse_errc::leading_zero, 9},
                          {"10.0.0.0/+24", parse_errc::expected_digit, 9},
                          {"10.0.0.0/0.0.0.255", parse_errc::dotted_mask, 10},
                          {"10.0.0.0/255.255.255.0", parse_errc::dotted_mask, 9},
                          {"10.0.0.0-10.0.0.256", parse_errc::octet_out_of_range, 16},
                          {"10.0.0.0-10.0.0.1\0"sv, parse_errc::unexpected_text, 17}};
  for (const auto& [text, code, offset] : faults) {
    const auto parsed = ipv4_range::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error(), parse_error(code, offset)) << text;
  }
}

TEST(Ipv4RangeContains, BothEndsAndWhatIsBetween) {
  const ipv4_range r = range("10.0.0.2-10.0.0.9");
  EXPECT_TRUE(r.contains("10.0.0.2"_ipv4));
  EXPECT_TRUE(r.contains("10.0.0.9"_ipv4));
  EXPECT_FALSE(r.contains("10.0.0.1"_ipv4));
  EXPECT_FALSE(r.contains("10.0.0.10"_ipv4));
  EXPECT_TRUE(r.contains(r));
  EXPECT_TRUE(r.contains("10.0.0.4/30"_ipv4_net));
  EXPECT_FALSE(r.contains("10.0.0.8/30"_ipv4_net));
  EXPECT_FALSE(r.contains("10.0.0.0/30"_ipv4_net));
  EXPECT_TRUE(ipv4_range(ipv4_network()).contains("255.255.255.255"_ipv4));
}

TEST(Ipv4RangeOverlaps, WhereAnAddressIsInBoth) {
  const ipv4_range r = range("10.0.0.2-10.0.0.9");
  EXPECT_TRUE(r.overlaps("10.0.0.9"_ipv4));
  EXPECT_TRUE(r.overlaps("10.0.0.0/8"_ipv4_net));
  EXPECT_FALSE(r.overlaps(range("10.0.0.10-10.0.0.20")));
  EXPECT_FALSE(r.overlaps(range("10.0.0.0-10.0.0.1")));
}

TEST(Ipv4RangeIsAdjacentTo, WhereOneBeginsBehindTheOther) {
  const ipv4_range r = range("10.0.0.2-10.0.0.9");
  EXPECT_TRUE(r.is_adjacent_to("10.0.0.10"_ipv4));
  EXPECT_TRUE(r.is_adjacent_to("10.0.0.0/31"_ipv4_net));
  EXPECT_FALSE(r.is_adjacent_to("10.0.0.9"_ipv4));
  EXPECT_FALSE(r.is_adjacent_to("10.0.0.11"_ipv4));
}

TEST(Ipv4RangeIsAdjacentTo, NeverAroundTheEndsOfTheSpace) {
  EXPECT_FALSE(ipv4_range("255.255.255.255"_ipv4).is_adjacent_to("0.0.0.0"_ipv4));
  EXPECT_FALSE(ipv4_range("0.0.0.0"_ipv4).is_adjacent_to("255.255.255.255"_ipv4));
}

TEST(Ipv4RangeAddresses, AreAViewThatEndsAtTheTopWithoutWrapping) {
  const auto addresses = range("255.255.255.254-255.255.255.255").addresses();
  EXPECT_EQ(std::vector<ipv4_address>(addresses.begin(), addresses.end()),
            (std::vector<ipv4_address>{"255.255.255.254"_ipv4, "255.255.255.255"_ipv4}));
}

TEST(Ipv4RangeNetworks, AreTheFewest) {
  const auto networks = range("10.0.0.2-10.0.0.254").networks();
  ASSERT_EQ(networks.size(), 13U);
  EXPECT_EQ(networks[0], "10.0.0.2/31"_ipv4_net);
  EXPECT_EQ(networks[12], "10.0.0.254/32"_ipv4_net);
}

TEST(Ipv4RangeNetworks, AreAtMost62) {
  EXPECT_EQ(range("0.0.0.1-255.255.255.254").networks().size(), 62U);
}

TEST(Ipv4RangeNetworks, OfANetworkAreTheNetwork) {
  for (const auto network : {"0.0.0.0/0"_ipv4_net, "255.255.255.255/32"_ipv4_net,
                             "0.0.0.0/32"_ipv4_net, "128.0.0.0/1"_ipv4_net}) {
    const auto networks = ipv4_range(network).networks();
    ASSERT_EQ(networks.size(), 1U);
    EXPECT_EQ(networks[0], network);
  }
}

TEST(Ipv4RangeToNetwork, IsNothingWhereItIsNone) {
  EXPECT_EQ(range("10.0.0.0-10.0.0.255").to_network(), "10.0.0.0/24"_ipv4_net);
  EXPECT_EQ(range("0.0.0.0-255.255.255.255").to_network(), ipv4_network());
  EXPECT_EQ(ipv4_range("255.255.255.255"_ipv4).to_network(), "255.255.255.255/32"_ipv4_net);
  EXPECT_EQ(range("10.0.0.0-10.0.0.254").to_network(), std::nullopt);
  EXPECT_EQ(range("10.0.0.1-10.0.0.2").to_network(), std::nullopt);
}

TEST(Ipv4RangeToChars, WritesIntoTheBuffer) {
  const ipv4_range longest = range("255.255.255.254-255.255.255.255");
  std::array<char, ipv4_range::max_length> buffer{};
  const auto [end, ec] = longest.to_chars(buffer.data(), buffer.data() + buffer.size());
  EXPECT_EQ(ec, std::errc());
  EXPECT_EQ(std::string_view(buffer.data(), end), "255.255.255.254-255.255.255.255");
}

TEST(Ipv4RangeToChars, TellsWhereTheBufferIsTooSmall) {
  const ipv4_range r = range("10.0.0.2-10.0.0.9");
  for (std::ptrdiff_t size = 0; size < 17; ++size) {
    std::array<char, 17> buffer{};
    const auto [end, ec] = r.to_chars(buffer.data(), buffer.data() + size);
    EXPECT_EQ(ec, std::errc::value_too_large) << size;
    EXPECT_EQ(end, buffer.data() + size);
  }
  std::array<char, 17> buffer{};
  EXPECT_EQ(r.to_chars(buffer.data(), buffer.data() + 17).ptr, buffer.data() + 17);
}

TEST(Ipv4RangeToString, IsReadBack) {
  EXPECT_EQ(to_string(range("10.0.0.0/24")), "10.0.0.0-10.0.0.255");
  EXPECT_EQ(ipv4_range::parse(ipv4_range("10.0.0.7"_ipv4).to_string()),
            ipv4_range("10.0.0.7"_ipv4));
}

TEST(Ipv4Range, IsOrderedAndHashed) {
  EXPECT_LT(range("10.0.0.0-10.0.0.9"), range("10.0.0.1-10.0.0.2"));
  EXPECT_LT(range("10.0.0.0-10.0.0.2"), range("10.0.0.0-10.0.0.3"));
  EXPECT_EQ("10.0.0.0/24"_ipv4_net, range("10.0.0.0-10.0.0.255"));
  const std::unordered_set<ipv4_range> ranges = {
      range("10.0.0.0-10.0.0.2"), range("10.0.0.0-10.0.0.3"), range("10.0.0.0-10.0.0.2")};
  EXPECT_EQ(ranges.size(), 2U);
}

using networks = std::vector<ipv4_network>;
using ranges = std::vector<ipv4_range>;

TEST(Aggregate, Of255_255_255_254AloneStaysA32) {
  EXPECT_EQ(aggregate(networks{"255.255.255.254/32"_ipv4_net}),
            networks{"255.255.255.254/32"_ipv4_net});
}

TEST(Aggregate, OfBothHalvesIsTheWholeSpace) {
  EXPECT_EQ(aggregate(networks{"0.0.0.0/1"_ipv4_net, "128.0.0.0/1"_ipv4_net}),
            networks{"0.0.0.0/0"_ipv4_net});
  EXPECT_EQ(aggregate(networks{"128.0.0.0/1"_ipv4_net, "0.0.0.0/1"_ipv4_net}),
            networks{"0.0.0.0/0"_ipv4_net});
}

TEST(Aggregate, OfNothingIsNothing) {
  EXPECT_TRUE(aggregate(networks()).empty());
  EXPECT_TRUE(aggregate(ranges()).empty());
}

TEST(Aggregate, TakesDuplicatesOverlapsAndAnyOrder) {
  EXPECT_EQ(
      aggregate(networks{"10.0.3.0/24"_ipv4_net, "10.0.0.0/24"_ipv4_net, "10.0.1.7/32"_ipv4_net,
                         "10.0.1.0/24"_ipv4_net, "10.0.0.0/24"_ipv4_net, "10.0.0.128/25"_ipv4_net}),
      (networks{"10.0.0.0/23"_ipv4_net, "10.0.3.0/24"_ipv4_net}));
}

TEST(Aggregate, DoesNotJoinNeighboursThatShareNoSupernet) {
  EXPECT_EQ(aggregate(networks{"10.0.1.0/24"_ipv4_net, "10.0.2.0/24"_ipv4_net}),
            (networks{"10.0.1.0/24"_ipv4_net, "10.0.2.0/24"_ipv4_net}));
}

TEST(Aggregate, OfRangesJoinsWhatTouches) {
  EXPECT_EQ(aggregate(ranges{range("10.0.0.5-10.0.0.9"), range("10.0.0.0-10.0.0.4"),
                             range("10.0.0.11-10.0.0.12"), range("10.0.0.6-10.0.0.7")}),
            (ranges{range("10.0.0.0-10.0.0.9"), range("10.0.0.11-10.0.0.12")}));
  EXPECT_EQ(aggregate(ranges{range("0.0.0.0-255.255.255.255"), range("0.0.0.0-0.0.0.0"),
                             range("255.255.255.255-255.255.255.255")}),
            ranges{range("0.0.0.0-255.255.255.255")});
}

TEST(Aggregate, SortsManyAsItSortsFew) {
  networks shuffled;
  for (std::uint32_t i = 0; i < 4096; ++i)
    shuffled.push_back(*ipv4_network::make(ipv4_address::from_uint32(i * 2'654'435'761U), 32));
  networks all = shuffled;
  for (const ipv4_network& network : shuffled)
    for (const auto sibling : {network.next_sibling(), network.previous_sibling()})
      if (sibling) all.push_back(*sibling);
  std::size_t addresses = 0;
  const networks merged = aggregate(all);
  for (std::size_t i = 0; i < merged.size(); ++i) {
    addresses += merged[i].num_addresses();
    if (i > 0) {
      EXPECT_LT(merged[i - 1].broadcast(), merged[i].network());
    }
  }
  // 0.0.0.0 has one sibling, and no two of the others meet.
  EXPECT_EQ(addresses, 3 * 4096 - 1U);
}

TEST(Aggregate, IsAConstantExpression) {
  constexpr auto count = [] {
    const std::array input = {"10.0.1.0/24"_ipv4_net, "10.0.0.0/24"_ipv4_net};
    return aggregate(input).size();
  }();
  static_assert(count == 1);
  EXPECT_EQ(count, 1U);
}

}  // namespace
