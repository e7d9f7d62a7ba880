#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string_view>

import vmnet;

namespace {

using namespace vmnet::literals;

TEST(Surface, OfTheUmbrella) {
  constexpr auto subnet = "172.30.0.0/24"_ipv4_net;
  static_assert(vmnet::tap_name_prefix.size() + vmnet::tap_hash_length == 12);
  static_assert(vmnet::num_tap_names < vmnet::num_macs);
  const vmnet::short_hash hash = vmnet::vm_short_hash("vm-1");
  const vmnet::interface_name tap = vmnet::tap_name_for("vm-1");
  const vmnet::mac_address mac = vmnet::allocate_guest_mac("vm-1");
  const vmnet::mac_text text = vmnet::format_mac(mac);
  const vmnet::result<vmnet::vm_identity, vmnet::subnet_error> identity =
      vmnet::identify("vm-1", subnet);
  ASSERT_TRUE(identity);
  EXPECT_EQ(hash, "1fdcc600");
  EXPECT_EQ(identity->tap_name, tap);
  EXPECT_EQ(identity->mac, mac);
  EXPECT_EQ(text, vmnet::to_string(mac));
  EXPECT_EQ(identity->guest_ip, *vmnet::allocate_guest_ip("vm-1", subnet));
  EXPECT_EQ(identity->gateway, *vmnet::gateway_for(subnet));
  EXPECT_EQ(identity->digest, vmnet::fnv1a_64("vm-1"));
  EXPECT_EQ(vmnet::num_guest_addresses(identity->subnet), 253U);
  const std::array<std::string_view, 1> ids = {"vm-1"};
  std::array<vmnet::vm_identity, 1> batch;
  std::array<vmnet::mac_address, 1> macs;
  const vmnet::result<void, vmnet::batch_error> done = vmnet::identify_batch(ids, subnet, batch);
  ASSERT_TRUE(done);
  EXPECT_EQ(batch[0], *identity);
  ASSERT_TRUE(vmnet::identify_batch(ids, subnet, vmnet::identity_columns{.macs = macs}));
  EXPECT_EQ(macs[0], mac);
  EXPECT_NE(to_string(vmnet::batch_error{vmnet::size_mismatch{1, 2}, {}}), "");
  const vmnet::subnet_error error = vmnet::identify("vm-1", "10.0.0.0/31"_ipv4_net).error();
  EXPECT_EQ(error.code(), vmnet::subnet_errc::too_small);
  EXPECT_NE(vmnet::to_string(error), "");
  EXPECT_GT(vmnet::collision_probability(20, 253), 0.5);
  EXPECT_GT(vmnet::expected_colliding_ids(20, 253), 1);
  EXPECT_EQ(vmnet::max_ids_at_risk(0.5, 253), 19U);
  EXPECT_EQ(vmnet::longest_prefix_at_risk(19, 0.5), 24);
}

// The modules that vmnet.alloc does not need the umbrella brings itself.
TEST(Surface, OfTheUmbrellaHasEveryModule) {
  EXPECT_EQ(vmnet::diagnostic("", {vmnet::parse_errc::unexpected_end, 0}),
            "\n^ the text ends too early");
  EXPECT_EQ(vmnet::classify("10.0.0.1"_ipv4), vmnet::address_class::private_use);
  EXPECT_TRUE(vmnet::ipv4_set("10.0.0.0/8"_ipv4_net).contains("10.0.0.1"_ipv4));
  EXPECT_EQ(vmnet::fnv1a_64_hasher().digest(), vmnet::fnv1a_64_offset_basis);
  EXPECT_TRUE(vmnet::interface_name::parse("eth0"));
  EXPECT_TRUE(vmnet::ipv4_address::parse("10.0.0.1"));
  EXPECT_TRUE(vmnet::mac_address::parse("02:00:00:00:00:01"));
  EXPECT_TRUE((vmnet::result<void, int>().has_value()));
  EXPECT_EQ(vmnet::supported_isas().front(), vmnet::isa::portable);
  EXPECT_EQ(vmnet::free_map(1).count(), 0U);
  EXPECT_NE(vmnet::siphash_2_4("", {}), vmnet::mix64(1));
  EXPECT_TRUE(vmnet::make_plan({}).has_value());
  EXPECT_EQ(vmnet::pool().size(), 0U);
}

}  // namespace
