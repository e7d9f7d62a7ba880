#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>

import vmnet.text;

namespace {

using vmnet::diagnostic;
using vmnet::parse_errc;
using vmnet::parse_error;

TEST(ParseErrc, HasASentenceOfItsOwnForEveryCode) {
  std::set<std::string_view> sentences;
  constexpr int codes = static_cast<int>(parse_errc::range_reversed) + 1;
  for (int code = 0; code < codes; ++code) {
    const std::string_view sentence = to_string(static_cast<parse_errc>(code));
    EXPECT_GT(sentence.size(), 10U) << code;
    EXPECT_NE(sentence.back(), '.') << sentence;
    EXPECT_NE(sentence, "unknown error") << code;
    sentences.insert(sentence);
  }
  EXPECT_EQ(sentences.size(), static_cast<std::size_t>(codes));
  EXPECT_EQ(to_string(static_cast<parse_errc>(codes)), "unknown error");
}

TEST(ParseError, HoldsCodeAndOffset) {
  constexpr parse_error error(parse_errc::leading_zero, 3);
  EXPECT_EQ(error.code(), parse_errc::leading_zero);
  EXPECT_EQ(error.offset(), 3U);
  EXPECT_EQ(error, parse_error(parse_errc::leading_zero, 3));
  EXPECT_NE(error, parse_error(parse_errc::leading_zero, 4));
  EXPECT_NE(error, parse_error(parse_errc::expected_dot, 3));
  EXPECT_EQ(to_string(error), "numbers are written without leading zeros (at byte 3)");
}

TEST(Diagnostic, PutsACaretUnderTheFault) {
  EXPECT_EQ(diagnostic("10.0.0.256/8", {parse_errc::octet_out_of_range, 7}),
            "10.0.0.256/8\n"
            "       ^ an octet is at most 255");
}

TEST(Diagnostic, PutsACaretBehindATextThatEndsTooEarly) {
  EXPECT_EQ(diagnostic("10.", {parse_errc::unexpected_end, 3}),
            "10.\n   ^ the text ends too early");
  EXPECT_EQ(diagnostic("", {parse_errc::unexpected_end, 0}), "\n^ the text ends too early");
}

TEST(Diagnostic, TakesAnOffsetBeyondTheTextAsItsEnd) {
  EXPECT_EQ(diagnostic("10.", {parse_errc::unexpected_end, 99}),
            diagnostic("10.", {parse_errc::unexpected_end, 3}));
}

TEST(Diagnostic, ShowsNothingRaw) {
  const std::string_view text("\x1b\\\x7f\xff\x00\n~ x", 9);
  EXPECT_EQ(
      diagnostic(text, {parse_errc::unexpected_text, 8}),
      "\\x1b\\x5c\\x7f\\xff\\x00\\x0a~ x\n" + std::string(26, ' ') + "^ nothing may follow here");
}

TEST(Diagnostic, ShowsAWindowOfALongText) {
  const std::string text = std::string(100, 'a') + '!' + std::string(100, 'b');
  EXPECT_EQ(diagnostic(text, {parse_errc::unexpected_text, 100}),
            "..." + std::string(40, 'a') + '!' + std::string(29, 'b') + "...\n" +
                std::string(43, ' ') + "^ nothing may follow here");
}

TEST(Diagnostic, ShowsWholeWhatJustFits) {
  const std::string text = std::string(40, 'a') + std::string(30, 'b');
  EXPECT_EQ(diagnostic(text, {parse_errc::unexpected_text, 40}),
            text + '\n' + std::string(40, ' ') + "^ nothing may follow here");
}

using text2 = vmnet::fixed_text<2>;

TEST(FixedText, IsATextOfItsSize) {
  constexpr text2 text(std::array{'a', 'b'});
  EXPECT_EQ(text, "ab");
  EXPECT_EQ("ab", text);
  EXPECT_NE(text, "abc");
  EXPECT_EQ(text, std::string("ab"));
  EXPECT_EQ(text.view(), "ab");
  EXPECT_STREQ(text.c_str(), "ab");
  EXPECT_EQ(text.data(), text.c_str());
  EXPECT_EQ(text2::size(), 2U);
  const std::string_view view = text;
  EXPECT_EQ(view, text);
  EXPECT_EQ(text, text2(std::array{'a', 'b'}));
  EXPECT_NE(text, text2(std::array{'a', 'c'}));
}

TEST(FixedText, IsOrderedAsTextIs) {
  const text2 ascii(std::array{'a', 'z'});
  const text2 high(std::array{'a', '\xff'});
  EXPECT_LT(ascii, high);
  EXPECT_LT(ascii.view(), high.view());
  EXPECT_LT(ascii, std::string_view("b"));
}

TEST(FixedText, Hashes) {
  const std::unordered_set<text2> texts{text2(std::array{'a', 'b'}), text2(std::array{'a', 'b'}),
                                        text2(std::array{'a', 'c'})};
  EXPECT_EQ(texts.size(), 2U);
}

}  // namespace
