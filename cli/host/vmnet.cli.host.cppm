// vmnet.cli.host: what a host has of networks, as plain data: read from the kernel
// by netlink, changed in nothing.
//
// Messages are taken apart in functions of bytes and data alone, so that tests
// give them what no kernel would. libmnl is known to this module alone.
export module vmnet.cli.host;

import vmnet.std;

export import vmnet.ipv4;
export import vmnet.mac;

export namespace vmnet::cli {

/// A network interface.
struct host_link {
  std::uint32_t index = 0;
  std::uint32_t master = 0;  ///< the bridge that it is in; 0: none
  std::string name;
  std::string kind;  ///< "bridge", "tun", ...; empty for hardware
  bool is_tap = false;
  bool is_up = false;                ///< as `ip link set up` makes it, with a carrier or without
  std::optional<mac_address> mac{};  ///< none where it has no Ethernet address
};

/// An address of the host itself.
struct host_address {
  std::uint32_t link = 0;
  ipv4_address address{};
  int prefix_length = 0;
};

/// A route of the main table.
struct host_route {
  ipv4_network to{};
  std::uint32_t link = 0;  ///< 0: none or several
};

/// Who has an address, as the host remembers it.
struct host_neighbour {
  std::uint32_t link = 0;
  ipv4_address address{};
  mac_address mac{};
};

/// Whether IPv4 that comes in through an interface is passed on.
struct host_forwarding {
  std::int32_t link = 0;  ///< -1: net.ipv4.ip_forward
  bool is_on = false;
};

/// A set of nftables.
struct host_set {
  std::string name;
  bool is_there = false;
  /// As nft takes them: `"tap-1fdcc600" . 02:00:d9:71:01:a6 . 172.30.0.231`.
  std::vector<std::string> elements;
};

/// The table that guards a bridge.
struct host_guard {
  bool is_there = false;
  bool is_dormant = false;
  bool is_hooked = false;     ///< the first chain sees frames and has a rule
  bool has_verdicts = false;  ///< the second has rules
  std::vector<host_set> sets;
  int error = 0;  ///< the errno of why it could not be read
};

/// All that was read.
struct host_state {
  std::vector<host_link> links;
  std::vector<host_address> addresses;
  std::vector<host_route> routes;
  std::vector<host_neighbour> neighbours;
  std::vector<host_forwarding> forwarding;
  host_guard guard;
};

/// How the table that guards a bridge calls its parts.
struct guard_names {
  std::string table;
  std::string hook_chain;
  std::string verdict_chain;
  std::vector<std::string> sets;
};

/// Why a host could not be read: what was asked for, and the errno.
struct host_fault {
  const char* what;
  int error;
};

/// Reads the host that the process sees: the network namespace that it is in. Needs
/// no privileges, but for the guard: without CAP_NET_ADMIN its `error` is EPERM.
[[nodiscard]] std::optional<host_fault> read_host(const std::string& bridge,
                                                  const guard_names& guard, host_state& into);

/// What a datagram was of an answer.
struct datagram_answer {
  bool is_end = false;          ///< the answer ends here
  bool is_interrupted = false;  ///< what is dumped has changed meanwhile
  int error = 0;                ///< the kernel's own, or EBADMSG for what cannot be read
};

/// Takes the messages of a datagram that answer the request `sequence` of `port`;
/// those of other requests are passed over. `datagram` is aligned as nlmsghdr is.
[[nodiscard]] datagram_answer take_datagram(std::span<const std::byte> datagram,
                                            std::uint32_t sequence, std::uint32_t port,
                                            const guard_names& guard, host_state& into);

}  // namespace vmnet::cli
