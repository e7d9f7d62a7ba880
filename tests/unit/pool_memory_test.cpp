// What is left of a pool when memory runs out in the middle of an operation.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <new>
#include <string>
#include <string_view>
#include <vector>

import vmnet.pool;

namespace {
/// How many allocations are still granted.
std::size_t granted = std::numeric_limits<std::size_t>::max();
}  // namespace

// Not inline: GCC would take the malloc of one for the partner of the other's
// operator (-Wmismatched-new-delete).
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (granted == 0) throw std::bad_alloc();
  --granted;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}
// A sanitizer's own would be a mismatch of the operators below.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace vmnet::literals;

constexpr auto subnet = "10.0.0.0/28"_ipv4_net;  // 13 addresses
constexpr vmnet::pool_options options{.key = {}, .quarantine = 100};

/// Ids behind the small-string buffer, so that copies of them allocate.
std::string long_id(int number) {
  return "a-virtual-machine-with-a-name-" + std::to_string(number);
}

vmnet::pool sample() {
  vmnet::pool pool(options);
  EXPECT_TRUE(pool.add_subnet(subnet));
  EXPECT_TRUE(pool.add_subnet("10.0.1.0/29"_ipv4_net));
  pool.exclude("10.0.0.3"_ipv4);
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(pool.claim(long_id(i), subnet, 1));
  for (int i = 0; i < 4; ++i)
    EXPECT_TRUE(pool.release(long_id(i), pool.find(long_id(i))->epoch, 1));
  return pool;
}

/// Grants `act` one allocation more each time until it gets through. Before that
/// the pool is to be as it was, and in order.
template <class Act>
void run_out_of_memory_in(Act act) {
  for (std::size_t allocations = 0;; ++allocations) {
    ASSERT_LT(allocations, 10'000U);
    vmnet::pool pool = sample();
    const std::string before = pool.snapshot();
    const vmnet::pool_utilization used = pool.utilization();
    bool ran_out = false;
    granted = allocations;
    try {
      act(pool);
    } catch (const std::bad_alloc&) {
      ran_out = true;
    }
    granted = std::numeric_limits<std::size_t>::max();
    if (!ran_out) {
      EXPECT_GT(allocations, 0U) << "an operation that allocates nothing shows nothing";
      return;
    }
    ASSERT_EQ(pool.snapshot(), before) << allocations;
    ASSERT_EQ(pool.utilization(), used) << allocations;
    // The free map and the tables too: all that is free can be had, and given back.
    std::size_t given = 0;
    for (int i = 100; pool.claim(long_id(i), subnet, 1); ++i) ++given;
    ASSERT_EQ(given, pool.utilization(subnet).used - 4) << allocations;
    for (std::size_t i = 0; i < given; ++i) {
      const std::string id = long_id(100 + static_cast<int>(i));
      ASSERT_TRUE(pool.release(id, pool.find(id)->epoch, 1));
    }
    ASSERT_EQ(pool.utilization(subnet).free, 0U);
    pool.expire(1'000);
    ASSERT_EQ(pool.utilization(subnet),
              (vmnet::pool_utilization{.slots = 13, .free = 8, .used = 4, .excluded = 1}));
  }
}

TEST(PoolOutOfMemory, LeavesAClaimUndone) {
  run_out_of_memory_in([](vmnet::pool& pool) {
    static_cast<void>(pool.claim("another-virtual-machine-with-a-name", subnet, 1));
  });
  run_out_of_memory_in([](vmnet::pool& pool) {
    static_cast<void>(pool.claim(long_id(2), subnet, 1));  // it comes back to its address
  });
}

TEST(PoolOutOfMemory, LeavesAllOfManyClaimsUndone) {
  const std::vector<std::string> ids = {long_id(20), long_id(1),  long_id(5),
                                        long_id(21), long_id(22), long_id(2)};
  std::vector<vmnet::claim_request> requests;
  for (const std::string& id : ids) requests.push_back({.id = id, .subnet = subnet});
  requests.push_back({.id = "last", .subnet = subnet, .options = {.allow_quarantined = true}});
  run_out_of_memory_in([&](vmnet::pool& pool) {
    const auto claims = pool.claim_all(requests, 1);
    if (!claims || claims->size() != 7) std::abort();
  });
}

TEST(PoolOutOfMemory, LeavesAReleaseUndone) {
  run_out_of_memory_in([](vmnet::pool& pool) {
    const std::string_view id = "a-virtual-machine-with-a-name-6";
    if (!pool.release(id, 7, 1)) std::abort();
  });
}

TEST(PoolOutOfMemory, LeavesRangesAndSubnetsAsTheyWere) {
  const auto range = *vmnet::ipv4_range::parse("10.0.0.2-10.0.0.9");
  run_out_of_memory_in([&](vmnet::pool& pool) { pool.exclude(range); });
  run_out_of_memory_in([&](vmnet::pool& pool) { pool.include(range); });
  run_out_of_memory_in([&](vmnet::pool& pool) { pool.reserve(range); });
  run_out_of_memory_in([&](vmnet::pool& pool) { static_cast<void>(pool.drain(range)); });
  run_out_of_memory_in([](vmnet::pool& pool) {
    if (!pool.add_subnet("10.0.2.0/24"_ipv4_net)) std::abort();
  });
}

}  // namespace
