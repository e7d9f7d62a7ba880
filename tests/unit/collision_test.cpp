#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <optional>

import vmnet.alloc;

namespace {

using vmnet::collision_probability;
using vmnet::expected_colliding_ids;
using vmnet::longest_prefix_at_risk;
using vmnet::max_ids_at_risk;

constexpr std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double relative_error(double value, double truth) {
  return truth == 0 ? std::abs(value) : std::abs(value - truth) / truth;
}

TEST(CollisionMathematics, AgreesWithTheExactTable) {
  std::ifstream table(VMNET_TEST_DATA "/collision_oracle.tsv");
  std::uint64_t ids = 0;
  std::uint64_t slots = 0;
  double probability = 0;
  double sharing = 0;
  int rows = 0;
  for (; table >> ids >> slots >> probability >> sharing; ++rows) {
    EXPECT_LT(relative_error(collision_probability(ids, slots), probability), 1e-9)
        << ids << ' ' << slots;
    EXPECT_LT(relative_error(expected_colliding_ids(ids, slots), sharing), 1e-9)
        << ids << ' ' << slots;
  }
  EXPECT_TRUE(table.eof());
  EXPECT_EQ(rows, 325);
}

TEST(CollisionProbability, IsExactWhereThereIsNothingToCompute) {
  EXPECT_EQ(collision_probability(0, 0), 0);
  EXPECT_EQ(collision_probability(1, 0), 0);
  EXPECT_EQ(collision_probability(1, huge), 0);
  EXPECT_EQ(collision_probability(2, 0), 1);
  EXPECT_EQ(collision_probability(2, 1), 1);
  EXPECT_EQ(collision_probability(254, 253), 1);
  EXPECT_EQ(collision_probability(huge, huge), 1);
}

TEST(CollisionProbability, GrowsWithTheIdsAcrossTheChangeOfMethod) {
  for (const std::uint64_t slots : {std::uint64_t{65533}, vmnet::num_tap_names, vmnet::num_macs}) {
    for (std::uint64_t ids = 1000; ids < 1050; ++ids)
      EXPECT_LE(collision_probability(ids, slots), collision_probability(ids + 1, slots)) << ids;
  }
}

TEST(ExpectedCollidingIds, AreAllWhereThereIsAtMostOneSlot) {
  EXPECT_EQ(expected_colliding_ids(0, 0), 0);
  EXPECT_EQ(expected_colliding_ids(1, 0), 0);
  EXPECT_EQ(expected_colliding_ids(7, 0), 7);
  EXPECT_EQ(expected_colliding_ids(7, 1), 7);
}

// "50 % at" is the first number of ids at which the risk passes one half.
TEST(MaxIdsAtRisk, GivesTheKnownBirthdays) {
  EXPECT_EQ(max_ids_at_risk(0.5, 365) + 1, 23U);
  EXPECT_EQ(max_ids_at_risk(0.5, 253) + 1, 20U);
  EXPECT_EQ(max_ids_at_risk(0.5, 4093) + 1, 76U);
  EXPECT_EQ(max_ids_at_risk(0.5, 65533) + 1, 302U);
  EXPECT_EQ(max_ids_at_risk(0.5, 16777213) + 1, 4823U);
  EXPECT_EQ(max_ids_at_risk(0.5, vmnet::num_tap_names) + 1, 77'164U);
  EXPECT_NEAR(static_cast<double>(max_ids_at_risk(0.5, vmnet::num_macs)), 1.2346e6, 100);
}

TEST(MaxIdsAtRisk, IsTheLastNumberThatKeepsTheRisk) {
  for (const std::uint64_t slots : {std::uint64_t{2}, std::uint64_t{253}, vmnet::num_macs, huge}) {
    for (const double risk : {1e-12, 0.01, 0.5, 0.99}) {
      const std::uint64_t ids = max_ids_at_risk(risk, slots);
      EXPECT_LE(collision_probability(ids, slots), risk) << slots;
      EXPECT_GT(collision_probability(ids + 1, slots), risk) << slots;
    }
  }
}

TEST(MaxIdsAtRisk, IsDefinedAtTheEdges) {
  EXPECT_EQ(max_ids_at_risk(0, 253), 1U);
  EXPECT_EQ(max_ids_at_risk(-1, 253), 1U);
  EXPECT_EQ(max_ids_at_risk(nan, 253), 1U);
  EXPECT_EQ(max_ids_at_risk(1, 253), huge);
  EXPECT_EQ(max_ids_at_risk(2, 0), huge);
  EXPECT_EQ(max_ids_at_risk(0.5, 0), 0U);
  EXPECT_EQ(max_ids_at_risk(0.5, 1), 1U);
}

TEST(LongestPrefixAtRisk, IsTheSmallestSubnetThatKeepsTheRisk) {
  EXPECT_EQ(longest_prefix_at_risk(0, 0), 30);
  EXPECT_EQ(longest_prefix_at_risk(1, 0), 30);
  EXPECT_EQ(longest_prefix_at_risk(1, nan), 30);
  EXPECT_EQ(longest_prefix_at_risk(1, -1), 30);
  EXPECT_EQ(longest_prefix_at_risk(2, 0), std::nullopt);
  EXPECT_EQ(longest_prefix_at_risk(2, 0.2), 29);
  EXPECT_EQ(longest_prefix_at_risk(20, 0.5), 23);
  EXPECT_EQ(longest_prefix_at_risk(19, 0.5), 24);
  EXPECT_EQ(longest_prefix_at_risk(9'000, 0.01), 0);
  EXPECT_EQ(longest_prefix_at_risk(1'000, 1), 30);
}

TEST(LongestPrefixAtRisk, IsNothingWhereNotEvenTheWholeSpaceWillDo) {
  EXPECT_EQ(longest_prefix_at_risk(10'000, 0.01), std::nullopt);
  EXPECT_EQ(longest_prefix_at_risk(huge, 0.99), std::nullopt);
  EXPECT_EQ(longest_prefix_at_risk(2, nan), std::nullopt);
  EXPECT_EQ(longest_prefix_at_risk(2, -1), std::nullopt);
}

}  // namespace
