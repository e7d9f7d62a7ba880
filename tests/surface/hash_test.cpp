#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

import vmnet.hash;

namespace {

TEST(Surface, OfVmnetHash) {
  EXPECT_EQ(vmnet::fnv1a_64(""), vmnet::fnv1a_64_offset_basis);
  EXPECT_EQ(vmnet::fnv1a_64(std::span<const std::byte>()), vmnet::fnv1a_64_hasher().digest());
  EXPECT_EQ(vmnet::fnv1a_64_hasher().update("x").digest(), vmnet::fnv1a_64("x"));
  EXPECT_EQ(vmnet::fnv1a_64_prime, 1099511628211U);
  const vmnet::result<void, vmnet::size_mismatch> done =
      vmnet::fnv1a_64_batch(std::span<const std::string_view>(), std::span<std::uint64_t>());
  EXPECT_TRUE(done);
  EXPECT_EQ(to_string(vmnet::size_mismatch{1, 2}), "2 outputs for 1 inputs");
}

}  // namespace
