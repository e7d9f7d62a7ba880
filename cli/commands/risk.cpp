// vmnet risk: how likely it is that two VMs get the same name or address.
module;
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../format.hpp"

module vmnet.cli.commands;

import vmnet;
import vmnet.cli.arguments;
import vmnet.cli.json;
import vmnet.cli.numbers;
import vmnet.cli.report;

namespace vmnet::cli {
namespace {

constexpr const char* examples =
    "The model assumes ids with uniform digests, as random ids have; sequential\n"
    "names may do better or worse. 'vmnet identify' looks at the ids themselves.\n"
    "\n"
    "Examples:\n"
    "  vmnet risk --vms 10000\n"
    "  vmnet risk --vms 200 --subnet 172.30.0.0/16\n"
    "  vmnet risk --vms 200 --subnet 172.30.0.0/16 --json\n";

struct risk_options {
  std::string vms;
  std::optional<std::string> subnet;
  bool json = false;
};

/// One resource of which each VM takes a slot.
struct resource {
  const char* key;
  std::string label;
  std::uint64_t slots;
};

std::string text_of(std::uint64_t vms, const std::vector<resource>& resources) {
  std::string text =
      fmt::format("{:<28} {:>17}  {:>12}  {}\n", "among " + counted(vms, "VM", "VMs"), "values",
                  "risk", "VMs that share (expected)");
  for (const resource& r : resources)
    text += fmt::format("{:<28} {:>17}  {:>12}  {}\n", r.label, grouped(r.slots),
                        percent(collision_probability(vms, r.slots)),
                        amount(expected_colliding_ids(vms, r.slots)));
  return text;
}

std::string json_of(std::uint64_t vms, const std::optional<ipv4_network>& subnet,
                    const std::vector<resource>& resources) {
  json document;
  document.set("vms", vms).set("subnet", subnet ? json(to_string(*subnet)) : json());
  for (const resource& r : resources) {
    json risk;
    risk.set("num_values", r.slots)
        .set("probability", collision_probability(vms, r.slots))
        .set("expected_vms_that_share", expected_colliding_ids(vms, r.slots));
    document.set(r.key, std::move(risk));
  }
  return document.dump() + '\n';
}

int run(const risk_options& options) {
  const auto vms = read_count("--vms", options.vms);
  if (!vms) return exit_bad_input;
  std::vector<resource> resources;
  std::optional<ipv4_network> subnet;
  if (options.subnet) {
    subnet = read_guest_subnet("--subnet", *options.subnet);
    if (!subnet) return exit_bad_input;
    resources.push_back(
        {"guest_ip", "address in " + to_string(*subnet), num_guest_addresses(*subnet)});
  }
  resources.push_back({"tap_name", "TAP name", num_tap_names});
  resources.push_back({"mac", "MAC address", num_macs});
  return print(options.json ? json_of(*vms, subnet, resources) : text_of(*vms, resources));
}

}  // namespace

void add_risk(command_line& program) {
  command& added =
      program.add("risk", "Tell how likely VMs collide in address, TAP name and MAC", examples);
  const auto options = std::make_shared<risk_options>();
  added.add({.names = "--vms", .help = "The number of VMs", .value_name = "N", .required = true},
            options->vms);
  added.add({.names = "--subnet", .help = "The subnet that they share", .value_name = "CIDR"},
            options->subnet);
  added.add({.names = "--json", .help = "Print one JSON object; risks are fractions"},
            options->json);
  added.on_run([options] { return run(*options); });
}

}  // namespace vmnet::cli
