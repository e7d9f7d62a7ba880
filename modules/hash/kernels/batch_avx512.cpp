// Batch digests with AVX-512: 64 ids at a time, one 64-bit lane an id.
//
// The bytes of eight ids are turned into columns of eight bytes an id, so a step
// of eight ids is three instructions: the byte into the state, the multiplication,
// the next byte of the column. Eight such vectors hide the latency of the
// multiplication. Ids are padded with zeros to the longest of the 64; padded.hpp
// tells how that is taken out again. Tried and slower on Zen 5: the chain of low
// bytes by itself in 16-bit lanes, and the sum by multiply-and-add (twice the time).
#include "kernels.hpp"

#if VMNET_X86_KERNELS
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "padded.hpp"

#define VMNET_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,bmi2")))

namespace vmnet::kernels {
namespace {

constexpr std::size_t lanes = 8;
constexpr std::size_t vectors = 8;
constexpr std::size_t batch = lanes * vectors;

/// For each vector of eight ids: their first eight bytes, the next eight, and so on.
struct columns {
  __m512i of[padded_size / 8][vectors];
};

/// The first bits of a mask: as many as `id` has bytes. Of a longer id than the
/// mask is wide, some bytes, which nobody uses.
VMNET_AVX512 inline std::uint64_t bytes_of(std::string_view id) noexcept {
  return _bzhi_u64(~std::uint64_t{0}, static_cast<unsigned>(id.size()));
}
// A masked load touches no byte beyond its id.
VMNET_AVX512 inline __m128i load_16(std::string_view id) noexcept {
  return _mm_maskz_loadu_epi8(static_cast<__mmask16>(bytes_of(id)), id.data());
}
VMNET_AVX512 inline __m256i load_32(std::string_view id) noexcept {
  return _mm256_maskz_loadu_epi8(static_cast<__mmask32>(bytes_of(id)), id.data());
}
VMNET_AVX512 inline __m512i load_64(std::string_view id) noexcept {
  return _mm512_maskz_loadu_epi8(bytes_of(id), id.data());
}

/// Two columns of eight ids of at most 16 bytes.
VMNET_AVX512 inline void load_2_columns(const std::string_view* ids, columns& out,
                                        std::size_t v) noexcept {
  const auto every_other = [ids](std::size_t first) VMNET_AVX512 {
    __m512i four = _mm512_castsi128_si512(load_16(ids[first]));
    four = _mm512_inserti64x2(four, load_16(ids[first + 2]), 1);
    four = _mm512_inserti64x2(four, load_16(ids[first + 4]), 2);
    return _mm512_inserti64x2(four, load_16(ids[first + 6]), 3);
  };
  const __m512i even = every_other(0);
  const __m512i odd = every_other(1);
  out.of[0][v] = _mm512_unpacklo_epi64(even, odd);
  out.of[1][v] = _mm512_unpackhi_epi64(even, odd);
}

// The 128-bit lanes 0 and 2, and 1 and 3, of two vectors.
constexpr int even_lanes = 0x88;
constexpr int odd_lanes = 0xdd;

/// Four columns of eight ids of at most 32 bytes.
VMNET_AVX512 inline void load_4_columns(const std::string_view* ids, columns& out,
                                        std::size_t v) noexcept {
  const auto two = [ids](std::size_t first) VMNET_AVX512 {
    return _mm512_inserti64x4(_mm512_castsi256_si512(load_32(ids[first])), load_32(ids[first + 2]),
                              1);
  };
  const __m512i even_low = two(0);
  const __m512i odd_low = two(1);
  const __m512i even_high = two(4);
  const __m512i odd_high = two(5);
  const __m512i a = _mm512_unpacklo_epi64(even_low, odd_low);
  const __m512i b = _mm512_unpackhi_epi64(even_low, odd_low);
  const __m512i c = _mm512_unpacklo_epi64(even_high, odd_high);
  const __m512i d = _mm512_unpackhi_epi64(even_high, odd_high);
  out.of[0][v] = _mm512_shuffle_i64x2(a, c, even_lanes);
  out.of[1][v] = _mm512_shuffle_i64x2(b, d, even_lanes);
  out.of[2][v] = _mm512_shuffle_i64x2(a, c, odd_lanes);
  out.of[3][v] = _mm512_shuffle_i64x2(b, d, odd_lanes);
}

/// Eight columns of eight ids of at most 64 bytes.
VMNET_AVX512 inline void load_8_columns(const std::string_view* ids, columns& out,
                                        std::size_t v) noexcept {
  __m512i pairs[lanes];  // columns 0, 2, 4, 6 of two ids, then 1, 3, 5, 7
  for (std::size_t i = 0; i < lanes; i += 2) {
    const __m512i even = load_64(ids[i]);
    const __m512i odd = load_64(ids[i + 1]);
    pairs[i] = _mm512_unpacklo_epi64(even, odd);
    pairs[i + 1] = _mm512_unpackhi_epi64(even, odd);
  }
  for (std::size_t odd = 0; odd < 2; ++odd) {
    const __m512i low_0_4 = _mm512_shuffle_i64x2(pairs[odd], pairs[odd + 2], even_lanes);
    const __m512i low_2_6 = _mm512_shuffle_i64x2(pairs[odd], pairs[odd + 2], odd_lanes);
    const __m512i high_0_4 = _mm512_shuffle_i64x2(pairs[odd + 4], pairs[odd + 6], even_lanes);
    const __m512i high_2_6 = _mm512_shuffle_i64x2(pairs[odd + 4], pairs[odd + 6], odd_lanes);
    out.of[odd][v] = _mm512_shuffle_i64x2(low_0_4, high_0_4, even_lanes);
    out.of[odd + 2][v] = _mm512_shuffle_i64x2(low_2_6, high_2_6, even_lanes);
    out.of[odd + 4][v] = _mm512_shuffle_i64x2(low_0_4, high_0_4, odd_lanes);
    out.of[odd + 6][v] = _mm512_shuffle_i64x2(low_2_6, high_2_6, odd_lanes);
  }
}

VMNET_AVX512 void load_columns(const std::string_view* ids, std::size_t longest,
                               columns& out) noexcept {
  if (longest <= 16) {
    for (std::size_t v = 0; v < vectors; ++v) load_2_columns(ids + lanes * v, out, v);
  } else if (longest <= 32) {
    for (std::size_t v = 0; v < vectors; ++v) load_4_columns(ids + lanes * v, out, v);
  } else {
    for (std::size_t v = 0; v < vectors; ++v) load_8_columns(ids + lanes * v, out, v);
  }
}

/// The digests of the ids, each padded with zeros to `longest` bytes.
VMNET_AVX512 void digest_columns(const columns& bytes, std::size_t longest,
                                 std::uint64_t* digests) noexcept {
  constexpr int xor_with_masked = 0x78;  // a ^ (b & c)
  const __m512i low_byte = _mm512_set1_epi64(0xff);
  const __m512i factor = _mm512_set1_epi64(static_cast<long long>(prime));
  __m512i states[vectors];
#pragma GCC unroll 8
  for (__m512i& state : states) state = _mm512_set1_epi64(static_cast<long long>(offset_basis));
  for (std::size_t at = 0; at < longest; at += 8) {
    __m512i column[vectors];
#pragma GCC unroll 8
    for (std::size_t v = 0; v < vectors; ++v) column[v] = bytes.of[at / 8][v];
    for (std::size_t step = std::min<std::size_t>(8, longest - at); step > 0; --step) {
#pragma GCC unroll 8
      for (std::size_t v = 0; v < vectors; ++v) {
        states[v] = _mm512_mullo_epi64(
            _mm512_ternarylogic_epi64(states[v], column[v], low_byte, xor_with_masked), factor);
        column[v] = _mm512_srli_epi64(column[v], 8);
      }
    }
  }
#pragma GCC unroll 8
  for (std::size_t v = 0; v < vectors; ++v) _mm512_storeu_si512(digests + lanes * v, states[v]);
}

// The two loops over sizes have no target attribute on purpose: with one,
// compilers make gathers of them, which are slower.

struct sizes {
  std::size_t shortest;
  std::size_t longest;
};

/// Asks for the bytes of the ids at `ahead` meanwhile. Many ids are of one size.
sizes sizes_of(const std::string_view* ids, const std::string_view* ahead) noexcept {
  sizes found{ids[0].size(), ids[0].size()};
  std::size_t differing_bits = 0;
  for (std::size_t i = 0; i < batch; ++i) {
    differing_bits |= ids[i].size() ^ found.longest;
    __builtin_prefetch(ahead[i].data());
  }
  if (differing_bits == 0) return found;
  for (std::size_t i = 0; i < batch; ++i) {
    found.shortest = std::min(found.shortest, ids[i].size());
    found.longest = std::max(found.longest, ids[i].size());
  }
  return found;
}

/// Takes out what `padded_to` bytes of ids that are shorter have added, and digests
/// those that are too long to be padded.
void unpad(const std::string_view* ids, std::size_t padded_to, std::uint64_t* digests) noexcept {
  for (std::size_t i = 0; i < batch; ++i) {
    const std::size_t size = ids[i].size();
    digests[i] = size <= padded_to ? digests[i] * tables.unpad[padded_size - (padded_to - size)]
                                   : digest_stream_avx512(offset_basis, ids[i]);
  }
}

void digest_batch_of_64(const std::string_view* ids, const std::string_view* ahead,
                        std::uint64_t* digests) noexcept {
  const sizes size = sizes_of(ids, ahead);
  const std::size_t padded_to = std::min(size.longest, padded_size);
  if (size.shortest <= padded_size) {
    columns bytes;
    load_columns(ids, padded_to, bytes);
    digest_columns(bytes, padded_to, digests);
  }
  if (size.shortest != padded_to || size.longest != padded_to) unpad(ids, padded_to, digests);
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
  std::array<std::uint64_t, batch> out{};
  std::copy(ids + at, ids + size, rest.begin());
  digest_batch_of_64(rest.data(), rest.data(), out.data());
  std::copy_n(out.begin(), size - at, digests + at);
}

}  // namespace vmnet::kernels
#endif
