// MAC addresses: any bytes as text, and a text of each notation with one fault.
//
// The oracle lays the text over a pattern, and strtoull reads the digits.
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>

#include "check.hpp"

import vmnet.mac;

namespace {

using fuzz::check;

struct expectation {
  std::string_view error;
  std::size_t offset = 0;
  std::uint64_t value = 0;
};

expectation expect(std::string_view text) {
  std::string_view pattern = "xxxx.xxxx.xxxx";
  if (text.find(':') == 2) pattern = "xx:xx:xx:xx:xx:xx";
  if (text.find('-') == 2) pattern = "xx-xx-xx-xx-xx-xx";
  std::string digits;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (i == text.size()) return {.error = "the text ends too early", .offset = i};
    const char c = text[i];
    if (pattern[i] != 'x' && c != pattern[i])
      return {.error = "expected the separator of this notation", .offset = i};
    if (pattern[i] != 'x') continue;
    if (!std::isxdigit(static_cast<unsigned char>(c)))
      return {.error = "expected a hexadecimal digit", .offset = i};
    digits += c;
  }
  if (text.size() > pattern.size())
    return {.error = "nothing may follow here", .offset = pattern.size()};
  return {.error = {}, .offset = 0, .value = std::strtoull(digits.c_str(), nullptr, 16)};
}

void check_parse(std::string_view text) {
  const auto got = vmnet::mac_address::parse(text);
  const expectation want = expect(text);
  check(got.has_value() == want.error.empty(), "accepts exactly what the oracle accepts");
  if (got) {
    check(got->to_uint64() == want.value, "the value is that of the digits");
    return;
  }
  check(got.error().offset() == want.offset, "the offset of an error is the oracle's");
  check(to_string(got.error().code()) == want.error, "the sentence of an error is the oracle's");
}

/// `value` with `separator` after every `group` digits.
std::string notation(std::uint64_t value, std::size_t group, char separator) {
  std::array<char, 17> hex{};
  std::snprintf(hex.data(), hex.size(), "%012llx", static_cast<unsigned long long>(value));
  std::string text;
  for (std::size_t i = 0; i < 12; ++i) {
    if (i > 0 && i % group == 0) text += separator;
    text += hex[i];
  }
  return text;
}

void check_to_chars(vmnet::mac_address mac, std::string_view text) {
  check(mac.to_string() == text && to_string(mac) == text, "to_string is canonical");
  constexpr std::size_t room = 20;
  for (std::size_t size = 14; size < room; ++size) {
    std::array<char, room> buffer;
    buffer.fill('#');
    const std::to_chars_result written = mac.to_chars(buffer.data(), buffer.data() + size);
    const std::size_t good = size < text.size() ? 0 : text.size();
    check(written.ec == (good == 0 ? std::errc::value_too_large : std::errc()),
          "a buffer is refused where it is too small");
    check(written.ptr == buffer.data() + (good == 0 ? size : good), "the end is told");
    check(std::string_view(buffer.data(), good) == text.substr(0, good), "the text is written");
    check(std::all_of(buffer.data() + good, buffer.data() + room, [](char c) { return c == '#'; }),
          "nothing is written behind the text");
  }
}

/// The value through every accessor and every notation.
void check_value(std::uint64_t raw) {
  const std::uint64_t value = raw % (std::uint64_t{1} << 48U);
  const vmnet::mac_address mac = vmnet::mac_address::from_uint64(raw);
  check(mac.to_uint64() == value, "the high 16 bits are ignored");
  std::array<std::uint8_t, 6> octets{};
  for (unsigned i = 0; i < 6; ++i)
    octets[i] = static_cast<std::uint8_t>(value / (std::uint64_t{1} << (40U - 8U * i)));
  check(mac.octets() == octets, "the first octet is the most significant");
  check(vmnet::mac_address::from_octets(octets) == mac, "octets make the same address");
  check(mac.is_multicast() == (octets[0] % 2 == 1) && mac.is_unicast() != mac.is_multicast(),
        "the lowest bit of the first octet tells a group");
  check(mac.is_locally_administered() == (octets[0] / 2 % 2 == 1),
        "the second bit of the first octet tells a local address");
  check(mac.is_broadcast() == (value + 1 == std::uint64_t{1} << 48U), "all ones is broadcast");
  check(mac.oui() == octets[0] * 65536U + octets[1] * 256U + octets[2], "the OUI is three octets");
  check(std::hash<vmnet::mac_address>()(mac) ==
            std::hash<vmnet::mac_address>()(vmnet::mac_address::from_uint64(value)),
        "equal addresses hash alike");

  const std::string canonical = notation(value, 2, ':');
  check_to_chars(mac, canonical);
  for (const std::string& text : {canonical, notation(value, 2, '-'), notation(value, 4, '.')}) {
    check(vmnet::mac_address::parse(text) == mac, "every notation parses");
    std::string upper = text;
    std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
    check(vmnet::mac_address::parse(upper) == mac, "digits of either case parse");
  }
}

/// A right text with one byte replaced, removed, or put in.
void check_near_miss(fuzz::reader& in) {
  const std::uint64_t value = in.u64() >> 16U;
  const unsigned shape = in.byte();
  std::string text = shape % 3U == 0   ? notation(value, 2, ':')
                     : shape % 3U == 1 ? notation(value, 2, '-')
                                       : notation(value, 4, '.');
  const std::size_t at = in.byte() % (text.size() + 1);
  const char byte = static_cast<char>(in.byte());
  switch (shape / 3U % 4U) {
    case 0:
      text.replace(at, 1, 1, byte);
      break;
    case 1:
      text.erase(at, 1);
      break;
    case 2:
      text.insert(at, 1, byte);
      break;
    default:
      text.resize(at);
  }
  check_parse(text);
}

void check_order(std::uint64_t a, std::uint64_t b) {
  const vmnet::mac_address left = vmnet::mac_address::from_uint64(a);
  const vmnet::mac_address right = vmnet::mac_address::from_uint64(b);
  check((left <=> right) == (left.to_uint64() <=> right.to_uint64()), "ordered as numbers are");
  check((left == right) == (left.to_uint64() == right.to_uint64()), "equal as numbers are");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check(vmnet::mac_address().to_uint64() == 0 && vmnet::mac_address::max_length == 17,
        "the default value is zero, the longest text has two digits an octet");
  const std::string_view text = fuzz::reader::view_of(data, size);
  check_parse(text);
  fuzz::reader in(data, size);
  check_near_miss(in);
  fuzz::reader numbers(data, size);
  const std::uint64_t first = numbers.u64();
  check_value(first);
  check_value(~first);
  check_order(first, numbers.u64());
  check_order(first, first ^ (std::uint64_t{1} << numbers.byte() % 64U));
  return 0;
}
