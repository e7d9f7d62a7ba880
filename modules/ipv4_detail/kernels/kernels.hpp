// The fast paths of vmnet.ipv4_detail. Plain C++ outside the module: kernels need
// <immintrin.h>, which no interface may bring along.
//
// A kernel reads what ipv4_reader would read, or leaves it to it; errors are the
// reader's alone. They read nothing outside the text and have no wish for
// alignment.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../../isa/x86.hpp"

namespace vmnet::kernels {

/// What a kernel gives for a text that it leaves to the reader.
inline constexpr std::uint64_t unread = ~std::uint64_t{0};

#if VMNET_X86_KERNELS
/// The address written as `a.b.c.d`.
std::uint64_t read_address_avx2(const char* text, std::size_t size) noexcept;
/// The address of a text `a.b.c.d/n`, host bits included, with n above its 32 bits.
std::uint64_t read_cidr_avx2(const char* text, std::size_t size) noexcept;
#endif

}  // namespace vmnet::kernels
