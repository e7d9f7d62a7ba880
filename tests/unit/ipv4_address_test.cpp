#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>

import vmnet.ipv4;

namespace {

using namespace std::literals;
using namespace vmnet::literals;
using vmnet::ipv4_address;
using vmnet::parse_errc;
using vmnet::parse_error;

const std::pair<std::string_view, std::uint32_t> addresses[] = {
    {"0.0.0.0", 0},
    {"0.0.0.1", 1},
    {"1.2.3.4", 0x01020304},
    {"9.10.99.100", 0x090a6364},
    {"10.0.0.1", 0x0a000001},
    {"127.255.255.255", 0x7fffffff},
    {"128.0.0.0", 0x80000000},
    {"172.30.0.42", 0xac1e002a},
    {"199.200.249.250", 0xc7c8f9fa},
    {"255.255.255.255", 0xffffffff},
};

TEST(Ipv4Address, IsZeroByDefault) { EXPECT_EQ(ipv4_address(), "0.0.0.0"_ipv4); }

TEST(Ipv4Address, ConvertsFromAndToNumbersAndOctets) {
  constexpr auto address = ipv4_address::from_uint32(0x01020304);
  constexpr ipv4_address::octets_type octets{1, 2, 3, 4};
  EXPECT_EQ(address.to_uint32(), 0x01020304U);
  EXPECT_EQ(address.to_octets(), octets);
  EXPECT_EQ(ipv4_address::from_octets(octets), address);
  EXPECT_EQ(ipv4_address::from_octets({255, 254, 253, 252}).to_uint32(), 0xfffefdfcU);
}

TEST(Ipv4Parse, TakesDottedDecimal) {
  for (const auto& [text, value] : addresses)
    EXPECT_EQ(ipv4_address::parse(text), ipv4_address::from_uint32(value)) << text;
}

TEST(Ipv4Parse, RejectsWithCodeAndOffset) {
  const struct {
    std::string_view text;
    parse_errc code;
    std::size_t offset;
  } faults[] = {
      {"", parse_errc::unexpected_end, 0},
      {"1", parse_errc::unexpected_end, 1},
      {"1.", parse_errc::unexpected_end, 2},
      {"1.2.3", parse_errc::unexpected_end, 5},
      {"1.2.3.", parse_errc::unexpected_end, 6},
      {".", parse_errc::expected_digit, 0},
      {".1.2.3", parse_errc::expected_digit, 0},
      {"1..2.3", parse_errc::expected_digit, 2},
      {"1.2.3..4", parse_errc::expected_digit, 6},
      {" 1.2.3.4", parse_errc::expected_digit, 0},
      {"1.2.3.4 ", parse_errc::unexpected_text, 7},
      {"1.2.3.4\n", parse_errc::unexpected_text, 7},
      {"1.2.3.4\0"sv, parse_errc::unexpected_text, 7},
      {"1.2.3.4.", parse_errc::unexpected_text, 7},
      {"1.2.3.4.5", parse_errc::unexpected_text, 7},
      {"1.2.3.4:80", parse_errc::unexpected_text, 7},
      {"1.2.3.4/32", parse_errc::unexpected_text, 7},
      {"+1.2.3.4", parse_errc::expected_digit, 0},
      {"-1.2.3.4", parse_errc::expected_digit, 0},
      {"1.-2.3.4", parse_errc::expected_digit, 2},
      {"1.2.3.4x", parse_errc::unexpected_text, 7},
      {"1x2.3.4", parse_errc::expected_dot, 1},
      {"1,2,3,4", parse_errc::expected_dot, 1},
      {"01.2.3.4", parse_errc::leading_zero, 0},
      {"1.2.3.04", parse_errc::leading_zero, 6},
      {"1.2.00.4", parse_errc::leading_zero, 4},
      {"010.0.0.1", parse_errc::leading_zero, 0},
      {"0x10.0.0.1", parse_errc::expected_dot, 1},
      {"256.0.0.1", parse_errc::octet_out_of_range, 0},
      {"1.2.3.256", parse_errc::octet_out_of_range, 6},
      {"1.2.3.1000", parse_errc::octet_out_of_range, 6},
      {"1.2.4294967299.4", parse_errc::octet_out_of_range, 4},
      {"1.2.18446744073709551619.4", parse_errc::octet_out_of_range, 4},
      {"300x", parse_errc::octet_out_of_range, 0},
      {"1.02x", parse_errc::leading_zero, 2},
      {"2130706433", parse_errc::octet_out_of_range, 0},
      {"::ffff:1.2.3.4", parse_errc::expected_digit, 0},
      {"localhost", parse_errc::expected_digit, 0},
      {"１.2.3.4", parse_errc::expected_digit, 0},        // a full-width digit
      {"1.2.3.\xd9\xa4", parse_errc::expected_digit, 6},  // an Arabic-Indic digit
      {"1.2.3.4\xff", parse_errc::unexpected_text, 7},
  };
  for (const auto& [text, code, offset] : faults) {
    const auto address = ipv4_address::parse(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error(), parse_error(code, offset)) << text;
  }
}

TEST(Ipv4Parse, ReadsNothingBehindAViewWithoutANul) {
  const std::string_view text = "1.2.3.45";
  EXPECT_EQ(ipv4_address::parse(text.substr(0, 7)), "1.2.3.4"_ipv4);
  EXPECT_EQ(ipv4_address::parse(std::string_view()).error().offset(), 0U);
}

TEST(Ipv4ToString, WritesDottedDecimal) {
  for (const auto& [text, value] : addresses) {
    EXPECT_EQ(ipv4_address::from_uint32(value).to_string(), text);
    EXPECT_EQ(to_string(ipv4_address::from_uint32(value)), text);
  }
}

TEST(Ipv4ToChars, WritesIntoABufferOfAnySizeThatSuffices) {
  for (const auto& [text, value] : addresses) {
    for (std::size_t size = 0; size <= ipv4_address::max_length + 1; ++size) {
      std::array<char, ipv4_address::max_length + 2> buffer;
      buffer.fill('#');
      const auto written =
          ipv4_address::from_uint32(value).to_chars(buffer.data(), buffer.data() + size);
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
}

TEST(Ipv4Address, IsOrderedAsTheNumbersAre) {
  EXPECT_LT("9.255.255.255"_ipv4, "10.0.0.0"_ipv4);
  EXPECT_LT("127.255.255.255"_ipv4, "128.0.0.0"_ipv4);
  EXPECT_NE("10.0.0.1"_ipv4, "10.0.0.2"_ipv4);
}

TEST(Ipv4Address, Hashes) {
  const std::unordered_set<ipv4_address> set{"10.0.0.1"_ipv4, "10.0.0.2"_ipv4, "10.0.0.1"_ipv4};
  EXPECT_EQ(set.size(), 2U);
}

TEST(Ipv4Literal, IsCheckedByTheCompiler) {
  constexpr auto address = "172.30.0.42"_ipv4;
  EXPECT_EQ(address.to_uint32(), 0xac1e002aU);
}

}  // namespace
