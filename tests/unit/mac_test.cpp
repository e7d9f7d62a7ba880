#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_set>

import vmnet.mac;

namespace {

using namespace std::literals;
using vmnet::mac_address;
using vmnet::parse_errc;
using vmnet::parse_error;

constexpr mac_address sample = mac_address::from_uint64(0x021dcc600aff);

TEST(MacAddress, IsAllZerosByDefault) {
  EXPECT_EQ(mac_address().to_uint64(), 0U);
  EXPECT_EQ(to_string(mac_address()), "00:00:00:00:00:00");
}

TEST(MacAddress, ConvertsFromAndToNumbersAndOctets) {
  constexpr mac_address::octets_type octets{0x02, 0x1d, 0xcc, 0x60, 0x0a, 0xff};
  EXPECT_EQ(sample.octets(), octets);
  EXPECT_EQ(mac_address::from_octets(octets), sample);
  EXPECT_EQ(sample.to_uint64(), 0x021dcc600affU);
  EXPECT_EQ(mac_address::from_uint64(0xffff'021d'cc60'0aff), sample);
}

TEST(MacAddress, TellsTheKindsOfAddressesApart) {
  for (unsigned first = 0; first < 256; ++first) {
    const auto mac = mac_address::from_octets({static_cast<unsigned char>(first), 1, 2, 3, 4, 5});
    EXPECT_EQ(mac.is_unicast(), first % 2 == 0) << first;
    EXPECT_EQ(mac.is_multicast(), first % 2 == 1) << first;
    EXPECT_EQ(mac.is_locally_administered(), first / 2 % 2 == 1) << first;
    EXPECT_FALSE(mac.is_broadcast());
    EXPECT_EQ(mac.oui(), first << 16U | 0x0102U);
  }
  EXPECT_TRUE(mac_address::from_uint64(0xffffffffffff).is_broadcast());
  EXPECT_TRUE(mac_address::from_uint64(0xffffffffffff).is_multicast());
}

TEST(MacParse, TakesTheUsualNotationsInEitherCase) {
  for (const std::string_view text : {"02:1d:cc:60:0a:ff", "02:1D:CC:60:0A:FF", "02-1d-cc-60-0a-ff",
                                      "02-1D-cC-60-0a-Ff", "021d.cc60.0aff", "021D.CC60.0AFF"})
    EXPECT_EQ(mac_address::parse(text), sample) << text;
}

TEST(MacParse, TellsWhatIsWrongAndWhere) {
  const struct {
    std::string_view text;
    parse_errc code;
    std::size_t offset;
  } faults[] = {
      {"", parse_errc::unexpected_end, 0},
      {"0", parse_errc::unexpected_end, 1},
      {"02", parse_errc::unexpected_end, 2},
      {"02:", parse_errc::unexpected_end, 3},
      {"02:1d:cc:60:0a", parse_errc::unexpected_end, 14},
      {"02:1d:cc:60:0a:f", parse_errc::unexpected_end, 16},
      {"02:1d:cc:60:0a:ff:", parse_errc::unexpected_text, 17},
      {"02:1d:cc:60:0a:ff ", parse_errc::unexpected_text, 17},
      {"02:1d:cc:60:0a:ff\0"sv, parse_errc::unexpected_text, 17},
      {"02:1d:cc:60:0a:ff:00:01", parse_errc::unexpected_text, 17},
      {" 02:1d:cc:60:0a:ff", parse_errc::expected_hex_digit, 0},
      {"g2:1d:cc:60:0a:ff", parse_errc::expected_hex_digit, 0},
      {"0`:1d:cc:60:0a:ff", parse_errc::expected_hex_digit, 1},
      {"0G:1d:cc:60:0a:ff", parse_errc::expected_hex_digit, 1},
      {"0@:1d:cc:60:0a:ff", parse_errc::expected_hex_digit, 1},
      {"2:1d:cc:60:0a:ff", parse_errc::expected_hex_digit, 1},
      {"02:1:cc:60:0a:ff", parse_errc::expected_hex_digit, 4},
      {"02:1d-cc:60:0a:ff", parse_errc::expected_separator, 5},
      {"02-1d:cc-60-0a-ff", parse_errc::expected_separator, 5},
      {"02:1dc:60:0a:ff", parse_errc::expected_separator, 5},
      {"021dcc600aff", parse_errc::expected_separator, 4},
      {"021d", parse_errc::unexpected_end, 4},
      {"021d.", parse_errc::unexpected_end, 5},
      {"021d:cc60:0aff", parse_errc::expected_separator, 4},
      {"021d.cc60:0aff", parse_errc::expected_separator, 9},
      {"021d.cc60.0aff.", parse_errc::unexpected_text, 14},
      {"02.1d.cc.60.0a.ff", parse_errc::expected_hex_digit, 2},
  };
  for (const auto& [text, code, offset] : faults) {
    const auto mac = mac_address::parse(text);
    ASSERT_FALSE(mac) << text;
    EXPECT_EQ(mac.error(), parse_error(code, offset)) << text;
  }
}

TEST(MacToChars, WritesTheCanonicalForm) {
  std::array<char, mac_address::max_length + 1> buffer;
  buffer.fill('#');
  const auto written = sample.to_chars(buffer.data(), buffer.data() + buffer.size());
  EXPECT_EQ(written.ec, std::errc());
  EXPECT_EQ(std::string_view(buffer.data(), written.ptr), "02:1d:cc:60:0a:ff");
  EXPECT_EQ(buffer.back(), '#');
}

TEST(MacToChars, WritesNothingWhereTheBufferIsTooSmall) {
  std::array<char, mac_address::max_length> buffer;
  buffer.fill('#');
  char* const end = buffer.data() + buffer.size() - 1;
  const auto written = sample.to_chars(buffer.data(), end);
  EXPECT_EQ(written.ec, std::errc::value_too_large);
  EXPECT_EQ(written.ptr, end);
  EXPECT_EQ(std::string(buffer.data(), buffer.size()), std::string(buffer.size(), '#'));
}

TEST(MacAddress, ComparesAndHashes) {
  const auto low = mac_address::from_uint64(0x01ffffffffff);
  const auto high = mac_address::from_uint64(0xff0000000000);
  EXPECT_LT(low, sample);
  EXPECT_LT(sample, high);
  EXPECT_NE(low, high);
  EXPECT_EQ((std::unordered_set<mac_address>{low, high, low}.size()), 2U);
  EXPECT_EQ(sample.to_string(), "02:1d:cc:60:0a:ff");
}

}  // namespace
