module;
#include "kernels/kernels.hpp"

module vmnet.ipv4_detail;

import vmnet.isa;

namespace vmnet::detail {

static_assert(unread == kernels::unread);

std::uint64_t read_address([[maybe_unused]] const char* text,
                           [[maybe_unused]] std::size_t size) noexcept {
#if VMNET_X86_KERNELS
  if (active_isa() != isa::portable) return kernels::read_address_avx2(text, size);
#endif
  return unread;
}

std::uint64_t read_cidr([[maybe_unused]] const char* text,
                        [[maybe_unused]] std::size_t size) noexcept {
#if VMNET_X86_KERNELS
  if (active_isa() != isa::portable) return kernels::read_cidr_avx2(text, size);
#endif
  return unread;
}

}  // namespace vmnet::detail
