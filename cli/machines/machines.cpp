module;
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

module vmnet.cli.machines;

import vmnet;
import vmnet.cli.arguments;
import vmnet.cli.escape;
import vmnet.cli.input;
import vmnet.cli.plan_file;
import vmnet.cli.snapshot_file;

namespace vmnet::cli {
namespace {

/// An id, and its subnet where one is needed.
struct named_id {
  std::string id;
  ipv4_network subnet;
};

/// Reads ids, from arguments and files.
class id_list {
 public:
  id_list(const machine_options& options, std::optional<ipv4_network> subnet, bool needs_subnet)
      : options_(&options),
        input_(read_input_options(options.input)),
        subnet_(subnet),
        needs_subnet_(needs_subnet) {}

  int read(std::vector<named_id>& ids) {
    for (const id_input& input : options_->inputs) {
      const int status = input.is_file ? read_file(input.text, ids) : read_id(input.text, ids);
      if (status != exit_good) return status;
    }
    return exit_good;
  }

 private:
  int read_id(const std::string& argument, std::vector<named_id>& ids) {
    const fault_place place{"ID", ++arguments_, 1};
    if (input_.encoding == id_encoding::raw)
      return add(argument, std::nullopt, place, argument, ids);
    std::string decoded;
    if (const auto offset = decode_hex(argument, decoded)) {
      report_fault({"ID", arguments_, *offset + 1}, hex_fault(argument, *offset), argument);
      return exit_bad_input;
    }
    return add(decoded, std::nullopt, place, argument, ids);
  }

  int read_file(const std::string& path, std::vector<named_id>& ids) {
    file_source source(path);
    if (source.error() != 0) return report_unreadable(path, source.error());
    id_reader reader(source, input_);
    for (;;) {
      switch (reader.next()) {
        case input_event::row: {
          const input_row& row = reader.row();
          const fault_place place{path, reader.line().number, row.subnet_column};
          const int status = add(row.id, row.subnet, place, reader.line().text, ids);
          if (status != exit_good) return status;
          break;
        }
        case input_event::fault:
          report_fault({path, reader.line().number, reader.fault().column}, reader.fault().message,
                       reader.line().text);
          return exit_bad_input;
        case input_event::failed:
          return report_unreadable(path, reader.error());
        case input_event::end:
          return exit_good;
      }
    }
  }

  int add(std::string_view id, std::optional<ipv4_network> own_subnet, fault_place place,
          std::string_view line, std::vector<named_id>& ids) const {
    const auto subnet = own_subnet ? own_subnet : subnet_;
    if (!subnet) {
      if (!needs_subnet_) {
        ids.push_back({std::string(id), ipv4_network()});
        return exit_good;
      }
      place.column = line.size() + 1;
      report_fault(
          place, "expected a subnet: the id has none of its own, and --subnet is not given", line);
      return exit_bad_input;
    }
    if (needs_subnet_ && num_guest_addresses(*subnet) == 0) {
      report_fault(place, "expected a larger subnet: " + to_string(identify(id, *subnet).error()),
                   line);
      return exit_bad_input;
    }
    ids.push_back({std::string(id), *subnet});
    return exit_good;
  }

  const machine_options* options_;
  input_options input_;
  std::optional<ipv4_network> subnet_;
  bool needs_subnet_;
  std::uint64_t arguments_ = 0;
};

/// Keeps of `machines` those that `ids` name, in the order of `ids`.
int select(const std::vector<named_id>& ids, std::string_view path,
           std::vector<machine>& machines) {
  std::unordered_map<std::string_view, const machine*> by_id;
  for (const machine& one : machines) by_id.emplace(one.id, &one);
  std::vector<machine> selected;
  for (const named_id& wanted : ids) {
    const auto found = by_id.find(wanted.id);
    if (found == by_id.end()) {
      report("'" + shortened(wanted.id) + "' is not in " + shown_input(path));
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
  std::vector<named_id> ids;
  status = id_list(options, std::nullopt, false).read(ids);
  return status == exit_good ? select(ids, path, machines) : status;
}

int read_identified(const machine_options& options, std::vector<machine>& machines) {
  std::optional<ipv4_network> subnet;
  if (options.subnet) {
    subnet = read_guest_subnet("--subnet", *options.subnet);
    if (!subnet) return exit_bad_input;
  }
  std::vector<named_id> ids;
  const int status = id_list(options, subnet, true).read(ids);
  if (status != exit_good) return status;
  for (named_id& one : ids) {
    const vm_identity identity = *identify(one.id, one.subnet);
    machines.push_back({std::move(one.id), identity});
  }
  return exit_good;
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
