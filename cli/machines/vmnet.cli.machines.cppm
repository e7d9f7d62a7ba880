// vmnet.cli.machines: VMs with their whole identities, from wherever a user has
// them: ids and scheme v1, the rows of a plan, or a pool's snapshot.
//
// All of them are kept, since what is made of them is to come out whole or not
// at all, and may depend on all of them.
export module vmnet.cli.machines;

import vmnet.std;

export import vmnet.alloc;
export import vmnet.cli.arguments;
export import vmnet.cli.report;

export namespace vmnet::cli {

/// A VM and its identity.
struct machine {
  std::string id;
  vm_identity identity;
};

/// Where VMs come from: the values of the options.
struct machine_options {
  std::vector<id_input> inputs;       // in the order of the command line
  std::optional<std::string> subnet;  // --subnet
  input_names input;
  std::optional<std::string> plan;      // --plan
  std::optional<std::string> snapshot;  // --snapshot
};

/// Adds the options for them, and ID.
void add_machine_options(command& to, machine_options& into);

/// Reads the VMs that `options` ask for into `machines`. Of a plan or a snapshot
/// that is all, or those that the ids name, in their order. What is wrong is
/// reported; then the exit status is another than `exit_good`.
[[nodiscard]] int read_machines(const machine_options& options, std::vector<machine>& machines);

/// Reports which of `machines` have the same id, TAP name, MAC or address; true
/// where any have. O(n log n), allocates.
[[nodiscard]] bool report_shared(std::span<const machine> machines);

}  // namespace vmnet::cli
