#include <gtest/gtest.h>

#include <optional>
#include <vector>

import vmnet.plan;

namespace {

using namespace vmnet::literals;

TEST(Surface, OfVmnetPlan) {
  static_assert(vmnet::plan_version == 1);
  static_assert(vmnet::num_vm_resources == 3);
  std::vector<vmnet::fleet_vm> fleet(1);
  fleet[0].id = "vm-1";
  fleet[0].subnet = "172.30.0.0/24"_ipv4_net;
  const vmnet::plan_options options;
  const vmnet::result<vmnet::plan, std::vector<vmnet::plan_error>> plan =
      vmnet::make_plan(fleet, options);
  ASSERT_TRUE(plan);
  const std::vector<vmnet::planned_vm> vms = plan->vms();
  const vmnet::placement placed = vms[0].placed(vmnet::vm_resource::mac);
  EXPECT_EQ(placed.kind, vmnet::placement_kind::v1);
  const vmnet::subnet_load load = plan->subnets()[0];
  EXPECT_EQ(load.vms, 1U);
  const vmnet::plan_statistics statistics = plan->statistics();
  EXPECT_EQ(statistics.at_v1, 1U);
  const vmnet::plan_diff changes = vmnet::diff(vms, vms);
  EXPECT_TRUE(changes.empty());
  const vmnet::plan_change change;
  EXPECT_EQ(change.reason, vmnet::change_reason::pinned);
  EXPECT_NE(to_string(vmnet::plan_error{.code = vmnet::plan_errc::pin_conflict}), "");
}

TEST(Surface, OfVmnetProbeAndSiphash) {
  static_assert(vmnet::mix64(0) == 0);
  static_assert(vmnet::derived(0, 1) == 0xe220a8397b1dcdafU);  // SplitMix64's first of seed 0
  static_assert(vmnet::probe_stride(0, 1) == 0);
  static_assert(vmnet::siphash_key::parse("00") == std::nullopt);
  EXPECT_EQ(vmnet::slot_walk(5, 0, 3).slot(), 2U);
  EXPECT_EQ(vmnet::tap_name_from_uint32(vmnet::tap_probe(1U, 0, 0)), "tap-00000000");
  EXPECT_EQ(vmnet::mac_probe(1, 0, 0), 0x020000000001U);
  EXPECT_NE(vmnet::siphash_2_4("a", vmnet::siphash_key()), 0U);
}

}  // namespace
