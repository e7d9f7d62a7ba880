module;
#include "kernels/kernels.hpp"

module vmnet.hash;

import vmnet.isa;

namespace vmnet::detail {

void fnv1a_64_batch(const std::string_view* ids, std::uint64_t* digests,
                    std::size_t size) noexcept {
#if VMNET_X86_KERNELS
  const isa active = active_isa();
  if (active == isa::avx512) return kernels::digest_batch_avx512(ids, digests, size);
  if (active == isa::avx2) return kernels::digest_batch_avx2(ids, digests, size);
#endif
  kernels::digest_batch_portable(ids, digests, size);
}

std::uint64_t fnv1a_64_stream(std::uint64_t state, const char* bytes, std::size_t size) noexcept {
#if VMNET_X86_KERNELS
  if (active_isa() == isa::avx512) return kernels::digest_stream_avx512(state, {bytes, size});
#endif
  return kernels::digest_plain(state, {bytes, size});
}

}  // namespace vmnet::detail

namespace vmnet {

std::string to_string(const size_mismatch& mismatch) {
  return std::to_string(mismatch.outputs) + " outputs for " + std::to_string(mismatch.inputs) +
         " inputs";
}

}  // namespace vmnet
