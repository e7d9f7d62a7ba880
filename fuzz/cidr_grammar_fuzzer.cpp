// Text that is nearly an address or a network, built from numbers.
//
// Random bytes seldom hold two right octets in a row. Here the input chooses
// numbers around every limit (also those that wrap to a right one in 32 or 64
// bits), zeros before them, and separators that are doubled, missing or foreign.
#include <array>
#include <string>
#include <string_view>

#include "check.hpp"
#include "cidr_check.hpp"

namespace {

constexpr std::array<std::string_view, 16> separators = {
    "",
    "..",
    "/",
    "//",
    "-",
    "+",
    ":",
    ",",
    " ",
    "\t",
    "x",
    "0x",
    "\xc2\xa0",
    "\xe3\x80\x80",
    "\xef\xbc\x91",
    "\xd9\xa1"};  // the last two are digits of other scripts
constexpr std::array<std::string_view, 12> spaces = {"",
                                                     " ",
                                                     "\t",
                                                     "\n\v\f\r",
                                                     "\xc2\x85",
                                                     "\xc2\xa0",
                                                     "\xe1\x9a\x80",
                                                     "\xe2\x80\x8a",
                                                     "\xe2\x80\xa8",
                                                     "\xe2\x80\xa9\xe2\x80\xaf",
                                                     "\xe2\x81\x9f",
                                                     "\xe3\x80\x80"};

std::string separator(fuzz::reader& in, std::string_view usual) {
  const unsigned choice = in.byte();
  if (choice < 192) return std::string(usual);
  if (choice < 208) return std::string(usual) + std::string(separators[choice % 16U]);
  return std::string(separators[choice % separators.size()]);
}

/// A number below `limit`, or one that a 32-bit or 64-bit sum wraps to it.
std::string number(fuzz::reader& in, unsigned limit) {
  const unsigned kind = in.byte();
  const unsigned value = (in.byte() * 256U + in.byte()) % limit;
  const std::string zeros(kind % 8U == 7 ? 1 + kind / 64U : 0, '0');
  if (kind < 176) return zeros + std::to_string(value);
  const std::uint64_t turns = in.byte();
  if (kind < 208) return zeros + std::to_string(turns * 0x1'0000'0000U + value);
  if (kind < 224) {  // value + 2^64
    const std::string low = std::to_string(709551616U + value);
    return zeros + "18446744073" + std::string(9 - low.size(), '0') + low;
  }
  if (kind < 240) return {};
  return zeros + std::to_string(value) + std::string(turns % 12U, '9');
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::reader in(data, size);
  const unsigned shape = in.byte();
  std::string text;
  if (shape & 1U) text += spaces[in.byte() % spaces.size()];
  for (int octet = 0; octet < 4; ++octet) {
    if (octet > 0) text += separator(in, ".");
    text += number(in, shape & 2U ? 1300 : 256);
  }
  if (!(shape & 4U)) {
    text += separator(in, "/");
    text += number(in, shape & 8U ? 40 : 33);
  }
  if (shape & 128U) {  // a range instead of a mask
    text += separator(in, "-");
    for (int octet = 0; octet < 4; ++octet) text += (octet > 0 ? "." : "") + number(in, 257);
  }
  if (shape & 16U) text += "." + number(in, 256);
  if (shape & 32U) text += spaces[in.byte() % spaces.size()];
  if (shape & 64U) text += in.rest();
  fuzz::check_ipv4_text(text);
  return 0;
}
