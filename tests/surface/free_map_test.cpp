#include <gtest/gtest.h>

import vmnet.free_map;

namespace {

TEST(Surface, OfVmnetFreeMap) {
  vmnet::free_map map(100);
  EXPECT_EQ(map, vmnet::free_map(100));
  map.give(7);
  map.assign(8, 9, true);
  map.take(9);
  EXPECT_TRUE(map.is_free(7));
  EXPECT_EQ(map.count(), 2U);
  EXPECT_EQ(map.count(8, 99), 1U);
  EXPECT_EQ(map.next(8), 8U);
  EXPECT_EQ(map.next(9), vmnet::free_map::none);
  EXPECT_EQ(map.next_around(9), 7U);
  EXPECT_EQ(map.size(), 100U);
  EXPECT_GT(map.memory(), 0U);
}

}  // namespace
