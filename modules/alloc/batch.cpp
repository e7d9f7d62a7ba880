// Many identities: digests by the kernels of vmnet.hash, and the plain code of
// the scheme on each of them. In chunks, so that the digests stay in the cache.
module;
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

module vmnet.alloc;

namespace vmnet {
namespace {

constexpr std::size_t chunk = 256;

/// Calls `take(first, digests)` for the digests of one chunk after the other.
template <class Take>
void for_each_chunk(std::span<const std::string_view> ids, Take take) noexcept {
  std::array<std::uint64_t, chunk> buffer;
  for (std::size_t first = 0; first < ids.size(); first += chunk) {
    const std::size_t size = std::min(chunk, ids.size() - first);
    const std::span<std::uint64_t> digests = std::span(buffer).first(size);
    fnv1a_64_batch(ids.subspan(first, size), digests).value();
    take(first, digests);
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
  for_each_chunk(ids, [&](std::size_t first, std::span<const std::uint64_t> digests) {
    for (std::size_t i = 0; i < digests.size(); ++i)
      identities[first + i] = {.digest = digests[i],
                               .tap_name = detail::tap_name_of(digests[i]),
                               .guest_ip = detail::guest_ip_of(digests[i], subnet),
                               .gateway = gateway,
                               .subnet = subnet,
                               .mac = detail::mac_of(digests[i])};
  });
  return {};
}

result<void, batch_error> identify_batch(std::span<const std::string_view> ids, ipv4_network subnet,
                                         const identity_columns& columns) noexcept {
  for (const std::size_t size :
       {columns.tap_names.size(), columns.guest_ips.size(), columns.macs.size()})
    if (size != 0 && size != ids.size()) return sizes_differ(ids.size(), size);
  if (!columns.guest_ips.empty() && num_guest_addresses(subnet) == 0) return too_small(subnet);
  for_each_chunk(ids, [&](std::size_t first, std::span<const std::uint64_t> digests) {
    if (!columns.tap_names.empty())
      std::transform(digests.begin(), digests.end(), columns.tap_names.subspan(first).begin(),
                     detail::tap_name_of);
    if (!columns.guest_ips.empty())
      std::transform(digests.begin(), digests.end(), columns.guest_ips.subspan(first).begin(),
                     [&](std::uint64_t digest) { return detail::guest_ip_of(digest, subnet); });
    if (!columns.macs.empty())
      std::transform(digests.begin(), digests.end(), columns.macs.subspan(first).begin(),
                     detail::mac_of);
  });
  return {};
}

}  // namespace vmnet
