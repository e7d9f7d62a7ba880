#include <gtest/gtest.h>

import vmnet.probe;

namespace {

TEST(Surface, OfVmnetProbe) {
  static_assert(vmnet::mix64(0) == 0);
  static_assert(vmnet::derived(0, 1) == 0xe220a8397b1dcdafU);  // SplitMix64's first of seed 0
  static_assert(vmnet::probe_stride(0, 1) == 0);
  vmnet::slot_walk walk(5, 0, 3);
  EXPECT_EQ(walk.slot(), 2U);
  walk.next();
  EXPECT_EQ(walk.slot(), 1U);
  EXPECT_EQ(vmnet::tap_name_from_uint32(vmnet::tap_probe(1U, 0, 0)), "tap-00000000");
  EXPECT_EQ(vmnet::tap_name_to_uint32(vmnet::tap_name_for("vm-1")), 0x1fdcc600U);
  EXPECT_EQ(vmnet::mac_probe(1, 0, 0), 0x020000000001U);
  // What its interface mentions comes with it.
  EXPECT_EQ(vmnet::siphash_key(), vmnet::siphash_key());
  EXPECT_EQ(vmnet::tap_name_for("vm-1"), "tap-1fdcc600");
}

}  // namespace
