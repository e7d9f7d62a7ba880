// Ranges, networks and their aggregation against a bitmap over 65,536 addresses
// at both ends and in the middle of the space.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "random.hpp"

import vmnet.ipv4;

namespace {

using property::generator;
using vmnet::ipv4_address;
using vmnet::ipv4_network;
using vmnet::ipv4_range;

constexpr std::size_t window = 65'536;
constexpr std::array<std::uint32_t, 3> windows = {0, 0x7fff'8000, 0xffff'0000};
using bitmap = std::bitset<window>;

struct span {
  std::size_t first;
  std::size_t last;
};

span random_span(generator& random) {
  const std::size_t first = random.up_to(window - 1);
  const std::size_t size = random.up_to(random.up_to(3) == 0 ? window : 40);
  return {first, std::min(window - 1, first + size)};
}

ipv4_range range_of(std::uint32_t base, span s) {
  return *ipv4_range::make(ipv4_address::from_uint32(base + static_cast<std::uint32_t>(s.first)),
                           ipv4_address::from_uint32(base + static_cast<std::uint32_t>(s.last)));
}

template <class Ranges>
bitmap addresses_of(std::uint32_t base, const Ranges& ranges) {
  bitmap bits;
  for (const ipv4_range range : ranges)
    for (const ipv4_address address : range.addresses()) {
      const std::size_t bit = address.to_uint32() - base;
      EXPECT_LT(bit, window);
      EXPECT_FALSE(bits[bit]) << "an address is covered twice";
      bits.set(bit);
    }
  return bits;
}

// The fewest aligned blocks, as recursion finds them.
std::size_t fewest_blocks(const bitmap& bits, std::size_t first, std::size_t size) {
  std::size_t set = 0;
  for (std::size_t bit = first; bit < first + size; ++bit) set += bits[bit] ? 1U : 0U;
  if (set == 0) return 0;
  if (set == size) return 1;
  return fewest_blocks(bits, first, size / 2) + fewest_blocks(bits, first + size / 2, size / 2);
}

TEST(Ipv4RangeProperty, NetworksAreTheFewestThatCoverIt) {
  generator random;
  for (const std::uint32_t base : windows)
    for (int round = 0; round < 60; ++round) {
      const span s = random_span(random);
      bitmap expected;
      for (std::size_t bit = s.first; bit <= s.last; ++bit) expected.set(bit);
      const auto networks = range_of(base, s).networks();
      ASSERT_EQ(addresses_of(base, networks), expected);
      // In the middle window no block crosses the middle of the space, which
      // is a multiple of 2^15: aligned to less than the whole window.
      const std::size_t half = window / 2;
      const std::size_t fewest = base == windows[1] ? fewest_blocks(expected, 0, half) +
                                                          fewest_blocks(expected, half, half)
                                                    : fewest_blocks(expected, 0, window);
      ASSERT_EQ(networks.size(), fewest);
      ASSERT_EQ(range_of(base, s).to_network().has_value(), networks.size() == 1);
    }
}

TEST(Ipv4RangeProperty, AggregateKeepsTheAddressesInTheFewestNetworks) {
  generator random;
  for (const std::uint32_t base : windows)
    for (const std::size_t count : {3U, 40U, 700U}) {
      bitmap expected;
      std::vector<ipv4_range> ranges;
      std::vector<ipv4_network> networks;
      for (std::size_t i = 0; i < count; ++i) {
        const span s = random_span(random);
        ranges.push_back(range_of(base, s));
        for (const ipv4_network network : ranges.back().networks()) networks.push_back(network);
        for (std::size_t bit = s.first; bit <= s.last; ++bit) expected.set(bit);
      }
      for (std::size_t i = networks.size(); i > 1; --i)
        std::swap(networks[i - 1], networks[random.up_to(i - 1)]);
      const auto merged = aggregate(networks);
      ASSERT_EQ(addresses_of(base, merged), expected);
      ASSERT_EQ(aggregate(merged), merged);
      const auto joined = aggregate(ranges);
      ASSERT_EQ(addresses_of(base, joined), expected);
      std::size_t pieces = 0;
      for (const ipv4_range& range : joined) pieces += range.networks().size();
      ASSERT_EQ(merged.size(), pieces);
      for (std::size_t i = 1; i < joined.size(); ++i)
        ASSERT_LT(joined[i - 1].last().to_uint32() + 1, joined[i].first().to_uint32());
    }
}

TEST(Ipv4RangeProperty, AggregateUndoesExpansion) {
  generator random;
  for (int round = 0; round < 200; ++round) {
    const int length = static_cast<int>(random.up_to(32));
    const auto network = *ipv4_network::make(ipv4_address::from_uint32(random.bits()), length);
    const int deeper = std::min(32, length + static_cast<int>(random.up_to(10)));
    const auto subnets = network.subnets(deeper);
    std::vector<ipv4_network> expanded(subnets.begin(), subnets.end());
    ASSERT_EQ(expanded.size(), std::size_t{1} << static_cast<unsigned>(deeper - length));
    for (std::size_t i = expanded.size(); i > 1; --i)
      std::swap(expanded[i - 1], expanded[random.up_to(i - 1)]);
    ASSERT_EQ(aggregate(expanded), std::vector<ipv4_network>{network});
  }
}

TEST(Ipv4NetworkProperty, ExcludeAndTheExcludedMakeTheWhole) {
  generator random;
  for (int round = 0; round < 2'000; ++round) {
    const auto whole = *ipv4_network::make(ipv4_address::from_uint32(random.bits()),
                                           static_cast<std::int64_t>(random.up_to(32)));
    const auto address = *whole.nth(random.bits64() % whole.num_addresses());
    const auto part = *ipv4_network::make(
        address,
        whole.prefix_length() +
            static_cast<int>(random.up_to(static_cast<std::size_t>(32 - whole.prefix_length()))));
    const auto rest = whole.exclude(part);
    ASSERT_EQ(rest.size(), static_cast<std::size_t>(part.prefix_length() - whole.prefix_length()));
    std::vector<ipv4_network> all(rest.begin(), rest.end());
    for (const ipv4_network& network : all) ASSERT_FALSE(network.overlaps(part));
    all.push_back(part);
    ASSERT_EQ(aggregate(all), std::vector<ipv4_network>{whole});
  }
}

}  // namespace
