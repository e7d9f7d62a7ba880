#include <gtest/gtest.h>

#include <cstdint>
#include <string_view>

import vmnet.ipset;
import vmnet.slots;

namespace {

using namespace vmnet::literals;
using vmnet::detail::count_slots;
using vmnet::detail::slots_in;

constexpr auto subnet = "10.0.0.0/29"_ipv4_net;  // guests .2 to .6

std::uint64_t count(std::string_view set, vmnet::ipv4_network in = subnet) {
  return count_slots(in, *vmnet::ipv4_set::parse(set));
}

TEST(Slots, AreAllAddressesButThree) {
  for (std::uint64_t i = 0; i < 8; ++i) {
    const auto address = *subnet.nth(i);
    EXPECT_EQ(vmnet::detail::is_guest_address(subnet, address), i >= 2 && i <= 6);
    if (i >= 2 && i <= 6) {
      EXPECT_EQ(vmnet::detail::slot_of(subnet, address), i - 2);
      EXPECT_EQ(vmnet::detail::address_of_slot(subnet, i - 2), address);
    }
  }
  EXPECT_FALSE(vmnet::detail::is_guest_address(subnet, "10.0.0.10"_ipv4));
  EXPECT_FALSE(vmnet::detail::is_guest_address(subnet, "9.255.255.254"_ipv4));
}

TEST(Slots, OfARangeAreThoseInside) {
  const auto all = slots_in(subnet, "0.0.0.0/0"_ipv4_net);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->first, 0U);
  EXPECT_EQ(all->last, 4U);
  const auto some = slots_in(subnet, *vmnet::ipv4_range::parse("10.0.0.4-10.0.0.5"));
  ASSERT_TRUE(some);
  EXPECT_EQ(some->first, 2U);
  EXPECT_EQ(some->last, 3U);
  for (const char* outside : {"10.0.0.0-10.0.0.1", "10.0.0.7-10.0.0.200", "9.0.0.0-9.0.0.9"})
    EXPECT_FALSE(slots_in(subnet, *vmnet::ipv4_range::parse(outside))) << outside;
}

TEST(Slots, OfASetAreCounted) {
  EXPECT_EQ(count(""), 0U);
  EXPECT_EQ(count("10.0.0.0/8"), 5U);
  EXPECT_EQ(count("10.0.0.0-10.0.0.2, 10.0.0.6-10.0.0.9, 11.0.0.0"), 2U);
  EXPECT_EQ(count("9.0.0.0/8, 10.0.0.8/29"), 0U);
  EXPECT_EQ(count("0.0.0.0/0", "0.0.0.0/0"_ipv4_net), (std::uint64_t{1} << 32U) - 3);
  EXPECT_EQ(count("255.255.255.255, 255.255.255.254", "255.255.255.252/30"_ipv4_net), 1U);
}

}  // namespace
