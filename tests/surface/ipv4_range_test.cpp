#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>

import vmnet.ipv4_range;

namespace {

using namespace vmnet::literals;

TEST(Surface, OfVmnetIpv4Range) {
  const vmnet::ipv4_range range = "10.0.0.0/30"_ipv4_net;
  EXPECT_EQ(vmnet::ipv4_range::parse("10.0.0.0-10.0.0.3"), range);
  EXPECT_EQ(to_string(range), "10.0.0.0-10.0.0.3");
  EXPECT_EQ(vmnet::ipv4_range::make("10.0.0.1"_ipv4, "10.0.0.0"_ipv4).error(),
            vmnet::range_errc::reversed);
  EXPECT_EQ(vmnet::aggregate(std::array{range}).front(), range);
  EXPECT_EQ(std::hash<vmnet::ipv4_range>()(range), std::hash<vmnet::ipv4_range>()(range));
}

}  // namespace
