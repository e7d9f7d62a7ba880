// Addresses and networks out of text, without a branch that depends on their
// digits.
//
// Where the dots are decides where each digit goes: with one to three digits an
// octet there are 81 ways, found by a multiplication that sends no two of them
// to the same place. One shuffle puts the digits of each octet side by side, two
// multiply-adds make numbers of them. An octet is right when it is at most 255
// and no less than the least number of so many digits, which a leading zero
// misses. (Muła and Lemire, "Parsing IP addresses with SIMD", have the shuffle.)
//
// What is not right in every way is left to the reader, which knows the error.
#include "kernels.hpp"

#if VMNET_X86_KERNELS
#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#define VMNET_AVX2 __attribute__((target("avx2,bmi,bmi2")))

namespace vmnet::kernels {
namespace {

/// Where the digits of one way to set dots go.
struct alignas(32) layout {
  /// For `_mm_shuffle_epi8`: four bytes an octet, the last octet first, as a
  /// number lies in memory; right-aligned, with zeros before them.
  std::array<std::uint8_t, 16> digits{};
  /// The least number that an octet of so many digits can be.
  std::array<std::uint16_t, 4> least{};
  /// A bit for each dot, and for the byte behind the last digit.
  std::uint32_t separators = 0;
};

constexpr std::uint32_t place_of(std::uint32_t separators) noexcept {
  return separators * 0x9c14eb9d >> 24U;
}

/// By `place_of`. The places that no way has got keep separators of 0, which no
/// text has.
constexpr std::array<layout, 256> layouts = [] {
  std::array<layout, 256> table{};
  for (unsigned way = 0; way < 81; ++way) {
    layout made;
    made.digits.fill(0x80);
    unsigned at = 0;
    for (unsigned octet = 0, rest = way; octet < 4; ++octet, rest /= 3) {
      const unsigned size = 1 + rest % 3;
      const unsigned lane = 3 - octet;
      for (unsigned digit = 0; digit < size; ++digit)
        made.digits[lane * 4 + 4 - size + digit] = static_cast<std::uint8_t>(at + digit);
      made.least[lane] = size == 3 ? 100 : size == 2 ? 10 : 0;
      at += size;
      made.separators |= 1U << at++;
    }
    table[place_of(made.separators)] = made;
  }
  return table;
}();

consteval unsigned ways() noexcept {
  unsigned count = 0;
  for (const layout& way : layouts) count += way.separators != 0 ? 1U : 0U;
  return count;
}
static_assert(ways() == 81, "two ways to set dots have the same place");

std::uint64_t load(const char* bytes) noexcept {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

/// The text, 7 to 15 bytes, and zeros behind it: by two loads that overlap.
VMNET_AVX2 inline __m128i load_text(const char* text, std::size_t size) noexcept {
  if (size == 7) {
    std::uint32_t low;
    std::uint32_t high;
    std::memcpy(&low, text, sizeof low);
    std::memcpy(&high, text + 3, sizeof high);
    return _mm_cvtsi64_si128(static_cast<long long>(std::uint64_t{high} << 24U | low));
  }
  const std::uint64_t high = load(text + size - 8) >> 8 * (15 - size) >> 8U;
  return _mm_set_epi64x(static_cast<long long>(high), static_cast<long long>(load(text)));
}

VMNET_AVX2 inline std::uint64_t read_quad(const char* text, std::size_t size) noexcept {
  if (size < 7 || size > 15) return unread;
  const __m128i bytes = load_text(text, size);
  const auto dots =
      static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('.'))));
  const std::uint32_t separators = dots | 1U << size;
  const layout& way = layouts[place_of(separators)];
  if (way.separators != separators) return unread;

  // The zeros that the shuffle puts before the digits are none of the text.
  const __m128i digits =
      _mm_shuffle_epi8(_mm_sub_epi8(bytes, _mm_set1_epi8('0')),
                       _mm_load_si128(reinterpret_cast<const __m128i*>(way.digits.data())));
  const __m128i pairs = _mm_maddubs_epi16(digits, _mm_set1_epi32(0x010a6400));  // 0, 100, 10, 1
  const __m128i octets = _mm_hadd_epi16(pairs, pairs);
  const __m128i least = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(way.least.data()));
  const __m128i wrong = _mm_or_si128(
      _mm_subs_epu8(digits, _mm_set1_epi8(9)),
      _mm_or_si128(_mm_subs_epu16(octets, _mm_set1_epi16(255)), _mm_subs_epu16(least, octets)));
  if (_mm_testz_si128(wrong, wrong) == 0) return unread;
  return static_cast<std::uint32_t>(_mm_cvtsi128_si32(_mm_packus_epi16(octets, octets)));
}

}  // namespace

VMNET_AVX2 std::uint64_t read_address_avx2(const char* text, std::size_t size) noexcept {
  return read_quad(text, size);
}

VMNET_AVX2 std::uint64_t read_cidr_avx2(const char* text, std::size_t size) noexcept {
  if (size < 3) return unread;
  // The last digit, and one before it unless that is the slash. What is no digit
  // comes out larger than all lengths.
  const auto ones = static_cast<std::uint32_t>(text[size - 1]) - '0';
  const std::uint32_t two = text[size - 2] != '/' ? 1 : 0;
  const std::uint32_t tens = (static_cast<std::uint32_t>(text[size - 2]) - '0') * two;
  const std::size_t quad = size - 2 - two;
  const std::uint32_t length = tens * 10 + ones;
  if (text[quad] != '/' || ones > 9 || tens < two || length > 32) return unread;
  const std::uint64_t address = read_quad(text, quad);
  return address == unread ? unread : address | std::uint64_t{length} << 32U;
}

}  // namespace vmnet::kernels
#endif
