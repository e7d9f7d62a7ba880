// The statement that offset_in_range.smt2 proves, on the code that ships, at the
// digests where it could fail: around every power of two, and around the first,
// middle and last multiples of the number of slots.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

/// The guest address for a digest, in the network of `length` bits around
/// `address` (allocate_at.cpp).
extern "C++" std::uint32_t allocate_at(std::uint64_t digest, std::uint32_t address, int length);

namespace {

__extension__ using wide = unsigned __int128;

std::uint64_t size_of_network(int length) {
  return std::uint64_t{1} << static_cast<unsigned>(32 - length);
}

std::vector<std::uint64_t> boundary_digests(std::uint64_t slots) {
  std::vector<std::uint64_t> digests;
  const auto around = [&](std::uint64_t center) {
    for (std::uint64_t below = 3; below > 0; --below) digests.push_back(center - below);
    for (std::uint64_t above = 0; above < 4; ++above) digests.push_back(center + above);
  };
  for (unsigned bit = 0; bit < 64; ++bit) around(std::uint64_t{1} << bit);
  const std::uint64_t last = UINT64_MAX / slots;
  for (const std::uint64_t multiple :
       {std::uint64_t{0}, std::uint64_t{1}, last / 2, last - 1, last})
    around(multiple * slots);
  return digests;
}

TEST(GuestOffset, StaysBetweenGatewayAndBroadcastAtBoundaryDigests) {
  for (int length = 0; length <= 30; ++length) {
    const std::uint64_t size = size_of_network(length);
    for (const std::uint32_t address : {0U, 0xac1e'002aU, 0x7fff'ffffU, 0x8000'0000U, 0xffff'ffffU})
      for (const std::uint64_t digest : boundary_digests(size - 3)) {
        const wide network = address - address % size;
        const wide offset = wide{allocate_at(digest, address, length)} - network;
        ASSERT_TRUE(offset == 2 + wide{digest} % (size - 3)) << digest << " in a /" << length;
        ASSERT_TRUE(offset >= 2 && offset <= size - 2) << digest << " in a /" << length;
      }
  }
}

TEST(GuestOffset, ReachesBothEndsOfItsRange) {
  for (int length = 0; length <= 30; ++length) {
    const std::uint64_t size = size_of_network(length);
    EXPECT_EQ(allocate_at(0, 0, length), 2U);
    EXPECT_EQ(allocate_at(size - 4, 0, length), size - 2);
    EXPECT_EQ(allocate_at(size - 3, 0, length), 2U);
  }
}

}  // namespace
