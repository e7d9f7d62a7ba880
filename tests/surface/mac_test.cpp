#include <gtest/gtest.h>

#include <array>
#include <functional>

import vmnet.mac;

namespace {

TEST(Surface, OfVmnetMac) {
  static_assert(vmnet::mac_address::max_length == 17);
  const auto mac =
      vmnet::mac_address::from_octets(vmnet::mac_address::octets_type{2, 0, 0, 0, 0, 1});
  EXPECT_EQ(vmnet::mac_address::from_uint64(mac.to_uint64()), mac);
  EXPECT_EQ(vmnet::mac_address::parse(vmnet::to_string(mac)), mac);
  EXPECT_EQ(mac.to_string(), "02:00:00:00:00:01");
  EXPECT_EQ(mac.octets()[5], 1);
  EXPECT_EQ(mac.oui(), 0x020000U);
  EXPECT_TRUE(mac.is_unicast() && mac.is_locally_administered());
  EXPECT_FALSE(mac.is_multicast() || mac.is_broadcast());
  std::array<char, 17> buffer{};
  EXPECT_EQ(mac.to_chars(buffer.data(), buffer.data() + 17).ptr, buffer.data() + 17);
  EXPECT_NE(std::hash<vmnet::mac_address>()(mac), std::hash<vmnet::mac_address>()({}));
}

}  // namespace
