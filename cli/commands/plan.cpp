// vmnet plan: the identities of a fleet, without collisions.
//
// All of the set is read before anything is written, since the plan depends on
// all of it: where there is none, nothing comes out.
module;
#include <unistd.h>

module vmnet.cli.commands;

import vmnet;
import vmnet.cli.arguments;
import vmnet.cli.changes;
import vmnet.cli.escape;
import vmnet.cli.numbers;
import vmnet.cli.output;
import vmnet.cli.plan_file;
import vmnet.cli.report;
import vmnet.cli.row_input;
import vmnet.std;

namespace vmnet::cli {
namespace {

constexpr const char* details = R"(Input:
  As for 'vmnet identify'. JSON Lines may have "generation" (a number: larger is
  newer and moves nobody) and, as pins, "guest_ip", "tap_name" and "mac". In rows
  of a plan, which have "plan", those are results and no pins.

Output:
  The fields of identify and, but in a table, plan (its version), generation and
  for each value how it came about (v1, probe N, pinned, kept) and who has the one
  of scheme v1. VMs stand in order of seniority. JSON Lines, the default where
  standard output is no terminal, are what --keep, --against and 'vmnet diff' read.
  A summary goes to standard error. Where there is no plan, nothing is written, and
  standard error tells which ids stand in its way.

Exit statuses:
  0 good, 1 there is no such plan, 2 bad use or bad input, 3 the system failed.

Examples:
  vmnet plan --subnet 172.30.0.0/24 --ids fleet.txt -o plan.jsonl
  vmnet plan --subnet 172.30.0.0/24 --ids fleet.txt --keep plan.jsonl -o plan.jsonl
  vmnet plan --subnet 10.0.0.0/16 --ids - --exclude 10.0.0.0/24 --exclude 10.0.9.9
)";

struct plan_command_options {
  std::optional<std::string> subnet;
  std::vector<id_input> inputs;
  input_names input;
  std::vector<std::string> excluded;
  std::optional<std::string> key;
  std::optional<std::string> keep;
  std::vector<std::string> allow_move;
  std::optional<std::string> against;
  std::optional<std::string> format;
  std::string output = "-";
};

/// Reads the VMs of `options`, their ids into `ids`.
int read_fleet(const plan_command_options& options, std::optional<ipv4_network> subnet,
               id_store& ids, std::vector<fleet_vm>& fleet) {
  input_options how = read_input_options(options.input);
  how.with_planned_fields = true;
  return read_rows(options.inputs, how,
                   [&](const input_row& row, const input_line& line) -> std::optional<input_fault> {
                     const auto own = row.subnet ? row.subnet : subnet;
                     if (!own) return lacks_subnet(line);
                     fleet_vm vm{.id = ids.keep(row.id),
                                 .subnet = *own,
                                 .generation = row.planned.generation,
                                 .guest_ip = {},
                                 .tap_name = {},
                                 .mac = {}};
                     if (!row.planned.version) {
                       vm.guest_ip = row.planned.guest_ip;
                       vm.tap_name = row.planned.tap_name;
                       vm.mac = row.planned.mac;
                     }
                     fleet.push_back(vm);
                     return std::nullopt;
                   });
}

/// False where a value was bad, which is reported.
bool read_values(const plan_command_options& from, plan_options& into) {
  std::vector<ipv4_range> excluded;
  for (const std::string& text : from.excluded) {
    const auto set = ipv4_set::parse(text);
    if (!set) {
      report("--exclude:\n" + diagnostic(text, set.error()));
      return false;
    }
    excluded.insert(excluded.end(), set->ranges().begin(), set->ranges().end());
  }
  into.excluded = ipv4_set::from_ranges(excluded);
  if (!from.key) return true;
  const auto key = siphash_key::parse(*from.key);
  if (!key) {
    report("--key: expected 32 hexadecimal digits");  // not the key: it is a secret
    return false;
  }
  into.key = *key;
  return true;
}

/// Tells why there is no plan.
int refuse(const std::vector<plan_error>& errors) {
  std::string text;
  bool any_kept = false;
  for (const plan_error& error : errors) {
    text += "vmnet: no plan: " + escaped(to_string(error)) + '\n';
    any_kept |= error.code >= plan_errc::kept_outside;
  }
  if (any_kept)
    text += "vmnet: --allow-move ID lets a VM have another value where it can not keep its own\n";
  static_cast<void>(write_all(STDERR_FILENO, text));
  return exit_answer_is_no;
}

std::string summary_of(const plan& made) {
  const plan_statistics& s = made.statistics();
  const auto share = [&](std::uint64_t part) {
    return grouped(part) +
           (s.vms == 0
                ? ""
                : " (" + percent(static_cast<double>(part) / static_cast<double>(s.vms)) + ")");
  };
  std::string text = "vmnet: plan " + std::to_string(plan_version) + ": " +
                     counted(s.vms, "VM", "VMs") + ", " + share(s.at_v1) +
                     " with the identity of scheme v1\n";
  for (const vm_resource resource :
       {vm_resource::tap_name, vm_resource::guest_ip, vm_resource::mac}) {
    const auto i = static_cast<std::size_t>(resource);
    if (s.at_v1_by_resource[i] == s.vms) continue;
    text += "vmnet: " + std::string(to_string(resource)) + ": " + share(s.at_v1_by_resource[i]) +
            " at v1, longest probe " + grouped(s.longest_probe[i]) + '\n';
  }
  for (const subnet_load& load : made.subnets())
    text += "vmnet: " + to_string(load.subnet) + ": " + grouped(load.vms) + " of " +
            counted(load.slots - load.excluded, "address", "addresses") + " used (" +
            percent(load.load()) + ")" +
            (load.excluded == 0 ? "" : ", " + grouped(load.excluded) + " excluded") + '\n';
  return text;
}

int write_plan(const plan& made, const plan_command_options& options) {
  output out(options.output);
  const row_format usual = out.is_terminal() ? row_format::table : row_format::jsonl;
  const row_format format = options.format ? format_named(*options.format) : usual;
  const auto writer = make_record_writer(format, plan_fields(format), out);
  for (std::size_t i = 0; i < made.size() && out.error() == 0; ++i)
    write_planned(format, made[i], *writer);
  writer->finish();
  return commit_output(out, options.output);
}

int run(const plan_command_options& options) {
  if (options.inputs.empty()) {
    report(
        "no ids: give them as arguments, or a file of them with --ids FILE ('-' is standard "
        "input)");
    return exit_bad_input;
  }
  std::size_t standard_inputs = count_standard_input(options.inputs);
  for (const auto* file : {&options.keep, &options.against})
    if (*file == "-") ++standard_inputs;
  if (!is_read_once(standard_inputs)) return exit_bad_input;
  if (!options.allow_move.empty() && !options.keep) {
    report("--allow-move says who may move from --keep PLAN, which is not given");
    return exit_bad_input;
  }
  std::optional<ipv4_network> subnet;
  if (options.subnet) {
    subnet = read_guest_subnet("--subnet", *options.subnet);
    if (!subnet) return exit_bad_input;
  }
  plan_options how;
  if (!read_values(options, how)) return exit_bad_input;

  id_store ids;
  std::vector<planned_vm> kept;
  std::vector<planned_vm> before;
  if (options.keep)
    if (const int status = read_plan(*options.keep, ids, kept); status != exit_good) return status;
  if (options.against)
    if (const int status = read_plan(*options.against, ids, before); status != exit_good)
      return status;
  std::vector<fleet_vm> fleet;
  if (const int status = read_fleet(options, subnet, ids, fleet); status != exit_good)
    return status;

  const std::vector<std::string_view> may_move(options.allow_move.begin(),
                                               options.allow_move.end());
  how.keep = kept;
  how.allow_move = may_move;
  const auto made = make_plan(fleet, how);
  if (!made) return refuse(made.error());
  if (const int status = write_plan(*made, options); status != exit_good) return status;

  std::string summary = summary_of(*made);
  if (options.keep || options.against) {
    const std::vector<planned_vm> now = made->vms();
    const std::string& file = options.against ? *options.against : *options.keep;
    summary += told(diff(options.against ? before : kept, now), shown_input(file));
  }
  static_cast<void>(write_all(STDERR_FILENO, summary));
  return exit_good;
}

}  // namespace

void add_plan(command_line& program) {
  command& added =
      program.add("plan", "Plan a fleet: identities without collisions, from the set", details);
  const auto options = std::make_shared<plan_command_options>();
  add_guest_subnet(added, options->subnet);
  add_id_inputs(added, options->inputs);
  add_input_options(added, options->input);
  added.add({.names = "--exclude",
             .help = "Addresses that nobody gets: a network, a range or an address",
             .value_name = "RANGE"},
            [options](std::string range) { options->excluded.push_back(std::move(range)); });
  added.add({.names = "--key",
             .help = "32 hexadecimal digits that decide seniority and later probes",
             .value_name = "HEX"},
            options->key);
  added.add({.names = "--keep",
             .help = "The previous plan: who is in it keeps what it has",
             .value_name = "PLAN"},
            options->keep);
  added.add({.names = "--allow-move",
             .help = "A VM that may lose what it can not keep",
             .value_name = "ID"},
            [options](std::string id) { options->allow_move.push_back(std::move(id)); });
  added.add({.names = "--against",
             .help = "The plan to tell differences from (default: that of --keep)",
             .value_name = "PLAN"},
            options->against);
  added.add({.names = "--format",
             .help = "By default table on a terminal, jsonl elsewhere",
             .choices = {std::begin(format_names), std::end(format_names)}},
            options->format);
  add_output_option(added, options->output);
  added.on_run([options] { return run(*options); });
}

}  // namespace vmnet::cli
