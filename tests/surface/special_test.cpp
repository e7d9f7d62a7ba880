#include <gtest/gtest.h>

import vmnet.special;

namespace {

using namespace vmnet::literals;

TEST(Surface, OfVmnetSpecial) {
  constexpr auto address = "10.0.0.1"_ipv4;
  constexpr auto network = "10.0.0.0/8"_ipv4_net;
  constexpr const vmnet::special_block* block = vmnet::special_block_of(address);
  static_assert(block == vmnet::special_block_of(network));
  EXPECT_EQ(*block, vmnet::special_blocks[2]);
  EXPECT_EQ(block->source, vmnet::registry_fact::yes);
  constexpr vmnet::address_class kind = vmnet::classify(address);
  static_assert(kind == vmnet::classify(network));
  EXPECT_EQ(vmnet::to_string(kind), "private use");
  EXPECT_TRUE(vmnet::is_private(address) && vmnet::is_private(network));
  EXPECT_FALSE(vmnet::is_globally_reachable(address) || vmnet::is_globally_reachable(network));
  EXPECT_FALSE(vmnet::is_shared(address) || vmnet::is_shared(network));
  EXPECT_FALSE(vmnet::is_loopback(address) || vmnet::is_loopback(network));
  EXPECT_FALSE(vmnet::is_link_local(address) || vmnet::is_link_local(network));
  EXPECT_FALSE(vmnet::is_documentation(address) || vmnet::is_documentation(network));
  EXPECT_FALSE(vmnet::is_benchmarking(address) || vmnet::is_benchmarking(network));
  EXPECT_FALSE(vmnet::is_multicast(address) || vmnet::is_multicast(network));
  EXPECT_FALSE(vmnet::is_reserved(address) || vmnet::is_reserved(network));
  EXPECT_FALSE(vmnet::is_limited_broadcast(address));
  EXPECT_NE(vmnet::describe(address), vmnet::describe(network));
}

}  // namespace
