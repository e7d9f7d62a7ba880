#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_set>

import vmnet.ipv4;

namespace {

using namespace std::literals;
using namespace vmnet::literals;
using vmnet::cidr_policy;
using vmnet::ipv4_address;
using vmnet::ipv4_address_view;
using vmnet::ipv4_network;
using vmnet::network_errc;
using vmnet::parse_errc;
using vmnet::parse_error;

TEST(Ipv4Network, IsTheWholeSpaceByDefault) {
  EXPECT_EQ(ipv4_network(), "0.0.0.0/0"_ipv4_net);
  EXPECT_EQ(ipv4_network().to_string(), "0.0.0.0/0");
}

TEST(Ipv4NetworkMake, MasksHostBits) {
  const auto network = ipv4_network::make("172.30.0.42"_ipv4, 24);
  ASSERT_TRUE(network);
  EXPECT_EQ(network->network(), "172.30.0.0"_ipv4);
  EXPECT_EQ(network->prefix_length(), 24);
  EXPECT_EQ(ipv4_network::make("255.255.255.255"_ipv4, 0)->network(), "0.0.0.0"_ipv4);
  EXPECT_EQ(ipv4_network::make("255.255.255.255"_ipv4, 32)->network(), "255.255.255.255"_ipv4);
}

TEST(Ipv4NetworkMake, RejectsPrefixLengthsOutOfRange) {
  constexpr auto out_of_range = network_errc::prefix_length_out_of_range;
  for (const std::int64_t length :
       {std::int64_t{-1}, std::int64_t{33}, std::int64_t{1} << 32, (std::int64_t{1} << 32) + 24,
        std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()})
    EXPECT_EQ(ipv4_network::make("10.0.0.0"_ipv4, length).error(), out_of_range) << length;
}

TEST(Ipv4NetworkMake, RejectsHostBitsWhereAsked) {
  constexpr auto reject = cidr_policy::reject_host_bits;
  EXPECT_EQ(ipv4_network::make("10.0.0.1"_ipv4, 8, reject).error(), network_errc::host_bits_set);
  EXPECT_EQ(ipv4_network::make("10.0.0.0"_ipv4, 8, reject), "10.0.0.0/8"_ipv4_net);
}

TEST(NetworkErrc, HasASentenceForEveryCode) {
  EXPECT_EQ(to_string(network_errc::prefix_length_out_of_range), "a prefix length is 0 to 32");
  EXPECT_EQ(to_string(network_errc::host_bits_set),
            "address bits are set beyond the prefix length");
  EXPECT_EQ(to_string(static_cast<network_errc>(99)), "unknown error");
}

TEST(Ipv4NetworkParse, TakesEveryPrefixLength) {
  for (int length = 0; length <= 32; ++length) {
    const auto network = ipv4_network::parse("255.255.255.255/" + std::to_string(length));
    ASSERT_TRUE(network) << length;
    EXPECT_EQ(network->prefix_length(), length);
    EXPECT_EQ(network->broadcast(), "255.255.255.255"_ipv4);
  }
}

TEST(Ipv4NetworkParse, MasksHostBits) {
  EXPECT_EQ(ipv4_network::parse("172.30.0.42/24"), "172.30.0.0/24"_ipv4_net);
}

struct fault {
  std::string_view text;
  parse_errc code;
  std::size_t offset;
};

TEST(Ipv4NetworkParse, RejectsWithCodeAndOffset) {
  const fault faults[] = {
      {"", parse_errc::unexpected_end, 0},
      {"10.0.0/8", parse_errc::expected_dot, 6},
      {"10..0.0/8", parse_errc::expected_digit, 3},
      {"10.0.0.0x/8", parse_errc::expected_slash, 8},
      {"10.0.0.0/8x", parse_errc::unexpected_text, 10},
      {"10.0.0.256/8", parse_errc::octet_out_of_range, 7},
      {"10.0.0.0", parse_errc::unexpected_end, 8},
      {"10.0.0.0/", parse_errc::unexpected_end, 9},
      {"10.0.0.0 /8", parse_errc::expected_slash, 8},
      {"10.0.0.0/ 8", parse_errc::expected_digit, 9},
      {"10.0.0.0/8 ", parse_errc::unexpected_text, 10},
      {" 10.0.0.0/8", parse_errc::expected_digit, 0},
      {"10.0.0.0/8\0"sv, parse_errc::unexpected_text, 10},
      {"10.0.0.0//24", parse_errc::expected_digit, 9},
      {"10.0.0.0/24/8", parse_errc::unexpected_text, 11},
      {"10.0.0.0/-0", parse_errc::expected_digit, 9},
      {"10.0.0.0/+24", parse_errc::expected_digit, 9},
      {"10.0.0.0/024", parse_errc::leading_zero, 9},
      {"10.0.0.0/00", parse_errc::leading_zero, 9},
      {"10.0.0.0/33", parse_errc::prefix_length_out_of_range, 9},
      {"10.0.0.0/33x", parse_errc::prefix_length_out_of_range, 9},
      {"10.0.0.0/4294967320", parse_errc::prefix_length_out_of_range, 9},
      {"10.0.0.0/18446744073709551640", parse_errc::prefix_length_out_of_range, 9},
      {"10.0.0.0/0.0.0.255", parse_errc::dotted_mask, 10},
      {"10.0.0.0/255.255.255.0", parse_errc::dotted_mask, 9},
      {"10.0.0.0/24.", parse_errc::dotted_mask, 11},
      {"10.0.0.0/00.1", parse_errc::dotted_mask, 9},
      {"10.0.0.0/.1", parse_errc::expected_digit, 9},
      {"10.0.0.0/0x8", parse_errc::unexpected_text, 10},
      {"10.0.0.0/\xd9\xa8", parse_errc::expected_digit, 9},
      {"10.0.0.0/８", parse_errc::expected_digit, 9},
      {"010.0.0.0/8", parse_errc::leading_zero, 0},
      {"10/8", parse_errc::expected_dot, 2},
      {"::/0", parse_errc::expected_digit, 0},
  };
  for (const auto& [text, code, offset] : faults) {
    for (const auto policy : {cidr_policy::mask_host_bits, cidr_policy::reject_host_bits}) {
      const auto network = ipv4_network::parse(text, policy);
      ASSERT_FALSE(network) << text;
      EXPECT_EQ(network.error(), parse_error(code, offset)) << text;
    }
  }
}

TEST(Ipv4NetworkParse, RejectsHostBitsAtThePrefixLengthWhereAsked) {
  constexpr auto reject = cidr_policy::reject_host_bits;
  EXPECT_EQ(ipv4_network::parse("172.30.0.42/24", reject).error(),
            parse_error(parse_errc::host_bits_set, 12));
  EXPECT_EQ(ipv4_network::parse("0.0.0.1/0", reject).error(),
            parse_error(parse_errc::host_bits_set, 8));
  EXPECT_EQ(ipv4_network::parse("172.30.0.42/31", reject), "172.30.0.42/31"_ipv4_net);
  EXPECT_EQ(ipv4_network::parse("255.255.255.255/32", reject), "255.255.255.255/32"_ipv4_net);
}

TEST(Ipv4NetworkParseLenient, TakesWhatTheReferenceImplementationTakes) {
  for (const std::string_view text :
       {"10.0.0.0/8", "10.1.2.3/8", "10.0.0.0/+8", "10.0.0.0/08", "10.0.0.0/+0000000000000000008",
        " 10.0.0.0/8", "10.0.0.0/8 ", "\t\n\v\f\r 10.0.0.0/8 \r\n",
        "\xc2\x85\xc2\xa0"
        "10.0.0.0/8",
        "10.0.0.0/8\xe1\x9a\x80\xe2\x80\x80\xe2\x80\x8a",
        "\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaf\xe2\x81\x9f\xe3\x80\x80"
        "10.0.0.0/8\xe3\x80\x80"})
    EXPECT_EQ(ipv4_network::parse(text, cidr_policy::lenient), "10.0.0.0/8"_ipv4_net)
        << testing::PrintToString(text);
}

TEST(Ipv4NetworkParseLenient, RejectsTheRestWithCodeAndOffset) {
  const fault faults[] = {
      {"", parse_errc::unexpected_end, 0},
      {"   ", parse_errc::unexpected_end, 3},
      {"  10.0.0.256/8 ", parse_errc::octet_out_of_range, 9},
      {" 010.0.0.0/8", parse_errc::leading_zero, 1},
      {"10.0.0.0  ", parse_errc::expected_slash, 8},
      {"10.0. ", parse_errc::expected_digit, 5},
      {"10.0.0.0/ ", parse_errc::expected_digit, 9},
      {"10.0.0.0 /8", parse_errc::expected_slash, 8},
      {"10.0.0.0/ 8", parse_errc::expected_digit, 9},
      {"10.0.0.0/8  x", parse_errc::unexpected_text, 12},
      {"10.0.0.0/+", parse_errc::unexpected_end, 10},
      {"10.0.0.0/++8", parse_errc::expected_digit, 10},
      {"10.0.0.0/-0", parse_errc::expected_digit, 9},
      {"10.0.0.0/+33", parse_errc::prefix_length_out_of_range, 10},
      {"10.0.0.0/033", parse_errc::prefix_length_out_of_range, 9},
      {"10.0.0.0/+8.", parse_errc::dotted_mask, 11},
      {"\xe2\x80\x8b"
       "10.0.0.0/8",
       parse_errc::expected_digit, 0},  // zero-width space
      {"10.0.0.0/8\xc2", parse_errc::unexpected_text, 10},
      {"10.0.0.0/8\0"sv, parse_errc::unexpected_text, 10},
  };
  for (const auto& [text, code, offset] : faults) {
    const auto network = ipv4_network::parse(text, cidr_policy::lenient);
    ASSERT_FALSE(network) << testing::PrintToString(text);
    EXPECT_EQ(network.error(), parse_error(code, offset)) << testing::PrintToString(text);
  }
  EXPECT_FALSE(ipv4_network::parse(std::string_view(), cidr_policy::lenient));
}

TEST(Ipv4Network, KnowsItsMasksAndBounds) {
  constexpr auto net = "172.30.16.0/20"_ipv4_net;
  EXPECT_EQ(net.netmask(), "255.255.240.0"_ipv4);
  EXPECT_EQ(net.hostmask(), "0.0.15.255"_ipv4);
  EXPECT_EQ(net.broadcast(), "172.30.31.255"_ipv4);
  EXPECT_EQ(net.num_addresses(), 4096U);
}

TEST(Ipv4Network, IsRightAtTheEndsOfTheSpace) {
  constexpr auto all = "0.0.0.0/0"_ipv4_net;
  EXPECT_EQ(all.netmask(), "0.0.0.0"_ipv4);
  EXPECT_EQ(all.hostmask(), "255.255.255.255"_ipv4);
  EXPECT_EQ(all.broadcast(), "255.255.255.255"_ipv4);
  EXPECT_EQ(all.num_addresses(), 4'294'967'296U);
  EXPECT_TRUE(all.contains("255.255.255.255"_ipv4));
  constexpr auto one = "255.255.255.255/32"_ipv4_net;
  EXPECT_EQ(one.netmask(), "255.255.255.255"_ipv4);
  EXPECT_EQ(one.hostmask(), "0.0.0.0"_ipv4);
  EXPECT_EQ(one.broadcast(), "255.255.255.255"_ipv4);
  EXPECT_EQ(one.num_addresses(), 1U);
  constexpr auto two = "255.255.255.254/31"_ipv4_net;
  EXPECT_EQ(two.num_addresses(), 2U);
  EXPECT_EQ(two.nth(1), "255.255.255.255"_ipv4);
  EXPECT_EQ(two.nth(2), std::nullopt);
}

TEST(Ipv4NetworkContains, SeesBothEnds) {
  constexpr auto net = "10.0.0.0/8"_ipv4_net;
  EXPECT_TRUE(net.contains("10.0.0.0"_ipv4));
  EXPECT_TRUE(net.contains("10.255.255.255"_ipv4));
  EXPECT_FALSE(net.contains("9.255.255.255"_ipv4));
  EXPECT_FALSE(net.contains("11.0.0.0"_ipv4));
}

TEST(Ipv4NetworkContains, SeesSubnetsAndItself) {
  constexpr auto net = "10.0.0.0/8"_ipv4_net;
  EXPECT_TRUE(net.contains(net));
  EXPECT_TRUE(net.contains("10.1.0.0/16"_ipv4_net));
  EXPECT_FALSE(net.contains("10.0.0.0/7"_ipv4_net));
  EXPECT_FALSE(net.contains("11.0.0.0/16"_ipv4_net));
}

TEST(Ipv4NetworkOverlaps, IsMutual) {
  constexpr auto net = "10.0.0.0/8"_ipv4_net;
  EXPECT_TRUE(net.overlaps("10.1.0.0/16"_ipv4_net));
  EXPECT_TRUE(("10.1.0.0/16"_ipv4_net).overlaps(net));
  EXPECT_TRUE(net.overlaps("0.0.0.0/0"_ipv4_net));
  EXPECT_FALSE(net.overlaps("11.0.0.0/8"_ipv4_net));
}

TEST(Ipv4NetworkNth, CountsFromTheNetworkAddress) {
  constexpr auto net = "10.0.0.0/24"_ipv4_net;
  EXPECT_EQ(net.nth(0), "10.0.0.0"_ipv4);
  EXPECT_EQ(net.nth(255), "10.0.0.255"_ipv4);
  EXPECT_EQ(net.nth(256), std::nullopt);
  EXPECT_EQ(net.nth(std::numeric_limits<std::uint64_t>::max()), std::nullopt);
  EXPECT_EQ(("0.0.0.0/0"_ipv4_net).nth(0xffff'ffff), "255.255.255.255"_ipv4);
  EXPECT_EQ(("0.0.0.0/0"_ipv4_net).nth(0x1'0000'0000), std::nullopt);
}

TEST(Ipv4NetworkHosts, LeavesOutNetworkAndBroadcast) {
  const auto hosts = ("10.0.0.0/29"_ipv4_net).hosts();
  EXPECT_EQ(hosts.size(), 6U);
  EXPECT_EQ(hosts.front(), "10.0.0.1"_ipv4);
  EXPECT_EQ(hosts.back(), "10.0.0.6"_ipv4);
  std::uint32_t next = 0x0a000001;
  for (const ipv4_address host : hosts) EXPECT_EQ(host.to_uint32(), next++);
  EXPECT_EQ(next, 0x0a000007U);
}

TEST(Ipv4NetworkHosts, OfSmallNetworksAreAllAddresses) {
  const auto two = ("255.255.255.254/31"_ipv4_net).hosts();
  EXPECT_EQ(two.size(), 2U);
  EXPECT_EQ(two.back(), "255.255.255.255"_ipv4);
  const auto one = ("255.255.255.255/32"_ipv4_net).hosts();
  EXPECT_EQ(one.size(), 1U);
  EXPECT_EQ(*one.begin(), "255.255.255.255"_ipv4);
  EXPECT_EQ(("10.0.0.0/30"_ipv4_net).hosts().size(), 2U);
}

TEST(Ipv4NetworkHosts, OfTheWholeSpaceAreCountedIn64Bits) {
  const auto hosts = ("0.0.0.0/0"_ipv4_net).hosts();
  EXPECT_EQ(hosts.size(), 4'294'967'294U);
  EXPECT_EQ(hosts.end() - hosts.begin(), 4'294'967'294);
  EXPECT_EQ(hosts.front(), "0.0.0.1"_ipv4);
  EXPECT_EQ(hosts.back(), "255.255.255.254"_ipv4);
  EXPECT_EQ(hosts[4'294'967'293], "255.255.255.254"_ipv4);
  EXPECT_EQ(("0.0.0.0/0"_ipv4_net).addresses().size(), 4'294'967'296U);
}

TEST(Ipv4AddressView, IsEmptyByDefault) {
  EXPECT_TRUE(ipv4_address_view().empty());
  EXPECT_EQ(ipv4_address_view().begin(), ipv4_address_view().end());
  EXPECT_FALSE(("10.0.0.0/8"_ipv4_net).hosts().empty());
}

TEST(Ipv4AddressView, IsCutAtTheLastAddress) {
  const ipv4_address_view view("255.255.255.254"_ipv4, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(view.size(), 2U);
  EXPECT_EQ(view.back(), "255.255.255.255"_ipv4);
}

TEST(Ipv4AddressView, WalksInAllDirections) {
  const auto view = ("10.0.0.0/24"_ipv4_net).addresses();
  auto it = view.begin();
  EXPECT_EQ(*it++, "10.0.0.0"_ipv4);
  EXPECT_EQ(*it, "10.0.0.1"_ipv4);
  EXPECT_EQ(*++it, "10.0.0.2"_ipv4);
  EXPECT_EQ(*it--, "10.0.0.2"_ipv4);
  EXPECT_EQ(*--it, "10.0.0.0"_ipv4);
  it += 10;
  it -= 3;
  EXPECT_EQ(*it, "10.0.0.7"_ipv4);
  EXPECT_EQ(it[-2], "10.0.0.5"_ipv4);
  EXPECT_EQ(*(it + 1), "10.0.0.8"_ipv4);
  EXPECT_EQ(*(1 + it), "10.0.0.8"_ipv4);
  EXPECT_EQ(*(it - 1), "10.0.0.6"_ipv4);
  EXPECT_EQ(it - view.begin(), 7);
  EXPECT_GT(it, view.begin());
}

TEST(Ipv4NetworkToChars, WritesIntoABufferOfAnySizeThatSuffices) {
  for (const auto net : {"0.0.0.0/0"_ipv4_net, "10.0.0.0/8"_ipv4_net, "1.2.3.0/24"_ipv4_net,
                         "255.255.255.255/32"_ipv4_net}) {
    const std::string text = net.to_string();
    EXPECT_EQ(to_string(net), text);
    EXPECT_EQ(ipv4_network::parse(text), net);
    for (std::size_t size = 0; size <= ipv4_network::max_length + 1; ++size) {
      std::array<char, ipv4_network::max_length + 2> buffer;
      buffer.fill('#');
      const auto written = net.to_chars(buffer.data(), buffer.data() + size);
      if (size < text.size()) {
        EXPECT_EQ(written.ec, std::errc::value_too_large) << text << size;
        EXPECT_EQ(written.ptr, buffer.data() + size);
      } else {
        EXPECT_EQ(written.ec, std::errc()) << text << size;
        EXPECT_EQ(std::string_view(buffer.data(), written.ptr), text);
      }
      EXPECT_EQ(buffer[size], '#') << text << size;
    }
  }
  EXPECT_EQ(("255.255.255.255/32"_ipv4_net).to_string(), "255.255.255.255/32");
}

TEST(Ipv4Network, IsOrderedByAddressThenByPrefixLength) {
  EXPECT_LT("9.0.0.0/24"_ipv4_net, "10.0.0.0/8"_ipv4_net);
  EXPECT_LT("10.0.0.0/8"_ipv4_net, "10.0.0.0/16"_ipv4_net);
  EXPECT_NE("10.0.0.0/8"_ipv4_net, "10.0.0.0/16"_ipv4_net);
}

TEST(Ipv4Network, Hashes) {
  const std::unordered_set<ipv4_network> set{"10.0.0.0/8"_ipv4_net, "10.0.0.0/9"_ipv4_net,
                                             "10.1.2.3/8"_ipv4_net};
  EXPECT_EQ(set.size(), 2U);
}

}  // namespace
