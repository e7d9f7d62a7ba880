#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

#include "random.hpp"

import vmnet.alloc;

namespace {

using property::generator;

/// FNV-1a 64 with the multiplication spelt out: the prime is 2^40 + 2^8 + 0xb3.
std::uint64_t slow_digest(const std::string& id) {
  std::uint64_t digest = 14695981039346656037U;
  for (const char c : id) {
    digest ^= static_cast<unsigned char>(c);
    std::uint64_t product = 0;
    for (const unsigned bit : {40U, 8U, 7U, 5U, 4U, 1U, 0U}) product += digest << bit;
    digest = product;
  }
  return digest;
}

template <class... Values>
std::string print(const char* format, Values... values) {
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, values...);
  return buffer.data();
}

TEST(IdentityProperty, FollowsTheSchemeForRandomIdsAndSubnets) {
  generator random;
  for (int round = 0; round < 20'000; ++round) {
    const std::string id = random.bytes(40);
    const auto length = static_cast<unsigned>(random.up_to(30));
    const auto subnet =
        *vmnet::ipv4_network::make(vmnet::ipv4_address::from_uint32(random.bits()), length);
    const std::uint64_t digest = slow_digest(id);
    const std::string hex = print("%016llx", static_cast<unsigned long long>(digest));
    const std::uint64_t network = subnet.network().to_uint32();
    const std::uint64_t addresses = std::uint64_t{1} << (32U - length);

    const auto identity = vmnet::identify(id, subnet);
    ASSERT_TRUE(identity);
    ASSERT_EQ(identity->digest, digest);
    ASSERT_EQ(vmnet::vm_short_hash(id), hex.substr(0, 8));
    ASSERT_EQ(identity->tap_name, "tap-" + hex.substr(0, 8));
    ASSERT_EQ(identity->guest_ip.to_uint32(), network + digest % (addresses - 3) + 2);
    ASSERT_EQ(identity->gateway.to_uint32(), network + 1);
    ASSERT_EQ(vmnet::format_mac(identity->mac), "02:" + hex.substr(6, 2) + ':' + hex.substr(8, 2) +
                                                    ':' + hex.substr(10, 2) + ':' +
                                                    hex.substr(12, 2) + ':' + hex.substr(14, 2));
  }
}

TEST(HashProperty, AnySplitGivesTheSameDigest) {
  generator random;
  for (int round = 0; round < 5'000; ++round) {
    const std::string text = random.bytes(100);
    vmnet::fnv1a_64_hasher hasher;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = 1 + random.up_to(text.size() - at - 1);
      hasher.update(text.substr(at, size));
      at += size;
    }
    ASSERT_EQ(hasher.digest(), slow_digest(text));
  }
}

}  // namespace
