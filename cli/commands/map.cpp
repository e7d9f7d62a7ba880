// vmnet map: a subnet as a picture.
module vmnet.cli.commands;

import vmnet;
import vmnet.cli.arguments;
import vmnet.cli.escape;
import vmnet.cli.map;
import vmnet.cli.numbers;
import vmnet.cli.output;
import vmnet.cli.plan_file;
import vmnet.cli.report;
import vmnet.cli.row_input;
import vmnet.cli.snapshot_file;
import vmnet.std;

namespace vmnet::cli {
namespace {

constexpr const char* details =
    "Draws the addresses of a subnet along a Hilbert curve, from the top left corner:\n"
    "blocks of addresses are patches. The VMs are ids with their addresses of scheme\n"
    "v1, those of a plan, or the leases of a pool. Of a large subnet each cell is a\n"
    "block. svg titles tell on hovering which addresses a cell has, and whose.\n"
    "\n"
    "Exit statuses: 0 good, 2 bad use or bad input, 3 the system failed.\n"
    "\n"
    "Examples:\n"
    "  vmnet map --subnet 172.30.0.0/24 --ids fleet.txt\n"
    "  vmnet map --subnet 172.30.0.0/24 --plan plan.jsonl --format svg -o map.svg\n";

struct map_options {
  std::string subnet;
  std::optional<std::string> ids;
  std::optional<std::string> plan;
  std::optional<std::string> snapshot;
  input_names input;
  std::optional<std::string> format;
  std::string output = "-";
};

/// An address of the map, what it is, and whose.
struct mark {
  ipv4_address address;
  address_use use;
  std::string_view id;
};

/// What is to be drawn.
class map_content {
 public:
  explicit map_content(const ipv4_network& subnet) : subnet_(subnet) {}

  // Each gives `exit_good`, or the status of a fault that has been reported.
  int read_ids(const std::string& path, const input_options& how);
  int read_planned(const std::string& path);
  int read_leases(const std::string& path);

  void draw(address_map& on);
  /// The VMs in other subnets, which are not drawn.
  [[nodiscard]] std::uint64_t elsewhere() const noexcept { return elsewhere_; }

 private:
  void add(ipv4_address address, address_use use, std::string_view id) {
    if (subnet_.contains(address))
      marks_.push_back({address, use, id});
    else
      ++elsewhere_;
  }

  ipv4_network subnet_;
  id_store ids_;
  std::vector<mark> marks_;
  ipv4_set reserved_;
  std::uint64_t elsewhere_ = 0;
};

int map_content::read_ids(const std::string& path, const input_options& how) {
  return read_rows(
      path, how,
      [&](const input_row& row, const input_line& /*line*/) -> std::optional<input_fault> {
        const auto address = allocate_guest_ip(row.id, row.subnet.value_or(subnet_));
        if (!address)
          return input_fault{row.subnet_column,
                             "expected a larger subnet: " + to_string(address.error())};
        add(*address, address_use::used, ids_.keep(row.id));
        return std::nullopt;
      });
}

int map_content::read_planned(const std::string& path) {
  std::vector<planned_vm> vms;
  if (const int status = read_plan(path, ids_, vms); status != exit_good) return status;
  for (const planned_vm& vm : vms) {
    const bool is_v1 = vm.identity.guest_ip == *allocate_guest_ip(vm.id, vm.identity.subnet);
    add(vm.identity.guest_ip, is_v1 ? address_use::used : address_use::moved, vm.id);
  }
  return exit_good;
}

int map_content::read_leases(const std::string& path) {
  std::optional<pool> restored;
  const int status = read_snapshot(path, restored);
  if (!restored) return status;
  for (const lease* held : restored->leases()) {
    const auto& identity = held->identity;
    const bool is_v1 = identity.guest_ip == *allocate_guest_ip(held->id, identity.subnet);
    add(identity.guest_ip, is_v1 ? address_use::used : address_use::moved, ids_.keep(held->id));
  }
  for (const ipv4_address address : restored->quarantined())
    if (subnet_.contains(address)) marks_.push_back({address, address_use::quarantined, {}});
  reserved_ = restored->excluded() | restored->reserved() | restored->draining();
  return exit_good;
}

/// Addresses that several different ids have are colliding.
void map_content::draw(address_map& on) {
  on.reserve(reserved_);
  std::ranges::sort(marks_, [](const mark& a, const mark& b) {
    return a.address != b.address ? a.address < b.address : a.id < b.id;
  });
  const auto end = marks_.end();
  for (auto first = marks_.begin(); first != end;) {
    auto last = first + 1;
    std::string who(first->id);
    address_use use = first->use;
    for (; last != end && last->address == first->address; ++last) {
      if (last->id == (last - 1)->id) continue;
      use = address_use::colliding;
      who.append(", ").append(last->id);
    }
    on.mark(first->address, use, who);
    first = last;
  }
}

int run(const map_options& options) {
  if (int{options.ids.has_value()} + int{options.plan.has_value()} +
          int{options.snapshot.has_value()} !=
      1) {
    report("map needs one of --ids FILE, --plan FILE and --snapshot FILE");
    return exit_bad_input;
  }
  const auto subnet = read_guest_subnet("--subnet", options.subnet);
  if (!subnet) return exit_bad_input;
  map_content content(*subnet);
  const int status = options.ids ? content.read_ids(*options.ids, read_input_options(options.input))
                     : options.plan
                         ? content.read_planned(*options.plan)
                         // NOLINTNEXTLINE(bugprone-unchecked-optional-access): the third.
                         : content.read_leases(*options.snapshot);
  if (status != exit_good) return status;

  const bool as_svg = options.format == "svg";
  address_map map(*subnet, as_svg ? 64 : 32);
  content.draw(map);
  output out(options.output);
  out.write(as_svg ? map_svg(map) : map_text(map, wants_colour(out.fd())));
  if (const int failed = commit_output(out, options.output); failed != exit_good) return failed;
  if (content.elsewhere() > 0)
    report(counted(content.elsewhere(), "VM is", "VMs are") + " in other subnets and not drawn");
  return exit_good;
}

}  // namespace

void add_map(command_line& program) {
  command& added = program.add("map", "Draw a subnet: who has what, and what is free", details);
  const auto options = std::make_shared<map_options>();
  added.add({.names = "--subnet",
             .help = "The subnet to draw, as 172.30.0.0/24",
             .value_name = "CIDR",
             .required = true},
            options->subnet);
  added.add(
      {.names = "--ids", .help = "A file of ids; '-' is standard input", .value_name = "FILE"},
      options->ids);
  added.add({.names = "--plan", .help = "A plan, as 'vmnet plan' writes it", .value_name = "FILE"},
            options->plan);
  added.add({.names = "--snapshot", .help = "The snapshot of a pool", .value_name = "FILE"},
            options->snapshot);
  add_input_options(added, options->input);
  added.add({.names = "--format", .help = "By default text", .choices = {"text", "svg"}},
            options->format);
  add_output_option(added, options->output);
  added.on_run([options] { return run(*options); });
}

}  // namespace vmnet::cli
