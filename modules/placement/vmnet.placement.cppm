// vmnet.placement: a VM with its place in a plan - its identity, and how it came to
// each value of it.
//
// Apart from vmnet.plan, which makes them, so that what only reads plans needs
// none of what makes them.
export module vmnet.placement;

import vmnet.std;

export import vmnet.alloc;

export namespace vmnet {

/// What a VM gets one of, and no two VMs share.
enum class vm_resource : std::uint8_t { tap_name, guest_ip, mac };
/// The number of resources.
inline constexpr std::size_t num_vm_resources = 3;

/// The name of the member of `vm_identity`. O(1), static storage.
[[nodiscard]] constexpr std::string_view to_string(vm_resource resource) noexcept {
  switch (resource) {
    case vm_resource::tap_name:
      return "tap_name";
    case vm_resource::guest_ip:
      return "guest_ip";
    case vm_resource::mac:
      return "mac";
  }
  return "unknown resource";
}

/// How a VM came to a value.
enum class placement_kind : std::uint8_t {
  v1,      ///< it is the value of scheme v1
  probed,  ///< the value of v1 is another's or excluded; the first free probe
  pinned,  ///< the caller asked for it
  kept,    ///< the VM had it in the previous plan
};

/// The word for `kind`: `v1`, `probed`, `pinned` or `kept`. O(1), static storage.
[[nodiscard]] constexpr std::string_view to_string(placement_kind kind) noexcept {
  switch (kind) {
    case placement_kind::v1:
      return "v1";
    case placement_kind::probed:
      return "probed";
    case placement_kind::pinned:
      return "pinned";
    case placement_kind::kept:
      return "kept";
  }
  return "unknown placement";
}

/// How a VM came to one of its values, and who has the value of v1.
struct placement {
  placement_kind kind = placement_kind::v1;
  /// The probe that found it: 1 or more where `kind` is `probed`, else 0.
  std::uint32_t probe = 0;
  /// The VM that has the value of v1; nothing where it is this VM, or none
  /// because the address is excluded or nobody was left to want it.
  std::optional<std::string_view> holder;

  bool operator==(const placement& other) const noexcept;
};

/// A VM with its place in a plan.
struct planned_vm {
  std::string_view id;
  std::optional<std::uint64_t> generation;
  vm_identity identity;
  /// By `vm_resource`.
  std::array<placement, num_vm_resources> placements;

  /// How this VM came to its `resource`.
  [[nodiscard]] constexpr const placement& placed(vm_resource resource) const noexcept {
    return placements[static_cast<std::size_t>(resource)];
  }

  bool operator==(const planned_vm& other) const noexcept;
};

}  // namespace vmnet
