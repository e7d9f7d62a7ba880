// One long stream with AVX-512: tiles of 512 bytes.
//
// As padded.hpp tells, a digest is a dot product of d_i = (l_i ^ b_i) - l_i with
// powers of the prime, once the low bytes l_i of all states are known. That
// chain, l' = 0xb3 * (l ^ b) mod 256, is what this kernel cuts: bit k of a product
// with an odd number is bit k of the factor, xor something that only lower bits
// have a say in. So when the bits below k are known in all 512 places, bit k of
// all l_i is a prefix xor, which a carry-less multiply by ones computes. Eight
// such steps take the place of 512 multiplies that wait for each other.
//
// The steps work on bit planes: a vector has bit k of all 512 bytes, each lane
// those of 64 bytes. Tried and slower: tables for two bytes, chains of nibbles,
// and planes without AVX-512.
#include "kernels.hpp"

#if VMNET_X86_KERNELS
#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "padded.hpp"

#define VMNET_AVX512 \
  __attribute__((    \
      target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vnni,vpclmulqdq,gfni,bmi2")))

namespace vmnet::kernels {
namespace {

constexpr std::size_t block = 64;
constexpr std::size_t blocks = 8;
constexpr std::size_t tile = block * blocks;
constexpr std::size_t at_once = 4;
/// A shorter rest is done byte by byte: a tile costs the same however full.
constexpr std::size_t worthwhile_rest = 160;

struct alignas(64) stream_tables {
  /// For each block and for its even and odd bytes: digit k of their powers of p.
  std::array<std::array<std::array<std::array<std::uint16_t, block / 2>, 4>, 2>, blocks> digits{};
  /// p^-(tile - n) for a tile of n bytes that was filled up with zeros.
  std::array<std::uint64_t, tile + 1> unpad{};
  /// p^tile
  std::uint64_t whole = 0;
};

consteval stream_tables make_stream_tables() noexcept {
  stream_tables made;
  std::uint64_t up = 1;
  std::uint64_t down = 1;
  for (std::size_t i = tile; i-- > 0;) {
    up *= prime;  // p^(tile - i)
    for (int k = 0; k < 4; ++k)
      made.digits[i / block][i % 2][static_cast<std::size_t>(k)][i % block / 2] =
          static_cast<std::uint16_t>(signed_digit(up, k));
    made.unpad[i + 1] = down;
    down *= inverse(prime);
  }
  made.unpad[0] = down;
  made.whole = up;
  return made;
}
constexpr stream_tables powers = make_stream_tables();

/// Swaps rows and columns of an 8x8 matrix of lanes.
VMNET_AVX512 inline void transpose_lanes(__m512i* v) noexcept {
  __m512i a[8];
  __m512i b[8];
  for (std::size_t i = 0; i < 4; ++i) {
    a[2 * i] = _mm512_unpacklo_epi64(v[2 * i], v[2 * i + 1]);
    a[2 * i + 1] = _mm512_unpackhi_epi64(v[2 * i], v[2 * i + 1]);
  }
  for (std::size_t i = 0; i < 8; i += 4) {
    for (std::size_t j = 0; j < 2; ++j) {
      b[i + j] = _mm512_shuffle_i64x2(a[i + j], a[i + j + 2], 0x88);
      b[i + j + 2] = _mm512_shuffle_i64x2(a[i + j], a[i + j + 2], 0xdd);
    }
  }
  // b[i + j] has columns j and j + 4 of rows i to i + 3, b[i + j + 2] columns
  // j + 2 and j + 6.
  for (std::size_t j = 0; j < 4; ++j) {
    v[j] = _mm512_shuffle_i64x2(b[j], b[j + 4], 0x88);
    v[j + 4] = _mm512_shuffle_i64x2(b[j], b[j + 4], 0xdd);
  }
}

/// The places of 64 bytes, by a function from a place to a place.
template <class From>
consteval std::array<unsigned char, block> places(From from) noexcept {
  std::array<unsigned char, block> made{};
  for (std::size_t i = 0; i < block; ++i) made[i] = static_cast<unsigned char>(from(i / 8, i % 8));
  return made;
}

/// 64 bytes to eight planes, a lane each. The first byte is in the highest bit,
/// since that is how the affine instruction turns a matrix.
VMNET_AVX512 inline __m512i to_planes(__m512i bytes) noexcept {
  alignas(64) static constexpr auto from =
      places([](std::size_t plane, std::size_t i) { return (7 - i) * 8 + plane; });
  const __m512i turn = _mm512_set1_epi64(static_cast<long long>(0x8040201008040201));
  return _mm512_permutexvar_epi8(_mm512_load_si512(from.data()),
                                 _mm512_gf2p8affine_epi64_epi8(turn, bytes, 0));
}
VMNET_AVX512 inline __m512i from_planes(__m512i planes) noexcept {
  alignas(64) static constexpr auto from =
      places([](std::size_t i, std::size_t plane) { return (7 - plane) * 8 + (7 - i); });
  const __m512i turn = _mm512_set1_epi64(0x0102040810204080);
  return _mm512_gf2p8affine_epi64_epi8(
      turn, _mm512_permutexvar_epi8(_mm512_load_si512(from.data()), planes), 0);
}

constexpr int xor_of_three = 0x96;
constexpr int majority = 0xe8;

VMNET_AVX512 inline __m512i xor3(__m512i a, __m512i b, __m512i c) noexcept {
  return _mm512_ternarylogic_epi64(a, b, c, xor_of_three);
}

/// For the parities of eight lanes, and in bit 8 of what came before: which
/// lanes to flip, and in bit 8 what goes on.
constexpr auto lane_flips = [] {
  std::array<std::uint16_t, 512> made{};
  for (std::uint32_t i = 0; i < made.size(); ++i) {
    std::uint32_t flips = i >> 8U;
    for (std::uint32_t lane = 0; lane < 8; ++lane)
      flips |= ((flips ^ i) >> lane & 1U) << (lane + 1);
    made[i] = static_cast<std::uint16_t>(flips);
  }
  return made;
}();

using planes = __m512i[8];

/// The planes of the low bytes l_i of `count` tiles in a row, from the planes of
/// the bytes. `low` is the low byte of the state before them, and then behind.
template <std::size_t count>
VMNET_AVX512 inline void chain_planes(const planes* bytes, planes* chain,
                                      std::uint32_t& low) noexcept {
  const __m512i zero = _mm512_setzero_si512();
  const __m512i ones = _mm512_set1_epi64(-1);
  // Bits of x = l ^ b and of y = 3 * x. The product is 17 * y + 128 * x.
  planes x[count];
  planes y[count];
  __m512i carry_3[count];
  __m512i carry_17[count];
  for (std::size_t t = 0; t < count; ++t) carry_3[t] = carry_17[t] = zero;
  std::uint32_t next = 0;
#pragma GCC unroll 8
  for (std::size_t k = 0; k < 8; ++k) {
    std::uint32_t in = (low >> k & 1U) << 8U;
#pragma GCC unroll 8
    for (std::size_t t = 0; t < count; ++t) {
      const __m512i x_before = k >= 1 ? x[t][k - 1] : zero;
      const __m512i y_before = k >= 4 ? y[t][k - 4] : zero;
      // What lower bits add to bit k of the product.
      __m512i from_below = xor3(x_before, carry_3[t], _mm512_xor_si512(y_before, carry_17[t]));
      if (k == 7) from_below = _mm512_xor_si512(from_below, x[t][0]);
      const __m512i change = _mm512_xor_si512(bytes[t][k], from_below);
      // The high half of a product with ones has for each bit the xor of those
      // above it, which are the bytes before; the low half starts with that of all.
      const __m512i even = _mm512_clmulepi64_epi128(change, ones, 0x00);
      const __m512i odd = _mm512_clmulepi64_epi128(change, ones, 0x01);
      const __m512i before = _mm512_unpackhi_epi64(even, odd);
      // From lane to lane: a bit for each, and one that comes in.
      const std::uint32_t lanes = _mm512_movepi64_mask(_mm512_unpacklo_epi64(even, odd));
      const std::uint32_t flips = lane_flips[in | lanes];
      const auto flipped = static_cast<__mmask8>(flips);
      in = flips & 0x100U;
      chain[t][k] = _mm512_mask_xor_epi64(before, flipped, before, ones);
      x[t][k] = _mm512_xor_si512(chain[t][k], bytes[t][k]);
      y[t][k] = xor3(x[t][k], x_before, carry_3[t]);
      carry_3[t] = _mm512_ternarylogic_epi64(x[t][k], x_before, carry_3[t], majority);
      carry_17[t] = _mm512_ternarylogic_epi64(y[t][k], y_before, carry_17[t], majority);
    }
    next |= in >> 8U << k;
  }
  low = next;
}

/// What the bytes of a tile contribute to the digest behind it, in eight parts.
VMNET_AVX512 inline __m512i contribution(const char* bytes, planes& chain) noexcept {
  transpose_lanes(chain);
  __m512i sums[4];
  for (__m512i& sum : sums) sum = _mm512_setzero_si512();
#pragma GCC unroll 8
  for (std::size_t i = 0; i < blocks; ++i) {
    const __m512i l = from_planes(chain[i]);
    const __m512i x = _mm512_xor_si512(l, _mm512_loadu_si512(bytes + i * block));
    const __m512i mask = _mm512_set1_epi16(0xff);
    const __m512i even = _mm512_sub_epi16(_mm512_and_si512(x, mask), _mm512_and_si512(l, mask));
    const __m512i odd = _mm512_sub_epi16(_mm512_srli_epi16(x, 8), _mm512_srli_epi16(l, 8));
    for (std::size_t k = 0; k < 4; ++k) {
      const auto& digits = powers.digits[i];
      sums[k] = _mm512_dpwssd_epi32(sums[k], even, _mm512_load_si512(digits[0][k].data()));
      sums[k] = _mm512_dpwssd_epi32(sums[k], odd, _mm512_load_si512(digits[1][k].data()));
    }
  }
  // Digit k counts 2^16k; of the two sums in a lane, each with its sign.
  const __m512i one = _mm512_set1_epi64(1);
  __m512i joined = _mm512_setzero_si512();
  for (unsigned k = 0; k < 4; ++k) {
    const __m512i both =
        _mm512_add_epi64(_mm512_mul_epi32(sums[k], one), _mm512_srai_epi64(sums[k], 32));
    joined = _mm512_add_epi64(joined, _mm512_sllv_epi64(both, _mm512_set1_epi64(16LL * k)));
  }
  return joined;
}

/// A state on its way: its low byte, and itself as a sum of eight parts.
struct stream {
  __m512i parts;
  std::uint32_t low;
};

/// Takes in `count` tiles at once, since the steps of one wait for each other.
template <std::size_t count>
VMNET_AVX512 inline void add_tiles(stream& s, const char* bytes) noexcept {
  planes columns[count];
  planes chain[count];
  for (std::size_t t = 0; t < count; ++t) {
    for (std::size_t i = 0; i < blocks; ++i)
      columns[t][i] = to_planes(_mm512_loadu_si512(bytes + t * tile + i * block));
    transpose_lanes(columns[t]);
  }
  chain_planes<count>(columns, chain, s.low);
  const __m512i whole = _mm512_set1_epi64(static_cast<long long>(powers.whole));
  for (std::size_t t = 0; t < count; ++t)
    s.parts = _mm512_add_epi64(_mm512_mullo_epi64(s.parts, whole),
                               contribution(bytes + t * tile, chain[t]));
}

}  // namespace

VMNET_AVX512 std::uint64_t digest_stream_avx512(std::uint64_t state,
                                                std::string_view bytes) noexcept {
  stream s{.parts = _mm512_maskz_set1_epi64(1, static_cast<long long>(state)),
           .low = static_cast<std::uint32_t>(state & 0xffU)};
  // NOLINTBEGIN(bugprone-suspicious-stringview-data-usage): tiles have a size of their own.
  for (; bytes.size() >= at_once * tile; bytes.remove_prefix(at_once * tile))
    add_tiles<at_once>(s, bytes.data());
  for (; bytes.size() >= tile; bytes.remove_prefix(tile)) add_tiles<1>(s, bytes.data());
  // NOLINTEND(bugprone-suspicious-stringview-data-usage)
  std::uint64_t unpad = 1;
  if (bytes.size() >= worthwhile_rest) {
    alignas(64) std::array<char, tile> padded{};
    std::memcpy(padded.data(), bytes.data(), bytes.size());
    add_tiles<1>(s, padded.data());
    unpad = powers.unpad[bytes.size()];
    bytes = {};
  }
  // By hand: GCC's _mm512_reduce_add_epi64 ends with a sum of signed numbers.
  alignas(64) std::array<std::uint64_t, 8> parts;
  _mm512_store_si512(parts.data(), s.parts);
  std::uint64_t sum = 0;
  for (const std::uint64_t part : parts) sum += part;
  return digest_plain(sum * unpad, bytes);
}

}  // namespace vmnet::kernels
#endif
