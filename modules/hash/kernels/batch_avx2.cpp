// Batch digests with AVX2: 32 ids at a time, as two interleaved groups of 16.
//
// The arithmetic is told in padded.hpp. A column holds one pair of bytes of 16
// ids in 16-bit lanes.
#include "kernels.hpp"

#if VMNET_X86_KERNELS
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "padded.hpp"

#define VMNET_AVX2 __attribute__((target("avx2,bmi,bmi2")))

namespace vmnet::kernels {
namespace {

constexpr std::size_t group = 16;
constexpr std::size_t groups = 2;
constexpr std::size_t batch = group * groups;

/// One id a row, padded with zeros to 64 bytes.
struct alignas(64) padded_rows {
  std::array<std::array<unsigned char, padded_size>, batch> bytes;
};

/// Eight lanes from `8 - n` on: n of ones, then zeros.
constexpr std::array<int, 16> lane_masks = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};

/// Copies an id into its row, with zeros behind it up to 32 bytes, or up to 64
/// for a `wide` row. A longer id leaves zeros only, which nobody uses.
///
/// Whole words come by masked loads, which touch no byte beyond them, and the
/// last bytes by a load that overlaps them: no branch depends on the size of an
/// id but for ids below four bytes.
VMNET_AVX2 inline void fill_row(std::string_view id, bool wide, unsigned char* row) noexcept {
  const std::size_t size = id.size() <= padded_size ? id.size() : 0;
  const auto load = [&](std::size_t first) VMNET_AVX2 {
    const std::size_t begin = std::min(first, size);
    const std::size_t words = std::min<std::size_t>((size - begin) / 4, 8);
    const __m256i mask =
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(lane_masks.data() + 8 - words));
    return _mm256_maskload_epi32(reinterpret_cast<const int*>(id.data() + begin), mask);
  };
  _mm256_store_si256(reinterpret_cast<__m256i*>(row), load(0));
  if (wide) _mm256_store_si256(reinterpret_cast<__m256i*>(row + 32), load(32));
  if (size >= 4) {
    std::memcpy(row + size - 4, id.data() + size - 4, 4);
  } else {
    for (std::size_t i = 0; i < size; ++i) row[i] = static_cast<unsigned char>(id[i]);
  }
}

/// Sixteen bytes of two ids, eight rows apart.
VMNET_AVX2 inline __m256i load_two(const unsigned char* bytes) noexcept {
  const auto row = [bytes](std::size_t i) {
    return reinterpret_cast<const __m128i*>(bytes + i * 8 * padded_size);
  };
  return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_load_si128(row(0))),
                                 _mm_load_si128(row(1)), 1);
}

/// Sixteen bytes of 16 rows as eight columns of 16-bit lanes.
VMNET_AVX2 inline void load_columns(const unsigned char* rows, __m256i* columns) noexcept {
  __m256i a[8];
  __m256i b[8];
  for (std::size_t i = 0; i < 8; ++i) a[i] = load_two(rows + i * padded_size);
  for (std::size_t i = 0; i < 4; ++i) {
    b[2 * i] = _mm256_unpacklo_epi16(a[2 * i], a[2 * i + 1]);
    b[2 * i + 1] = _mm256_unpackhi_epi16(a[2 * i], a[2 * i + 1]);
  }
  for (std::size_t i = 0; i < 2; ++i) {
    a[4 * i] = _mm256_unpacklo_epi32(b[4 * i], b[4 * i + 2]);
    a[4 * i + 1] = _mm256_unpackhi_epi32(b[4 * i], b[4 * i + 2]);
    a[4 * i + 2] = _mm256_unpacklo_epi32(b[4 * i + 1], b[4 * i + 3]);
    a[4 * i + 3] = _mm256_unpackhi_epi32(b[4 * i + 1], b[4 * i + 3]);
  }
  for (std::size_t i = 0; i < 4; ++i) {
    columns[2 * i] = _mm256_unpacklo_epi64(a[i], a[i + 4]);
    columns[2 * i + 1] = _mm256_unpackhi_epi64(a[i], a[i + 4]);
  }
}

/// Joins the digits of every other sum: start + sum of digit k * 2^16k.
VMNET_AVX2 inline __m256i join_digits(__m256i d0, __m256i d1, __m256i d2, __m256i d3) noexcept {
  __m256i sum = _mm256_add_epi64(_mm256_set1_epi64x(static_cast<long long>(tables.start)),
                                 _mm256_mul_epi32(d0, _mm256_set1_epi64x(1)));
  sum = _mm256_add_epi64(sum, _mm256_mul_epi32(d1, _mm256_set1_epi64x(1 << 16)));
  sum = _mm256_add_epi64(sum, _mm256_slli_epi64(d2, 32));
  return _mm256_add_epi64(sum, _mm256_slli_epi64(d3, 48));
}

/// Writes the sums of ids 0..3 and 8..11 of a group.
VMNET_AVX2 inline void store_sums(const __m256i* d, std::uint64_t* out) noexcept {
  const __m256i even = join_digits(d[0], d[1], d[2], d[3]);
  const __m256i odd = join_digits(_mm256_srli_epi64(d[0], 32), _mm256_srli_epi64(d[1], 32),
                                  _mm256_srli_epi64(d[2], 32), _mm256_srli_epi64(d[3], 32));
  const __m256i first = _mm256_unpacklo_epi64(even, odd);
  const __m256i second = _mm256_unpackhi_epi64(even, odd);
  const auto place = [out](std::size_t i) { return reinterpret_cast<__m128i*>(out + i); };
  _mm_store_si128(place(0), _mm256_castsi256_si128(first));
  _mm_store_si128(place(2), _mm256_castsi256_si128(second));
  _mm_store_si128(place(8), _mm256_extracti128_si256(first, 1));
  _mm_store_si128(place(10), _mm256_extracti128_si256(second, 1));
}

/// What a pair of bytes contributes, for 16 ids.
struct contribution {
  __m256i low;
  __m256i high;
};

/// One pair of bytes: goes on with the chain of low bytes in `byte`.
VMNET_AVX2 inline contribution chain_pair(__m256i bytes, __m256i& byte) noexcept {
  const __m256i mask = _mm256_set1_epi16(0xff);
  const __m256i prime_byte = _mm256_set1_epi16(0xb3);
  const __m256i x0 = _mm256_xor_si256(byte, _mm256_and_si256(bytes, mask));
  const __m256i l1 = _mm256_and_si256(_mm256_mullo_epi16(x0, prime_byte), mask);
  const __m256i x1 = _mm256_xor_si256(l1, _mm256_srli_epi16(bytes, 8));
  const __m256i d0 = _mm256_sub_epi16(x0, byte);
  const __m256i d1 = _mm256_sub_epi16(x1, l1);
  byte = _mm256_and_si256(_mm256_mullo_epi16(x1, prime_byte), mask);
  return {_mm256_unpacklo_epi16(d0, d1), _mm256_unpackhi_epi16(d0, d1)};
}

/// The dot product of a group's contributions with the powers of the prime.
VMNET_AVX2 inline void sum_up(const contribution* pairs, std::size_t count,
                              std::uint64_t* out) noexcept {
  __m256i low[4];
  __m256i high[4];
  for (std::size_t k = 0; k < 4; ++k) low[k] = high[k] = _mm256_setzero_si256();
  for (std::size_t j = 0; j < count; ++j) {
    for (std::size_t k = 0; k < 4; ++k) {
      const __m256i digit = _mm256_set1_epi32(static_cast<int>(tables.digits[j][k]));
      low[k] = _mm256_add_epi32(low[k], _mm256_madd_epi16(pairs[j].low, digit));
      high[k] = _mm256_add_epi32(high[k], _mm256_madd_epi16(pairs[j].high, digit));
    }
  }
  store_sums(low, out);
  store_sums(high, out + 4);
}

/// The digests of the padded rows, before the powers for the padding are taken
/// out again. Both chains first, then the sums: together they want more
/// registers than there are.
VMNET_AVX2 void digest_rows(const padded_rows& rows, std::size_t longest,
                            std::uint64_t* out) noexcept {
  __m256i columns[groups][8];
  contribution pairs[groups][padded_size / 2];
  __m256i byte[groups];
  for (__m256i& b : byte) b = _mm256_set1_epi16(offset_basis & 0xff);
  const std::size_t count = (longest + 1) / 2;
  for (std::size_t first = 0; first < count; first += 8) {
    for (std::size_t g = 0; g < groups; ++g)
      load_columns(rows.bytes[g * group].data() + 2 * first, columns[g]);
    for (std::size_t j = first; j < std::min(first + 8, count); ++j)
      for (std::size_t g = 0; g < groups; ++g)
        pairs[g][j] = chain_pair(columns[g][j - first], byte[g]);
  }
  for (std::size_t g = 0; g < groups; ++g) sum_up(pairs[g], count, out + g * group);
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

VMNET_AVX2 void digest_batch_of_32(const std::string_view* ids, const std::string_view* ahead,
                                   std::uint64_t* digests) noexcept {
  padded_rows rows;
  alignas(64) std::array<std::uint64_t, batch> sums;
  const std::size_t longest = longest_of(ids, ahead);
  for (std::size_t i = 0; i < batch; ++i) fill_row(ids[i], longest > 32, rows.bytes[i].data());
  digest_rows(rows, longest, sums.data());
  unpad(ids, sums.data(), digests);
}

}  // namespace

void digest_batch_avx2(const std::string_view* ids, std::uint64_t* digests,
                       std::size_t size) noexcept {
  constexpr std::size_t prefetch_distance = 4 * batch;
  std::size_t at = 0;
  for (; at + batch <= size; at += batch) {
    const bool more = at + prefetch_distance + batch <= size;
    digest_batch_of_32(ids + at, ids + at + (more ? prefetch_distance : 0), digests + at);
  }
  if (at == size) return;
  std::array<std::string_view, batch> rest;
  rest.fill("");  // a masked load from null is right, and a hundred times slower
  std::array<std::uint64_t, batch> out;
  std::copy(ids + at, ids + size, rest.begin());
  digest_batch_of_32(rest.data(), rest.data(), out.data());
  std::copy_n(out.begin(), size - at, digests + at);
}

}  // namespace vmnet::kernels
#endif
