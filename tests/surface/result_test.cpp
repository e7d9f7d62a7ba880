#include <gtest/gtest.h>

import vmnet.result;

namespace {

TEST(Surface, OfVmnetResult) {
  using number = vmnet::result<int, char>;
  static_assert(__is_same(number::value_type, int) && __is_same(number::error_type, char));
  const number value = 4;
  const number error = vmnet::failure('e');
  EXPECT_TRUE(value.has_value() && value && value == number(4));
  EXPECT_EQ(*value + value.value() + value.value_or(0), 12);
  EXPECT_EQ(error.error(), vmnet::failure<char>('e').error());
  EXPECT_EQ(*value.transform([](int v) { return v + 1; }), 5);
  EXPECT_EQ(*value.and_then([](int v) { return number(v + 2); }), 6);
  EXPECT_TRUE((vmnet::result<void, char>().has_value()));
}

}  // namespace
