// Batch digests with AVX-512: 64 ids at a time, as two interleaved groups of 32.
//
// The arithmetic is told in padded.hpp. A column holds one pair of bytes of 32
// ids in 16-bit lanes; two groups hide the latency of the chain of low bytes.
// Measured against one 64-bit lane an id (vpmullq, or IFMA): half the vector
// instructions, and no slow multiply on Intel cores.
#include "kernels.hpp"

#if VMNET_X86_KERNELS
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "padded.hpp"

#define VMNET_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,bmi2")))

namespace vmnet::kernels {
namespace {

constexpr std::size_t group = 32;
constexpr std::size_t groups = 2;
constexpr std::size_t batch = group * groups;

/// One id a row, padded with zeros to 64 bytes.
struct alignas(64) padded_rows {
  std::array<std::array<unsigned char, padded_size>, batch> bytes;
};

/// Copies the ids into rows; of longer ones some bytes, which nobody uses. Rows
/// are cleared up to the size class of `longest` only. A masked load touches no
/// byte beyond its id.
VMNET_AVX512 void fill_rows(const std::string_view* ids, std::size_t longest,
                            padded_rows& rows) noexcept {
  const auto low_bits = [](std::string_view id) { return static_cast<unsigned>(id.size()); };
  if (longest <= 16) {
    for (std::size_t i = 0; i < batch; ++i)
      _mm_store_si128(reinterpret_cast<__m128i*>(rows.bytes[i].data()),
                      _mm_maskz_loadu_epi8(static_cast<__mmask16>(_bzhi_u32(~0U, low_bits(ids[i]))),
                                           ids[i].data()));
  } else if (longest <= 32) {
    for (std::size_t i = 0; i < batch; ++i)
      _mm256_store_si256(reinterpret_cast<__m256i*>(rows.bytes[i].data()),
                         _mm256_maskz_loadu_epi8(_bzhi_u32(~0U, low_bits(ids[i])), ids[i].data()));
  } else {
    for (std::size_t i = 0; i < batch; ++i)
      _mm512_store_si512(
          rows.bytes[i].data(),
          _mm512_maskz_loadu_epi8(_bzhi_u64(~0ULL, low_bits(ids[i])), ids[i].data()));
  }
}

/// Sixteen bytes of four ids, eight rows apart.
VMNET_AVX512 inline __m512i load_four(const unsigned char* bytes) noexcept {
  const auto row = [bytes](std::size_t i) {
    return reinterpret_cast<const __m128i*>(bytes + i * 8 * padded_size);
  };
  __m512i four = _mm512_castsi128_si512(_mm_load_si128(row(0)));
  four = _mm512_inserti32x4(four, _mm_load_si128(row(1)), 1);
  four = _mm512_inserti32x4(four, _mm_load_si128(row(2)), 2);
  return _mm512_inserti32x4(four, _mm_load_si128(row(3)), 3);
}

/// Sixteen bytes of 32 rows as eight columns of 16-bit lanes.
VMNET_AVX512 inline void load_columns(const unsigned char* rows, __m512i* columns) noexcept {
  __m512i a[8];
  __m512i b[8];
  for (std::size_t i = 0; i < 8; ++i) a[i] = load_four(rows + i * padded_size);
  for (std::size_t i = 0; i < 4; ++i) {
    b[2 * i] = _mm512_unpacklo_epi16(a[2 * i], a[2 * i + 1]);
    b[2 * i + 1] = _mm512_unpackhi_epi16(a[2 * i], a[2 * i + 1]);
  }
  for (std::size_t i = 0; i < 2; ++i) {
    a[4 * i] = _mm512_unpacklo_epi32(b[4 * i], b[4 * i + 2]);
    a[4 * i + 1] = _mm512_unpackhi_epi32(b[4 * i], b[4 * i + 2]);
    a[4 * i + 2] = _mm512_unpacklo_epi32(b[4 * i + 1], b[4 * i + 3]);
    a[4 * i + 3] = _mm512_unpackhi_epi32(b[4 * i + 1], b[4 * i + 3]);
  }
  for (std::size_t i = 0; i < 4; ++i) {
    columns[2 * i] = _mm512_unpacklo_epi64(a[i], a[i + 4]);
    columns[2 * i + 1] = _mm512_unpackhi_epi64(a[i], a[i + 4]);
  }
}

/// Four digits of sixteen sums, and a group's chain of low bytes.
struct sums {
  __m512i low[4];
  __m512i high[4];
  __m512i byte;
};

/// Joins the digits of every other sum: start + sum of digit k * 2^16k.
VMNET_AVX512 inline __m512i join_digits(__m512i d0, __m512i d1, __m512i d2, __m512i d3) noexcept {
  __m512i sum = _mm512_add_epi64(_mm512_set1_epi64(static_cast<long long>(tables.start)),
                                 _mm512_mul_epi32(d0, _mm512_set1_epi64(1)));
  sum = _mm512_add_epi64(sum, _mm512_mul_epi32(d1, _mm512_set1_epi64(1 << 16)));
  sum = _mm512_add_epi64(sum, _mm512_slli_epi64(d2, 32));
  return _mm512_add_epi64(sum, _mm512_slli_epi64(d3, 48));
}

/// Writes the sums of ids 0..3, 8..11, 16..19 and 24..27 of a group.
VMNET_AVX512 inline void store_sums(const __m512i* d, std::uint64_t* out) noexcept {
  const __m512i even = join_digits(d[0], d[1], d[2], d[3]);
  const __m512i odd = join_digits(_mm512_srli_epi64(d[0], 32), _mm512_srli_epi64(d[1], 32),
                                  _mm512_srli_epi64(d[2], 32), _mm512_srli_epi64(d[3], 32));
  const __m512i first = _mm512_unpacklo_epi64(even, odd);
  const __m512i second = _mm512_unpackhi_epi64(even, odd);
  const auto place = [out](std::size_t i) { return reinterpret_cast<__m128i*>(out + i); };
  _mm_store_si128(place(0), _mm512_castsi512_si128(first));
  _mm_store_si128(place(2), _mm512_castsi512_si128(second));
  _mm_store_si128(place(8), _mm512_extracti32x4_epi32(first, 1));
  _mm_store_si128(place(10), _mm512_extracti32x4_epi32(second, 1));
  _mm_store_si128(place(16), _mm512_extracti32x4_epi32(first, 2));
  _mm_store_si128(place(18), _mm512_extracti32x4_epi32(second, 2));
  _mm_store_si128(place(24), _mm512_extracti32x4_epi32(first, 3));
  _mm_store_si128(place(26), _mm512_extracti32x4_epi32(second, 3));
}

/// One pair of bytes of a group: goes on with the chain of low bytes, and adds
/// what both bytes contribute.
VMNET_AVX512 inline void add_pair(__m512i bytes, const std::array<std::uint32_t, 4>& digits,
                                  sums& s) noexcept {
  const __m512i mask = _mm512_set1_epi16(0xff);
  const __m512i prime_byte = _mm512_set1_epi16(0xb3);
  constexpr int xor_with_masked = 0x78;  // a ^ (b & c)
  const __m512i x0 = _mm512_ternarylogic_epi32(s.byte, bytes, mask, xor_with_masked);
  const __m512i product = _mm512_mullo_epi16(x0, prime_byte);
  const __m512i x1 =
      _mm512_ternarylogic_epi32(_mm512_srli_epi16(bytes, 8), product, mask, xor_with_masked);
  const __m512i d0 = _mm512_sub_epi16(x0, s.byte);
  const __m512i d1 = _mm512_sub_epi16(x1, _mm512_and_si512(product, mask));
  s.byte = _mm512_and_si512(_mm512_mullo_epi16(x1, prime_byte), mask);
  const __m512i low = _mm512_unpacklo_epi16(d0, d1);
  const __m512i high = _mm512_unpackhi_epi16(d0, d1);
  for (std::size_t k = 0; k < 4; ++k) {
    const __m512i digit = _mm512_set1_epi32(static_cast<int>(digits[k]));
    s.low[k] = _mm512_dpwssd_epi32(s.low[k], low, digit);
    s.high[k] = _mm512_dpwssd_epi32(s.high[k], high, digit);
  }
}

/// The digests of the padded rows, before the powers for the padding are taken
/// out again.
VMNET_AVX512 void digest_rows(const padded_rows& rows, std::size_t longest,
                              std::uint64_t* out) noexcept {
  __m512i columns[groups][8];
  sums s[groups];
  for (sums& one : s) {
    for (std::size_t k = 0; k < 4; ++k) one.low[k] = one.high[k] = _mm512_setzero_si512();
    one.byte = _mm512_set1_epi16(offset_basis & 0xff);
  }
  for (std::size_t at = 0; at < longest; at += 16) {
    for (std::size_t g = 0; g < groups; ++g)
      load_columns(rows.bytes[g * group].data() + at, columns[g]);
    const std::size_t pairs = std::min<std::size_t>(8, (longest - at + 1) / 2);
    for (std::size_t j = 0; j < pairs; ++j)
      for (std::size_t g = 0; g < groups; ++g)
        add_pair(columns[g][j], tables.digits[at / 2 + j], s[g]);
  }
  for (std::size_t g = 0; g < groups; ++g) {
    store_sums(s[g].low, out + g * group);
    store_sums(s[g].high, out + g * group + 4);
  }
}

// The two loops over sizes have no target attribute on purpose: with one,
// compilers make gathers of them, which are slower.

/// The size of the longest id, at most `padded_size`. Asks for the bytes of the
/// ids at `ahead` meanwhile.
std::size_t longest_of(const std::string_view* ids, const std::string_view* ahead) noexcept {
  std::size_t longest = 0;
  for (std::size_t i = 0; i < batch; ++i) {
    longest = std::max(longest, ids[i].size());
    __builtin_prefetch(ahead[i].data());
  }
  return std::min(longest, padded_size);
}

void unpad(const std::string_view* ids, const std::uint64_t* sums,
           std::uint64_t* digests) noexcept {
  for (std::size_t i = 0; i < batch; ++i) {
    const std::size_t size = ids[i].size();
    digests[i] =
        size <= padded_size ? sums[i] * tables.unpad[size] : digest_plain(offset_basis, ids[i]);
  }
}

void digest_batch_of_64(const std::string_view* ids, const std::string_view* ahead,
                        std::uint64_t* digests) noexcept {
  padded_rows rows;
  alignas(64) std::array<std::uint64_t, batch> sums;
  const std::size_t longest = longest_of(ids, ahead);
  fill_rows(ids, longest, rows);
  digest_rows(rows, longest, sums.data());
  unpad(ids, sums.data(), digests);
}

}  // namespace

void digest_batch_avx512(const std::string_view* ids, std::uint64_t* digests,
                         std::size_t size) noexcept {
  constexpr std::size_t prefetch_distance = 2 * batch;
  std::size_t at = 0;
  for (; at + batch <= size; at += batch) {
    const bool more = at + prefetch_distance + batch <= size;
    digest_batch_of_64(ids + at, ids + at + (more ? prefetch_distance : 0), digests + at);
  }
  if (at == size) return;
  std::array<std::string_view, batch> rest;
  rest.fill("");  // a masked load from null is right, and a hundred times slower
  std::array<std::uint64_t, batch> out;
  std::copy(ids + at, ids + size, rest.begin());
  digest_batch_of_64(rest.data(), rest.data(), out.data());
  std::copy_n(out.begin(), size - at, digests + at);
}

}  // namespace vmnet::kernels
#endif
