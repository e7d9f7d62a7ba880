// vmnet diff: what differs between two plans.
module vmnet.cli.commands;

import vmnet;
import vmnet.cli.arguments;
import vmnet.cli.changes;
import vmnet.cli.escape;
import vmnet.cli.output;
import vmnet.cli.plan_file;
import vmnet.cli.report;
import vmnet.std;

namespace vmnet::cli {
namespace {

constexpr const char* details =
    "Prints a row for each VM that was added or removed (with its address), and for\n"
    "each value that moved: from what, to what, why, and who has the old value now.\n"
    "The files are plans in JSON Lines, as 'vmnet plan' writes them.\n"
    "\n"
    "Exit statuses: 0 the plans are the same, 1 they differ, 2 bad use or bad input,\n"
    "3 the system failed.\n"
    "\n"
    "Examples:\n"
    "  vmnet diff old.jsonl new.jsonl\n"
    "  vmnet plan --subnet 10.0.0.0/16 --ids fleet.txt | vmnet diff plan.jsonl - --format json\n";

struct diff_options {
  std::string before;
  std::string after;
  std::optional<std::string> format;
};

void write_changes(const plan_diff& changes, record_writer& to) {
  const auto one = [&](const char* what, const planned_vm& vm, bool is_new) {
    const record_value address = value_text(vm, vm_resource::guest_ip);
    to.record(std::vector<record_value>{what,
                                        std::string(vm.id),
                                        "guest_ip",
                                        is_new ? record_value() : address,
                                        is_new ? address : record_value(),
                                        {},
                                        {}});
  };
  for (const planned_vm* vm : changes.added) one("added", *vm, true);
  for (const planned_vm* vm : changes.removed) one("removed", *vm, false);
  for (const plan_change& change : changes.moved)
    to.record(std::vector<record_value>{
        "moved", std::string(change.to->id), std::string(to_string(change.resource)),
        value_text(*change.from, change.resource), value_text(*change.to, change.resource),
        std::string(to_string(change.reason)),
        change.taker != nullptr ? record_value(std::string(change.taker->id)) : std::nullopt});
}

int run(const diff_options& options) {
  if (options.before == "-" && options.after == "-") {
    report("standard input ('-') is given more than once: it can be read only once");
    return exit_bad_input;
  }
  id_store ids;
  std::vector<planned_vm> before;
  std::vector<planned_vm> after;
  if (const int status = read_plan(options.before, ids, before); status != exit_good) return status;
  if (const int status = read_plan(options.after, ids, after); status != exit_good) return status;

  const plan_diff changes = diff(before, after);
  output out;
  const row_format usual = out.is_terminal() ? row_format::table : row_format::tsv;
  const auto writer = make_record_writer(options.format ? format_named(*options.format) : usual,
                                         {{"change"},
                                          {"id", field_kind::bytes},
                                          {"field"},
                                          {"from"},
                                          {"to"},
                                          {"why"},
                                          {"taker", field_kind::bytes}},
                                         out);
  write_changes(changes, *writer);
  writer->finish();
  if (const int status = commit_output(out); status != exit_good) return status;
  if (changes.empty()) return exit_good;
  report(count_text(changes));
  return exit_answer_is_no;
}

}  // namespace

void add_diff(command_line& program) {
  command& added = program.add("diff", "Tell what differs between two plans", details);
  const auto options = std::make_shared<diff_options>();
  added.add({.names = "OLD", .help = "A plan; - is standard input", .required = true},
            options->before);
  added.add({.names = "NEW", .help = "A plan; - is standard input", .required = true},
            options->after);
  added.add({.names = "--format",
             .help = "By default table on a terminal, tsv elsewhere",
             .choices = {std::begin(format_names), std::end(format_names)}},
            options->format);
  added.on_run([options] { return run(*options); });
}

}  // namespace vmnet::cli
