// vmnet.special: what kind of address space this is.
//
// The IANA IPv4 Special-Purpose Address Registry (RFC 6890, RFC 8190) as one
// table, from which the predicates, the words of `describe` and the table in
// docs/special-purpose.md come. Of two rows that hold an address the more
// specific one counts: 192.0.0.9 is globally reachable although 192.0.0.0/24 is
// not. Multicast (RFC 5771) has a registry of its own and is known here beside
// the table.
export module vmnet.special;

import vmnet.std;

export import vmnet.ipv4;

export namespace vmnet {

/// What an address is for.
enum class address_class : std::uint8_t {
  global_unicast,        ///< in no special block
  this_network,          ///< 0.0.0.0/8
  private_use,           ///< RFC 1918
  shared,                ///< 100.64.0.0/10, behind carriers' NAT: neither private nor global
  loopback,              ///< 127.0.0.0/8
  link_local,            ///< 169.254.0.0/16
  protocol_assignments,  ///< 192.0.0.0/24
  documentation,         ///< TEST-NET-1 to 3
  benchmarking,          ///< 198.18.0.0/15
  anycast_service,       ///< AS112, AMT and relays
  multicast,             ///< 224.0.0.0/4
  reserved,              ///< 240.0.0.0/4, class E
  limited_broadcast,     ///< 255.255.255.255
  mixed,                 ///< a network with addresses of more than one class
};

/// The class in words: "private use". O(1), static storage.
[[nodiscard]] constexpr std::string_view to_string(address_class c) noexcept {
  constexpr std::array<std::string_view, 14> names = {"global unicast",
                                                      "this network",
                                                      "private use",
                                                      "shared",
                                                      "loopback",
                                                      "link local",
                                                      "IETF protocol assignments",
                                                      "documentation",
                                                      "benchmarking",
                                                      "anycast service",
                                                      "multicast",
                                                      "reserved",
                                                      "limited broadcast",
                                                      "mixed"};
  const auto index = static_cast<std::size_t>(c);
  return index < names.size() ? names[index] : "unknown";
}

/// What the registry says of a block: a fact, or that the question does not
/// apply because the allocation has ended.
enum class registry_fact : std::uint8_t { no, yes, not_applicable };

/// A row of the registry.
struct special_block {
  ipv4_network network;
  address_class kind;
  std::string_view name;               ///< as the registry has it
  std::string_view rfc;                ///< "RFC 1122, section 3.2.1.3"
  std::string_view allocated;          ///< year and month: "1981-09"
  std::string_view terminated;         ///< year and month, or empty
  registry_fact source;                ///< may be the source of a packet between two devices
  registry_fact destination;           ///< may be its destination
  registry_fact forwardable;           ///< a router may forward it
  registry_fact globally_reachable;    ///< it may leave its administrative domain
  registry_fact reserved_by_protocol;  ///< IP itself gives it a meaning

  constexpr bool operator==(const special_block&) const noexcept = default;
};

}  // namespace vmnet

namespace vmnet::detail {

/// A row whose five facts are written as T, F or - in the registry's order.
consteval special_block row(ipv4_network network, address_class kind, std::string_view name,
                            std::string_view rfc, std::string_view allocated,
                            std::string_view facts, std::string_view terminated = {}) noexcept {
  const auto fact = [&](std::size_t column) {
    if (facts[column] == '-') return registry_fact::not_applicable;
    return facts[column] == 'T' ? registry_fact::yes : registry_fact::no;
  };
  return {network, kind,    name,    rfc,     allocated, terminated,
          fact(0), fact(1), fact(2), fact(3), fact(4)};
}

consteval auto special_rows() noexcept {
  using namespace literals;
  using enum address_class;
  return std::array{
      row("0.0.0.0/8"_ipv4_net, this_network, "\"This network\"", "RFC 791, section 3.2", "1981-09",
          "TFFFT"),
      row("0.0.0.0/32"_ipv4_net, this_network, "\"This host on this network\"",
          "RFC 1122, section 3.2.1.3", "1981-09", "TFFFT"),
      row("10.0.0.0/8"_ipv4_net, private_use, "Private-Use", "RFC 1918", "1996-02", "TTTFF"),
      row("100.64.0.0/10"_ipv4_net, shared, "Shared Address Space", "RFC 6598", "2012-04", "TTTFF"),
      row("127.0.0.0/8"_ipv4_net, loopback, "Loopback", "RFC 1122, section 3.2.1.3", "1981-09",
          "FFFFT"),
      row("169.254.0.0/16"_ipv4_net, link_local, "Link Local", "RFC 3927", "2005-05", "TTFFT"),
      row("172.16.0.0/12"_ipv4_net, private_use, "Private-Use", "RFC 1918", "1996-02", "TTTFF"),
      row("192.0.0.0/24"_ipv4_net, protocol_assignments, "IETF Protocol Assignments",
          "RFC 6890, section 2.1", "2010-01", "FFFFF"),
      row("192.0.0.0/29"_ipv4_net, protocol_assignments, "IPv4 Service Continuity Prefix",
          "RFC 7335", "2011-06", "TTTFF"),
      row("192.0.0.8/32"_ipv4_net, protocol_assignments, "IPv4 dummy address", "RFC 7600",
          "2015-03", "TFFFF"),
      row("192.0.0.9/32"_ipv4_net, protocol_assignments, "Port Control Protocol Anycast",
          "RFC 7723", "2015-10", "TTTTF"),
      row("192.0.0.10/32"_ipv4_net, protocol_assignments,
          "Traversal Using Relays around NAT Anycast", "RFC 8155", "2017-02", "TTTTF"),
      row("192.0.0.170/32"_ipv4_net, protocol_assignments, "NAT64/DNS64 Discovery",
          "RFC 8880; RFC 7050, section 2.2", "2013-02", "FFFFT"),
      row("192.0.0.171/32"_ipv4_net, protocol_assignments, "NAT64/DNS64 Discovery",
          "RFC 8880; RFC 7050, section 2.2", "2013-02", "FFFFT"),
      row("192.0.2.0/24"_ipv4_net, documentation, "Documentation (TEST-NET-1)", "RFC 5737",
          "2010-01", "FFFFF"),
      row("192.31.196.0/24"_ipv4_net, anycast_service, "AS112-v4", "RFC 7535", "2014-12", "TTTTF"),
      row("192.52.193.0/24"_ipv4_net, anycast_service, "AMT", "RFC 7450", "2014-12", "TTTTF"),
      row("192.88.99.0/24"_ipv4_net, anycast_service, "Deprecated (6to4 Relay Anycast)", "RFC 7526",
          "2001-06", "-----", "2015-03"),
      row("192.88.99.2/32"_ipv4_net, anycast_service, "6a44-relay anycast address", "RFC 6751",
          "2012-10", "TTTFF"),
      row("192.168.0.0/16"_ipv4_net, private_use, "Private-Use", "RFC 1918", "1996-02", "TTTFF"),
      row("192.175.48.0/24"_ipv4_net, anycast_service, "Direct Delegation AS112 Service",
          "RFC 7534", "1996-01", "TTTTF"),
      row("198.18.0.0/15"_ipv4_net, benchmarking, "Benchmarking", "RFC 2544", "1999-03", "TTTFF"),
      row("198.51.100.0/24"_ipv4_net, documentation, "Documentation (TEST-NET-2)", "RFC 5737",
          "2010-01", "FFFFF"),
      row("203.0.113.0/24"_ipv4_net, documentation, "Documentation (TEST-NET-3)", "RFC 5737",
          "2010-01", "FFFFF"),
      row("240.0.0.0/4"_ipv4_net, reserved, "Reserved", "RFC 1112, section 4", "1989-08", "FFFFT"),
      row("255.255.255.255/32"_ipv4_net, limited_broadcast, "Limited Broadcast",
          "RFC 8190; RFC 919, section 7", "1984-10", "FTFFT")};
}

inline constexpr ipv4_network multicast_block =
    *ipv4_network::make(ipv4_address::from_uint32(0xe000'0000U), 4);

}  // namespace vmnet::detail

export namespace vmnet {

/// The registry, a supernet before its subnets, else in address order.
inline constexpr auto special_blocks = detail::special_rows();

}  // namespace vmnet

namespace vmnet::detail {

/// The index of the most specific row that holds all of `network`, or the number
/// of rows. An index, since GCC does not take the comparison of a row's address
/// with null for a constant under its sanitizers.
constexpr std::size_t special_row_of(ipv4_network network) noexcept {
  std::size_t found = special_blocks.size();
  for (std::size_t row = 0; row < special_blocks.size(); ++row)
    if (special_blocks[row].network.contains(network)) found = row;  // a later one is more specific
  return found;
}

}  // namespace vmnet::detail

export namespace vmnet {

/// The most specific row that holds all of `network`, or null. O(rows).
[[nodiscard]] constexpr const special_block* special_block_of(ipv4_network network) noexcept {
  const std::size_t row = detail::special_row_of(network);
  return row < special_blocks.size() ? &special_blocks[row] : nullptr;
}
/// The most specific row that holds `address`, or null. O(rows).
[[nodiscard]] constexpr const special_block* special_block_of(ipv4_address address) noexcept {
  return special_block_of(*ipv4_network::make(address, 32));
}

}  // namespace vmnet

namespace vmnet::detail {

/// The class of the addresses of `network` that no row inside it takes out.
constexpr address_class class_around(ipv4_network network) noexcept {
  const std::size_t row = special_row_of(network);
  if (row < special_blocks.size()) return special_blocks[row].kind;
  return multicast_block.contains(network) ? address_class::multicast
                                           : address_class::global_unicast;
}

constexpr bool is_reachable_around(ipv4_network network) noexcept {
  const std::size_t row = special_row_of(network);
  if (row < special_blocks.size())
    return special_blocks[row].globally_reachable == registry_fact::yes;
  return !multicast_block.overlaps(network);
}

}  // namespace vmnet::detail

export namespace vmnet {

/// What `address` is for. O(rows).
[[nodiscard]] constexpr address_class classify(ipv4_address address) noexcept {
  return detail::class_around(*ipv4_network::make(address, 32));
}
/// What all addresses of `network` are for; `mixed` where they differ. O(rows).
[[nodiscard]] constexpr address_class classify(ipv4_network network) noexcept {
  const address_class around = detail::class_around(network);
  if (around == address_class::global_unicast && network.overlaps(detail::multicast_block))
    return address_class::mixed;
  for (const special_block& block : special_blocks)
    if (network.contains(block.network) && block.kind != around) return address_class::mixed;
  return around;
}

/// True where all of it may be reached from anywhere: no special block says
/// otherwise, and it is not multicast. 100.64.0.0/10 is not. O(rows).
[[nodiscard]] constexpr bool is_globally_reachable(ipv4_network network) noexcept {
  if (!detail::is_reachable_around(network)) return false;
  for (const special_block& block : special_blocks)
    if (network.contains(block.network) && block.globally_reachable != registry_fact::yes)
      return false;
  return true;
}
[[nodiscard]] constexpr bool is_globally_reachable(ipv4_address address) noexcept {
  return detail::is_reachable_around(*ipv4_network::make(address, 32));
}

/// True in 10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16 (RFC 1918); 100.64.0.0/10
/// is not private. Of a network all addresses count, here and below. O(rows).
[[nodiscard]] constexpr bool is_private(ipv4_address a) noexcept {
  return classify(a) == address_class::private_use;
}
[[nodiscard]] constexpr bool is_private(ipv4_network n) noexcept {
  return classify(n) == address_class::private_use;
}
/// True in 100.64.0.0/10, for carriers' NAT (RFC 6598).
[[nodiscard]] constexpr bool is_shared(ipv4_address a) noexcept {
  return classify(a) == address_class::shared;
}
[[nodiscard]] constexpr bool is_shared(ipv4_network n) noexcept {
  return classify(n) == address_class::shared;
}
/// True in 127.0.0.0/8 (RFC 1122).
[[nodiscard]] constexpr bool is_loopback(ipv4_address a) noexcept {
  return classify(a) == address_class::loopback;
}
[[nodiscard]] constexpr bool is_loopback(ipv4_network n) noexcept {
  return classify(n) == address_class::loopback;
}
/// True in 169.254.0.0/16 (RFC 3927).
[[nodiscard]] constexpr bool is_link_local(ipv4_address a) noexcept {
  return classify(a) == address_class::link_local;
}
[[nodiscard]] constexpr bool is_link_local(ipv4_network n) noexcept {
  return classify(n) == address_class::link_local;
}
/// True in the three blocks for examples (RFC 5737).
[[nodiscard]] constexpr bool is_documentation(ipv4_address a) noexcept {
  return classify(a) == address_class::documentation;
}
[[nodiscard]] constexpr bool is_documentation(ipv4_network n) noexcept {
  return classify(n) == address_class::documentation;
}
/// True in 198.18.0.0/15 (RFC 2544).
[[nodiscard]] constexpr bool is_benchmarking(ipv4_address a) noexcept {
  return classify(a) == address_class::benchmarking;
}
[[nodiscard]] constexpr bool is_benchmarking(ipv4_network n) noexcept {
  return classify(n) == address_class::benchmarking;
}
/// True in 224.0.0.0/4 (RFC 5771).
[[nodiscard]] constexpr bool is_multicast(ipv4_address a) noexcept {
  return classify(a) == address_class::multicast;
}
[[nodiscard]] constexpr bool is_multicast(ipv4_network n) noexcept {
  return classify(n) == address_class::multicast;
}
/// True in 240.0.0.0/4, class E (RFC 1112), but for the limited broadcast address.
[[nodiscard]] constexpr bool is_reserved(ipv4_address a) noexcept {
  return classify(a) == address_class::reserved;
}
[[nodiscard]] constexpr bool is_reserved(ipv4_network n) noexcept {
  return classify(n) == address_class::reserved;
}
/// True for 255.255.255.255 (RFC 919).
[[nodiscard]] constexpr bool is_limited_broadcast(ipv4_address a) noexcept {
  return classify(a) == address_class::limited_broadcast;
}

/// What `address` is, in a sentence without a full stop: "10.0.0.1 is private
/// use: 10.0.0.0/8, Private-Use (RFC 1918), not globally reachable". Allocates.
[[nodiscard]] std::string describe(ipv4_address address);
/// The same of a network; where it has addresses of several kinds, the special
/// blocks in it are listed. Allocates.
[[nodiscard]] std::string describe(ipv4_network network);

}  // namespace vmnet
