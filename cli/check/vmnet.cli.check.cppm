// vmnet.cli.check: what a host has, compared with what its VMs need.
//
// A pure function: the host comes as data (vmnet.cli.host), so that tests can make
// one up. What is told names a command that mends it where one does so safely, and
// never one that could cut the host off: there it says what to decide.
export module vmnet.cli.check;

import vmnet.std;

export import vmnet.cli.host;
export import vmnet.cli.machines;

export namespace vmnet::cli {

/// What is compared, as bits.
enum class check_part : std::uint8_t {
  guard = 1,       ///< the table of nftables
  forwarding = 2,  ///< that IPv4 is passed on
  routes = 4,      ///< addresses and routes that overlap the guests' subnets
  neighbours = 8,  ///< who the host remembers at the guests' addresses
  others = 16,     ///< TAPs and elements that belong to none of the VMs
};

/// All of them.
inline constexpr std::uint8_t all_check_parts = 31;

struct check_settings {
  std::string bridge = "vmnet0";
  std::uint8_t parts = all_check_parts;
  /// The options of `vmnet emit` that give the same VMs, for commands to run.
  std::string source;
};

/// Something that is not as it should be.
struct host_difference {
  std::string_view kind;        ///< as `tap_missing`
  const machine* vm = nullptr;  ///< whose it is; none: all of them
  std::string interface;        ///< where it is; may be empty
  std::string found;            ///< a sentence; printable
  std::string fix;              ///< a command, or what to decide
};

struct host_comparison {
  std::vector<host_difference> differences;
  /// What is no fault, but worth to know: what could not be read, for one.
  std::vector<std::string> notes;
};

/// The names of the guard of a bridge, for `read_host`.
[[nodiscard]] guard_names guard_names_for(const std::string& bridge);

/// Compares. The VMs have different ids, names and addresses, and must outlive the
/// answer. O(n log n) in VMs and elements, O(subnets) for each address and route of
/// the host; allocates.
[[nodiscard]] host_comparison compare_host(std::span<const machine> machines,
                                           const host_state& host, const check_settings& settings);

/// `text` as one word for a shell, as it is where nothing in it means anything to
/// one; without a character that is never shown raw.
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace vmnet::cli
