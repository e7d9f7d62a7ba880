#include <gtest/gtest.h>

#include <string_view>

import vmnet.hash;

namespace {

TEST(Fnv1a64, GivesTheDigestsOfThePublishedVectors) {
  EXPECT_EQ(vmnet::fnv1a_64(std::string_view("")), 0xcbf29ce484222325U);
  EXPECT_EQ(vmnet::fnv1a_64("a"), 0xaf63dc4c8601ec8cU);
  EXPECT_EQ(vmnet::fnv1a_64("foobar"), 0x85944171f73967e8U);
}

}  // namespace
