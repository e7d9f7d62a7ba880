#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

import vmnet.big_vector;

namespace {

using vmnet::detail::big_vector;
using vmnet::detail::prefer_large_pages;

/// Below, at and above the size from which large pages are asked for.
TEST(BigVector, KeepsItsElementsWhileItGrowsFromSmallToLarge) {
  big_vector<std::uint64_t> numbers;
  constexpr std::uint64_t count = 1'500'000;
  for (std::uint64_t i = 0; i < count; ++i) numbers.push_back(i);
  EXPECT_EQ(std::accumulate(numbers.begin(), numbers.end(), std::uint64_t{0}),
            count * (count - 1) / 2);
  const big_vector<std::uint64_t> copy = numbers;
  const big_vector<std::uint64_t> moved = std::move(numbers);
  EXPECT_EQ(copy, moved);
}

// A hint about memory changes no byte of it, and none around it.
TEST(BigVector, HintsLeaveMemoryAsItIs) {
  constexpr std::size_t mib = std::size_t{1} << 20U;
  std::vector<char> bytes(9 * mib, 'x');
  for (const std::size_t first : {std::size_t{0}, std::size_t{1}, mib, 4 * mib + 1})
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, mib, 2 * mib, 4 * mib})
      prefer_large_pages(bytes.data() + first, size);
  EXPECT_EQ(bytes, std::vector<char>(9 * mib, 'x'));
}

TEST(BigVector, TakesMemoryOfAnyOfItsAllocators) {
  using numbers = vmnet::detail::big_allocator<std::uint64_t>;
  EXPECT_TRUE(numbers() == vmnet::detail::big_allocator<char>());
}

}  // namespace
