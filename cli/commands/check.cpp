// vmnet check: whether this host has what the VMs need. It reads, and changes nothing.
module vmnet.cli.commands;

import vmnet;
import vmnet.cli.arguments;
import vmnet.cli.check;
import vmnet.cli.emit;
import vmnet.cli.escape;
import vmnet.cli.host;
import vmnet.cli.json;
import vmnet.cli.machines;
import vmnet.cli.numbers;
import vmnet.cli.report;
import vmnet.std;

namespace vmnet::cli {
namespace {

struct check_arguments {
  machine_options from;
  std::optional<std::string> bridge;
  std::vector<std::string> ignored;
  bool json = false;
};

struct part_name {
  const char* name;
  check_part part;
};

constexpr std::array<part_name, 5> parts = {{{"guard", check_part::guard},
                                             {"forwarding", check_part::forwarding},
                                             {"routes", check_part::routes},
                                             {"neighbours", check_part::neighbours},
                                             {"others", check_part::others}}};

/// The options that give the VMs to another command of vmnet.
std::string source_words(const machine_options& from) {
  std::string words;
  const auto add = [&](const char* option, const std::optional<std::string>& value) {
    if (!value) return;
    words.append(words.empty() ? "" : " ").append(option).append("=").append(shell_word(*value));
  };
  add("--subnet", from.subnet);
  add("--input", from.input.format);
  add("--id-encoding", from.input.encoding);
  add("--plan", from.plan);
  add("--snapshot", from.snapshot);
  for (const id_input& input : from.inputs) add(input.is_file ? "--ids" : "--id", input.text);
  return words;
}

check_settings read_settings(const check_arguments& arguments) {
  check_settings settings;
  if (arguments.bridge) settings.bridge = *arguments.bridge;
  for (const std::string& name : arguments.ignored)
    for (const part_name& one : parts)
      if (name == one.name)
        settings.parts =
            static_cast<std::uint8_t>(settings.parts & ~static_cast<unsigned>(one.part));
  // What the ids leave out of a plan is somebody's.
  if ((arguments.from.plan || arguments.from.snapshot) && !arguments.from.inputs.empty())
    settings.parts =
        static_cast<std::uint8_t>(settings.parts & ~static_cast<unsigned>(check_part::others));
  settings.source = source_words(arguments.from);
  return settings;
}

/// `exit_good` where what is compared can be on a host, and can be written into
/// commands: by the rules of what makes it.
int validate(const check_settings& settings, const std::vector<machine>& machines) {
  const std::span<const emit_format> formats = emit_formats();
  const emit_format& format =
      *std::ranges::find_if(formats, [](const emit_format& one) { return one.name == "iproute2"; });
  emit_settings emitted;
  emitted.bridge = settings.bridge;
  if (const std::string fault = settings_fault(format, emitted); !fault.empty()) {
    report(fault);
    return exit_bad_input;
  }
  for (const machine& vm : machines) {
    const std::string fault = machine_fault(format, emitted, vm);
    if (fault.empty()) continue;
    report((vm.id.empty() ? "(the empty id)" : shortened(vm.id)) + ": " + fault);
    return exit_bad_input;
  }
  if (!report_shared(machines)) return exit_good;
  report("no host can have that: plan the fleet and give its plan with --plan");
  return exit_answer_is_no;
}

json difference_json(const host_difference& difference) {
  json document;
  document.set("difference", difference.kind);
  if (difference.vm != nullptr) {
    const json_id written = json_id_of(difference.vm->id);
    document.set(written.key, written.text);
  }
  if (!difference.interface.empty()) document.set("interface", escaped(difference.interface));
  document.set("found", difference.found).set("fix", difference.fix);
  return document;
}

int print_json(const host_comparison& answer, const check_settings& settings, std::size_t vms) {
  json differences = json::array();
  for (const host_difference& one : answer.differences) differences.push_back(difference_json(one));
  json notes = json::array();
  for (const std::string& note : answer.notes) notes.push_back(note);
  json document;
  document.set("bridge", settings.bridge).set("vms", vms);
  document.set("differences", std::move(differences)).set("notes", std::move(notes));
  return print(document.dump() + '\n');
}

/// What differs and what to do, in columns. Both are printable already.
int print_table(const host_comparison& answer) {
  if (answer.differences.empty()) return exit_good;
  constexpr std::string_view header = "difference";
  std::size_t width = header.size();
  for (const host_difference& one : answer.differences)
    width = std::max(width, display_width(one.found));
  std::string text;
  const auto line = [&](std::string_view found, std::string_view fix) {
    text.append(found).append(width - display_width(found) + 2, ' ').append(fix).append("\n");
  };
  line(header, "fix");
  for (const host_difference& one : answer.differences) line(one.found, one.fix);
  return print(text);
}

int run(const check_arguments& arguments) {
  const check_settings settings = read_settings(arguments);
  std::vector<machine> machines;
  if (const int status = read_machines(arguments.from, machines); status != exit_good)
    return status;
  if (const int status = validate(settings, machines); status != exit_good) return status;

  host_state host;
  if (const auto fault = read_host(settings.bridge, guard_names_for(settings.bridge), host)) {
    report(system_fault(std::string("cannot read the host's ") + fault->what, fault->error));
    return exit_system_failed;
  }
  const host_comparison answer = compare_host(machines, host, settings);
  const int printed =
      arguments.json ? print_json(answer, settings, machines.size()) : print_table(answer);
  if (printed != exit_good) return printed;
  if (!arguments.json)
    for (const std::string& note : answer.notes) report("note: " + note);
  report(counted(machines.size(), "VM", "VMs") + " on " + settings.bridge + ": " +
         (answer.differences.empty()
              ? std::string("no difference")
              : counted(answer.differences.size(), "difference", "differences")));
  return answer.differences.empty() ? exit_good : exit_answer_is_no;
}

constexpr const char* details = R"(Compares, in the network namespace that it runs in:
  bridge and TAPs  there, up, of the right kind, and the TAPs in the bridge
  addresses        each gateway on the bridge, no guest's address on the host
  others           TAPs in the bridge and elements of the guard that no VM has
  neighbours       guests' addresses that the host remembers at another MAC address
  routes           addresses and routes that overlap the guests' subnets
  forwarding       that the host passes IPv4 on
  guard            the table of 'vmnet emit nftables', and what is in its sets
Reading takes no privileges, but for the guard: it takes CAP_NET_ADMIN, and is a
note where it could not be read. Each line tells what differs and the command that
mends it, or what to decide.

Input:
  As for emit. IDs that choose from a plan or a snapshot leave its other VMs out,
  and so what belongs to them is not called nobody's.

Exit statuses:
  0 no difference, 1 there are some, or VMs collide, 2 bad use or bad input, 3 the
  system failed.

Examples:
  vmnet check --plan fleet.jsonl --bridge br0
  vmnet check --subnet 172.30.0.0/24 --ids fleet.txt --ignore guard --json
)";

}  // namespace

void add_check(command_line& program) {
  command& added = program.add("check", "Tell what of its VMs' network a host lacks", details);
  const auto options = std::make_shared<check_arguments>();
  add_machine_options(added, options->from);
  added.add({.names = "--bridge", .help = "The bridge; by default vmnet0", .value_name = "NAME"},
            options->bridge);
  std::vector<std::string> names;
  names.reserve(parts.size());
  for (const part_name& one : parts) names.emplace_back(one.name);
  added.add({.names = "--ignore", .help = "What not to compare", .choices = names},
            [options](std::string what) { options->ignored.push_back(std::move(what)); });
  added.add({.names = "--json", .help = "Print one JSON object"}, options->json);
  added.on_run([options] { return run(*options); });
}

}  // namespace vmnet::cli
