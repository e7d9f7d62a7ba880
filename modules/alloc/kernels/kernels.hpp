// The fast paths of vmnet.alloc that are not those of vmnet.hash. Plain C++ outside
// the module: kernels need <immintrin.h>.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "../../isa/x86.hpp"

namespace vmnet::kernels {

inline constexpr std::size_t octets_of_mac = 6;
/// "02:1d:cc:60:0a:ff" and a NUL.
inline constexpr std::size_t size_of_mac_text = 18;

inline constexpr std::size_t part_size = 256;
/// Some digests of a batch, and what scheme v1 makes of each: the eight digits of
/// the TAP name, and the remainder by the number of guest addresses.
using digest_part = std::array<std::uint64_t, part_size>;
using tap_digits_part = std::array<std::array<char, 8>, part_size>;
using offsets_part = std::array<std::uint32_t, part_size>;

#if VMNET_X86_KERNELS
// For the first `count` digests, in groups of eight: what stands behind the last one
// up to a full group is read, and written to `out`. `slots` is odd.
void tap_digits_avx512(const digest_part& digests, std::size_t count,
                       tap_digits_part& out) noexcept;
void offsets_avx512(const digest_part& digests, std::size_t count, std::uint32_t slots,
                    offsets_part& out) noexcept;

inline constexpr std::array<char, 16> hex_digits = {'0', '1', '2', '3', '4', '5', '6', '7',
                                                    '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

/// Writes `count` addresses, which lie one behind the other as their texts do.
/// Nothing outside of both is touched.
void format_macs_avx512(const unsigned char* octets, char* texts, std::size_t count) noexcept;
#endif

}  // namespace vmnet::kernels
