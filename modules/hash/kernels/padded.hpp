// What the vector kernels for batches share: the arithmetic of padded ids.
//
// With the state h, a step is h' = (h ^ b) * p. Only the low byte l of h meets
// b, so h' = (h + d) * p with d = (l ^ b) - l, and l' = 0xb3 * (l ^ b) mod 256
// is a chain of bytes that needs no 64-bit multiply at all. Unrolled over N
// bytes, exactly and mod 2^64:
//
//     h_N = basis * p^N + sum of d_i * p^(N - i)
//
// The sum is a dot product with constants. In digits of base 2^16 it takes four
// 16-bit multiply-and-adds for each pair of bytes.
//
// A zero byte has d = 0: an id padded with zeros to N bytes costs no masks, and
// p^-(N - n) (p is odd, so it has an inverse) turns the digest of the padded id
// into that of the id itself. N is 64 for all, so one table of powers serves.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels.hpp"

namespace vmnet::kernels {

inline constexpr std::size_t padded_size = 64;
inline constexpr std::uint64_t prime = 0x100000001b3;

consteval std::uint64_t power(std::uint64_t base, std::size_t exponent) noexcept {
  std::uint64_t value = 1;
  while (exponent-- > 0) value *= base;
  return value;
}

/// The inverse of an odd number mod 2^64, by Newton's method.
consteval std::uint64_t inverse(std::uint64_t odd) noexcept {
  std::uint64_t x = odd;
  for (int i = 0; i < 6; ++i) x *= 2 - odd * x;
  return x;
}
static_assert(inverse(prime) * prime == 1);

/// Digit `k` of `value` in base 2^16 with digits from -2^15 to 2^15 - 1, as its
/// 16 bits.
consteval std::uint32_t signed_digit(std::uint64_t value, int k) noexcept {
  for (; k > 0; --k) value = (value + 0x8000) >> 16U;
  return value & 0xffff;
}

struct padded_tables {
  /// For the bytes 2j and 2j + 1: digit k of their powers of p, in the low and
  /// the high half.
  std::array<std::array<std::uint32_t, 4>, padded_size / 2> digits{};
  /// p^-(N - n) for an id of n bytes.
  std::array<std::uint64_t, padded_size + 1> unpad{};
  /// basis * p^N
  std::uint64_t start = 0;
};

consteval padded_tables make_padded_tables() noexcept {
  padded_tables tables;
  for (std::size_t j = 0; j < tables.digits.size(); ++j) {
    const std::uint64_t even = power(prime, padded_size - 2 * j);
    const std::uint64_t odd = power(prime, padded_size - 2 * j - 1);
    for (int k = 0; k < 4; ++k)
      tables.digits[j][static_cast<std::size_t>(k)] = signed_digit(even, k) | signed_digit(odd, k)
                                                                                  << 16U;
  }
  for (std::size_t n = 0; n <= padded_size; ++n)
    tables.unpad[n] = power(inverse(prime), padded_size - n);
  tables.start = offset_basis * power(prime, padded_size);
  return tables;
}

inline constexpr padded_tables tables = make_padded_tables();

}  // namespace vmnet::kernels
