#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

import vmnet;

namespace {
std::size_t allocations = 0;
}  // namespace

// All the forms that the standard library uses: one that is left to a sanitizer
// would be a mismatch. Not inline: GCC would take the malloc of one for the partner of the other's
// operator (-Wmismatched-new-delete).
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return ::operator new(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace vmnet::literals;

TEST(Allocation, IsSeenByTheCounter) {
  const std::size_t before = allocations;
  const std::string text(100, 'x');
  EXPECT_EQ(text.size(), 100U);
  EXPECT_GT(allocations, before);
}

TEST(SchemeV1, AllocatesNothing) {
  const std::string id(1000, 'x');
  const std::string_view net = "172.30.0.0/24";
  std::array<char, 32> buffer{};
  std::uint64_t used = 0;
  const std::size_t before = allocations;
  const auto subnet = vmnet::ipv4_network::parse(net);
  const auto identity = vmnet::identify(id, *subnet);
  used += identity->digest + identity->tap_name.size();
  used += vmnet::vm_short_hash(id).size() + vmnet::tap_name_for(id).size();
  used += vmnet::allocate_guest_ip(id, *subnet)->to_uint32();
  used += vmnet::gateway_for(*subnet)->to_uint32();
  used += vmnet::format_mac(vmnet::allocate_guest_mac(id)).size();
  used += vmnet::identify(id, "10.0.0.0/31"_ipv4_net).has_value() ? 1U : 0U;
  used += static_cast<std::uint64_t>(
      identity->guest_ip.to_chars(buffer.data(), buffer.data() + buffer.size()).ptr -
      buffer.data());
  used += vmnet::max_ids_at_risk(0.5, vmnet::num_macs);
  const std::size_t after = allocations;
  EXPECT_EQ(after, before);
  EXPECT_NE(used, 0U);
}

TEST(Ipv4Set, IsAskedWithoutAllocating) {
  const vmnet::ipv4_set set = vmnet::ipv4_set("10.0.0.0/8"_ipv4_net) | "172.16.0.0/12"_ipv4_net;
  const vmnet::ipv4_set other = "10.1.0.0/16"_ipv4_net;
  std::uint64_t used = 0;
  const std::size_t before = allocations;
  used += set.contains("10.0.0.1"_ipv4) && set.contains("10.0.0.0/9"_ipv4_net) ? 1U : 0U;
  used += set.overlaps("10.0.0.0/7"_ipv4_net) && set.overlaps(other) ? 1U : 0U;
  used += other.is_subset_of(set) && !set.empty() ? 1U : 0U;
  used += set.num_addresses() + set.ranges().size();
  for (const vmnet::ipv4_network network : set.networks()) used += network.num_addresses();
  used += vmnet::is_private("10.0.0.1"_ipv4) ? 1U : 0U;
  const std::size_t after = allocations;
  EXPECT_EQ(after, before);
  EXPECT_NE(used, 0U);
}

}  // namespace
