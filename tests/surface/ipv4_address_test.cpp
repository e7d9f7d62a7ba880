#include <gtest/gtest.h>

#include <functional>
#include <string>

import vmnet.ipv4_address;

namespace {

using namespace vmnet::literals;

TEST(Surface, OfVmnetIpv4Address) {
  constexpr vmnet::ipv4_address address = "10.0.0.1"_ipv4;
  static_assert(vmnet::ipv4_address::from_uint32(0x0a000001) == address);
  const vmnet::result<vmnet::ipv4_address, vmnet::parse_error> parsed =
      vmnet::ipv4_address::parse("10.0.0.1");
  EXPECT_EQ(parsed, address);
  EXPECT_EQ(to_string(*parsed), "10.0.0.1");
  const vmnet::ipv4_address_view two(address, 2);
  EXPECT_EQ(two.back(), "10.0.0.2"_ipv4);
  EXPECT_EQ(std::hash<vmnet::ipv4_address>()(address), std::hash<vmnet::ipv4_address>()(*parsed));
}

}  // namespace
