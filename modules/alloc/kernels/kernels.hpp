// The fast paths of vmnet.alloc that are not those of vmnet.hash. Plain C++ outside
// the module: kernels need <immintrin.h>.
#pragma once

#include <cstddef>

#include "../../isa/x86.hpp"

namespace vmnet::kernels {

inline constexpr std::size_t octets_of_mac = 6;
/// "02:1d:cc:60:0a:ff" and a NUL.
inline constexpr std::size_t size_of_mac_text = 18;

#if VMNET_X86_KERNELS
/// Writes `count` addresses, which lie one behind the other as their texts do.
/// Nothing outside of both is touched.
void format_macs_avx512(const unsigned char* octets, char* texts, std::size_t count) noexcept;
#endif

}  // namespace vmnet::kernels
