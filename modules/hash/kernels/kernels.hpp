// The fast paths of vmnet.hash, each in a file of its own. Plain C++ outside
// the module: kernels need <immintrin.h>, which no interface may bring along.
//
// Every kernel gives what the plain loop gives. They read nothing outside the
// texts and have no wish for alignment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "../../isa/x86.hpp"

namespace vmnet::kernels {

/// The plain loop from `state` on: the truth.
constexpr std::uint64_t digest_plain(std::uint64_t state, std::string_view bytes) noexcept {
  for (const char c : bytes) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return state;
}
inline constexpr std::uint64_t offset_basis = 0xcbf29ce484222325;

/// digests[i] = the digest of ids[i], for `size` ids.
using digest_batch = void(const std::string_view* ids, std::uint64_t* digests,
                          std::size_t size) noexcept;

digest_batch digest_batch_portable;
#if VMNET_X86_KERNELS
digest_batch digest_batch_avx2;
digest_batch digest_batch_avx512;

/// The state behind `bytes`, from `state` on.
std::uint64_t digest_stream_avx512(std::uint64_t state, std::string_view bytes) noexcept;
#endif

}  // namespace vmnet::kernels
