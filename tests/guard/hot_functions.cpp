// The functions that are called once an id or once a packet, as an importer
// calls them. check_symbols.cmake looks at what the object leaves undefined.
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

import vmnet;

namespace guard {

std::uint64_t digests(std::string_view id, std::span<const std::byte> bytes) {
  return vmnet::fnv1a_64(id) ^ vmnet::fnv1a_64(bytes) ^
         vmnet::fnv1a_64_hasher().update(id).update(bytes).digest();
}

bool identities(std::string_view id, vmnet::ipv4_network subnet, vmnet::vm_identity& out) {
  const auto identity = vmnet::identify(id, subnet);
  if (identity) out = *identity;
  return identity.has_value();
}

std::uint64_t parts(std::string_view id, vmnet::ipv4_network subnet) {
  const auto ip = vmnet::allocate_guest_ip(id, subnet).value_or(vmnet::ipv4_address());
  const auto gateway = vmnet::gateway_for(subnet).value_or(vmnet::ipv4_address());
  const auto mac = vmnet::allocate_guest_mac(id);
  return ip.to_uint32() + gateway.to_uint32() + mac.to_uint64() + mac.oui() +
         (mac.is_unicast() && mac.is_locally_administered() ? 1U : 0U) +
         vmnet::tap_name_for(id).size() + vmnet::vm_short_hash(id).view().size() +
         static_cast<std::uint64_t>(vmnet::format_mac(mac).c_str()[0]) +
         vmnet::num_guest_addresses(subnet);
}

std::uint64_t networks(vmnet::ipv4_network net, vmnet::ipv4_network other,
                       vmnet::ipv4_address address, std::uint64_t offset) {
  std::uint64_t sum = net.num_addresses() + net.network().to_uint32() + net.netmask().to_uint32() +
                      net.hostmask().to_uint32() + net.broadcast().to_uint32();
  if (net.contains(address) || net.contains(other) || net.overlaps(other)) ++sum;
  if (const auto nth = net.nth(offset)) sum += nth->to_uint32();
  for (const vmnet::ipv4_address host : net.hosts()) sum += host.to_uint32();
  if (const auto made = vmnet::ipv4_network::make(address, 24)) sum += made->prefix_length() > 3;
  return sum + (net < other) + std::hash<vmnet::ipv4_network>()(net) +
         std::hash<vmnet::ipv4_address>()(address);
}

std::uint64_t ranges(const vmnet::ipv4_range& range, const vmnet::ipv4_range& other,
                     vmnet::ipv4_address address) {
  std::uint64_t sum = range.num_addresses() + std::hash<vmnet::ipv4_range>()(range);
  if (range.contains(address) || range.contains(other) || range.overlaps(other)) ++sum;
  if (const auto made = vmnet::ipv4_range::make(address, other.last())) sum += *made < range;
  if (const auto net = range.to_network()) sum += net->network().to_uint32();
  for (const vmnet::ipv4_address one : range.addresses()) sum += one.to_uint32();
  return sum + (range.is_adjacent_to(other) ? 1U : 0U);
}

std::uint64_t sets(const vmnet::ipv4_set& set, vmnet::ipv4_address address, vmnet::ipv4_network net,
                   const vmnet::ipv4_range& range) {
  std::uint64_t sum = set.num_addresses();
  if (set.contains(address) || set.contains(net) || set.contains(range)) ++sum;
  if (set.overlaps(net) || set.overlaps(range)) ++sum;
  for (const vmnet::ipv4_range& one : set.ranges()) sum += one.num_addresses();
  for (const vmnet::ipv4_network one : set.networks()) sum += one.num_addresses();
  return sum;
}

bool kinds(vmnet::ipv4_address address, vmnet::ipv4_network net) {
  return vmnet::is_private(address) || vmnet::is_globally_reachable(net) ||
         vmnet::classify(address) == vmnet::classify(net) ||
         vmnet::special_block_of(address) != nullptr;
}

bool texts(std::string_view text, std::array<char, 32>& buffer) {
  char* const first = buffer.data();
  char* const last = first + buffer.size();
  const auto address = vmnet::ipv4_address::parse(text);
  const auto net = vmnet::ipv4_network::parse(text);
  const auto mac = vmnet::mac_address::parse(text);
  const auto name = vmnet::interface_name::parse(text);
  return (mac && std::hash<vmnet::mac_address>()(*mac) == 0) ||
         (name && std::hash<vmnet::interface_name>()(*name) == 0) ||
         (address && address->to_chars(first, last).ptr == last) ||
         (net && net->to_chars(first, last).ptr == last) ||
         (mac && mac->to_chars(first, last).ptr == last) || (name && name->size() == 3);
}

// The control: out of line on purpose.
double control() { return vmnet::collision_probability(2, 3); }

}  // namespace guard
