#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string_view>

import vmnet.text;

namespace {

TEST(Surface, OfVmnetText) {
  const vmnet::parse_error error(vmnet::parse_errc::expected_dot, 1);
  EXPECT_EQ(vmnet::to_string(error.code()), "expected '.'");
  EXPECT_EQ(vmnet::to_string(error), "expected '.' (at byte 1)");
  EXPECT_EQ(vmnet::diagnostic("1x", error), "1x\n ^ expected '.'");
  const vmnet::fixed_text<1> text(std::array{'t'});
  EXPECT_EQ(text, "t");
  EXPECT_EQ(std::hash<vmnet::fixed_text<1>>()(text), std::hash<std::string_view>()("t"));
}

}  // namespace
