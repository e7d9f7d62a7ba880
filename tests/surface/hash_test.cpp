#include <gtest/gtest.h>

#include <cstddef>
#include <span>

import vmnet.hash;

namespace {

TEST(Surface, OfVmnetHash) {
  EXPECT_EQ(vmnet::fnv1a_64(""), vmnet::fnv1a_64_offset_basis);
  EXPECT_EQ(vmnet::fnv1a_64(std::span<const std::byte>()), vmnet::fnv1a_64_hasher().digest());
  EXPECT_EQ(vmnet::fnv1a_64_hasher().update("x").digest(), vmnet::fnv1a_64("x"));
  EXPECT_EQ(vmnet::fnv1a_64_prime, 1099511628211U);
}

}  // namespace
