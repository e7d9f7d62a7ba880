// Sets against a bitmap over 65,536 addresses at both ends and in the middle of
// the space, the laws of sets, and carving against itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "random.hpp"

import vmnet.ipset;

namespace {

using property::generator;
using vmnet::ipv4_address;
using vmnet::ipv4_network;
using vmnet::ipv4_range;
using vmnet::ipv4_set;
using vmnet::ipv4_set_builder;

constexpr std::size_t window = 65'536;
constexpr std::array<std::uint32_t, 3> windows = {0, 0x7fff'8000, 0xffff'0000};
using bitmap = std::bitset<window>;

ipv4_address address_at(std::uint32_t base, std::size_t bit) {
  return ipv4_address::from_uint32(base + static_cast<std::uint32_t>(bit));
}

struct span {
  std::size_t first;
  std::size_t last;
};

span random_span(generator& random) {
  const std::size_t first = random.up_to(window - 1);
  const std::size_t size = random.up_to(random.up_to(9) == 0 ? 20'000 : 60);
  return {first, std::min(window - 1, first + size)};
}

ipv4_range range_of(std::uint32_t base, span s) {
  return *ipv4_range::make(address_at(base, s.first), address_at(base, s.last));
}

bitmap bits_of(std::uint32_t base, const ipv4_set& set) {
  bitmap bits;
  for (const ipv4_range& range : set.ranges())
    for (std::uint64_t at = range.first().to_uint32(); at <= range.last().to_uint32(); ++at)
      bits.set(static_cast<std::size_t>(at - base));
  return bits;
}

ipv4_set random_set(generator& random, std::uint32_t base, std::size_t steps) {
  ipv4_set_builder builder;
  for (std::size_t i = 0; i < steps; ++i) builder.add(range_of(base, random_span(random)));
  return builder.build();
}

testing::AssertionResult is_canonical(const ipv4_set& set) {
  for (std::size_t i = 1; i < set.ranges().size(); ++i) {
    const std::uint64_t end = std::uint64_t{set.ranges()[i - 1].last().to_uint32()} + 1;
    if (end >= set.ranges()[i].first().to_uint32())
      return testing::AssertionFailure() << set.to_string();
  }
  return testing::AssertionSuccess();
}

TEST(Ipv4SetBuilderProperty, EndsAs10000StepsOnABitmapEnd) {
  generator random;
  for (const std::uint32_t base : windows) {
    bitmap bits;
    ipv4_set_builder builder;
    for (int step = 0; step < 10'000; ++step) {
      const span s = random_span(random);
      const bool added = random.up_to(1) == 0;
      for (std::size_t bit = s.first; bit <= s.last; ++bit) bits.set(bit, added);
      if (added)
        builder.add(range_of(base, s));
      else
        builder.remove(range_of(base, s));
    }
    const ipv4_set set = builder.build();
    ASSERT_TRUE(is_canonical(set));
    ASSERT_EQ(bits_of(base, set), bits);
    ASSERT_EQ(set.num_addresses(), bits.count());
    for (std::size_t bit = 0; bit < window; ++bit)
      ASSERT_EQ(set.contains(address_at(base, bit)), bits[bit]) << bit;
    ASSERT_EQ(ipv4_set::parse(set.to_string()), set);
  }
}

TEST(Ipv4SetProperty, OperatesAs10000OperationsOnABitmapDo) {
  generator random;
  for (const std::uint32_t base : windows) {
    const ipv4_set space = range_of(base, {0, window - 1});
    bitmap bits;
    ipv4_set set;
    for (int step = 0; step < 10'000; ++step) {
      const span s = random_span(random);
      const ipv4_set other = range_of(base, s);
      switch (random.up_to(8)) {
        case 0:
          set = space - set;
          bits.flip();
          break;
        case 1:
        case 2:
          set = set ^ other;
          for (std::size_t bit = s.first; bit <= s.last; ++bit) bits.flip(bit);
          break;
        case 3:
          set = set & (space - other);
          for (std::size_t bit = s.first; bit <= s.last; ++bit) bits.reset(bit);
          break;
        case 4:
        case 5:
          set = set - other;
          for (std::size_t bit = s.first; bit <= s.last; ++bit) bits.reset(bit);
          break;
        default:
          set = set | other;
          for (std::size_t bit = s.first; bit <= s.last; ++bit) bits.set(bit);
      }
      ASSERT_EQ(set.num_addresses(), bits.count());
      if (step % 500 != 0) continue;
      ASSERT_TRUE(is_canonical(set));
      ASSERT_EQ(bits_of(base, set), bits);
    }
  }
}

TEST(Ipv4SetProperty, ObeysTheLawsOfSets) {
  generator random;
  for (int round = 0; round < 200; ++round) {
    const std::uint32_t base = windows[random.up_to(2)];
    const ipv4_set a = random_set(random, base, random.up_to(200));
    const ipv4_set b = random_set(random, base, random.up_to(200));
    ASSERT_EQ(~(a | b), ~a & ~b);
    ASSERT_EQ(~(a & b), ~a | ~b);
    ASSERT_EQ(~~a, a);
    ASSERT_EQ(a | a, a);
    ASSERT_EQ(a & a, a);
    ASSERT_EQ(a | b, b | a);
    ASSERT_EQ(a & b, b & a);
    ASSERT_EQ(a - b, a & ~b);
    ASSERT_EQ(a ^ b, (a - b) | (b - a));
    ASSERT_EQ((a ^ b) ^ b, a);
    ASSERT_TRUE((a & b).is_subset_of(a));
    ASSERT_TRUE(a.is_subset_of(a | b));
    ASSERT_EQ(a.is_subset_of(b), (a - b).empty());
    ASSERT_EQ(a.overlaps(b), !(a & b).empty());
    ASSERT_TRUE(is_canonical(a ^ b));
    std::vector<ipv4_network> networks;
    for (const ipv4_network network : a.networks()) networks.push_back(network);
    ASSERT_EQ(ipv4_set::from_networks(networks), a);
    ASSERT_EQ(aggregate(networks), networks);
  }
}

// The networks of `length` bits that are free, one by one.
ipv4_network best_by_looking(const ipv4_set& free, int length) {
  std::vector<ipv4_network> holes;
  for (const ipv4_network hole : free.networks())
    if (hole.prefix_length() <= length) holes.push_back(hole);
  ipv4_network best = holes.front();
  for (const ipv4_network& hole : holes)
    if (hole.prefix_length() > best.prefix_length()) best = hole;
  return best.subnets(length).front();
}

TEST(TakeFreeProperty, ThenReleaseGivesTheSetBack) {
  generator random;
  for (int round = 0; round < 300; ++round) {
    const ipv4_set free = random_set(random, windows[random.up_to(2)], 1 + random.up_to(50));
    const int length = static_cast<int>(20 + random.up_to(12));
    const auto carved = take_free(free, length);
    const auto largest = largest_free(free);
    ASSERT_TRUE(largest);
    ASSERT_EQ(carved.has_value(), largest->prefix_length() <= length);
    if (!carved) continue;
    ASSERT_EQ(carved->network, best_by_looking(free, length));
    ASSERT_TRUE(free.contains(carved->network));
    ASSERT_FALSE(carved->rest.overlaps(carved->network));
    ASSERT_EQ(carved->rest | carved->network, free);
  }
}

TEST(TakeFreeProperty, ManyAtOnceAreManyOneByOne) {
  generator random;
  for (int round = 0; round < 100; ++round) {
    ipv4_set free = random_set(random, windows[random.up_to(2)], 1 + random.up_to(20));
    const int length = static_cast<int>(24 + random.up_to(8));
    const std::uint64_t count = random.up_to(60);
    const auto at_once = take_free(free, length, count);
    std::vector<ipv4_network> networks;
    while (networks.size() < count) {
      auto carved = take_free(free, length);
      if (!carved) break;
      networks.push_back(carved->network);
      free = carved->rest;
    }
    ASSERT_EQ(at_once.has_value(), networks.size() == count);
    if (!at_once) continue;
    ASSERT_EQ(at_once->networks, networks);
    ASSERT_EQ(at_once->rest, free);
    ASSERT_GE(fragmentation(free), 0.0);
    ASSERT_LT(fragmentation(free), 1.0);
  }
}

}  // namespace
