#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>

#include "random.hpp"

import vmnet.interface_name;
import vmnet.mac;
import vmnet.text;

namespace {

using property::generator;
using vmnet::mac_address;

/// The twelve digits in one of the three notations.
std::string notation(const std::string& digits, std::size_t group, char separator) {
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && i % group == 0) text += separator;
    text += digits[i];
  }
  return text;
}

/// True where writing the digits of `text` anew in some notation gives `text`.
bool is_mac(const std::string& text) {
  std::string digits;
  for (const char c : text)
    if (std::isxdigit(static_cast<unsigned char>(c)) != 0) digits += c;
  return digits.size() == 12 &&
         (text == notation(digits, 2, ':') || text == notation(digits, 2, '-') ||
          text == notation(digits, 4, '.'));
}

TEST(MacProperty, IsReadInEveryNotationAndInNoOther) {
  generator random;
  constexpr std::string_view hex = "0123456789abcdefABCDEF";
  int valid = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string digits(12, '0');
    for (char& c : digits) c = hex[random.up_to(hex.size() - 1)];
    const std::uint64_t value = std::stoull(digits, nullptr, 16);
    const std::array texts{notation(digits, 2, ':'), notation(digits, 2, '-'),
                           notation(digits, 4, '.')};
    for (const std::string& text : texts)
      ASSERT_EQ(mac_address::parse(text), mac_address::from_uint64(value)) << text;
    const std::string mutated = random.mutate(texts[random.up_to(2)], "0123456789abcdefABCDEF:-.g");
    const auto mac = mac_address::parse(mutated);
    ASSERT_EQ(mac.has_value(), is_mac(mutated)) << testing::PrintToString(mutated);
    if (mac)
      ++valid;
    else
      ASSERT_LE(mac.error().offset(), mutated.size());
  }
  EXPECT_GT(valid, 1000);
}

TEST(MacProperty, IsWrittenSoThatItReadsBack) {
  generator random;
  for (int round = 0; round < 50'000; ++round) {
    const auto mac = mac_address::from_uint64(random.bits64());
    ASSERT_EQ(mac_address::parse(mac.to_string()), mac);
    ASSERT_EQ(mac_address::from_octets(mac.octets()), mac);
    ASSERT_EQ(mac_address::from_uint64(mac.to_uint64()), mac);
  }
}

TEST(InterfaceNameProperty, HoldsExactlyTheTextItTook) {
  generator random;
  int valid = 0;
  for (int round = 0; round < 50'000; ++round) {
    const std::string text = random.mutate("tap-1fdcc600", "abc.%/: -_0123456789");
    const auto name = vmnet::interface_name::parse(text);
    if (!name) {
      ASSERT_LE(name.error().offset(), text.size());
      continue;
    }
    ++valid;
    ASSERT_EQ(name->view(), text);
    ASSERT_EQ(vmnet::interface_name::parse(name->view()), *name);
  }
  EXPECT_GT(valid, 1000);
}

TEST(DiagnosticProperty, IsTwoPrintableLinesWithTheCaretInside) {
  generator random;
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = random.bytes(200);
    const vmnet::parse_error error(vmnet::parse_errc::unexpected_text, random.up_to(220));
    const std::string out = vmnet::diagnostic(text, error);
    ASSERT_EQ(std::count(out.begin(), out.end(), '\n'), 1);
    ASSERT_TRUE(std::all_of(out.begin(), out.end(),
                            [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); }));
    const std::size_t line = out.find('\n');
    const std::size_t caret = out.find_first_not_of(' ', line + 1);
    ASSERT_EQ(out.substr(caret), "^ nothing may follow here");
    const std::size_t column = caret - line - 1;
    ASSERT_LE(column, line);
    if (error.offset() >= text.size()) {
      ASSERT_EQ(column, line);
      continue;
    }
    // What stands over the caret is the byte itself or its escape.
    const auto byte = static_cast<unsigned char>(text[error.offset()]);
    if (byte >= 0x20 && byte < 0x7f && byte != '\\') {
      ASSERT_EQ(out[column], text[error.offset()]);
    } else {
      ASSERT_EQ(std::stoul(out.substr(column + 2, 2), nullptr, 16), byte);
    }
  }
}

}  // namespace
