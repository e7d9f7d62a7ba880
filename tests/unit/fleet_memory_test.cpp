// What a plan takes while it is built, beside the ids, and what a pool takes for
// its addresses: the most bytes that were allocated at once.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <random>
#include <string>
#include <vector>

#include "fleets.hpp"

import vmnet.plan;
import vmnet.pool;

namespace {

std::size_t in_use = 0;
std::size_t peak = 0;

/// In front of every block: its size. As large as the strictest alignment.
constexpr std::size_t header = alignof(std::max_align_t);

}  // namespace

// Not inline: GCC would take the malloc of one for the partner of the other's
// operator (-Wmismatched-new-delete).
[[gnu::noinline]] void* operator new(std::size_t size) {
  auto* const block = static_cast<char*>(std::malloc(size + header));
  if (block == nullptr) std::abort();
  *reinterpret_cast<std::size_t*>(block) = size;
  in_use += size;
  peak = std::max(peak, in_use);
  return block + header;
}
// A sanitizer's own would be a mismatch of the operators below.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return ::operator new(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  char* const block = static_cast<char*>(memory) - header;
  in_use -= *reinterpret_cast<std::size_t*>(block);
  std::free(block);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  ::operator delete(memory);
}

namespace {

using namespace vmnet::literals;

/// The most bytes an id that `make_plan` had at once beside ids and VMs.
double bytes_an_id(std::size_t count, vmnet::ipv4_network subnet) {
  std::mt19937_64 random(1);
  const auto ids = fleets::uuids(random, count);
  std::vector<vmnet::fleet_vm> vms(count);
  for (std::size_t i = 0; i < count; ++i) {
    vms[i].id = ids[i];
    vms[i].subnet = subnet;
  }
  const std::size_t before = in_use;
  peak = in_use;
  const auto plan = vmnet::make_plan(vms);
  EXPECT_TRUE(plan) << count;
  EXPECT_EQ(plan ? plan->size() : 0, count);
  return static_cast<double>(peak - before) / static_cast<double>(count);
}

TEST(PlanMemory, IsAtMost120BytesAnId) {
  // 0.9 of a /16, all of it, and around the powers of two where tables grow.
  for (const std::size_t count : {58'979U, 65'533U, 65'532U, 32'768U, 32'769U, 16'385U, 50'000U}) {
    const double bytes = bytes_an_id(count, "10.0.0.0/16"_ipv4_net);
    EXPECT_LE(bytes, 120) << count << " VMs";
    // Less than the records take would mean that nothing was counted.
    EXPECT_GT(bytes, 56) << count << " VMs";
  }
}

TEST(PlanMemory, IsAtMost120BytesAnIdForALargeFleet) {
  EXPECT_LE(bytes_an_id(262'145, "10.0.0.0/8"_ipv4_net), 120);
  EXPECT_LE(bytes_an_id(1'000'000, "10.0.0.0/8"_ipv4_net), 120);
}

TEST(PoolMemory, IsAtMost14HundredthsOfAByteAnAddress) {
  for (const auto subnet :
       {"10.0.0.0/20"_ipv4_net, "10.0.0.0/16"_ipv4_net, "10.0.0.0/8"_ipv4_net}) {
    vmnet::pool pool;
    const std::size_t before = in_use;
    peak = in_use;
    ASSERT_TRUE(pool.add_subnet(subnet));
    // The list of subnets is not the map: one entry is allowed beside it.
    const double bytes = static_cast<double>(peak - before) - 128;
    const auto addresses = static_cast<double>(num_guest_addresses(subnet));
    EXPECT_LE(bytes / addresses, 0.14) << to_string(subnet);
    EXPECT_GT(static_cast<double>(peak - before), addresses / 8) << to_string(subnet);
  }
}

}  // namespace
