// vmnet.pool: identities for a runtime that claims and releases all day.
//
// First come keeps: a claim prefers the identity of scheme v1, takes the next
// probe of plan v1 where that is not free, and what is given stays until it is
// released. So it depends on the order of claims, as a plan does not. The
// features are those that users of other allocators miss: claims that can be
// repeated after a restart, releases that free nothing but the lease they mean,
// addresses that rest before they are used again, a list of what leaked, numbers
// when it is full.
//
// In memory, for one process, not synchronised, as standard containers are not.
// The clock is the caller's: any count that goes up (seconds, say); a step back
// shortens nothing. Memory is taken with the standard containers.
export module vmnet.pool;

import vmnet.free_map;
import vmnet.index_table;
import vmnet.std;

export import vmnet.alloc;
export import vmnet.ipset;
export import vmnet.plan;
export import vmnet.probe;
export import vmnet.siphash;

export namespace vmnet {

/// What a pool needs to know. It is not part of a snapshot: a key is a secret.
struct pool_options {
  /// Decides the probes behind scheme v1's; see `plan_options::key`.
  siphash_key key;
  /// How long a released address rests, by the caller's clock.
  std::uint64_t quarantine = 0;
  /// The most addresses that all subnets may have together, at 0.127 bytes each:
  /// a snapshot from a stranger could name a /0 in one line, which takes 545 MB.
  /// The default is that of four /8.
  std::uint64_t max_addresses = std::uint64_t{1} << 26U;

  constexpr bool operator==(const pool_options&) const noexcept = default;
};

/// What a VM holds.
struct lease {
  std::string id;
  vm_identity identity;
  /// Differs for every lease that a pool ever gave.
  std::uint64_t epoch = 0;

  bool operator==(const lease& other) const;
};

/// What has become of a value.
enum class value_state : std::uint8_t {
  mine,         ///< the VM that asks has it
  leased,       ///< another VM has it
  quarantined,  ///< it rests since a VM released it
  excluded,     ///< nobody gets it
  draining,     ///< nobody gets it any more
  reserved,     ///< only who asks for it by name gets it
  free,         ///< nobody has it
};

/// The word for `state`. O(1), static storage.
[[nodiscard]] constexpr std::string_view to_string(value_state state) noexcept {
  switch (state) {
    case value_state::mine:
      return "mine";
    case value_state::leased:
      return "leased";
    case value_state::quarantined:
      return "quarantined";
    case value_state::excluded:
      return "excluded";
    case value_state::draining:
      return "draining";
    case value_state::reserved:
      return "reserved";
    case value_state::free:
      return "free";
  }
  return "unknown state";
}

/// The state of a value and the VM that has it, or had it before it rests.
struct value_holder {
  value_state state = value_state::mine;
  std::string id{};

  bool operator==(const value_holder& other) const;
};

/// The answer to a claim.
struct claimed {
  vmnet::lease lease;
  /// False where the VM had this lease already.
  bool is_new = false;
  /// What has become of the values of scheme v1, by `vm_resource`.
  std::array<value_holder, num_vm_resources> v1;

  /// True where the lease is the identity of scheme v1.
  [[nodiscard]] inline bool is_v1() const noexcept {
    for (const value_holder& holder : v1)
      if (holder.state != value_state::mine) return false;
    return true;
  }

  bool operator==(const claimed& other) const;
};

/// What a claim may ask for.
struct claim_options {
  /// This address and no other; it may be a reserved one.
  std::optional<ipv4_address> wanted{};
  /// Take an address that rests, the oldest first, where none else is free.
  bool allow_quarantined = false;
};

/// One of many claims.
struct claim_request {
  std::string_view id;
  ipv4_network subnet;
  claim_options options{};
};

/// How a range of addresses is used. Each address counts once: one that is
/// leased or rests as such, then as excluded, draining or reserved.
struct pool_utilization {
  /// All addresses but network, gateway and broadcast of each subnet.
  std::uint64_t slots = 0;
  std::uint64_t free = 0;
  std::uint64_t used = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t excluded = 0;
  std::uint64_t draining = 0;
  std::uint64_t reserved = 0;

  constexpr bool operator==(const pool_utilization&) const noexcept = default;
};

/// Why a pool refuses.
enum class pool_errc : std::uint8_t {
  subnet_too_small,    ///< the subnet is smaller than /30
  subnet_overlaps,     ///< the subnet shares addresses with one of the pool
  unknown_subnet,      ///< the subnet is not of this pool
  full,                ///< no address is free
  other_subnet,        ///< the VM has a lease in another subnet
  other_address,       ///< the VM has a lease of another address
  wanted_outside,      ///< the wanted address is no guest address of the subnet
  wanted_leased,       ///< the wanted address is another VM's
  wanted_excluded,     ///< the wanted address is excluded
  wanted_draining,     ///< the wanted address is being drained
  wanted_quarantined,  ///< the wanted address rests
  unknown_id,          ///< the VM has no lease
  stale_epoch,         ///< the VM has a lease, but of another epoch
  too_many_addresses,  ///< with the subnet there would be more than `max_addresses`
};

/// Why a pool refuses, with the VMs and the numbers. Owns its texts.
struct pool_error {
  pool_errc code{};
  std::string id{};
  /// Who has the wanted address, or had it before it rests.
  std::string other_id{};
  /// The subnet that was asked for, and the one of the pool or of the lease.
  ipv4_network subnet{};
  ipv4_network other_subnet{};
  /// The address that was wanted, and the one of the lease.
  ipv4_address address{};
  ipv4_address other_address{};
  /// The epoch that was given, and the one of the lease.
  std::uint64_t epoch = 0;
  std::uint64_t other_epoch = 0;
  /// Of a full subnet.
  pool_utilization utilization{};

  bool operator==(const pool_error& other) const;
};

/// The reason in words, with the ids as they are: escape before printing.
/// Allocates.
[[nodiscard]] std::string to_string(const pool_error& error);

/// Why a snapshot was refused.
enum class snapshot_errc : std::uint8_t {
  unexpected_end,      ///< the text ends before its last line does
  unknown_version,     ///< the first line is not `vmnet-pool 1`
  wrong_digest,        ///< the line or one before it was changed, left out or doubled
  malformed,           ///< the line has the wrong fields
  out_of_order,        ///< the line stands where it may not
  conflict,            ///< the line contradicts an earlier one
  wrong_count,         ///< the last line tells another number of lines
  unexpected_text,     ///< something follows the last line
  too_many_addresses,  ///< with this subnet there would be more than `max_addresses`
};

/// The sentence for `code`, without a full stop. O(1), static storage.
[[nodiscard]] constexpr std::string_view to_string(snapshot_errc code) noexcept {
  switch (code) {
    case snapshot_errc::unexpected_end:
      return "the snapshot ends too early";
    case snapshot_errc::unknown_version:
      return "expected the first line of a pool snapshot, version 1";
    case snapshot_errc::wrong_digest:
      return "this line was changed, or a line is missing or doubled";
    case snapshot_errc::malformed:
      return "this line does not have the fields that it should have";
    case snapshot_errc::out_of_order:
      return "this line may not stand here";
    case snapshot_errc::conflict:
      return "this line contradicts an earlier one";
    case snapshot_errc::wrong_count:
      return "the number of lines is not the one that is told";
    case snapshot_errc::unexpected_text:
      return "nothing may follow the last line";
    case snapshot_errc::too_many_addresses:
      return "with this subnet the pool would have more addresses than its options allow";
  }
  return "unknown error";
}

/// Why a snapshot was refused, and at which line (from 1).
struct snapshot_error {
  snapshot_errc code{};
  std::size_t line = 0;

  constexpr bool operator==(const snapshot_error&) const noexcept = default;
};

/// "line 7: this line was changed, or a line is missing or doubled". Allocates.
[[nodiscard]] std::string to_string(const snapshot_error& error);

/// What a list of live VMs says about a pool.
struct reconciliation {
  /// Leases of VMs that do not live, by address: release them, or not.
  std::vector<lease> leaked;
  /// VMs that live without a lease, in ascending order, each once.
  std::vector<std::string> unknown;
};

/// Subnets whose addresses are leased to VMs, with TAP names and MACs unique
/// over all of them. A VM has at most one lease.
///
/// Pointers to leases are good until the pool is next changed. Every operation
/// is done or not at all, also where memory runs out. A pool that was moved from
/// may be assigned to and destroyed.
class pool {
 public:
  pool() : pool(pool_options()) {}
  explicit pool(const pool_options& options);

  /// Adds a subnet. Takes 0.127 bytes an address, up to `max_addresses` of all.
  result<void, pool_error> add_subnet(const ipv4_network& subnet);
  /// The subnets in ascending order. Allocates.
  [[nodiscard]] std::vector<ipv4_network> subnets() const;

  /// A lease for the VM `id` in `subnet`, or the one it has there.
  ///
  /// Tries v1's address, then the next 31 probes of plan v1, then the next free
  /// address after v1's. The VM that released an address may have it while it
  /// rests, where it is one of those probes or no other is free. TAP name and MAC
  /// are the first free probes. Expected O(1); where none is free, O(resting
  /// addresses), and O(leases) for the numbers in the error.
  result<claimed, pool_error> claim(std::string_view id, const ipv4_network& subnet,
                                    std::uint64_t now = 0, const claim_options& options = {});
  /// All of the claims, or none: on an error, and where memory runs out, the
  /// pool is as it was (but for addresses that have rested long enough).
  result<std::vector<claimed>, pool_error> claim_all(std::span<const claim_request> requests,
                                                     std::uint64_t now = 0);

  /// Ends the lease of `id`, provided that it is the one of `epoch`; its address
  /// rests from `now` on. Expected O(1), O(log n) where addresses rest.
  result<void, pool_error> release(std::string_view id, std::uint64_t epoch, std::uint64_t now = 0);
  /// Gives back the addresses that have rested until `now`; every claim and
  /// release does so first.
  void expire(std::uint64_t now);

  /// Nobody gets one of `addresses` any more; leases stay. O(addresses / 64 +
  /// leases), as are the next five.
  void exclude(const ipv4_set& addresses);
  void include(const ipv4_set& addresses);
  /// One of `addresses` only goes to who asks for it by name.
  void reserve(const ipv4_set& addresses);
  void unreserve(const ipv4_set& addresses);
  /// Nobody gets one of `addresses` any more until `undrain`. Gives the leases
  /// that are still there, by address; to ask again, drain again.
  std::vector<lease> drain(const ipv4_set& addresses);
  void undrain(const ipv4_set& addresses);

  [[nodiscard]] inline const ipv4_set& excluded() const noexcept { return excluded_; }
  [[nodiscard]] inline const ipv4_set& reserved() const noexcept { return reserved_; }
  [[nodiscard]] inline const ipv4_set& draining() const noexcept { return draining_; }

  /// The lease with this id, address, TAP name or MAC, or null. Expected O(1).
  [[nodiscard]] const lease* find(std::string_view id) const;
  [[nodiscard]] const lease* find(ipv4_address address) const;
  [[nodiscard]] const lease* find(const interface_name& tap_name) const;
  [[nodiscard]] const lease* find(mac_address mac) const;

  /// The number of leases.
  [[nodiscard]] inline std::size_t size() const noexcept { return ids_.size(); }
  /// All leases, by address. O(n log n), allocates.
  [[nodiscard]] std::vector<const lease*> leases() const;
  /// The addresses that rest, the oldest first. Allocates.
  [[nodiscard]] std::vector<ipv4_address> quarantined() const;

  /// What differs between the leases and the VMs that live. Changes nothing.
  [[nodiscard]] reconciliation reconcile(std::span<const std::string_view> live) const;

  /// How the addresses of `range` that are of this pool are used. O(range / 64,
  /// leases).
  [[nodiscard]] pool_utilization utilization(const ipv4_range& range) const;
  /// The same of one subnet, or of all.
  [[nodiscard]] pool_utilization utilization(const ipv4_network& subnet) const;
  [[nodiscard]] pool_utilization utilization() const;

  /// The pool as text (docs/pool-snapshot.md). Equal pools give equal texts.
  [[nodiscard]] std::string snapshot() const;
  /// The pool that `text` describes: equal to the one that was saved where the
  /// options are the same. Any damage is an error with the number of its line.
  [[nodiscard]] static result<pool, snapshot_error> restore(std::string_view text,
                                                            const pool_options& options);

  /// True where options, subnets, ranges, leases and resting addresses are the
  /// same. O(n log n).
  bool operator==(const pool& other) const;

 private:
  friend class snapshot_reader;

  struct pool_subnet {
    ipv4_network network;
    free_map free;  // by slot
  };
  struct resting {
    ipv4_address address;
    std::uint64_t until;
    std::string id;
  };
  /// A claim that can be taken back.
  struct undo {
    std::uint32_t lease;
    std::map<std::uint64_t, resting>::node_type rested;
    std::map<ipv4_address, std::uint64_t>::node_type number;
  };
  struct rollback;
  struct finding {
    ipv4_address address;
    std::optional<std::uint64_t> resting;  // in queue_
  };

  pool_subnet* subnet_at(ipv4_address address);
  const pool_subnet* subnet_at(ipv4_address address) const;
  [[nodiscard]] bool is_held_back(ipv4_address address) const;
  [[nodiscard]] std::uint64_t hash_of(std::uint64_t value) const;
  [[nodiscard]] std::uint32_t lease_of(std::string_view id) const;
  [[nodiscard]] std::uint32_t lease_of(ipv4_address address) const;
  [[nodiscard]] std::uint32_t lease_of(const interface_name& tap_name) const;
  [[nodiscard]] std::uint32_t lease_of(mac_address mac) const;
  [[nodiscard]] const lease* lease_or_null(std::uint32_t index) const;

  result<claimed, pool_error> claim_one(const claim_request& request, std::vector<undo>* undos);
  result<finding, pool_error> find_address(const claim_request& request, const pool_subnet& subnet,
                                           std::uint64_t digest, std::uint64_t rank) const;
  result<finding, pool_error> check_wanted(const claim_request& request,
                                           const pool_subnet& subnet) const;
  [[nodiscard]] std::optional<finding> resting_for(const claim_request& request,
                                                   const pool_subnet& subnet) const;
  [[nodiscard]] claimed answer(const lease& of, bool is_new) const;
  [[nodiscard]] value_holder state_of(ipv4_address address) const;

  void make_room(std::size_t count);
  std::uint32_t add_lease(lease&& made) noexcept;
  void remove_lease(std::uint32_t index) noexcept;
  void take_back(undo& last) noexcept;
  void give_back(ipv4_address address) noexcept;
  void occupy(ipv4_address address) noexcept;
  void replace(ipv4_set pool::* which, ipv4_set with, ipv4_set changed);
  void refresh(const ipv4_set& changed, const ipv4_set& held) noexcept;

  pool_options options_;
  std::uint64_t seed_;
  std::uint64_t epoch_ = 0;
  std::vector<pool_subnet> subnets_;  // ascending
  std::uint64_t num_addresses_ = 0;   // in them
  ipv4_set excluded_;
  ipv4_set reserved_;
  ipv4_set draining_;
  ipv4_set held_back_;  // the union of the three

  std::vector<lease> leases_;  // with holes
  std::vector<std::uint32_t> holes_;
  detail::index_table ids_;
  detail::index_table addresses_;
  detail::index_table taps_;
  detail::index_table macs_;

  std::map<std::uint64_t, resting> queue_;         // by order of release
  std::map<ipv4_address, std::uint64_t> resting_;  // in queue_
  std::uint64_t next_resting_ = 0;
};

}  // namespace vmnet
