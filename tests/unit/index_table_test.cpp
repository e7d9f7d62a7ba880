#include <gtest/gtest.h>

#include <cstdint>

import vmnet.index_table;

namespace {

using vmnet::detail::index_table;

/// One type for all tests, so that one instantiation of the table meets them all.
struct is {
  std::uint32_t index;
  bool operator()(std::uint32_t at) const { return at == index; }
};

std::uint64_t hash_with_tag(std::uint32_t tag) { return std::uint64_t{tag} << 32U; }

TEST(IndexTable, FindsNothingWhileItIsEmpty) {
  EXPECT_EQ(index_table().find(0, is{0}), index_table::none);
  EXPECT_EQ(index_table(10).find(0, is{0}), index_table::none);
}

TEST(IndexTable, TellsApartKeysOfEqualHash) {
  index_table table;
  for (std::uint32_t i = 0; i < 100; ++i)
    EXPECT_EQ(table.find_or_insert(7, i, is{i}), index_table::none);
  for (std::uint32_t i = 0; i < 100; ++i) EXPECT_EQ(table.find(7, is{i}), i);
  EXPECT_EQ(table.size(), 100U);
  EXPECT_EQ(table.find(7, is{100}), index_table::none);
}

TEST(IndexTable, GivesTheOneThatIsThere) {
  index_table table;
  EXPECT_EQ(table.find_or_insert(7, 1, is{1}), index_table::none);
  EXPECT_EQ(table.find_or_insert(7, 2, is{1}), 1U);
  EXPECT_EQ(table.size(), 1U);
}

TEST(IndexTable, InsertsWhateverHasTheHash) {
  index_table table;
  for (std::uint32_t i = 0; i < 100; ++i) table.insert(hash_with_tag(i / 3), i);
  EXPECT_EQ(table.size(), 100U);
  for (std::uint32_t i = 0; i < 100; ++i) EXPECT_EQ(table.find(hash_with_tag(i / 3), is{i}), i);
}

TEST(IndexTable, IsEmptyAfterClear) {
  index_table table;
  for (std::uint32_t i = 0; i < 100; ++i) table.insert(hash_with_tag(i), i);
  table.clear();
  EXPECT_EQ(table.size(), 0U);
  for (std::uint32_t i = 0; i < 100; ++i)
    EXPECT_EQ(table.find(hash_with_tag(i), is{i}), index_table::none);
  EXPECT_EQ(table.find_or_insert(hash_with_tag(7), 8, is{8}), index_table::none);
  EXPECT_EQ(table.find(hash_with_tag(7), is{8}), 8U);
}

// Runs that wrap around the end, with every member taken out in turn.
TEST(IndexTable, FindsTheRestAfterAnyOneIsTakenOut) {
  for (const std::uint32_t first_tag : {0x0U, 0x7fffffffU, 0xf8000000U, 0xfffffff0U}) {
    for (std::uint32_t gone = 0; gone < 12; ++gone) {
      index_table table(12);
      const auto hash = [&](std::uint32_t i) {
        return hash_with_tag(first_tag + (i % 3) * 0x0a000000U);
      };
      for (std::uint32_t i = 0; i < 12; ++i) table.find_or_insert(hash(i), i, is{i});
      table.erase(hash(gone), gone);
      EXPECT_EQ(table.size(), 11U);
      for (std::uint32_t i = 0; i < 12; ++i)
        EXPECT_EQ(table.find(hash(i), is{i}), i == gone ? index_table::none : i);
    }
  }
}

TEST(IndexTable, LeavesInPlaceWhatWrappedAroundFromBehindTheGap) {
  index_table table(12);
  const std::uint64_t last_but_one = hash_with_tag(0xf0000000U);
  const std::uint64_t last = hash_with_tag(0xffffffffU);
  table.find_or_insert(last_but_one, 0, is{0});
  for (const std::uint32_t i : {1U, 2U}) table.find_or_insert(last, i, is{i});
  table.erase(last_but_one, 0);
  for (const std::uint32_t i : {1U, 2U}) EXPECT_EQ(table.find(last, is{i}), i);
  table.erase(last, 1);
  EXPECT_EQ(table.find(last, is{2}), 2U);
}

}  // namespace
