#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <unordered_set>

import vmnet.interface_name;

namespace {

using vmnet::interface_name;
using vmnet::parse_errc;
using vmnet::parse_error;

TEST(InterfaceName, IsEmptyByDefault) {
  constexpr interface_name name;
  EXPECT_TRUE(name.empty());
  EXPECT_EQ(name.size(), 0U);
  EXPECT_STREQ(name.c_str(), "");
}

TEST(InterfaceNameParse, TakesWhatTheKernelTakes) {
  for (const std::string_view text : {"a",     "eth0",    "tap-1fdcc600",
                                      "...",   ".a",      "a.",
                                      "a.100", "-",       "exactly15bytes!",
                                      "\\",    "\x7f",    "\x01",
                                      "\x08",  "\x0e",    "\x1f",
                                      "!",     "\x9f",    "\xa1",
                                      "\xff",  "\xc3\xa9"}) {
    const auto name = interface_name::parse(text);
    ASSERT_TRUE(name) << testing::PrintToString(text);
    EXPECT_EQ(*name, text);
    EXPECT_EQ(name->size(), text.size());
    EXPECT_EQ(name->c_str(), std::string(text));
    EXPECT_FALSE(name->empty());
    EXPECT_EQ(to_string(*name), text);
  }
}

TEST(InterfaceNameParse, RejectsTheEmptyText) {
  EXPECT_EQ(interface_name::parse("").error(), parse_error(parse_errc::unexpected_end, 0));
  EXPECT_EQ(interface_name::parse({}).error(), parse_error(parse_errc::unexpected_end, 0));
}

TEST(InterfaceNameParse, RejectsMoreThan15BytesAtTheSixteenth) {
  EXPECT_EQ(interface_name::parse("a-name-of-16-byt").error(),
            parse_error(parse_errc::name_too_long, 15));
  EXPECT_EQ(interface_name::parse(std::string(100, '/')).error(),
            parse_error(parse_errc::name_forbidden_byte, 0));
  EXPECT_EQ(interface_name::parse("a-name-of-15-by/").error(),
            parse_error(parse_errc::name_too_long, 15));
}

TEST(InterfaceNameParse, RejectsExactlyTheForbiddenBytes) {
  for (int value = 0; value < 256; ++value) {
    const bool forbidden = value == 0 || (value >= 9 && value <= 13) || value == ' ' ||
                           value == '%' || value == '/' || value == ':' || value == 0xa0;
    const std::string text{'a', 'b', static_cast<char>(value), 'c'};
    const auto name = interface_name::parse(text);
    ASSERT_EQ(name.has_value(), !forbidden) << value;
    if (forbidden)
      EXPECT_EQ(name.error(), parse_error(parse_errc::name_forbidden_byte, 2)) << value;
    else
      EXPECT_EQ(*name, text);
  }
}

TEST(InterfaceNameParse, RejectsTheReservedNames) {
  EXPECT_EQ(interface_name::parse(".").error(), parse_error(parse_errc::name_reserved, 1));
  EXPECT_EQ(interface_name::parse("..").error(), parse_error(parse_errc::name_reserved, 2));
}

TEST(InterfaceName, ComparesAndHashesAsText) {
  const auto a = *interface_name::parse("tap-a");
  const auto b = *interface_name::parse("tap-b");
  const auto longer = *interface_name::parse("tap-a1");
  const auto high = *interface_name::parse("tap-\xff");
  EXPECT_EQ(a, *interface_name::parse("tap-a"));
  EXPECT_NE(a, b);
  EXPECT_LT(a, b);
  EXPECT_LT(a, longer);
  EXPECT_LT(b, high);
  EXPECT_EQ("tap-a", a);
  EXPECT_LT(a, std::string_view("tap-b"));
  const std::string_view view = a;
  EXPECT_EQ(view, "tap-a");
  EXPECT_EQ((std::unordered_set<interface_name>{a, b, a}.size()), 2U);
}

}  // namespace
