#include <gtest/gtest.h>

#include <optional>

import vmnet.siphash;

namespace {

TEST(Surface, OfVmnetSiphash) {
  static_assert(vmnet::siphash_key::parse("00") == std::nullopt);
  constexpr vmnet::siphash_key key{.k0 = 1, .k1 = 2};
  EXPECT_NE(vmnet::siphash_2_4("a", key), vmnet::siphash_2_4("a", vmnet::siphash_key()));
}

}  // namespace
