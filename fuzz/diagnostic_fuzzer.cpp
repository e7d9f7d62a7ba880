// What a program prints about a text that was refused: any text, any offset.
//
// Input: the offset, the code, then the text. The oracle escapes the whole text
// with printf and cuts the window out of it.
#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"

import vmnet.text;

namespace {

using fuzz::check;

/// The sentences of the codes, in the order of the codes.
constexpr std::array<std::string_view, 17> sentences = {
    "the text ends too early",
    "expected a decimal digit",
    "expected '.'",
    "expected '/' and a prefix length",
    "expected a hexadecimal digit",
    "expected the separator of this notation",
    "nothing may follow here",
    "numbers are written without leading zeros",
    "an octet is at most 255",
    "a prefix length is at most 32",
    "a mask is not accepted, write the prefix length",
    "address bits are set beyond the prefix length",
    "an interface name has at most 15 bytes",
    "an interface name may not contain this byte",
    "'.' and '..' are not interface names",
    "expected '-' and an address or '/' and a prefix length",
    "the last address of a range is not below its first",
};

/// Each byte as it is shown.
const std::vector<std::string>& shown() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> made;
    for (unsigned byte = 0; byte < 256; ++byte) {
      std::array<char, 8> escaped{};
      std::snprintf(escaped.data(), escaped.size(), "\\x%02x", byte);
      const bool plain = byte >= ' ' && byte <= '~' && byte != '\\';
      made.push_back(plain ? std::string(1, static_cast<char>(byte)) : escaped.data());
    }
    return made;
  }();
  return all;
}

std::string expect(std::string_view text, std::size_t offset, std::string_view sentence) {
  const std::size_t fault = std::min(offset, text.size());
  const std::size_t first = fault < 40 ? 0 : fault - 40;
  const std::size_t last = std::min(fault + 30, text.size());
  std::string line = first == 0 ? "" : "...";
  std::size_t column = 0;
  for (std::size_t i = first; i < last; ++i) {
    if (i == fault) column = line.size();
    line += shown()[static_cast<std::uint8_t>(text[i])];
  }
  if (fault == last) column = line.size();
  if (last != text.size()) line += "...";
  return line + "\n" + std::string(column, ' ') + "^ " + std::string(sentence);
}

/// The sentence of every code, those included that are newer than the table.
bool check_codes() {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < 256; ++i) {
    const std::string_view sentence = to_string(static_cast<vmnet::parse_errc>(i));
    if (i < sentences.size()) check(sentence == sentences[i], "a code has its sentence");
    if (sentence != "unknown error") check(seen.insert(sentence).second, "sentences differ");
  }
  return true;
}

template <std::size_t Size>
void check_fixed(std::string_view a, std::string_view b) {
  std::array<char, Size> left{};
  std::array<char, Size> right{};
  a.substr(0, Size).copy(left.data(), Size);
  b.substr(0, Size).copy(right.data(), Size);
  const vmnet::fixed_text<Size> x(left);
  const vmnet::fixed_text<Size> y(right);
  const std::string_view text(left.data(), Size);
  check(x.size() == Size && x.view() == text && std::string_view(x) == text, "a text is its bytes");
  check(std::string(x.data(), Size + 1) == std::string(text) + '\0', "a NUL follows the bytes");
  check(x.c_str() == x.data(), "c_str is data");
  check(x == text && !(x == std::string(text) + "x"), "a text compares with a view");
  check((x == y) == (left == right), "equal as the bytes are");
  check((x <=> y) == (x.view() <=> y.view()), "ordered as views of the bytes are");
  check(std::hash<vmnet::fixed_text<Size>>()(x) == std::hash<std::string_view>()(text),
        "a text hashes as its view does");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  [[maybe_unused]] static const bool once = check_codes();
  fuzz::reader in(data, size);
  const unsigned where = in.byte();
  const std::size_t offset = where == 255 ? SIZE_MAX : where;
  const std::size_t index = in.byte() % sentences.size();
  const auto code = static_cast<vmnet::parse_errc>(index);
  const std::string_view text = in.rest();

  const vmnet::parse_error error(code, offset);
  check(error.code() == code && error.offset() == offset, "an error keeps code and offset");
  check(error == vmnet::parse_error(code, offset), "errors with the same parts are equal");
  check(error != vmnet::parse_error(code, offset ^ 1U), "errors at other places differ");
  const std::string_view sentence = sentences[index];
  check(to_string(error) == std::string(sentence) + " (at byte " + std::to_string(offset) + ")",
        "an error in words has sentence and offset");
  check(diagnostic(text, error) == expect(text, offset, sentence), "the diagnostic is right");
  check_fixed<3>(text, text.substr(std::min<std::size_t>(3, text.size())));
  check_fixed<8>(text, text.substr(std::min<std::size_t>(8, text.size())));
  return 0;
}
