#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "guarded.hpp"

import vmnet.ipv4;
import vmnet.ipv4_detail;
import vmnet.isa;

namespace {

using vmnet::cidr_policy;
using vmnet::ipv4_address;
using vmnet::ipv4_network;

/// What all parsers of address and network make of a text.
struct reading {
  vmnet::result<ipv4_address, vmnet::parse_error> address;
  std::array<vmnet::result<ipv4_network, vmnet::parse_error>, 3> networks;

  explicit reading(std::string_view text)
      : address(ipv4_address::parse(text)),
        networks{ipv4_network::parse(text, cidr_policy::mask_host_bits),
                 ipv4_network::parse(text, cidr_policy::reject_host_bits),
                 ipv4_network::parse(text, cidr_policy::lenient)} {}
  bool operator==(const reading& other) const {
    return address == other.address && networks[0] == other.networks[0] &&
           networks[1] == other.networks[1] && networks[2] == other.networks[2];
  }
};

std::optional<std::uint32_t> by_inet_pton(std::string_view text) {
  in_addr address{};
  if (text.find('\0') != text.npos || inet_pton(AF_INET, std::string(text).c_str(), &address) != 1)
    return std::nullopt;
  return ntohl(address.s_addr);
}

class ReadIpv4 : public testing::TestWithParam<vmnet::isa> {
 protected:
  /// The instruction set of the test and the plain code read the same, and inet_pton
  /// the same address.
  static void expect_equal(std::string_view text) {
    ASSERT_TRUE(vmnet::force_isa(vmnet::isa::portable));
    const reading plain(text);
    ASSERT_TRUE(vmnet::force_isa(GetParam()));
    const reading fast(text);
    ASSERT_TRUE(fast == plain) << testing::PrintToString(text);
    const auto peer = by_inet_pton(text);
    ASSERT_EQ(fast.address.has_value(), peer.has_value()) << testing::PrintToString(text);
    if (peer) {
      ASSERT_EQ(fast.address->to_uint32(), *peer) << text;
    }
  }
};
INSTANTIATE_TEST_SUITE_P(, ReadIpv4, testing::ValuesIn(vmnet::supported_isas()),
                         [](const auto& set) { return std::string(to_string(set.param)); });

// Octets of every size, right and wrong, in every way to set dots, alone and
// before prefix lengths of every kind.
TEST_P(ReadIpv4, TakesEveryWayToSetDots) {
  constexpr std::array<std::string_view, 13> octets = {
      "0", "9", "00", "09", "10", "99", "000", "099", "100", "255", "256", "999", ""};
  constexpr std::array<std::string_view, 9> behind = {"",    "/0",  "/9",  "/00", "/08",
                                                      "/10", "/32", "/33", "/032"};
  for (const std::string_view a : octets)
    for (const std::string_view b : octets)
      for (const std::string_view c : octets)
        for (const std::string_view d : octets) {
          std::string text;
          for (const std::string_view octet : {a, b, c}) text.append(octet) += '.';
          text += d;
          ASSERT_NO_FATAL_FAILURE(expect_equal(text));
          text += behind[text.size() % behind.size()];
          ASSERT_NO_FATAL_FAILURE(expect_equal(text));
        }
}

// Every byte at every place of the shortest and the longest texts.
TEST_P(ReadIpv4, TakesEveryByteAtEveryPlace) {
  for (const std::string_view text : {"1.2.3.4", "255.255.255.255", "1.2.3.4/5", "1.2.3.4/15",
                                      "255.255.255.255/32", "10.20.30.40", "192.168.0.0/16"}) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string changed(text);
        changed[at] = static_cast<char>(byte);
        ASSERT_NO_FATAL_FAILURE(expect_equal(changed));
      }
    }
  }
}

// A kernel that left right texts to the reader would be right too, and slow.
TEST_P(ReadIpv4, LeavesNoRightTextToTheReader) {
  ASSERT_TRUE(vmnet::force_isa(GetParam()));
  const bool has_kernel = GetParam() != vmnet::isa::portable;
  constexpr std::array<std::uint8_t, 6> octets = {0, 9, 10, 99, 100, 255};
  for (const std::uint8_t a : octets)
    for (const std::uint8_t b : octets)
      for (const std::uint8_t c : octets)
        for (const std::uint8_t d : octets) {
          const auto address = ipv4_address::from_octets({a, b, c, d});
          const std::string text = to_string(address);
          ASSERT_EQ(vmnet::detail::read_address(text.data(), text.size()),
                    has_kernel ? address.to_uint32() : vmnet::detail::unread);
          for (std::uint64_t length = 0; length <= 32; ++length) {
            const std::string cidr = text + "/" + std::to_string(length);
            ASSERT_EQ(vmnet::detail::read_cidr(cidr.data(), cidr.size()),
                      has_kernel ? length << 32U | address.to_uint32() : vmnet::detail::unread);
          }
        }
}

// With nothing readable before the text, or behind it.
TEST_P(ReadIpv4, ReadsNothingOutsideTheText) {
  const guarded::pages pages(1);
  std::vector<std::string> texts;
  const std::string longest = "255.255.255.255/3200.";
  for (std::size_t size = 0; size <= longest.size(); ++size)
    texts.push_back(longest.substr(0, size));
  for (const char* octet : {"0", "77", "255"})
    for (const char* rest : {".1.2.3", ".10.2.3", ".10.20.3", ".10.20.30", ".100.20.30"})
      for (const char* behind : {"", "/", "/8", "/24"})
        texts.push_back(std::string(octet) + rest + behind);
  for (const std::string& text : texts) {
    char* const last = pages.bytes().data() + pages.bytes().size() - text.size();
    for (char* const place : {pages.bytes().data(), last}) {
      std::memcpy(place, text.data(), text.size());
      ASSERT_NO_FATAL_FAILURE(expect_equal({place, text.size()}));
    }
  }
  ASSERT_NO_FATAL_FAILURE(expect_equal({}));
}

TEST_P(ReadIpv4, TakesRandomTextsWithFaults) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  constexpr std::string_view bytes = "0123456789./+- \0x";
  for (int round = 0; round < 20'000; ++round) {
    std::string text = ipv4_address::from_uint32(static_cast<std::uint32_t>(random())).to_string();
    if (random() % 2 == 0) text += "/" + std::to_string(random() % 34);
    for (std::uint64_t faults = random() % 3; faults > 0; --faults) {
      const std::size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] = bytes[random() % bytes.size()];
          break;
        case 1:
          text.insert(at, 1, bytes[random() % bytes.size()]);
          break;
        default:
          text.erase(at, 1);
      }
    }
    ASSERT_NO_FATAL_FAILURE(expect_equal(text));
  }
}

}  // namespace
