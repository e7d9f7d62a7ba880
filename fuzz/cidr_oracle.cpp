#include "cidr_oracle.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "check.hpp"

namespace {

using fuzz::check;
using fuzz::expectation;

constexpr std::string_view too_short = "the text ends too early";
constexpr std::string_view no_digit = "expected a decimal digit";
constexpr std::string_view no_dot = "expected '.'";
constexpr std::string_view no_slash = "expected '/' and a prefix length";
constexpr std::string_view no_range = "expected '-' and an address or '/' and a prefix length";
constexpr std::string_view reversed = "the last address of a range is not below its first";
constexpr std::string_view too_much = "nothing may follow here";
constexpr std::string_view zero_first = "numbers are written without leading zeros";
constexpr std::string_view big_octet = "an octet is at most 255";
constexpr std::string_view big_prefix = "a prefix length is at most 32";
constexpr std::string_view is_mask = "a mask is not accepted, write the prefix length";

/// The value of `digits` where they are written as the value is printed and fit
/// in one octet, or -1.
int number_of(std::string_view digits) {
  unsigned long value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (read.ec != std::errc() || value > 255) return -1;
  std::array<char, 4> printed{};
  const auto written = std::to_chars(printed.data(), printed.data() + printed.size(), value);
  const bool same = digits == std::string_view(printed.data(), written.ptr);
  return same ? static_cast<int>(value) : -1;
}

std::size_t end_of_digits(std::string_view text, std::size_t from) {
  return std::min(text.find_first_not_of("0123456789", from), text.size());
}

expectation fault(std::string_view text, std::string_view error, std::size_t offset) {
  return {.error = offset == text.size() ? too_short : error, .offset = offset};
}

/// Four octets from `at` on, which moves behind them.
expectation expect_quad(std::string_view text, std::size_t& at) {
  const std::size_t start = at;
  for (int field = 0; field < 4; ++field) {
    if (field > 0 && text.substr(at, 1) != ".") return fault(text, no_dot, at);
    if (field > 0) ++at;
    const std::size_t end = end_of_digits(text, at);
    if (end == at) return fault(text, no_digit, at);
    const std::string_view digits = text.substr(at, end - at);
    if (number_of(digits) < 0)
      return {.error = digits.size() > 1 && digits[0] == '0' ? zero_first : big_octet,
              .offset = at};
    at = end;
  }
  expectation value;
  const auto peer = fuzz::peer_address(text.substr(start, at - start));
  check(peer.has_value(), "inet_pton reads what the oracle reads");
  value.address = *peer;
  return value;
}

/// Unicode's White_Space, by number, each in UTF-8.
const std::vector<std::string>& spaces() {
  static const std::vector<std::string> all = [] {
    std::vector<std::uint32_t> points = {0x20,   0x85,   0xa0,   0x1680, 0x2028,
                                         0x2029, 0x202f, 0x205f, 0x3000};
    for (std::uint32_t p = 0x09; p <= 0x0d; ++p) points.push_back(p);
    for (std::uint32_t p = 0x2000; p <= 0x200a; ++p) points.push_back(p);
    std::vector<std::string> made;
    for (const std::uint32_t p : points) {
      std::vector<std::uint32_t> bytes = {p};
      if (p >= 0x80) bytes = {0xc0 + p / 64, 0x80 + p % 64};
      if (p >= 0x800) bytes = {0xe0 + p / 4096, 0x80 + p / 64 % 64, 0x80 + p % 64};
      std::string encoded;
      for (const std::uint32_t b : bytes) encoded += static_cast<char>(b);
      made.push_back(encoded);
    }
    return made;
  }();
  return all;
}

/// Where the white space from `at` on ends.
std::size_t end_of_space(std::string_view text, std::size_t at) {
  if (at < text.size() && text[at] > ' ') return at;  // the usual case, for speed
  const auto begins = [&](const std::string& space) { return text.substr(at).starts_with(space); };
  for (auto found = std::ranges::find_if(spaces(), begins); found != spaces().end();
       found = std::ranges::find_if(spaces(), begins))
    at += found->size();
  return at;
}

/// The prefix length from `at` on, which moves behind it, for the address `value`.
expectation expect_prefix(std::string_view text, std::size_t& at, bool lenient, expectation value) {
  if (lenient && text.substr(at, 1) == "+") ++at;
  const std::size_t end = end_of_digits(text, at);
  if (end == at) return fault(text, no_digit, at);

  std::string_view digits = text.substr(at, end - at);
  const bool zeros = digits.size() > 1 && digits[0] == '0';
  if (lenient) digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size() - 1));
  const int number = zeros && !lenient ? -1 : number_of(digits);
  const bool good = number >= 0 && number <= 32;
  if (text.substr(end, 1) == ".") return {.error = is_mask, .offset = good ? end : at};
  if (!good) return {.error = zeros && !lenient ? zero_first : big_prefix, .offset = at};
  value.prefix_length = number;
  value.offset = at;
  at = end;
  return value;
}

}  // namespace

namespace fuzz {

std::optional<std::uint32_t> peer_address(std::string_view text) {
  std::array<char, 16> terminated{};
  in_addr raw{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return {};
  text.copy(terminated.data(), text.size());
  if (inet_pton(AF_INET, terminated.data(), &raw) != 1) return {};
  return ntohl(raw.s_addr);
}

expectation expect_address(std::string_view text) {
  std::size_t at = 0;
  const expectation quad = expect_quad(text, at);
  if (quad.error.empty() && at != text.size()) return fault(text, too_much, at);
  return quad;
}

expectation expect_network(std::string_view text, bool lenient) {
  std::size_t at = lenient ? end_of_space(text, 0) : 0;
  expectation value = expect_quad(text, at);
  if (!value.error.empty()) return value;
  if (text.substr(at, 1) != "/") return fault(text, no_slash, at);
  value = expect_prefix(text, ++at, lenient, value);
  if (!value.error.empty()) return value;
  const std::size_t last = lenient ? end_of_space(text, at) : at;
  return last == text.size() ? value : fault(text, too_much, last);
}

expectation expect_span(std::string_view text, std::size_t& at, bool lone) {
  expectation value = expect_quad(text, at);
  if (!value.error.empty()) return value;
  value.last = value.address;
  const std::string_view next = text.substr(at, 1);
  if (next == "/") {
    value = expect_prefix(text, ++at, false, value);
    const std::uint64_t size = std::uint64_t{1} << static_cast<unsigned>(32 - value.prefix_length);
    value.address -= static_cast<std::uint32_t>(value.address % size);
    value.last = value.address + static_cast<std::uint32_t>(size - 1);
    return value;
  }
  if (next != "-") return lone ? value : fault(text, no_range, at);
  const std::size_t second = ++at;
  const expectation last = expect_quad(text, at);
  if (!last.error.empty()) return last;
  if (last.address < value.address) return {.error = reversed, .offset = second};
  value.last = last.address;
  return value;
}

expectation expect_range(std::string_view text) {
  std::size_t at = 0;
  const expectation value = expect_span(text, at, false);
  if (value.error.empty() && at != text.size()) return fault(text, too_much, at);
  return value;
}

}  // namespace fuzz
