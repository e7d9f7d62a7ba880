module;
#include "kernels/kernels.hpp"

module vmnet.alloc;

import vmnet.isa;

namespace vmnet {

static_assert(sizeof(mac_address) == kernels::octets_of_mac &&
              std::is_trivially_copyable_v<mac_address>);
static_assert(sizeof(mac_text) == kernels::size_of_mac_text &&
              std::is_trivially_copyable_v<mac_text>);

result<void, size_mismatch> format_mac_batch(std::span<const mac_address> macs,
                                             std::span<mac_text> texts) noexcept {
  if (macs.size() != texts.size()) return failure(size_mismatch{macs.size(), texts.size()});
#if VMNET_X86_KERNELS
  if (active_isa() == isa::avx512) {
    kernels::format_macs_avx512(reinterpret_cast<const unsigned char*>(macs.data()),
                                reinterpret_cast<char*>(texts.data()), macs.size());
    return {};
  }
#endif
  std::transform(macs.begin(), macs.end(), texts.begin(), format_mac);
  return {};
}

}  // namespace vmnet
