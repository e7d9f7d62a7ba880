// Many identities: digests by the kernels of vmnet.hash, what costs most to derive
// from them by one of ours, and the rest by the plain code of the scheme. In parts
// that stay in the cache.
module;
#include "kernels/kernels.hpp"

module vmnet.alloc;

import vmnet.isa;

namespace vmnet {
namespace {

/// Some ids of a batch, by their place among them.
class part {
 public:
  explicit part(std::span<const std::string_view> ids) noexcept : size_(ids.size()) {
    fnv1a_64_batch(ids, std::span(digests_).first(size_)).value();
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::uint64_t digest(std::size_t i) const noexcept { return digests_[i]; }
  [[nodiscard]] mac_address mac(std::size_t i) const noexcept {
    return detail::mac_of(digests_[i]);
  }

  /// Before `tap_name` is asked for.
  void derive_tap_names() noexcept {
#if VMNET_X86_KERNELS
    if (active_isa() == isa::avx512)
      return kernels::tap_digits_avx512(digests_, size_, tap_digits_);
#endif
    for (std::size_t i = 0; i < size_; ++i)
      detail::write_short_hash(digests_[i], tap_digits_[i].data());
  }
  [[nodiscard]] interface_name tap_name(std::size_t i) const noexcept {
    std::array<char, interface_name::max_length + 1> chars{'t', 'a', 'p', '-'};
    std::copy_n(tap_digits_[i].begin(), tap_hash_length, chars.begin() + tap_name_prefix.size());
    return std::bit_cast<interface_name>(chars);
  }

  /// Before `guest_ip` is asked for; `subnet` has slots.
  void derive_guest_ips(ipv4_network subnet) noexcept {
    first_ip_ = subnet.network().to_uint32() + 2;
    const auto slots = static_cast<std::uint32_t>(num_guest_addresses(subnet));
#if VMNET_X86_KERNELS
    if (active_isa() == isa::avx512)
      return kernels::offsets_avx512(digests_, size_, slots, offsets_);
#endif
    for (std::size_t i = 0; i < size_; ++i)
      // NOLINTNEXTLINE(clang-analyzer-core.DivideZero): whoever calls has looked.
      offsets_[i] = static_cast<std::uint32_t>(digests_[i] % slots);
  }
  [[nodiscard]] ipv4_address guest_ip(std::size_t i) const noexcept {
    return ipv4_address::from_uint32(first_ip_ + offsets_[i]);
  }

 private:
  std::size_t size_;
  std::uint32_t first_ip_ = 0;
  kernels::digest_part digests_{};
  kernels::tap_digits_part tap_digits_;
  kernels::offsets_part offsets_;
};

/// Calls `take(first, part)` for one part of the ids after the other.
template <class Take>
void for_each_part(std::span<const std::string_view> ids, Take take) noexcept {
  for (std::size_t first = 0; first < ids.size(); first += kernels::part_size) {
    part now(ids.subspan(first, std::min(kernels::part_size, ids.size() - first)));
    take(first, now);
  }
}

failure<batch_error> sizes_differ(std::size_t ids, std::size_t outputs) noexcept {
  return failure(batch_error{size_mismatch{ids, outputs}, std::nullopt});
}

failure<batch_error> too_small(ipv4_network subnet) noexcept {
  return failure(batch_error{std::nullopt, subnet_error(subnet_errc::too_small, subnet)});
}

}  // namespace

std::string to_string(const batch_error& error) {
  return error.subnet ? to_string(*error.subnet) : to_string(error.sizes.value_or(size_mismatch()));
}

result<void, batch_error> identify_batch(std::span<const std::string_view> ids, ipv4_network subnet,
                                         std::span<vm_identity> identities) noexcept {
  if (ids.size() != identities.size()) return sizes_differ(ids.size(), identities.size());
  if (num_guest_addresses(subnet) == 0) return too_small(subnet);
  const ipv4_address gateway = *gateway_for(subnet);
  for_each_part(ids, [&](std::size_t first, part& now) {
    now.derive_tap_names();
    now.derive_guest_ips(subnet);
    for (std::size_t i = 0; i < now.size(); ++i)
      identities[first + i] = {.digest = now.digest(i),
                               .tap_name = now.tap_name(i),
                               .guest_ip = now.guest_ip(i),
                               .gateway = gateway,
                               .subnet = subnet,
                               .mac = now.mac(i)};
  });
  return {};
}

result<void, batch_error> identify_batch(std::span<const std::string_view> ids, ipv4_network subnet,
                                         const identity_columns& columns) noexcept {
  for (const std::size_t size :
       {columns.tap_names.size(), columns.guest_ips.size(), columns.macs.size()})
    if (size != 0 && size != ids.size()) return sizes_differ(ids.size(), size);
  if (!columns.guest_ips.empty() && num_guest_addresses(subnet) == 0) return too_small(subnet);
  for_each_part(ids, [&](std::size_t first, part& now) {
    if (!columns.tap_names.empty()) {
      now.derive_tap_names();
      for (std::size_t i = 0; i < now.size(); ++i) columns.tap_names[first + i] = now.tap_name(i);
    }
    if (!columns.guest_ips.empty()) {
      now.derive_guest_ips(subnet);
      for (std::size_t i = 0; i < now.size(); ++i) columns.guest_ips[first + i] = now.guest_ip(i);
    }
    if (!columns.macs.empty())
      for (std::size_t i = 0; i < now.size(); ++i) columns.macs[first + i] = now.mac(i);
  });
  return {};
}

}  // namespace vmnet
