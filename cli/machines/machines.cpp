module vmnet.cli.machines;

import vmnet;
import vmnet.cli.arguments;
import vmnet.cli.escape;
import vmnet.cli.plan_file;
import vmnet.cli.row_input;
import vmnet.cli.snapshot_file;

namespace vmnet::cli {
namespace {

/// Keeps of `machines` those that `ids` name, in the order of `ids`.
int select(const std::vector<std::string>& ids, std::string_view path,
           std::vector<machine>& machines) {
  std::unordered_map<std::string_view, const machine*> by_id;
  for (const machine& one : machines) by_id.emplace(one.id, &one);
  std::vector<machine> selected;
  for (const std::string& id : ids) {
    const auto found = by_id.find(id);
    if (found == by_id.end()) {
      report("'" + shortened(id) + "' is not in " + shown_input(path));
      return exit_answer_is_no;
    }
    selected.push_back(*found->second);
  }
  machines = std::move(selected);
  return exit_good;
}

int read_stored(const machine_options& options, std::vector<machine>& machines) {
  if (options.subnet) {
    report("--subnet is for ids: the VMs of a plan or a snapshot have their subnets");
    return exit_bad_input;
  }
  const std::string path = options.plan ? *options.plan : options.snapshot.value_or("-");
  int status = exit_good;
  if (options.plan) {
    status = read_identities(path, [&](const input_row& row, const vm_identity& identity) {
      machines.push_back({std::string(row.id), identity});
      return std::optional<input_fault>();
    });
  } else {
    std::optional<pool> restored;
    status = read_snapshot(path, restored);
    if (restored)
      for (const lease* const one : restored->leases())
        machines.push_back({one->id, one->identity});
  }
  if (status != exit_good || options.inputs.empty()) return status;
  std::vector<std::string> ids;
  status = read_rows(options.inputs, read_input_options(options.input),
                     [&](const input_row& row, const input_line& /*line*/) {
                       ids.emplace_back(row.id);
                       return std::optional<input_fault>();
                     });
  return status == exit_good ? select(ids, path, machines) : status;
}

int read_identified(const machine_options& options, std::vector<machine>& machines) {
  std::optional<ipv4_network> subnet;
  if (options.subnet) {
    subnet = read_guest_subnet("--subnet", *options.subnet);
    if (!subnet) return exit_bad_input;
  }
  return read_rows(options.inputs, read_input_options(options.input),
                   [&](const input_row& row, const input_line& line) -> std::optional<input_fault> {
                     const auto own = row.subnet ? row.subnet : subnet;
                     if (!own) return lacks_subnet(line);
                     const auto identity = identify(row.id, *own);
                     if (!identity)
                       return input_fault{row.subnet_column, "expected a larger subnet: " +
                                                                 to_string(identity.error())};
                     machines.push_back({std::string(row.id), *identity});
                     return std::nullopt;
                   });
}

/// Reports groups of equal values of one kind: their number.
class shared_values {
 public:
  explicit shared_values(std::span<const machine> machines)
      : machines_(machines), order_(machines.size()) {}

  template <class Value>
  void report_field(const char* what, Value value) {
    // Pointers: GCC 16.2 takes the order of this vector's iterators here, and in a
    // module that is imported, for two functions of one mangled name.
    std::size_t* const begin = order_.data();
    std::size_t* const end = begin + order_.size();
    std::iota(begin, end, std::size_t{0});
    const auto value_at = [&](std::size_t i) -> decltype(auto) { return value(machines_[i]); };
    std::sort(begin, end, [&](std::size_t a, std::size_t b) {
      if (value_at(a) < value_at(b)) return true;
      return !(value_at(b) < value_at(a)) && a < b;
    });
    for (const std::size_t* first = begin; first != end;) {
      const std::size_t* const last =
          std::find_if(first + 1, static_cast<const std::size_t*>(end),
                       [&](std::size_t i) { return value_at(*first) < value_at(i); });
      if (last - first > 1) {
        any_ = true;
        std::string text = "collision: " + std::string(what) + ' ' + shown(value_at(*first));
        const char* separator = ": ";
        for (const std::size_t* at = first; at != last; ++at) {
          text += separator + shown_id(machines_[*at].id);
          separator = ", ";
        }
        report(text);
      }
      first = last;
    }
  }

  [[nodiscard]] bool any() const noexcept { return any_; }

 private:
  static std::string shown(const std::string& id) { return shown_id(id); }
  template <class Value>
  static std::string shown(const Value& value) {
    return escaped(to_string(value));
  }

  std::span<const machine> machines_;
  std::vector<std::size_t> order_;
  bool any_ = false;
};

}  // namespace

void add_machine_options(command& to, machine_options& into) {
  add_guest_subnet(to, into.subnet);
  add_id_inputs(to, into.inputs);
  add_input_options(to, into.input);
  to.add({.names = "--plan", .help = "A file of planned VMs", .value_name = "FILE"}, into.plan);
  to.add({.names = "--snapshot",
          .help = "A pool's snapshot",
          .value_name = "FILE",
          .excludes = "--plan"},
         into.snapshot);
}

int read_machines(const machine_options& options, std::vector<machine>& machines) {
  const bool is_stored = options.plan || options.snapshot;
  if (options.inputs.empty() && !is_stored) {
    report(
        "no VMs: give ids as arguments, a file of them with --ids FILE, or the VMs of --plan FILE "
        "or --snapshot FILE ('-' is standard input)");
    return exit_bad_input;
  }
  const bool is_stored_there = options.plan == "-" || options.snapshot == "-";
  if (!is_read_once(count_standard_input(options.inputs) + (is_stored_there ? 1 : 0)))
    return exit_bad_input;
  const int status =
      is_stored ? read_stored(options, machines) : read_identified(options, machines);
  if (status == exit_good && machines.empty()) {
    report("no VMs in what was given");
    return exit_bad_input;
  }
  return status;
}

bool report_shared(std::span<const machine> machines) {
  shared_values shared(machines);
  shared.report_field("id", [](const machine& one) -> const std::string& { return one.id; });
  shared.report_field("tap_name", [](const machine& one) { return one.identity.tap_name; });
  shared.report_field("mac", [](const machine& one) { return one.identity.mac; });
  shared.report_field("guest_ip", [](const machine& one) { return one.identity.guest_ip; });
  return shared.any();
}

}  // namespace vmnet::cli
