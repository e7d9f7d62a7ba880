// MAC addresses as text with AVX-512: three of them, 54 bytes, in one register.
//
// One permutation brings to each digit the octet that it is a half of, one shift
// by bytes the half, and one shuffle makes a digit of it; what is no digit keeps
// its colon or NUL. All but the last registers are written whole: what stands
// behind the third text is written over by the next.
#include "kernels.hpp"

#if VMNET_X86_KERNELS
#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>

#define VMNET_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,bmi2")))

namespace vmnet::kernels {
namespace {

constexpr std::size_t group = 3;

struct layout {
  /// The octet of each digit.
  alignas(64) std::array<std::uint8_t, 64> octet{};
  /// For `_mm512_multishift_epi64_epi8`: where in its eight bytes a digit begins.
  alignas(64) std::array<std::uint8_t, 64> shift{};
  /// What is no digit.
  alignas(64) std::array<char, 64> between{};
  std::uint64_t is_digit = 0;
};

constexpr layout places = [] {
  layout made;
  for (std::size_t at = 0; at < group * size_of_mac_text; ++at) {
    const std::size_t in_text = at % size_of_mac_text;
    const std::size_t in_octet = in_text % 3;
    if (in_octet == 2) {
      made.between[at] = in_text + 1 < size_of_mac_text ? ':' : '\0';
      continue;
    }
    made.octet[at] = static_cast<std::uint8_t>(at / size_of_mac_text * octets_of_mac + in_text / 3);
    made.shift[at] = static_cast<std::uint8_t>(at % 8 * 8 + (in_octet == 0 ? 4 : 0));
    made.is_digit |= std::uint64_t{1} << at;
  }
  return made;
}();

constexpr std::uint64_t first_bytes(std::size_t count) noexcept {
  return (std::uint64_t{1} << count) - 1;
}

/// The texts of up to three addresses.
VMNET_AVX512 inline __m512i texts_of(const unsigned char* octets, std::size_t count) noexcept {
  const __m512i bytes = _mm512_maskz_loadu_epi8(first_bytes(count * octets_of_mac), octets);
  const __m512i spread = _mm512_permutexvar_epi8(_mm512_load_si512(places.octet.data()), bytes);
  const __m512i halves =
      _mm512_and_si512(_mm512_multishift_epi64_epi8(_mm512_load_si512(places.shift.data()), spread),
                       _mm512_set1_epi8(0xf));
  const __m512i digits =
      _mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(hex_digits.data())));
  return _mm512_mask_shuffle_epi8(_mm512_load_si512(places.between.data()), places.is_digit, digits,
                                  halves);
}

}  // namespace

VMNET_AVX512 void format_macs_avx512(const unsigned char* octets, char* texts,
                                     std::size_t count) noexcept {
  for (; count > group; count -= group) {
    _mm512_storeu_si512(texts, texts_of(octets, group));
    octets += group * octets_of_mac;
    texts += group * size_of_mac_text;
  }
  _mm512_mask_storeu_epi8(texts, first_bytes(count * size_of_mac_text), texts_of(octets, count));
}

}  // namespace vmnet::kernels
#endif
