#include <gtest/gtest.h>

#include <functional>
#include <string_view>

import vmnet.interface_name;

namespace {

TEST(Surface, OfVmnetInterfaceName) {
  static_assert(vmnet::interface_name::max_length == 15);
  const auto name = vmnet::interface_name::parse("eth0");
  ASSERT_TRUE(name);
  EXPECT_EQ(vmnet::to_string(*name), "eth0");
  EXPECT_STREQ(name->c_str(), "eth0");
  EXPECT_EQ(name->view().size(), name->size());
  EXPECT_FALSE(name->empty());
  EXPECT_EQ(std::hash<vmnet::interface_name>()(*name), std::hash<std::string_view>()("eth0"));
  // Results and errors come with it.
  const vmnet::result<vmnet::interface_name, vmnet::parse_error> error =
      vmnet::interface_name::parse("");
  EXPECT_EQ(error.error().code(), vmnet::parse_errc::unexpected_end);
}

}  // namespace
