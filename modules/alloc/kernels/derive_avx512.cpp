// TAP digits and remainders of eight digests at a time, with AVX-512.
//
// Digits: one shift by bytes brings each of the upper eight halves of a byte into
// a byte of its own, one shuffle makes a digit of it. Remainders: the divisor is
// the same for all, so with m = floor((2^64 - 1) / d) the quotient is the upper
// half of x * m, or one less; the divisors are odd, so this m is floor(2^64 / d)
// but for d = 1, where one less is right too.
#include "kernels.hpp"

#if VMNET_X86_KERNELS
#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>

#define VMNET_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi")))

namespace vmnet::kernels {
namespace {

constexpr std::size_t group = 8;

/// The upper halves of the products.
VMNET_AVX512 inline __m512i multiply_high(__m512i x, __m512i m) noexcept {
  const __m512i x_high = _mm512_srli_epi64(x, 32);
  const __m512i m_high = _mm512_srli_epi64(m, 32);
  const __m512i low = _mm512_mul_epu32(x, m);
  const __m512i cross = _mm512_mul_epu32(x_high, m);
  const __m512i middle =
      _mm512_add_epi64(_mm512_add_epi64(_mm512_srli_epi64(low, 32), _mm512_mul_epu32(x, m_high)),
                       _mm512_and_si512(cross, _mm512_set1_epi64(0xffff'ffff)));
  return _mm512_add_epi64(
      _mm512_add_epi64(_mm512_mul_epu32(x_high, m_high), _mm512_srli_epi64(cross, 32)),
      _mm512_srli_epi64(middle, 32));
}

}  // namespace

VMNET_AVX512 void tap_digits_avx512(const digest_part& digests, std::size_t count,
                                    tap_digits_part& out) noexcept {
  const __m512i starts = _mm512_set1_epi64(0x2024'282c'3034'383c);
  const __m512i digits =
      _mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(hex_digits.data())));
  for (std::size_t i = 0; i < count; i += group) {
    const __m512i x = _mm512_loadu_si512(digests.data() + i);
    const __m512i halves =
        _mm512_and_si512(_mm512_multishift_epi64_epi8(starts, x), _mm512_set1_epi8(0xf));
    _mm512_storeu_si512(out.data() + i, _mm512_shuffle_epi8(digits, halves));
  }
}

VMNET_AVX512 void offsets_avx512(const digest_part& digests, std::size_t count, std::uint32_t slots,
                                 offsets_part& out) noexcept {
  const __m512i divisor = _mm512_set1_epi64(static_cast<long long>(std::uint64_t{slots}));
  const __m512i inverse = _mm512_set1_epi64(static_cast<long long>(~std::uint64_t{0} / slots));
  for (std::size_t i = 0; i < count; i += group) {
    const __m512i x = _mm512_loadu_si512(digests.data() + i);
    const __m512i rest =
        _mm512_sub_epi64(x, _mm512_mullo_epi64(multiply_high(x, inverse), divisor));
    const __mmask8 once_more = _mm512_cmpge_epu64_mask(rest, divisor);
    _mm256_storeu_si256(
        reinterpret_cast<__m256i*>(out.data() + i),
        _mm512_cvtepi64_epi32(_mm512_mask_sub_epi64(rest, once_more, rest, divisor)));
  }
}

}  // namespace vmnet::kernels
#endif
