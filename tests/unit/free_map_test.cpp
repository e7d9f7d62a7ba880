#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <random>
#include <set>

import vmnet.free_map;

namespace {

using vmnet::free_map;

TEST(FreeMap, OfNoSlotsHasNothing) {
  EXPECT_EQ(free_map().next(0), free_map::none);
  EXPECT_EQ(free_map(0).next_around(0), free_map::none);
  EXPECT_EQ(free_map().size(), 0U);
}

TEST(FreeMap, FindsTheOneFreeSlotOfAnySize) {
  for (const std::uint64_t size :
       {1U, 2U, 63U, 64U, 65U, 4095U, 4096U, 4097U, 262145U, 16777213U}) {
    free_map map(size);
    EXPECT_EQ(map.next(0), free_map::none);
    for (const std::uint64_t slot : {std::uint64_t{0}, size / 2, size - 1}) {
      map.give(slot);
      map.give(slot);
      EXPECT_TRUE(map.is_free(slot));
      EXPECT_EQ(map.count(), 1U);
      EXPECT_EQ(map.next(0), slot);
      EXPECT_EQ(map.next(slot), slot);
      EXPECT_EQ(map.next(slot + 1), free_map::none);
      EXPECT_EQ(map.next_around(slot + 1), slot);
      map.take(slot);
      map.take(slot);
      EXPECT_EQ(map.count(), 0U);
    }
    EXPECT_EQ(map, free_map(size));
  }
}

TEST(FreeMap, TakesOneEighthOfAByteASlotAndAlittle) {
  const free_map map(16777213);
  EXPECT_LE(static_cast<double>(map.memory()), 0.14 * 16777213);
}

TEST(FreeMap, AgreesWithASetOfSlots) {
  std::mt19937_64 random(7);
  for (const std::uint64_t size : {1U, 64U, 100U, 5000U, 300000U}) {
    free_map map(size);
    std::set<std::uint64_t> slots;
    for (int step = 0; step < 3000; ++step) {
      const std::uint64_t slot = random() % size;
      const std::uint64_t last = std::min(size - 1, slot + random() % 200);
      switch (random() % 6) {
        case 0:
          map.assign(slot, last, true);
          for (std::uint64_t s = slot; s <= last; ++s) slots.insert(s);
          break;
        case 1:
          map.assign(slot, last, false);
          slots.erase(slots.lower_bound(slot), slots.upper_bound(last));
          break;
        case 2:
        case 3:
          map.give(slot);
          slots.insert(slot);
          break;
        default:
          map.take(slot);
          slots.erase(slot);
      }
      const std::uint64_t from = random() % (size + 1);
      const auto next = slots.lower_bound(from);
      ASSERT_EQ(map.next(from), next == slots.end() ? free_map::none : *next);
      ASSERT_EQ(map.count(), slots.size());
      ASSERT_EQ(map.count(slot, last), static_cast<std::uint64_t>(std::distance(
                                           slots.lower_bound(slot), slots.upper_bound(last))));
    }
  }
}

TEST(FreeMap, EqualsOneOfTheSameSlots) {
  free_map one(100);
  free_map other(100);
  EXPECT_TRUE(one == other);
  EXPECT_FALSE(one == free_map(101));
  other.assign(0, 50, true);
  EXPECT_FALSE(one == other);
  one.assign(0, 50, true);
  EXPECT_TRUE(one == other);
}

}  // namespace
