// vmnet.cli.plan_file: plans in files - JSON Lines with an identity, how each value
// came about, and the version of the plan in every row (docs/plan-file.md).
//
// A row alone is enough to read it, so plans can be cut and joined with the tools
// of text. Holders are for people: they are written, and read past.
module;
#include <memory_resource>

export module vmnet.cli.plan_file;

import vmnet.std;

export import vmnet.cli.input;
export import vmnet.cli.records;
export import vmnet.placement;

export namespace vmnet::cli {

/// Ids that stay where they are.
class id_store {
 public:
  /// A copy of `id` that lives as long as the store.
  [[nodiscard]] std::string_view keep(std::string_view id);

 private:
  std::pmr::monotonic_buffer_resource memory_;
};

/// What becomes of a row with a whole identity: nothing, or what is wrong with it.
using identity_reader =
    std::function<std::optional<input_fault>(const input_row& row, const vm_identity& identity)>;

/// Gives `read` each row of the JSON Lines at `path` (`-` is standard input), which
/// must have all values of an identity, and these must go together; the gateway may
/// be left out. `exit_good`, or the status of a fault that has been reported.
[[nodiscard]] int read_identities(const std::string& path, const identity_reader& read);

/// Appends the VMs of the plan in the file at `path` to `vms`, their ids to `ids`, as
/// `read_identities` does; an id that stands twice is a fault.
[[nodiscard]] int read_plan(const std::string& path, id_store& ids, std::vector<planned_vm>& vms);

/// The fields of a planned VM: in a table those for people, else all.
[[nodiscard]] std::vector<record_field> plan_fields(row_format format);

/// Writes `vm` with those fields.
void write_planned(row_format format, const planned_vm& vm, record_writer& to);

}  // namespace vmnet::cli
