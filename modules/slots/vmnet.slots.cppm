// vmnet.slots: the slots of a subnet, for the plan and the pool.
//
// A slot is a guest address as a number from 0: all addresses but network,
// gateway and broadcast, in ascending order. Not part of the public API.
export module vmnet.slots;

import vmnet.alloc;
import vmnet.ipset;
import vmnet.std;

export namespace vmnet::detail {

/// Slots from first to last.
struct slot_range {
  std::uint64_t first;
  std::uint64_t last;
};

/// The address of `slot`.
[[nodiscard]] constexpr ipv4_address address_of_slot(const ipv4_network& subnet,
                                                     std::uint64_t slot) noexcept {
  return ipv4_address::from_uint32(subnet.network().to_uint32() +
                                   static_cast<std::uint32_t>(slot + 2));
}

/// The slot of a guest address of `subnet`; a larger number for its network
/// address and its gateway.
[[nodiscard]] constexpr std::uint64_t slot_of(const ipv4_network& subnet,
                                              ipv4_address address) noexcept {
  return std::uint64_t{address.to_uint32()} - subnet.network().to_uint32() - 2;
}

/// True where a VM can have `address` in `subnet`.
[[nodiscard]] constexpr bool is_guest_address(const ipv4_network& subnet,
                                              ipv4_address address) noexcept {
  return subnet.contains(address) && slot_of(subnet, address) < num_guest_addresses(subnet);
}

/// The addresses of `range` that are slots of `subnet`; nothing where there are
/// none.
[[nodiscard]] constexpr std::optional<slot_range> slots_in(const ipv4_network& subnet,
                                                           const ipv4_range& range) noexcept {
  const std::uint64_t base = std::uint64_t{subnet.network().to_uint32()} + 2;
  const std::uint64_t end = base + num_guest_addresses(subnet);
  const std::uint64_t first = std::max<std::uint64_t>(range.first().to_uint32(), base);
  const std::uint64_t last =
      std::min<std::uint64_t>(std::uint64_t{range.last().to_uint32()} + 1, end);
  if (first >= last) return std::nullopt;
  return slot_range{.first = first - base, .last = last - 1 - base};
}

/// The ranges of `set` that are not all outside `subnet`.
[[nodiscard]] inline std::span<const ipv4_range> ranges_in(const ipv4_set& set,
                                                           const ipv4_network& subnet) {
  const std::span<const ipv4_range> all = set.ranges();
  const auto first = std::ranges::lower_bound(all, subnet.network(), {}, &ipv4_range::last);
  const auto end = std::ranges::upper_bound(all, subnet.broadcast(), {}, &ipv4_range::first);
  return {first, end};
}

/// How many slots of `subnet` are in `set`.
[[nodiscard]] inline std::uint64_t count_slots(const ipv4_network& subnet, const ipv4_set& set) {
  std::uint64_t sum = 0;
  for (const ipv4_range& range : ranges_in(set, subnet))
    if (const auto part = slots_in(subnet, range)) sum += part->last - part->first + 1;
  return sum;
}

}  // namespace vmnet::detail
