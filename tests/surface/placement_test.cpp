#include <gtest/gtest.h>

import vmnet.placement;

namespace {

using namespace vmnet::literals;

TEST(Surface, OfVmnetPlacement) {
  static_assert(vmnet::num_vm_resources == 3);
  static_assert(to_string(vmnet::vm_resource::guest_ip) == "guest_ip");
  static_assert(to_string(vmnet::placement_kind::probed) == "probed");
  const vmnet::planned_vm vm{.id = "vm-1",
                             .generation = {},
                             .identity = *vmnet::identify("vm-1", "10.0.0.0/8"_ipv4_net),
                             .placements = {}};
  const vmnet::placement placed = vm.placed(vmnet::vm_resource::mac);
  EXPECT_EQ(placed.kind, vmnet::placement_kind::v1);
}

}  // namespace
