#include <gtest/gtest.h>

import vmnet.isa;

namespace {

TEST(Surface, OfVmnetIsa) {
  EXPECT_TRUE(vmnet::force_isa(vmnet::isa::portable));
  EXPECT_EQ(vmnet::active_isa(), vmnet::isa::portable);
  EXPECT_EQ(vmnet::supported_isas().front(), vmnet::isa::portable);
  EXPECT_EQ(to_string(vmnet::isa::avx512), "avx512");
}

}  // namespace
