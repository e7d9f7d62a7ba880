#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>

#include "random.hpp"
#include "slow_parser.hpp"

import vmnet.ipv4;

namespace {

using property::generator;
using vmnet::ipv4_address;
using vmnet::ipv4_network;

constexpr std::string_view alphabet = "0123456789./+- x";

std::string random_address(generator& random) {
  std::string text;
  for (int octet = 0; octet < 4; ++octet) {
    if (octet > 0) text += '.';
    text += std::to_string(random.up_to(random.up_to(9) == 0 ? 999 : 255));
  }
  return text;
}

std::string random_network(generator& random) {
  return random_address(random) + '/' + std::to_string(random.up_to(40));
}

/// The address as inet_ntop writes it.
std::string ntop(std::uint32_t value) {
  const in_addr address{htonl(value)};
  std::array<char, INET_ADDRSTRLEN> buffer{};
  inet_ntop(AF_INET, &address, buffer.data(), buffer.size());
  return buffer.data();
}

TEST(Ipv4AddressProperty, IsWrittenAsInetNtopWritesIt) {
  generator random;
  for (int round = 0; round < 50'000; ++round) {
    const std::uint32_t value = random.bits();
    const std::string text = ipv4_address::from_uint32(value).to_string();
    ASSERT_EQ(text, ntop(value));
    ASSERT_EQ(ipv4_address::parse(text), ipv4_address::from_uint32(value));
  }
}

TEST(Ipv4AddressProperty, IsReadAsInetPtonReadsIt) {
  generator random;
  int valid = 0;
  for (int round = 0; round < 50'000; ++round) {
    const std::string text = random.mutate(random_address(random), alphabet);
    if (text.find('\0') != text.npos) continue;  // inet_pton would stop there
    in_addr expected{};
    const bool taken = inet_pton(AF_INET, text.c_str(), &expected) == 1;
    const auto address = ipv4_address::parse(text);
    ASSERT_EQ(address.has_value(), taken) << testing::PrintToString(text);
    if (!taken) continue;
    ++valid;
    ASSERT_EQ(address->to_uint32(), ntohl(expected.s_addr)) << text;
  }
  EXPECT_GT(valid, 1000) << "the mutations leave too little to compare";
}

template <class Parsed>
void expect_verdict(const std::string& text, const Parsed& parsed, const slow::verdict& expected) {
  ASSERT_EQ(parsed.has_value(), expected.valid) << testing::PrintToString(text);
  if (expected.valid) return;
  ASSERT_EQ(to_string(parsed.error().code()), expected.sentence) << testing::PrintToString(text);
  ASSERT_EQ(parsed.error().offset(), expected.offset) << testing::PrintToString(text);
}

TEST(Ipv4AddressProperty, TellsTheFaultThatTheSlowParserTells) {
  generator random;
  for (int round = 0; round < 10'000; ++round) {
    const std::string text = random.mutate(random_address(random), alphabet);
    expect_verdict(text, ipv4_address::parse(text), slow::parse_address(text));
    if (HasFatalFailure()) return;
  }
}

TEST(Ipv4NetworkProperty, TellsTheFaultThatTheSlowParserTells) {
  generator random;
  for (int round = 0; round < 10'000; ++round) {
    const std::string text = random.mutate(random_network(random), alphabet);
    expect_verdict(text, ipv4_network::parse(text), slow::parse_network(text));
    if (HasFatalFailure()) return;
  }
}

TEST(Ipv4NetworkProperty, LenientTakesAllThatStrictTakes) {
  generator random;
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = random.mutate(random_network(random), alphabet);
    const auto strict = ipv4_network::parse(text);
    const auto lenient = ipv4_network::parse(text, vmnet::cidr_policy::lenient);
    if (strict) {
      ASSERT_EQ(strict, lenient) << text;
      ASSERT_EQ(ipv4_network::parse("\t " + text + "\n", vmnet::cidr_policy::lenient), strict);
    } else if (!lenient) {
      ASSERT_LE(lenient.error().offset(), text.size()) << testing::PrintToString(text);
    }
  }
}

/// A network bit by bit: bit 31 is the first bit of the address.
struct slow_network {
  slow_network(std::uint32_t address, int prefix_length)
      : lowest(address), highest(address), length(prefix_length) {
    for (int bit = 0; bit < 32 - prefix_length; ++bit) {
      lowest.reset(static_cast<std::size_t>(bit));
      highest.set(static_cast<std::size_t>(bit));
    }
  }
  /// True where the first `count` bits of both are the same.
  static bool same_prefix(std::bitset<32> a, std::bitset<32> b, int count) {
    for (int bit = 31; bit > 31 - count; --bit)
      if (a[static_cast<std::size_t>(bit)] != b[static_cast<std::size_t>(bit)]) return false;
    return true;
  }
  bool contains(std::uint32_t address) const { return same_prefix(lowest, address, length); }
  bool contains(const slow_network& other) const {
    return length <= other.length && same_prefix(lowest, other.lowest, length);
  }
  bool overlaps(const slow_network& other) const {
    return same_prefix(lowest, other.lowest, std::min(length, other.length));
  }
  std::bitset<32> lowest;
  std::bitset<32> highest;
  int length;
};

std::uint32_t number(std::bitset<32> bits) { return static_cast<std::uint32_t>(bits.to_ulong()); }

/// An address near `value`: equal to it up to some bit.
std::uint32_t near(generator& random, std::uint32_t value) {
  return value ^ static_cast<std::uint32_t>(std::uint64_t{random.bits()} >> random.up_to(32));
}

TEST(Ipv4NetworkProperty, AgreesWithTheBitByBitOracle) {
  generator random;
  for (int round = 0; round < 500; ++round) {
    for (int length = 0; length <= 32; ++length) {
      const std::uint32_t value = random.bits();
      const auto net = *ipv4_network::make(ipv4_address::from_uint32(value), length);
      const slow_network slow_net(value, length);
      ASSERT_EQ(net.network().to_uint32(), number(slow_net.lowest));
      ASSERT_EQ(net.broadcast().to_uint32(), number(slow_net.highest));
      ASSERT_EQ(net.hostmask().to_uint32(), number(slow_net.lowest ^ slow_net.highest));
      ASSERT_EQ(net.netmask().to_uint32(), number(~(slow_net.lowest ^ slow_net.highest)));
      ASSERT_EQ(net.num_addresses() - 1,
                number(slow_net.highest) - std::uint64_t{number(slow_net.lowest)});
      ASSERT_EQ(ipv4_network::parse(net.to_string()), net);

      const std::uint32_t address = near(random, value);
      ASSERT_EQ(net.contains(ipv4_address::from_uint32(address)), slow_net.contains(address));
      const std::uint32_t other_value = near(random, value);
      const int other_length = static_cast<int>(random.up_to(32));
      const auto other = *ipv4_network::make(ipv4_address::from_uint32(other_value), other_length);
      const slow_network slow_other(other_value, other_length);
      ASSERT_EQ(net.contains(other), slow_net.contains(slow_other));
      ASSERT_EQ(net.overlaps(other), slow_net.overlaps(slow_other));
      ASSERT_EQ(other.overlaps(net), net.overlaps(other));
    }
  }
}

TEST(Ipv4NetworkProperty, RejectsHostBitsExactlyWhereMaskingChangesTheAddress) {
  generator random;
  for (int round = 0; round < 20'000; ++round) {
    const int length = static_cast<int>(random.up_to(32));
    const std::uint32_t value =
        random.up_to(1) == 0 ? random.bits() : number(slow_network(random.bits(), length).lowest);
    const bool clean = slow_network(value, length).lowest == value;
    const std::string text = ntop(value) + '/' + std::to_string(length);
    ASSERT_EQ(ipv4_network::parse(text, vmnet::cidr_policy::reject_host_bits).has_value(), clean)
        << text;
    ASSERT_EQ(ipv4_network::make(ipv4_address::from_uint32(value), length,
                                 vmnet::cidr_policy::reject_host_bits)
                  .has_value(),
              clean);
  }
}

TEST(Ipv4NetworkProperty, NthAndAddressesAreTheSame) {
  generator random;
  for (int round = 0; round < 20'000; ++round) {
    const auto net = *ipv4_network::make(ipv4_address::from_uint32(random.bits()),
                                         static_cast<int>(random.up_to(32)));
    const std::uint64_t offset = random.bits64() % (net.num_addresses() + 2);
    const auto address = net.nth(offset);
    ASSERT_EQ(address.has_value(), offset < net.num_addresses());
    if (!address) continue;
    ASSERT_EQ(address->to_uint32() - net.network().to_uint32(), offset);
    ASSERT_EQ(net.addresses()[static_cast<std::int64_t>(offset)], *address);
  }
}

}  // namespace
