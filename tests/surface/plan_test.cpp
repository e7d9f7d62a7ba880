#include <gtest/gtest.h>

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

}  // namespace
