// A slow, readable reading of addresses and networks: the oracle of the fast
// parsers. It builds the whole language out of "what could still become valid"
// and knows nothing of the library; faults are told by their sentences.
#pragma once
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace slow {

struct verdict {
  bool valid = false;
  std::string sentence;           // of a fault
  std::size_t offset = 0;         // of a fault
  std::vector<int> numbers = {};  // of a valid text: its octets, and its prefix length
};

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// True where `text` begins the decimal of some number from 0 to `max` (at
/// most 255), or, where `whole`, is one.
inline bool is_number(std::string_view text, int max, bool whole) {
  static const std::vector<std::string> decimals = [] {
    std::vector<std::string> all;
    for (int n = 0; n <= 255; ++n) all.push_back(std::to_string(n));
    return all;
  }();
  for (int n = 0; n <= max; ++n) {
    const std::string& decimal = decimals[static_cast<std::size_t>(n)];
    if (whole ? decimal == text : decimal.starts_with(text)) return true;
  }
  return false;
}

/// The parts of `text` between its dots.
inline std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t dot; (dot = text.find('.')) != text.npos; text.remove_prefix(dot + 1))
    parts.push_back(text.substr(0, dot));
  parts.push_back(text);
  return parts;
}

/// True where `text` is an address, or, where not `whole`, begins one.
inline bool is_address(std::string_view text, bool whole) {
  const auto parts = parts_of(text);
  if (parts.size() > 4 || (whole && parts.size() != 4)) return false;
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (!is_number(parts[i], 255, whole || i + 1 < parts.size())) return false;
  return true;
}

/// True where `text` is a network, or, where not `whole`, begins one.
inline bool is_network(std::string_view text, bool whole) {
  const std::size_t slash = text.find('/');
  if (slash == text.npos) return !whole && is_address(text, false);
  return is_address(text.substr(0, slash), true) && is_number(text.substr(slash + 1), 32, whole);
}

/// The fault at byte `at`, which is the first that no valid text can have there.
inline verdict fault(std::string_view text, std::size_t at, bool network) {
  const std::string_view before = text.substr(0, at);
  const std::size_t slash = before.find('/');
  const bool in_prefix = slash != before.npos;
  if (is_digit(text[at])) {
    std::size_t first = at;
    while (first > 0 && is_digit(text[first - 1])) --first;
    std::size_t last = at;
    while (last < text.size() && is_digit(text[last])) ++last;
    if (in_prefix && last < text.size() && text[last] == '.')
      return {false, "a mask is not accepted, write the prefix length", first};
    if (text[first] == '0') return {false, "numbers are written without leading zeros", first};
    return {false, in_prefix ? "a prefix length is at most 32" : "an octet is at most 255", first};
  }
  if (before.empty() || !is_digit(before.back())) return {false, "expected a decimal digit", at};
  if (in_prefix && text[at] == '.')
    return {false, "a mask is not accepted, write the prefix length", at};
  if (in_prefix) return {false, "nothing may follow here", at};
  if (std::count(before.begin(), before.end(), '.') < 3) return {false, "expected '.'", at};
  return {false, network ? "expected '/' and a prefix length" : "nothing may follow here", at};
}

/// The numbers of a valid text.
inline std::vector<int> numbers_of(std::string_view text) {
  std::vector<int> numbers{0};
  for (const char c : text) {
    if (is_digit(c))
      numbers.back() = 10 * numbers.back() + (c - '0');
    else
      numbers.push_back(0);
  }
  return numbers;
}

inline verdict parse(std::string_view text, bool network) {
  const auto matches = network ? is_network : is_address;
  for (std::size_t at = 0; at < text.size(); ++at)
    if (!matches(text.substr(0, at + 1), false)) return fault(text, at, network);
  if (matches(text, true)) return {true, "", 0, numbers_of(text)};
  return {false, "the text ends too early", text.size()};
}

inline verdict parse_address(std::string_view text) { return parse(text, false); }
inline verdict parse_network(std::string_view text) { return parse(text, true); }

}  // namespace slow
