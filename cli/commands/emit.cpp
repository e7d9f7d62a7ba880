// vmnet emit: VMs in the formats of hypervisors, guests and hosts.
//
// All of the input is read and checked before the first byte goes out.
module;
#include <cerrno>

module vmnet.cli.commands;

import vmnet;
import vmnet.cli.arguments;
import vmnet.cli.directory;
import vmnet.cli.emit;
import vmnet.cli.escape;
import vmnet.cli.machines;
import vmnet.cli.output;
import vmnet.cli.report;
import vmnet.std;

namespace vmnet::cli {
namespace {

constexpr std::size_t max_reported_faults = 20;

struct emit_arguments {
  std::string format;
  machine_options from;
  std::string output = "-";
  std::optional<std::string> directory;
  bool allow_collisions = false;

  std::optional<std::string> interface;
  std::optional<std::string> mtu;
  std::vector<std::string> dns;
  std::optional<std::string> hostname;
  std::optional<std::string> bridge;
  std::optional<std::string> device;
  std::optional<std::string> port;
  std::vector<std::string> allow;
  bool no_shared = false;
  bool undo = false;
};

const emit_format& format_named(std::string_view name) {
  const std::span<const emit_format> all = emit_formats();
  return *std::find_if(all.begin(), all.end(),
                       [name](const emit_format& one) { return one.name == name; });
}

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const emit_format& one : emit_formats()) names.emplace_back(one.name);
  return names;
}

/// True where all options that were given mean something to the format.
bool options_apply(const emit_arguments& arguments, const emit_format& format) {
  struct given_option {
    const char* name;
    setting which;
    bool is_given;
  };
  const given_option options[] = {
      {"--interface", setting::interface, arguments.interface.has_value()},
      {"--mtu", setting::mtu, arguments.mtu.has_value()},
      {"--dns", setting::dns, !arguments.dns.empty()},
      {"--hostname", setting::hostname, arguments.hostname.has_value()},
      {"--bridge", setting::bridge, arguments.bridge.has_value()},
      {"--device", setting::device, arguments.device.has_value()},
      {"--port", setting::port, arguments.port.has_value()},
      {"--allow", setting::allow, !arguments.allow.empty()},
      {"--no-shared", setting::no_shared, arguments.no_shared},
      {"--undo", setting::undo, arguments.undo},
  };
  for (const given_option& one : options) {
    if (!one.is_given || format.uses(one.which)) continue;
    report(std::string(one.name) + " has no meaning for " + std::string(format.name));
    return false;
  }
  return true;
}

hostname_rule rule_named(std::string_view name) {
  return name == "id"    ? hostname_rule::id
         : name == "tap" ? hostname_rule::tap
         : name == "ip"  ? hostname_rule::ip
                         : hostname_rule::none;
}

/// Nothing where a value is refused, which is reported then.
std::optional<emit_settings> read_settings(const emit_arguments& arguments,
                                           const emit_format& format) {
  emit_settings settings;
  if (arguments.interface) settings.interface = *arguments.interface;
  if (arguments.mtu) {
    settings.mtu = read_count("--mtu", *arguments.mtu);
    if (!settings.mtu) return std::nullopt;
  }
  for (const std::string& text : arguments.dns) {
    const auto server = ipv4_address::parse(text);
    if (!server) {
      report("--dns:\n" + diagnostic(text, server.error()));
      return std::nullopt;
    }
    settings.dns.push_back(*server);
  }
  // An inventory has the id itself, which need not be a host name.
  settings.hostname = rule_named(
      arguments.hostname.value_or(format.name == "json" ? std::string("none") : std::string("id")));
  if (arguments.bridge) settings.bridge = *arguments.bridge;
  if (arguments.device) settings.device = *arguments.device;
  if (arguments.port) {
    const auto port = read_count("--port", *arguments.port);
    if (!port) return std::nullopt;
    settings.port = *port;
  }
  for (const std::string& what : arguments.allow)
    (what == "dhcp" ? settings.allow_dhcp : settings.allow_ipv6) = true;
  settings.no_shared = arguments.no_shared;
  settings.undo = arguments.undo;
  if (const std::string fault = settings_fault(format, settings); !fault.empty()) {
    report(fault);
    return std::nullopt;
  }
  return settings;
}

/// `exit_good` where all VMs can be written.
int check(const emit_arguments& arguments, const emit_format& format, const emit_settings& settings,
          const std::vector<machine>& machines) {
  std::size_t faults = 0;
  for (const machine& vm : machines) {
    const std::string fault = machine_fault(format, settings, vm);
    if (fault.empty()) continue;
    if (++faults <= max_reported_faults)
      report((vm.id.empty() ? "(the empty id)" : shortened(vm.id)) + ": " + fault);
  }
  if (faults > max_reported_faults)
    report("and " + std::to_string(faults - max_reported_faults) + " more");
  if (faults > 0) return exit_bad_input;

  const bool share_values = report_shared(machines);
  const bool share_names = report_shared_names(format, settings, machines);
  if (!(share_values || share_names) || arguments.allow_collisions) return exit_good;
  report(
      "nothing is written: plan the fleet and give its plan with --plan, or say "
      "--allow-collisions");
  return exit_answer_is_no;
}

int failed(const std::string& what, int error) {
  report(system_fault("cannot write " + what, error));
  return exit_system_failed;
}

int write_stream(const std::string& path, const emit_format& format, const emit_settings& settings,
                 const std::vector<machine>& machines) {
  output out(path);
  if (format.kind == document_kind::whole) {
    out.write(format.all(machines, settings));
  } else {
    for (const machine& vm : machines) {
      if (format.kind == document_kind::yaml && machines.size() > 1) out.write("---\n");
      out.write(format.one(vm, settings));
      if (out.error() != 0) break;
    }
  }
  return commit_output(out, path);
}

int write_directory(const std::string& path, const emit_format& format,
                    const emit_settings& settings, const std::vector<machine>& machines) {
  new_directory directory(path);
  for (const machine& vm : machines) {
    const std::string name = encoded_id(vm.id) + std::string(format.extension);
    if (format.kind == document_kind::folder) {
      directory.begin_folder(name);
      for (const emitted_file& file : format.folder(vm, settings))
        directory.add(file.name, file.text);
      directory.end_folder();
    } else if (format.kind == document_kind::whole) {
      directory.add(name, format.all({&vm, 1}, settings));
    } else {
      directory.add(name, format.one(vm, settings));
    }
    if (directory.error() == EEXIST) {
      report("two VMs would have the same file: " + name);
      return exit_answer_is_no;
    }
    if (directory.error() != 0) return failed(escaped(path), directory.error());
  }
  const int error = directory.commit();
  if (error == EEXIST || error == ENOTEMPTY || error == ENOTDIR) {
    report(escaped(path) +
           " is there already: --out-dir makes a new directory, or fills an empty one");
    return exit_bad_input;
  }
  return error == 0 ? exit_good : failed(escaped(path), error);
}

int run(const emit_arguments& arguments) {
  const emit_format& format = format_named(arguments.format);
  if (!options_apply(arguments, format)) return exit_bad_input;
  if (format.kind == document_kind::folder && !arguments.directory) {
    report(std::string(format.name) + " makes a folder a VM: give --out-dir DIR");
    return exit_bad_input;
  }
  if (arguments.directory && format.uses(setting::no_shared) && !arguments.no_shared) {
    report(std::string(format.name) +
           " makes one document of all VMs: with --out-dir it needs --no-shared, which leaves out "
           "what they share");
    return exit_bad_input;
  }
  const auto settings = read_settings(arguments, format);
  if (!settings) return exit_bad_input;

  std::vector<machine> machines;
  if (const int status = read_machines(arguments.from, machines); status != exit_good)
    return status;
  if (const int status = check(arguments, format, *settings, machines); status != exit_good)
    return status;
  return arguments.directory ? write_directory(*arguments.directory, format, *settings, machines)
                             : write_stream(arguments.output, format, *settings, machines);
}

constexpr const char* details = R"(Formats:
  firecracker            network-interfaces of a config file
  firecracker-interface  body of PUT /network-interfaces/ID
  firecracker-snapshot   network_overrides for a snapshot that is loaded
  cloud-hypervisor       --net arguments; -json: NetConfig
  qemu                   -netdev and -device arguments
  kernel-arg             ip= for the guest's kernel
  cloud-init             NoCloud folders; -network, -meta: one of their files
  netplan                a file for the guest
  cni                    a result of CNI 1.1.0
  dnsmasq, hosts         dhcp-host lines; lines for /etc/hosts
  iproute2               a batch for ip(8) that makes bridge and TAPs
  nftables               rules against forged addresses in IPv4, ARP and Ethernet
  prometheus, json       file_sd targets; an inventory

Input:
  IDs as for identify, or the VMs of a plan (JSON Lines with all fields of an
  identity, as identify prints them) or of a pool's snapshot. With one of these,
  IDs choose from it.

Exit statuses:
  0 good, 1 VMs collide or an ID is not in the plan, 2 bad use, bad input or a name
  that the format does not take, 3 the system failed. Nothing is written but with 0.

Examples:
  vmnet emit firecracker --plan fleet.jsonl --out-dir /run/vms
  vmnet emit iproute2 --plan fleet.jsonl --bridge br0 | ip -batch -
  vmnet emit nftables --plan fleet.jsonl --bridge br0 | nft -f -
  vmnet emit kernel-arg --subnet 172.30.0.0/24 --dns 9.9.9.9 vm-1
)";

}  // namespace

void add_emit(command_line& program) {
  command& added =
      program.add("emit", "Write VMs in the formats of hypervisors and hosts", details);
  const auto options = std::make_shared<emit_arguments>();
  added.add(
      {.names = "FORMAT", .help = "What to write", .required = true, .choices = format_names()},
      options->format);
  add_machine_options(added, options->from);
  add_output_option(added, options->output);
  added.add({.names = "--out-dir",
             .help = "Write a file a VM into the new directory DIR",
             .value_name = "DIR",
             .excludes = "--output"},
            options->directory);
  added.add({.names = "--interface",
             .help = "The guest's interface; by default eth0",
             .value_name = "NAME"},
            options->interface);
  added.add(
      {.names = "--mtu", .help = "The MTU; by default what the reader has", .value_name = "N"},
      options->mtu);
  added.add({.names = "--dns", .help = "A name server of the guest", .value_name = "ADDRESS"},
            [options](std::string server) { options->dns.push_back(std::move(server)); });
  added.add({.names = "--hostname",
             .help = "The guest's name: by default its id (none for json)",
             .choices = {"id", "tap", "ip", "none"}},
            options->hostname);
  added.add({.names = "--bridge", .help = "The bridge; by default vmnet0", .value_name = "NAME"},
            options->bridge);
  added.add({.names = "--device",
             .help = "QEMU's device; by default virtio-net-device, as microvm has it",
             .choices = {"virtio-net-device", "virtio-net-pci"}},
            options->device);
  added.add({.names = "--port",
             .help = "The port of prometheus' targets; by default 9100",
             .value_name = "N"},
            options->port);
  added.add({.names = "--allow",
             .help = "What nftables lets pass beside IPv4 and ARP",
             .choices = {"dhcp", "ipv6"}},
            [options](std::string what) { options->allow.push_back(std::move(what)); });
  added.add({.names = "--no-shared", .help = "Leave out what VMs share: bridge, table"},
            options->no_shared);
  added.add({.names = "--undo", .help = "What takes it away again"}, options->undo);
  added.add({.names = "--allow-collisions",
             .help = "Write VMs that share an address or a name; they are still told"},
            options->allow_collisions);
  added.on_run([options] { return run(*options); });
}

}  // namespace vmnet::cli
