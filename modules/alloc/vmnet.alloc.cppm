// vmnet.alloc: identity scheme v1, and what its collisions cost.
//
// A VM's network identity is a pure function of its id: no state, no database,
// the same on every host and in every release. Scheme v1 is frozen
// (docs/scheme-v1.md) and bit-compatible with a Rust implementation in
// production. Nothing of the scheme allocates. Ids are bytes: the empty id,
// NUL bytes, case and spaces all count.
//
// Collisions come early, and ids that collide can be made on purpose: a program
// that serves several tenants must look for them. The functions at the end say
// how likely they are.
export module vmnet.alloc;

import vmnet.std;

export import vmnet.hash;
export import vmnet.interface_name;
export import vmnet.ipv4;
export import vmnet.mac;
export import vmnet.result;
export import vmnet.text;

export namespace vmnet {

/// What every TAP name of scheme v1 begins with.
inline constexpr std::string_view tap_name_prefix = "tap-";
/// The hexadecimal digits that follow it. Never shortened: FNV's top bits are
/// weak for sequential ids when cut below 24 bits.
inline constexpr std::size_t tap_hash_length = 8;

/// The short hash of an id: 8 lower-case hexadecimal digits.
using short_hash = fixed_text<tap_hash_length>;
/// A MAC address in canonical notation: `02:1d:cc:60:0a:ff`.
using mac_text = fixed_text<mac_address::max_length>;

/// Why a subnet cannot serve.
enum class subnet_errc : std::uint8_t {
  too_small,   ///< nothing is left beside network, gateway and broadcast
  no_gateway,  ///< there is no second address
};

/// Why a subnet cannot serve, with the subnet.
class subnet_error {
 public:
  constexpr subnet_error(subnet_errc code, ipv4_network subnet) noexcept
      : subnet_(subnet), code_(code) {}

  [[nodiscard]] constexpr subnet_errc code() const noexcept { return code_; }
  [[nodiscard]] constexpr ipv4_network subnet() const noexcept { return subnet_; }

  constexpr bool operator==(const subnet_error&) const noexcept = default;

 private:
  ipv4_network subnet_;
  subnet_errc code_;
};

/// The reason in words: "subnet 10.0.0.0/31 too small: need /30 or larger (got
/// 2 addresses)". Allocates.
[[nodiscard]] std::string to_string(const subnet_error& error);

/// The network identity of a VM under scheme v1.
///
/// The default value is no VM's: an empty TAP name and zeros. Trivially
/// copyable.
struct vm_identity {
  /// FNV-1a 64 of the id; all the rest derives from it.
  std::uint64_t digest = 0;
  /// The host's TAP interface.
  interface_name tap_name;
  /// The guest's address in `subnet`.
  ipv4_address guest_ip;
  /// The guest's default route: the first address after the network address.
  ipv4_address gateway;
  /// The subnet as it was given.
  ipv4_network subnet;
  /// The guest's MAC address: locally administered, unicast.
  mac_address mac;

  constexpr bool operator==(const vm_identity&) const noexcept = default;
};

}  // namespace vmnet

namespace vmnet::detail {

/// The eight lower-case hexadecimal digits of `value`, the first in the most
/// significant byte. All at once: this is most of what a short id costs.
constexpr std::uint64_t hex_digits_of(std::uint32_t value) noexcept {
  std::uint64_t x = value;
  x = (x | x << 16U) & 0x0000'ffff'0000'ffffU;
  x = (x | x << 8U) & 0x00ff'00ff'00ff'00ffU;
  x = (x | x << 4U) & 0x0f0f'0f0f'0f0f'0f0fU;
  const std::uint64_t letters = (x + 0x0606'0606'0606'0606U) >> 4U & 0x0101'0101'0101'0101U;
  return x + 0x3030'3030'3030'3030U + letters * ('a' - '0' - 10);
}

/// Writes the short hash to `out`.
constexpr void write_short_hash(std::uint64_t digest, char* out) noexcept {
  const std::uint64_t digits = hex_digits_of(static_cast<std::uint32_t>(digest >> 32U));
  for (std::size_t i = 0; i < tap_hash_length; ++i)
    out[i] = static_cast<char>(digits >> (56U - 8U * i) & 0xffU);
}

constexpr short_hash short_hash_of(std::uint64_t digest) noexcept {
  std::array<char, tap_hash_length> chars{};
  write_short_hash(digest, chars.data());
  return short_hash(chars);
}

/// Its bytes are all fit for an interface name, so they are not looked at again.
constexpr interface_name tap_name_of(std::uint64_t digest) noexcept {
  std::array<char, interface_name::max_length + 1> chars{'t', 'a', 'p', '-'};
  write_short_hash(digest, chars.data() + tap_name_prefix.size());
  return std::bit_cast<interface_name>(chars);
}

constexpr mac_address mac_of(std::uint64_t digest) noexcept {
  return mac_address::from_uint64(0x02'00'00'00'00'00U | (digest & 0xff'ff'ff'ff'ffU));
}

/// The subnet has slots: its prefix length is at most 30.
constexpr ipv4_address guest_ip_of(std::uint64_t digest, ipv4_network subnet) noexcept {
  const std::uint64_t offset = digest % (subnet.num_addresses() - 3) + 2;
  return ipv4_address::from_uint32(subnet.network().to_uint32() +
                                   static_cast<std::uint32_t>(offset));
}

}  // namespace vmnet::detail

export namespace vmnet {

/// The number of guest addresses in `subnet`: all but network, gateway and
/// broadcast; 0 where it is smaller than /30. O(1).
[[nodiscard]] constexpr std::uint64_t num_guest_addresses(ipv4_network subnet) noexcept {
  return subnet.prefix_length() <= 30 ? subnet.num_addresses() - 3 : 0;
}

/// The first 8 digits of the digest in 16 zero-padded hexadecimal digits: its
/// top 32 bits. O(size of the id).
[[nodiscard]] constexpr short_hash vm_short_hash(std::string_view vm_id) noexcept {
  return detail::short_hash_of(fnv1a_64(vm_id));
}

/// The VM's TAP interface: `tap-` and the short hash, 12 bytes. Two ids collide
/// here with even odds once 77,164 are in use. O(size of the id).
///
///     static_assert(tap_name_for("vm-1") == "tap-1fdcc600");
[[nodiscard]] constexpr interface_name tap_name_for(std::string_view vm_id) noexcept {
  return detail::tap_name_of(fnv1a_64(vm_id));
}

/// The VM's address in `subnet`: network + 2 + digest mod (N - 3), for N
/// addresses; never the network address, the gateway or the broadcast address.
/// An error where the subnet is smaller than /30. O(size of the id).
[[nodiscard]] constexpr result<ipv4_address, subnet_error> allocate_guest_ip(
    std::string_view vm_id, ipv4_network subnet) noexcept {
  if (num_guest_addresses(subnet) == 0)
    return failure(subnet_error(subnet_errc::too_small, subnet));
  return detail::guest_ip_of(fnv1a_64(vm_id), subnet);
}

/// The gateway of `subnet`: the first address after the network address. An
/// error for a /32; a /31 has a gateway though nothing can be allocated in it. O(1).
[[nodiscard]] constexpr result<ipv4_address, subnet_error> gateway_for(
    ipv4_network subnet) noexcept {
  const auto gateway = subnet.nth(1);
  if (!gateway) return failure(subnet_error(subnet_errc::no_gateway, subnet));
  return *gateway;
}

/// The VM's MAC address: 02 and the low 40 bits of the digest, most significant
/// first. O(size of the id).
[[nodiscard]] constexpr mac_address allocate_guest_mac(std::string_view vm_id) noexcept {
  return detail::mac_of(fnv1a_64(vm_id));
}

/// `mac` in lower case with colons. O(1).
[[nodiscard]] constexpr mac_text format_mac(mac_address mac) noexcept {
  std::array<char, mac_address::max_length> chars{};
  mac.to_chars(chars.data(), chars.data() + chars.size());
  return mac_text(chars);
}

/// The texts of many addresses: texts[i] = format_mac(macs[i]).
///
/// An error, and nothing is written, where the spans differ in size; they must not
/// overlap. O(1) an address, allocates nothing.
[[nodiscard]] result<void, size_mismatch> format_mac_batch(std::span<const mac_address> macs,
                                                           std::span<mac_text> texts) noexcept;

/// The whole identity of a VM, from one pass over the id.
///
/// Equals what the single functions give. An error where the subnet is smaller
/// than /30. O(size of the id).
///
///     identify("vm-1", "172.30.0.0/24"_ipv4_net)->guest_ip
[[nodiscard]] constexpr result<vm_identity, subnet_error> identify(std::string_view vm_id,
                                                                   ipv4_network subnet) noexcept {
  if (num_guest_addresses(subnet) == 0)
    return failure(subnet_error(subnet_errc::too_small, subnet));
  const std::uint64_t digest = fnv1a_64(vm_id);
  return vm_identity{.digest = digest,
                     .tap_name = detail::tap_name_of(digest),
                     .guest_ip = detail::guest_ip_of(digest, subnet),
                     .gateway = *gateway_for(subnet),
                     .subnet = subnet,
                     .mac = detail::mac_of(digest)};
}

/// Why a batch of identities was refused; one of the two is there.
struct batch_error {
  /// The sizes of the ids and of a span that should have been as long.
  std::optional<size_mismatch> sizes;
  /// The subnet that has no address to give.
  std::optional<subnet_error> subnet;

  constexpr bool operator==(const batch_error&) const noexcept = default;
};

/// The reason in words, as of the error that is there. Allocates.
[[nodiscard]] std::string to_string(const batch_error& error);

/// The identities of many VMs: identities[i] = identify(ids[i], subnet).
///
/// An error, and nothing is written, where the spans differ in size or the
/// subnet is smaller than /30. O(bytes), allocates nothing. Digests are made
/// many at once; see `fnv1a_64_batch`.
[[nodiscard]] result<void, batch_error> identify_batch(std::span<const std::string_view> ids,
                                                       ipv4_network subnet,
                                                       std::span<vm_identity> identities) noexcept;

/// Where a batch leaves single outputs of scheme v1. A column that is empty is
/// not wanted, and costs nothing.
struct identity_columns {
  std::span<interface_name> tap_names{};
  std::span<ipv4_address> guest_ips{};
  std::span<mac_address> macs{};
};

/// The outputs of many VMs as columns: those in `columns` that are not empty.
///
/// An error, and nothing is written, where such a column is not as long as
/// `ids`, or where addresses are wanted of a subnet smaller than /30. O(bytes),
/// allocates nothing.
[[nodiscard]] result<void, batch_error> identify_batch(std::span<const std::string_view> ids,
                                                       ipv4_network subnet,
                                                       const identity_columns& columns) noexcept;

/// The TAP names that scheme v1 can give: 2^32.
inline constexpr std::uint64_t num_tap_names = std::uint64_t{1} << 32U;
/// The MAC addresses that scheme v1 can give: 2^40.
inline constexpr std::uint64_t num_macs = std::uint64_t{1} << 40U;

/// The probability that among `ids` ids in `slots` slots two share a slot.
///
/// Assumes digests that are uniform over the slots, as those of random ids are;
/// sequential names may do better or worse. 0 for fewer than two ids, 1 for more
/// ids than slots. Relative error below 1e-9 for up to 2^46 slots and 10^9 ids,
/// tiny probabilities included. O(1), allocates nothing.
[[nodiscard]] double collision_probability(std::uint64_t ids, std::uint64_t slots) noexcept;

/// The expected number of ids that share their slot with another id, under the
/// same assumption: ids * -expm1((ids - 1) * log1p(-1 / slots)). All of them
/// where there are two or more and at most one slot. O(1), allocates nothing.
[[nodiscard]] double expected_colliding_ids(std::uint64_t ids, std::uint64_t slots) noexcept;

/// The most ids in `slots` slots whose `collision_probability` is at most
/// `probability` (0 to 1; NaN and less count as 0). O(log slots), allocates nothing.
[[nodiscard]] std::uint64_t max_ids_at_risk(double probability, std::uint64_t slots) noexcept;

/// The longest prefix (0 to 30), that is the smallest subnet, in which the
/// addresses of `ids` VMs collide with a probability of at most `probability` (0
/// to 1; NaN and less count as 0); nothing where not even a /0 will do, as for
/// 10,000 VMs at 1 %. O(1), allocates nothing.
[[nodiscard]] std::optional<int> longest_prefix_at_risk(std::uint64_t ids,
                                                        double probability) noexcept;

}  // namespace vmnet
