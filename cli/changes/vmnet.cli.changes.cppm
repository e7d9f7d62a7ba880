// vmnet.cli.changes: what differs between two plans, in words.
export module vmnet.cli.changes;

import vmnet.std;

export import vmnet.plan;

export namespace vmnet::cli {

/// The value of a VM's `resource` as text.
[[nodiscard]] std::string value_text(const planned_vm& vm, vm_resource resource);

/// "1 added, 2 removed, 3 moved".
[[nodiscard]] std::string count_text(const plan_diff& changes);

/// The numbers against the plan `old_name`, and a line for each value that moved;
/// ids are escaped.
[[nodiscard]] std::string told(const plan_diff& changes, std::string_view old_name);

}  // namespace vmnet::cli
