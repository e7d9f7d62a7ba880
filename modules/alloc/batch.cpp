// Many identities: digests by the kernels of vmnet.hash, what costs most to derive
// from them by one of ours, and the rest by the plain code of the scheme. In parts
// that stay in the cache.
module;
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "kernels/kernels.hpp"

module vmnet.alloc;

import vmnet.isa;

namespace vmnet {
namespace {

constexpr std::size_t chunk = kernels::derived::capacity;
using digest_chunk = std::array<std::uint64_t, chunk>;

/// The TAP digits, and the remainders by `slots`, of the first `count` digests.
void derive(const digest_chunk& digests, std::size_t count, std::uint32_t slots,
            kernels::derived& out) noexcept {
#if VMNET_X86_KERNELS
  if (active_isa() == isa::avx512) return kernels::derive_avx512(digests, count, slots, out);
#endif
  for (std::size_t i = 0; i < count; ++i) {
    detail::write_short_hash(digests[i], out.tap_digits[i].data());
    out.offsets[i] = static_cast<std::uint32_t>(digests[i] % slots);
  }
}

/// Some ids of a batch, by their place among them.
struct part {
  std::size_t size = 0;
  digest_chunk digests{};
  kernels::derived derived;

  [[nodiscard]] interface_name tap_name(std::size_t i) const noexcept {
    std::array<char, interface_name::max_length + 1> chars{'t', 'a', 'p', '-'};
    std::copy_n(derived.tap_digits[i].begin(), tap_hash_length,
                chars.begin() + tap_name_prefix.size());
    return std::bit_cast<interface_name>(chars);
  }
  [[nodiscard]] ipv4_address guest_ip(std::size_t i, ipv4_network subnet) const noexcept {
    return ipv4_address::from_uint32(subnet.network().to_uint32() + 2 + derived.offsets[i]);
  }
  [[nodiscard]] mac_address mac(std::size_t i) const noexcept { return detail::mac_of(digests[i]); }
};

/// Calls `take(first, part)` for one part of the ids after the other. Of a subnet
/// without slots, no address may be asked for.
template <class Take>
void for_each_part(std::span<const std::string_view> ids, ipv4_network subnet, Take take) noexcept {
  const std::uint64_t slots = std::max<std::uint64_t>(num_guest_addresses(subnet), 1);
  part now;
  for (std::size_t first = 0; first < ids.size(); first += chunk) {
    now.size = std::min(chunk, ids.size() - first);
    fnv1a_64_batch(ids.subspan(first, now.size), std::span(now.digests).first(now.size)).value();
    derive(now.digests, now.size, static_cast<std::uint32_t>(slots), now.derived);
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
  for_each_part(ids, subnet, [&](std::size_t first, const part& now) {
    for (std::size_t i = 0; i < now.size; ++i)
      identities[first + i] = {.digest = now.digests[i],
                               .tap_name = now.tap_name(i),
                               .guest_ip = now.guest_ip(i, subnet),
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
  for_each_part(ids, subnet, [&](std::size_t first, const part& now) {
    for (std::size_t i = 0; i < now.size; ++i) {
      if (!columns.tap_names.empty()) columns.tap_names[first + i] = now.tap_name(i);
      if (!columns.guest_ips.empty()) columns.guest_ips[first + i] = now.guest_ip(i, subnet);
      if (!columns.macs.empty()) columns.macs[first + i] = now.mac(i);
    }
  });
  return {};
}

}  // namespace vmnet
