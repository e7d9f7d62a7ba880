#include <gtest/gtest.h>

#include <string>
#include <string_view>

import vmnet.cli.escape;

namespace {

using vmnet::cli::escaped;
using vmnet::cli::is_utf8;

TEST(Utf8, IsStrict) {
  for (const std::string_view good :
       {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(is_utf8(good)) << escaped(good);
  for (const std::string_view bad :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf", "\xe2\x82",
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xff", "a\xc3"})
    EXPECT_FALSE(is_utf8(bad)) << escaped(bad);
}

TEST(Escape, LeavesPrintableTextAlone) {
  EXPECT_EQ(escaped("vm-1 \"x\" \xc3\xa9 \xf0\x9f\x98\x80"),
            "vm-1 \"x\" \xc3\xa9 \xf0\x9f\x98\x80");
}

TEST(Escape, ShowsEveryByteOfWhatIsNotPrintable) {
  EXPECT_EQ(escaped("\\\t\n\r\x1b\x7f"), "\\\\\\t\\n\\r\\x1b\\x7f");
  EXPECT_EQ(escaped("\xc2\x80\xc2\x9f\xc2\xa0"), "\\xc2\\x80\\xc2\\x9f\xc2\xa0");
  EXPECT_EQ(escaped("\xe2\x80\xae\xd8\x9c\xe2\x81\xa9"),
            "\\xe2\\x80\\xae\\xd8\\x9c\\xe2\\x81\\xa9");
  EXPECT_EQ(escaped("\xef\xbb\xbf"), "\\xef\\xbb\\xbf");
  EXPECT_EQ(escaped("\xff\xc3"), "\\xff\\xc3");
}

TEST(DisplayWidth, CountsColumns) {
  EXPECT_EQ(vmnet::cli::display_width("vm-1"), 4U);
  EXPECT_EQ(vmnet::cli::display_width("e\xcc\x81"), 1U);
  EXPECT_EQ(vmnet::cli::display_width("\xe8\xaa\x9e"), 2U);
}

}  // namespace
