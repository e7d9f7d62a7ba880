#include <gtest/gtest.h>

#include <array>
#include <vector>

import vmnet.ipset;

namespace {

using namespace vmnet::literals;

TEST(Surface, OfVmnetIpset) {
  const vmnet::ipv4_set free = "10.0.0.0/30"_ipv4_net;
  const vmnet::ipv4_set none;
  EXPECT_EQ(vmnet::ipv4_set::from_networks(std::array{"10.0.0.0/30"_ipv4_net}), free);
  EXPECT_EQ(vmnet::ipv4_set::from_ranges(free.ranges()), free);
  EXPECT_EQ(vmnet::ipv4_set::parse(vmnet::to_string(free)), free);
  EXPECT_EQ((free | none) & ~none, (free ^ none) - none);
  EXPECT_TRUE(free.contains("10.0.0.1"_ipv4) && free.contains("10.0.0.0/31"_ipv4_net));
  EXPECT_TRUE(free.overlaps("10.0.0.0/8"_ipv4_net) && free.overlaps(free));
  EXPECT_TRUE(none.is_subset_of(free) && none.empty());
  EXPECT_EQ(free.num_addresses(), 4U);
  const vmnet::ipv4_set_network_view networks = free.networks();
  const vmnet::ipv4_set_network_view::iterator first = networks.begin();
  EXPECT_EQ(*first, "10.0.0.0/30"_ipv4_net);
  EXPECT_EQ(vmnet::ipv4_set_builder(free).add(none).remove(free).build(), none);
  const vmnet::result<vmnet::carved_network, vmnet::carve_errc> one = vmnet::take_free(free, 31);
  ASSERT_TRUE(one);
  EXPECT_EQ(one->network, "10.0.0.0/31"_ipv4_net);
  const vmnet::result<vmnet::carved_networks, vmnet::carve_errc> two =
      vmnet::take_free(free, 31, 2);
  ASSERT_TRUE(two);
  EXPECT_EQ(two->networks.size(), 2U);
  EXPECT_NE(vmnet::to_string(vmnet::carve_errc::no_room), "");
  EXPECT_EQ(vmnet::largest_free(free), *first);
  EXPECT_EQ(vmnet::fragmentation(free), 0.0);
}

}  // namespace
