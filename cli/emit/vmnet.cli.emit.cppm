// vmnet.cli.emit: VMs in the formats of hypervisors, guests and hosts.
//
// A format makes a document a VM, or one document of all. What goes into one is
// checked before: TAP and bridge names are of an alphabet that nothing
// interprets, host names are RFC 1123 labels, and ids appear nowhere as they are
// but in JSON, which has escapes for them, or encoded (`encoded_id`). So nothing
// has to be quoted where documents are made, and none can fail.
export module vmnet.cli.emit;

import vmnet.std;

export import vmnet.cli.machines;

export namespace vmnet::cli {

/// Where the guest's host name comes from.
enum class hostname_rule : std::uint8_t {
  id,    ///< the id, which has to be one
  tap,   ///< the TAP name, as `tap-1fdcc600`
  ip,    ///< the address, as `ip-172-30-0-231`
  none,  ///< the guest gets none
};

/// What is asked for beside the VMs.
struct emit_settings {
  std::string interface = "eth0";
  std::optional<std::uint64_t> mtu;
  std::vector<ipv4_address> dns;
  hostname_rule hostname = hostname_rule::id;
  std::string bridge = "vmnet0";
  std::string device = "virtio-net-device";
  std::uint64_t port = 9100;
  bool allow_dhcp = false;
  bool allow_ipv6 = false;
  bool no_shared = false;
  bool undo = false;
};

/// The settings that a format can have a use for, as bits.
enum class setting : std::uint16_t {
  interface = 1,
  mtu = 2,
  dns = 4,
  hostname = 8,
  bridge = 16,
  device = 32,
  port = 64,
  allow = 128,
  no_shared = 256,
  undo = 512,
};

/// A file of a folder.
struct emitted_file {
  std::string name;
  std::string text;
};

/// How documents stand behind one another in a stream.
enum class document_kind : std::uint8_t {
  line,    ///< a document a VM, one line each
  yaml,    ///< a document a VM, with `---` before each where there are many
  folder,  ///< a folder of files a VM: only in a directory
  whole,   ///< one document of all VMs
};

/// A format.
struct emit_format {
  std::string_view name;
  std::string_view extension;  ///< of its files, with the dot
  std::uint16_t settings;      ///< the bits of `setting` that it has a use for
  document_kind kind;

  // The one of these that `kind` needs.
  std::string (*one)(const machine&, const emit_settings&) = nullptr;
  std::vector<emitted_file> (*folder)(const machine&, const emit_settings&) = nullptr;
  std::string (*all)(std::span<const machine>, const emit_settings&) = nullptr;

  [[nodiscard]] bool uses(setting which) const noexcept {
    return (settings & static_cast<std::uint16_t>(which)) != 0;
  }
};

/// All formats.
[[nodiscard]] std::span<const emit_format> emit_formats() noexcept;

/// What keeps `settings` from being used for `format`, or nothing.
[[nodiscard]] std::string settings_fault(const emit_format& format, const emit_settings& settings);

/// What keeps `vm` from being written in `format`, or nothing: names and host
/// names that the format's reader would refuse or interpret. Not escaped.
[[nodiscard]] std::string machine_fault(const emit_format& format, const emit_settings& settings,
                                        const machine& vm);

/// Reports host names that two of the VMs would share in any case of letters,
/// where `format` tells a whole network of them; true where any do.
[[nodiscard]] bool report_shared_names(const emit_format& format, const emit_settings& settings,
                                       std::span<const machine> machines);

/// An id as a name: letters, digits, `-`, `_` and dots that are not the first
/// byte as they are, every other byte as `%hh`; the empty id as `%`. Longer than
/// 180 bytes, it is its first 150 bytes, `%~`, and digest and length of the id.
/// Names of different ids differ, but for long ids of equal digest and length.
[[nodiscard]] std::string encoded_id(std::string_view id);

/// The bridge's own address on the wire. Without one a bridge has the lowest of
/// its ports', which changes with them.
[[nodiscard]] mac_address bridge_mac(ipv4_address gateway) noexcept;

/// The table of the family `bridge` that guards the bridge of that name.
[[nodiscard]] std::string guard_table(std::string_view bridge);

/// Its chains: the one that sees all frames, and the one that judges those of VMs.
inline constexpr std::string_view guard_hook_chain = "guard";
inline constexpr std::string_view guard_verdict_chain = "from_guest";

/// Its sets.
inline constexpr std::array<std::string_view, 3> guard_set_names = {"taps", "macs", "guests"};

/// What a VM has in each of the sets, in the order of their names.
[[nodiscard]] std::array<std::string, 3> guard_elements(const vm_identity& identity);

}  // namespace vmnet::cli

// Not exported: one function a format, in a file a family.
namespace vmnet::cli {

/// The guest's host name; empty where the rule is `none`.
std::string host_name(const machine& vm, hostname_rule rule);

// hypervisors.cpp
std::string firecracker_config(const machine& vm, const emit_settings& settings);
std::string firecracker_interface(const machine& vm, const emit_settings& settings);
std::string firecracker_snapshot(const machine& vm, const emit_settings& settings);
std::string cloud_hypervisor_arguments(const machine& vm, const emit_settings& settings);
std::string cloud_hypervisor_json(const machine& vm, const emit_settings& settings);
std::string qemu_arguments(const machine& vm, const emit_settings& settings);
std::string kernel_argument(const machine& vm, const emit_settings& settings);

// guests.cpp
std::string cloud_init_network(const machine& vm, const emit_settings& settings);
std::string cloud_init_meta_data(const machine& vm, const emit_settings& settings);
std::vector<emitted_file> cloud_init_folder(const machine& vm, const emit_settings& settings);
std::string netplan(const machine& vm, const emit_settings& settings);
std::string cni_result(const machine& vm, const emit_settings& settings);

// inventories.cpp
std::string dnsmasq_hosts(std::span<const machine> machines, const emit_settings& settings);
std::string etc_hosts(std::span<const machine> machines, const emit_settings& settings);
std::string prometheus_targets(std::span<const machine> machines, const emit_settings& settings);
std::string json_inventory(std::span<const machine> machines, const emit_settings& settings);

// host.cpp
std::string iproute2_batch(std::span<const machine> machines, const emit_settings& settings);
std::string nftables_rules(std::span<const machine> machines, const emit_settings& settings);

}  // namespace vmnet::cli
