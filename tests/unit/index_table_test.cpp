#include <gtest/gtest.h>

#include <cstdint>

import vmnet.index_table;

namespace {

using vmnet::detail::index_table;

constexpr auto any = [](std::uint32_t) { return true; };

std::uint64_t hash_with_tag(std::uint32_t tag) { return std::uint64_t{tag} << 32U; }

TEST(IndexTable, FindsNothingWhileItIsEmpty) {
  EXPECT_EQ(index_table().find(0, any), index_table::none);
  EXPECT_EQ(index_table(10).find(0, any), index_table::none);
}

TEST(IndexTable, TellsApartKeysOfEqualHash) {
  index_table table;
  for (std::uint32_t i = 0; i < 100; ++i)
    EXPECT_EQ(table.find_or_insert(7, i, [&](std::uint32_t at) { return at == i; }),
              index_table::none);
  for (std::uint32_t i = 0; i < 100; ++i)
    EXPECT_EQ(table.find(7, [&](std::uint32_t at) { return at == i; }), i);
  EXPECT_EQ(table.size(), 100U);
  EXPECT_EQ(table.find(7, [](std::uint32_t at) { return at == 100; }), index_table::none);
}

TEST(IndexTable, GivesTheOneThatIsThere) {
  index_table table;
  EXPECT_EQ(table.find_or_insert(7, 1, any), index_table::none);
  EXPECT_EQ(table.find_or_insert(7, 2, any), 1U);
  EXPECT_EQ(table.size(), 1U);
}

// Runs that wrap around the end, with every member taken out in turn.
TEST(IndexTable, FindsTheRestAfterAnyOneIsTakenOut) {
  for (const std::uint32_t first_tag : {0x0U, 0x7fffffffU, 0xf8000000U, 0xfffffff0U}) {
    for (std::uint32_t gone = 0; gone < 12; ++gone) {
      index_table table(12);
      const auto hash = [&](std::uint32_t i) {
        return hash_with_tag(first_tag + (i % 3) * 0x0a000000U);
      };
      const auto is = [](std::uint32_t i) { return [i](std::uint32_t at) { return at == i; }; };
      for (std::uint32_t i = 0; i < 12; ++i) table.find_or_insert(hash(i), i, is(i));
      table.erase(hash(gone), gone);
      EXPECT_EQ(table.size(), 11U);
      for (std::uint32_t i = 0; i < 12; ++i)
        EXPECT_EQ(table.find(hash(i), is(i)), i == gone ? index_table::none : i);
    }
  }
}

}  // namespace
