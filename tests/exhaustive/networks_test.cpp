#include <gtest/gtest.h>

#include <cstdint>

#include "whole_space.hpp"

import vmnet.ipv4;

namespace {

using vmnet::ipv4_address;
using vmnet::ipv4_network;

/// True where the network of `length` bits that begins at `first` is right at
/// and around both of its ends.
bool is_right(std::uint32_t first, int length) {
  const std::uint64_t size = std::uint64_t{1} << (32 - length);
  const auto last = static_cast<std::uint32_t>(first + size - 1);
  const auto at = [](std::uint32_t value) { return ipv4_address::from_uint32(value); };
  const auto net = ipv4_network::make(at(last), length);
  if (!net || net->prefix_length() != length || net->num_addresses() != size) return false;
  if (net->network() != at(first) || net->broadcast() != at(last)) return false;
  if (!net->contains(at(first)) || !net->contains(at(last))) return false;
  if (first != 0 && net->contains(at(first - 1))) return false;
  if (last != 0xffff'ffff && net->contains(at(last + 1))) return false;
  if (net->nth(0) != at(first) || net->nth(size - 1) != at(last) || net->nth(size)) return false;
  const std::uint64_t skipped = length < 31 ? 1 : 0;
  const auto hosts = net->hosts();
  return hosts.size() == size - 2 * skipped && hosts.front().to_uint32() == first + skipped &&
         (*--hosts.end()).to_uint32() == last - skipped;
}

// Every network of every prefix length: 2^33 - 1 of them.
TEST(AllNetworks, AreRightAtBothEnds) {
  const std::uint64_t faults = exhaustive::over_all_blocks([](std::uint32_t block) {
    std::uint64_t wrong = 0;
    const std::uint64_t begin = std::uint64_t{block} << 16U;
    for (int length = 0; length <= 32; ++length) {
      const std::uint64_t size = std::uint64_t{1} << (32 - length);
      if (begin % size != 0 && size > 0x10000) continue;  // begins in an earlier block
      for (std::uint64_t first = begin; first < begin + 0x10000; first += size)
        if (!is_right(static_cast<std::uint32_t>(first), length)) ++wrong;
    }
    return wrong;
  });
  EXPECT_EQ(faults, 0U);
}

}  // namespace
