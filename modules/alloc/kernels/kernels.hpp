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

/// What scheme v1 makes of some digests, before it goes into rows or columns.
struct derived {
  static constexpr std::size_t capacity = 256;
  /// The eight digits of the TAP name.
  alignas(64) std::array<std::array<char, 8>, capacity> tap_digits;
  /// The digest modulo the number of guest addresses.
  alignas(64) std::array<std::uint32_t, capacity> offsets;
};

#if VMNET_X86_KERNELS
/// Derives from `digests` in groups of eight, so what stands behind the last one up
/// to a full group is read, and written to `out`. `slots` is at least 1.
void derive_avx512(const std::array<std::uint64_t, derived::capacity>& digests, std::size_t count,
                   std::uint32_t slots, derived& out) noexcept;

/// Writes `count` addresses, which lie one behind the other as their texts do.
/// Nothing outside of both is touched.
void format_macs_avx512(const unsigned char* octets, char* texts, std::size_t count) noexcept;
#endif

}  // namespace vmnet::kernels
