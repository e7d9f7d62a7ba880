// vmnet.plan: identities for a whole fleet, without collisions, from the set alone.
//
// Scheme v1 collides early. A plan starts from it and lets VMs that collide take
// their next probes in a fixed order of seniority, oldest first. That is deferred
// acceptance with one preference shared by all, so the outcome is unique: it
// depends on the set of VMs and on nothing else, not on the order in which they
// were read, nor on the host (docs/plan-v1.md has the formulas and the proof).
// Arrival order, which others use, gives half of 200 VMs in a /24 another
// address when the same set is added in another order.
//
// Plan v1 is frozen as scheme v1 is. Memory is taken with std::vector; ids are
// views into the caller's storage throughout, errors own their texts.
module;
#include <cstdint>

export module vmnet.plan;

import vmnet.big_vector;
import vmnet.index_table;
import vmnet.std;

export import vmnet.alloc;
export import vmnet.ipset;
export import vmnet.placement;
export import vmnet.probe;
export import vmnet.siphash;

// Not exported; see the end of the file.
namespace vmnet {
class plan_builder;
}

export namespace vmnet {

/// The version of the algorithm; every plan in a file names it.
inline constexpr int plan_version = 1;

/// A VM to be planned. The id's bytes are the caller's and must outlive the plan.
struct fleet_vm {
  std::string_view id;
  ipv4_network subnet;
  /// Larger is newer, and ranks behind all older ones. All VMs have one or none.
  std::optional<std::uint64_t> generation;
  /// Values that this VM must get.
  std::optional<ipv4_address> guest_ip;
  std::optional<interface_name> tap_name;
  std::optional<mac_address> mac;
};

/// How full a subnet is.
struct subnet_load {
  ipv4_network subnet;
  /// The VMs in it.
  std::uint64_t vms = 0;
  /// All addresses but network, gateway and broadcast.
  std::uint64_t slots = 0;
  /// Those of them that are excluded.
  std::uint64_t excluded = 0;

  /// VMs for each address that is not excluded: above 0, at most 1.
  [[nodiscard]] constexpr double load() const noexcept {
    return static_cast<double>(vms) / static_cast<double>(slots - excluded);
  }

  constexpr bool operator==(const subnet_load&) const noexcept = default;
};

/// How near a plan is to scheme v1.
struct plan_statistics {
  std::uint64_t vms = 0;
  /// VMs whose whole identity is that of scheme v1.
  std::uint64_t at_v1 = 0;
  /// VMs with the value of scheme v1, by `vm_resource`.
  std::array<std::uint64_t, num_vm_resources> at_v1_by_resource{};
  /// The highest probe that was needed, by `vm_resource`.
  std::array<std::uint32_t, num_vm_resources> longest_probe{};

  constexpr bool operator==(const plan_statistics&) const noexcept = default;
};

/// What is asked for beside the VMs.
struct plan_options {
  /// Addresses that nobody gets.
  ipv4_set excluded;
  /// Decides the order of seniority within a generation and the later probes.
  /// Under a key that only the operator knows, nobody can choose a rank by
  /// choosing an id.
  siphash_key key;
  /// The previous plan: who was in it keeps every value that still can be kept.
  /// The identities' digests, gateways and placements are not looked at.
  std::span<const planned_vm> keep;
  /// The VMs among those that may lose a value that can not be kept; for all
  /// others that is an error.
  std::span<const std::string_view> allow_move;
};

/// Why there is no plan.
enum class plan_errc : std::uint8_t {
  subnet_too_small,    ///< a subnet is smaller than /30
  subnets_overlap,     ///< two different subnets share addresses
  duplicate_id,        ///< two VMs have the same id
  duplicate_kept_id,   ///< the previous plan has an id twice
  missing_generation,  ///< some VMs have a generation, this one has none
  subnet_full,         ///< more VMs than addresses
  pin_outside,         ///< a pinned address is not in the VM's subnet
  pin_reserved,        ///< a pinned address is the network, gateway or broadcast
  pin_excluded,        ///< a pinned address is excluded
  pin_invalid,         ///< a pinned TAP name is empty, or a MAC is not one interface's
  pin_conflict,        ///< two VMs are pinned to one value
  kept_outside,        ///< a kept address is no guest address of the VM's subnet
  kept_excluded,       ///< a kept address is excluded
  kept_invalid,        ///< a kept TAP name is empty, or a MAC is not one interface's
  kept_conflict,       ///< a kept value is another's by a pin or in the previous plan
};

/// Why there is no plan, with the VMs concerned. Owns its texts.
struct plan_error {
  plan_errc code{};
  /// The VM; for a subnet one of its VMs, the first by the bytes of the ids.
  std::string id{};
  /// The other VM, where there are two.
  std::string other_id{};
  /// The subnet of the first VM.
  ipv4_network subnet{};
  /// The subnet of the other VM.
  ipv4_network other_subnet{};
  /// What a pin or a kept value is about, and the value.
  vm_resource resource{};
  std::string value{};
  /// Of a full subnet: its VMs, the addresses there are for them, and the
  /// longest prefix that would do around it, if any.
  std::uint64_t vms = 0;
  std::uint64_t addresses = 0;
  std::optional<int> prefix_length{};

  bool operator==(const plan_error& other) const;
  std::strong_ordering operator<=>(const plan_error& other) const;
};

/// The reason in words, with the ids as they are: escape before printing.
/// Allocates.
[[nodiscard]] std::string to_string(const plan_error& error);

/// A plan: for each VM an identity, with TAP name, address and MAC unique.
///
/// VMs stand in order of seniority, the oldest first. Ids are views into what
/// the caller gave to `make_plan`. Two plans are equal where all their VMs and
/// their subnets are. The default value has no VMs.
class plan {
 public:
  plan() = default;

  /// The number of VMs.
  [[nodiscard]] inline std::size_t size() const noexcept { return records_.size(); }
  [[nodiscard]] inline bool empty() const noexcept { return records_.empty(); }
  /// The VM at `position` (below `size()`) in the order of seniority. O(log size).
  [[nodiscard]] planned_vm operator[](std::size_t position) const;
  /// All VMs, as `plan_options::keep` and `diff` take them. O(size), allocates.
  [[nodiscard]] std::vector<planned_vm> vms() const;
  /// The subnets in ascending order.
  [[nodiscard]] inline std::span<const subnet_load> subnets() const noexcept { return subnets_; }
  [[nodiscard]] inline const plan_statistics& statistics() const noexcept { return statistics_; }

  bool operator==(const plan& other) const;

 private:
  friend class plan_builder;

  /// What `record::tap` is while there is none, and the bit that marks an index
  /// into foreign_taps_ rather than the 32 bits of a name of v1's form.
  static constexpr std::uint64_t no_tap = UINT64_MAX;
  static constexpr std::uint64_t foreign_tap = std::uint64_t{1} << 32U;

  /// A VM as it is stored; its digest is kept since ids may be long.
  struct record {
    std::string_view id;
    std::uint64_t digest;
    std::uint64_t generation;
    std::uint64_t mac;     // 0 while it has none
    std::uint64_t tap;     // see above
    std::uint32_t ip;      // 0 while it has none
    std::uint32_t subnet;  // in subnets_
  };
  /// A value that is not v1's.
  struct displacement {
    std::uint32_t vm;
    std::uint32_t holder;
    std::uint32_t probe;
    vm_resource resource;
    placement_kind kind;
  };

  [[nodiscard]] interface_name tap_name_of(const record& r) const;

  detail::big_vector<record> records_;
  std::vector<displacement> displacements_;   // by VM and resource
  std::vector<interface_name> foreign_taps_;  // pinned names of another form, ascending
  std::vector<subnet_load> subnets_;
  plan_statistics statistics_;
  bool has_generations_ = false;
};

/// The plan v1 for `vms`, or all faults of one kind that stand in its way.
///
/// The same for any order of `vms`, and on every host. First the pinned values
/// are placed, each resource for itself, then what is kept; then in order of
/// seniority (generation, SipHash-2-4 of the id, bytes of the id) each VM takes
/// its first free probe of each resource. Adding unpinned VMs of a newer
/// generation moves nobody; removing one can let juniors move, unless the
/// previous plan is given as `options.keep`.
///
/// Faults are looked for in stages (subnets; ids and generations; room; pins;
/// kept values), and those of the first stage that has any are given in
/// ascending order. For fewer than 2^32 VMs.
///
/// O(n log n) for n VMs, and M * ln(1 / (1 - load)) probes in a subnet of M
/// slots; at most about 100 bytes a VM beside the ids, while it works.
[[nodiscard]] result<plan, std::vector<plan_error>> make_plan(std::span<const fleet_vm> vms,
                                                              const plan_options& options = {});

/// Why a VM's value is another in the new plan.
enum class change_reason : std::uint8_t {
  pinned,          ///< the new value was asked for
  subnet_changed,  ///< the VM is in another subnet
  back_to_v1,      ///< the value of scheme v1 has become free
  taken,           ///< another VM has the old value now
  nearer,          ///< an earlier probe has become free
  not_available,   ///< none of these: the old value is excluded, say
};

/// The words for `reason`. O(1), static storage.
[[nodiscard]] constexpr std::string_view to_string(change_reason reason) noexcept {
  switch (reason) {
    case change_reason::pinned:
      return "pinned";
    case change_reason::subnet_changed:
      return "the subnet changed";
    case change_reason::back_to_v1:
      return "back to its v1 value";
    case change_reason::taken:
      return "the old value was taken";
    case change_reason::nearer:
      return "an earlier probe became free";
    case change_reason::not_available:
      return "the old value is not available";
  }
  return "unknown reason";
}

/// A value of a VM that is in both plans and is not the same in both.
struct plan_change {
  /// The VM in the old plan and in the new.
  const planned_vm* from = nullptr;
  const planned_vm* to = nullptr;
  vm_resource resource{};
  change_reason reason{};
  /// Who has the old value in the new plan, if anyone.
  const planned_vm* taker = nullptr;

  constexpr bool operator==(const plan_change&) const noexcept = default;
};

/// What differs between two plans: pointers to the VMs given to `diff`.
struct plan_diff {
  std::vector<const planned_vm*> added;
  std::vector<const planned_vm*> removed;
  std::vector<plan_change> moved;

  /// True where both plans give the same VMs the same values.
  [[nodiscard]] inline bool empty() const noexcept {
    return added.empty() && removed.empty() && moved.empty();
  }
};

/// What differs between two plans, in ascending order of ids and resources.
///
/// Where an id stands twice in a plan, its last row counts. O(n log n), allocates.
[[nodiscard]] plan_diff diff(std::span<const planned_vm> before, std::span<const planned_vm> after);

}  // namespace vmnet

// How the units of the module work together; not exported.
namespace vmnet {

/// Builds one plan. An instance is good for one `build()`.
class plan_builder {
 public:
  plan_builder(std::span<const fleet_vm> vms, const plan_options& options);

  result<plan, std::vector<plan_error>> build() &&;

 private:
  using record = plan::record;

  /// A VM on its way into the order of seniority.
  struct ranked {
    std::uint64_t rank;
    std::uint64_t digest;
    std::uint32_t vm;
    std::uint32_t subnet;  // in plan_.subnets_
  };
  /// Who wants a value by a pin or by the previous plan.
  struct wish {
    std::uint32_t vm;
    placement_kind kind;
    bool may_move;
  };

  // build.cpp: the stages, subnets
  void check_subnets();
  void check_room();
  std::string first_id_in(ipv4_network subnet) const;
  std::uint32_t subnet_index(ipv4_network subnet) const;

  // seniority.cpp: ids, generations, ranks
  void rank_vms();
  void hash_ids();
  void sort_by_rank();
  void sort_by_generation();
  void find_duplicates();
  std::optional<std::uint32_t> vm_of(std::string_view id) const;
  void find_kept();
  void make_records();

  // wishes.cpp: pinned and kept values
  void place_pins();
  void place_kept();
  void want_tap(const wish& by, const interface_name& name);
  void want_ip(const wish& by, ipv4_address address);
  void want_mac(const wish& by, mac_address mac);
  void settle(const wish& by, vm_resource resource, std::uint32_t holder, std::string_view value,
              bool is_v1);
  void fault(const wish& by, plan_errc code, vm_resource resource, std::string_view value);
  void collect_foreign_taps();
  std::uint64_t tap_value(const interface_name& name) const;

  // place.cpp: values and their holders, placing the rest
  ipv4_network subnet_of(std::uint32_t i) const;
  std::uint64_t hash_of(std::uint64_t value) const;
  std::uint64_t hash_of_ip(std::uint32_t ip) const;
  std::uint32_t claim_tap(std::uint32_t i, std::uint64_t value);
  std::uint32_t claim_ip(std::uint32_t i, std::uint32_t value);
  std::uint32_t claim_mac(std::uint32_t i, std::uint64_t value);
  void place_all();
  std::uint32_t address_at(const record& r, std::uint64_t slot) const;
  std::uint32_t home_of(const record& r) const;
  void place_tap(std::uint32_t i);
  void place_mac(std::uint32_t i);
  void place_ip(std::uint32_t i);
  void displaced(std::uint32_t i, vm_resource resource, placement_kind kind, std::uint32_t probe,
                 std::uint32_t holder);
  void explain();
  std::uint32_t holder_of_v1(const plan::displacement& d) const;

  std::span<const fleet_vm> vms_;
  const plan_options& options_;
  std::uint64_t seed_;  // of the tables, so that nobody can crowd them who lacks the key
  plan plan_;
  std::vector<plan_error> errors_;
  detail::big_vector<ranked> order_;         // by seniority once there are records
  detail::big_vector<std::uint64_t> ranks_;  // by seniority
  std::vector<const planned_vm*> kept_;      // by input position; empty without a previous plan
  std::vector<bool> may_move_;
  bool pinned_ = false;  // somebody wants a value by pin or previous plan
  detail::index_table taps_;
  detail::index_table ips_;
  detail::index_table macs_;
};

}  // namespace vmnet
