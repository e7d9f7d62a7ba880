// IPv4 text against an oracle: inet_pton for the value, and for the errors a
// walk over the fields of the text with tables of all numbers that are right.
#include "cidr_check.hpp"

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

import vmnet.ipv4;

namespace {

using fuzz::check;

/// What a text should give: a value, or the sentence of the error and its place.
struct expectation {
  std::string_view error;
  std::size_t offset = 0;
  std::uint32_t address = 0;  // of a range the first
  int prefix_length = 0;
  std::uint32_t last = 0;  // of a range
};

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
constexpr std::string_view has_host_bits = "address bits are set beyond the prefix length";

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

/// What inet_pton makes of `text`.
std::optional<std::uint32_t> peer_address(std::string_view text) {
  std::array<char, 16> terminated{};
  in_addr raw{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return {};
  text.copy(terminated.data(), text.size());
  if (inet_pton(AF_INET, terminated.data(), &raw) != 1) return {};
  return ntohl(raw.s_addr);
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
  const auto peer = peer_address(text.substr(start, at - start));
  check(peer.has_value(), "inet_pton reads what the oracle reads");
  value.address = *peer;
  return value;
}

expectation expect_address(std::string_view text) {
  std::size_t at = 0;
  const expectation quad = expect_quad(text, at);
  if (quad.error.empty() && at != text.size()) return fault(text, too_much, at);
  return quad;
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

/// `a.b.c.d/n`; `lenient` takes space around it, and a plus and zeros before n.
expectation expect_network(std::string_view text, bool lenient) {
  std::size_t at = lenient ? end_of_space(text, 0) : 0;
  expectation value = expect_quad(text, at);
  if (!value.error.empty()) return value;
  if (text.substr(at, 1) != "/") return fault(text, no_slash, at);
  ++at;
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
  const std::size_t last = lenient ? end_of_space(text, end) : end;
  if (last != text.size()) return fault(text, too_much, last);
  value.prefix_length = number;
  value.offset = at;
  return value;
}

/// `A-B` or a network.
expectation expect_range(std::string_view text) {
  std::size_t at = 0;
  expectation value = expect_quad(text, at);
  if (!value.error.empty()) return value;
  if (text.substr(at, 1) == "/") {
    value = expect_network(text, false);
    const std::uint64_t size = std::uint64_t{1} << static_cast<unsigned>(32 - value.prefix_length);
    value.address -= static_cast<std::uint32_t>(value.address % size);
    value.last = value.address + static_cast<std::uint32_t>(size - 1);
    return value;
  }
  if (text.substr(at, 1) != "-") return fault(text, no_range, at);
  const std::size_t second = ++at;
  const expectation last = expect_quad(text, at);
  if (!last.error.empty()) return last;
  if (last.address < value.address) return {.error = reversed, .offset = second};
  if (at != text.size()) return fault(text, too_much, at);
  value.last = last.address;
  return value;
}

template <class Result>
void check_error(std::string_view text, const Result& got, const expectation& want) {
  check(got.has_value() == want.error.empty(), "accepts exactly what the oracle accepts");
  if (got) return;
  check(got.error().offset() <= text.size(), "the offset of an error lies in the text");
  check(got.error().offset() == want.offset, "the offset of an error is the oracle's");
  check(to_string(got.error().code()) == want.error, "the sentence of an error is the oracle's");
}

/// to_chars into buffers of all sizes around the one that is needed.
template <class Value>
void check_to_chars(const Value& value, std::string_view text) {
  constexpr std::size_t room = Value::max_length + 2;
  check(text.size() <= Value::max_length, "max_length is enough");
  check(value.to_string() == text && to_string(value) == text, "to_string gives the text back");
  for (std::size_t size = text.size() < 5 ? 0 : text.size() - 5; size < room; ++size) {
    std::array<char, room> buffer;
    buffer.fill('#');
    const std::to_chars_result written = value.to_chars(buffer.data(), buffer.data() + size);
    check(std::all_of(buffer.data() + size, buffer.data() + room, [](char c) { return c == '#'; }),
          "nothing is written behind the buffer");
    if (size < text.size()) {
      check(written.ec == std::errc::value_too_large, "a small buffer is refused");
      check(written.ptr == buffer.data() + size, "a refusal points to the end of the buffer");
    } else {
      check(written.ec == std::errc() && written.ptr == buffer.data() + text.size(),
            "a buffer that suffices is filled");
      check(std::string_view(buffer.data(), text.size()) == text, "to_chars writes the text");
    }
  }
}

/// What inet_ntop makes of `address`.
std::string printed(std::uint32_t address) {
  const in_addr raw{htonl(address)};
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, &raw, text.data(), INET_ADDRSTRLEN);
  return text.data();
}

void check_address(std::string_view text) {
  const auto got = vmnet::ipv4_address::parse(text);
  const expectation want = expect_address(text);
  check_error(text, got, want);
  check(got.has_value() == peer_address(text).has_value(),
        "accepts an address exactly where inet_pton does");
  if (!got) return;
  check(got->to_uint32() == want.address, "the address is inet_pton's");
  check_to_chars(*got, text);
}

void check_network(std::string_view text, vmnet::cidr_policy policy) {
  const bool lenient = policy == vmnet::cidr_policy::lenient;
  expectation want = expect_network(text, lenient);
  const std::uint64_t size = std::uint64_t{1} << static_cast<unsigned>(32 - want.prefix_length);
  const std::uint64_t host_bits = want.address % size;
  if (policy == vmnet::cidr_policy::reject_host_bits && want.error.empty() && host_bits != 0)
    want.error = has_host_bits;

  const auto got = vmnet::ipv4_network::parse(text, policy);
  check_error(text, got, want);
  if (!got) return;
  check(got->prefix_length() == want.prefix_length, "the prefix length is the one written");
  check(got->network().to_uint32() == want.address - host_bits, "host bits are masked");

  const in_addr raw{htonl(static_cast<std::uint32_t>(want.address - host_bits))};
  std::array<char, INET_ADDRSTRLEN> peer{};
  inet_ntop(AF_INET, &raw, peer.data(), INET_ADDRSTRLEN);
  const std::string canonical = std::string(peer.data()) + "/" + std::to_string(want.prefix_length);
  check_to_chars(*got, canonical);
  check(vmnet::ipv4_network::parse(canonical) == got, "the text of a network parses to it");
}

void check_range(std::string_view text) {
  const auto got = vmnet::ipv4_range::parse(text);
  const expectation want = expect_range(text);
  check_error(text, got, want);
  if (!got) return;
  check(got->first().to_uint32() == want.address && got->last().to_uint32() == want.last,
        "a range is from the first to the last address");
  const std::string canonical = printed(want.address) + "-" + printed(want.last);
  check_to_chars(*got, canonical);
  check(vmnet::ipv4_range::parse(canonical) == got, "the text of a range parses to it");
}

}  // namespace

namespace fuzz {

void check_ipv4_text(std::string_view text) {
  check_address(text);
  check_range(text);
  check_network(text, vmnet::cidr_policy::mask_host_bits);
  check_network(text, vmnet::cidr_policy::reject_host_bits);
  check_network(text, vmnet::cidr_policy::lenient);
  const auto strict = vmnet::ipv4_network::parse(text);
  check(strict == vmnet::ipv4_network::parse(text, vmnet::cidr_policy::mask_host_bits),
        "host bits are masked where no policy is named");
  if (strict)
    check(vmnet::ipv4_network::parse(text, vmnet::cidr_policy::lenient) == strict,
          "the lenient policy reads what the strict one reads");
}

}  // namespace fuzz
