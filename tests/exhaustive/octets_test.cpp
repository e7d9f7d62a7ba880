#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "slow_parser.hpp"

import vmnet.ipv4;
import vmnet.isa;

namespace {

/// All texts of up to four bytes over the bytes that matter.
std::vector<std::string> all_texts() {
  constexpr std::string_view alphabet = "0123456789./+- ";
  std::vector<std::string> texts{""};
  std::size_t first = 0;
  for (int size = 1; size <= 4; ++size) {
    const std::size_t last = texts.size();
    for (; first < last; ++first)
      for (const char c : alphabet) texts.push_back(texts[first] + c);
  }
  return texts;
}

/// True where `address` is that of the numbers that the slow parser has read.
bool is_of(vmnet::ipv4_address address, const std::vector<int>& numbers) {
  for (std::size_t i = 0; i < 4; ++i)
    if (address.to_octets()[i] != numbers[i]) return false;
  return true;
}

/// The same of a network, whose host bits are nobody's.
bool is_of(vmnet::ipv4_network network, const std::vector<int>& numbers) {
  if (network.prefix_length() != numbers[4]) return false;
  for (int bit = 0; bit < 32; ++bit) {
    const auto i = static_cast<std::size_t>(bit / 8);
    const int read = bit < numbers[4] ? numbers[i] >> (7 - bit % 8) & 1 : 0;
    if ((network.network().to_octets()[i] >> (7 - bit % 8) & 1) != read) return false;
  }
  return true;
}

template <class Parsed>
bool agree(const Parsed& parsed, const slow::verdict& expected) {
  if (parsed.has_value() && expected.valid) return is_of(*parsed, expected.numbers);
  if (parsed.has_value() || expected.valid) return false;
  return to_string(parsed.error().code()) == expected.sentence &&
         parsed.error().offset() == expected.offset;
}

/// The plain code, and the kernel that the better instruction sets share, read as
/// the slow parser does.
void expect_agreement(const std::string& address, const std::string& network) {
  const slow::verdict of_address = slow::parse_address(address);
  const slow::verdict of_network = slow::parse_network(network);
  for (const vmnet::isa set : {vmnet::isa::portable, vmnet::supported_isas().back()}) {
    ASSERT_TRUE(vmnet::force_isa(set));
    ASSERT_TRUE(agree(vmnet::ipv4_address::parse(address), of_address)) << address;
    ASSERT_TRUE(agree(vmnet::ipv4_network::parse(network), of_network)) << network;
  }
}

TEST(AllOctetTexts, AreReadAsTheSlowParserReadsThem) {
  const auto texts = all_texts();
  ASSERT_EQ(texts.size(), 1U + 15U + 225U + 3375U + 50625U);
  for (const std::string& text : texts) {
    for (const std::string& whole :
         {text + ".20.30.40", "10." + text + ".30.40", "10.20." + text + ".40", "10.20.30." + text})
      ASSERT_NO_FATAL_FAILURE(expect_agreement(whole, whole + "/24"));
  }
}

TEST(AllPrefixTexts, AreReadAsTheSlowParserReadsThem) {
  for (const std::string& text : all_texts())
    ASSERT_NO_FATAL_FAILURE(expect_agreement("10.20.30.40", "10.20.30.40/" + text));
}

}  // namespace
