// vmnet size: the smallest subnet for a number of VMs and a risk.
module;
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

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
    "Prints the longest prefix, that is the smallest subnet, in which the addresses\n"
    "of N VMs collide with a probability of at most P. Exits with 1 where not even a\n"
    "/0 will do, as for 10,000 VMs at 1 %. The model assumes uniform digests.\n"
    "\n"
    "Examples:\n"
    "  vmnet size --vms 100 --risk 1%\n"
    "  vmnet size --vms 100 --risk 0.01 --json\n";

struct size_options {
  std::string vms;
  std::string risk;
  bool json = false;
};

std::uint64_t slots_of(int prefix_length) {
  return num_guest_addresses(*ipv4_network::make(ipv4_address(), prefix_length));
}

std::string advice(std::uint64_t vms, double risk) {
  const std::uint64_t largest = slots_of(0);
  return fmt::format(
      "no subnet is large enough for {} at a risk of {}: in a /0 it is {}.\n"
      "  Go around the collisions (vmnet plan), look for them (vmnet identify\n"
      "  --strict), or give groups of VMs bridges and subnets of their own: at this\n"
      "  risk a /8 takes {}, a /16 takes {} (and no subnet more than {}).",
      counted(vms, "VM", "VMs"), percent(risk), percent(collision_probability(vms, largest)),
      counted(max_ids_at_risk(risk, slots_of(8)), "VM", "VMs"),
      grouped(max_ids_at_risk(risk, slots_of(16))), grouped(max_ids_at_risk(risk, largest)));
}

std::string text_of(std::uint64_t vms, double risk, int prefix_length) {
  const std::uint64_t slots = slots_of(prefix_length);
  return fmt::format(
      "longest prefix   /{}\n"
      "guest addresses  {}\n"
      "risk             {} for {} (at most {} was asked for)\n"
      "VMs that fit     {} at a risk of at most {}\n",
      prefix_length, grouped(slots), percent(collision_probability(vms, slots)),
      counted(vms, "VM", "VMs"), percent(risk),
      risk < 1 ? grouped(max_ids_at_risk(risk, slots)) : "any number", percent(risk));
}

std::string json_of(std::uint64_t vms, double risk, std::optional<int> prefix_length) {
  const std::uint64_t slots = slots_of(prefix_length.value_or(0));
  json document;
  document.set("vms", vms).set("risk", risk);
  document.set("prefix_length", prefix_length ? json(*prefix_length) : json());
  document.set("num_guest_addresses", prefix_length ? json(slots) : json());
  // Of the prefix; of a /0 where none fits.
  document.set("probability", collision_probability(vms, slots));
  return document.dump() + '\n';
}

int run(const size_options& options) {
  const auto vms = read_count("--vms", options.vms);
  const auto risk = read_probability("--risk", options.risk);
  if (!vms || !risk) return exit_bad_input;
  const std::optional<int> prefix_length = longest_prefix_at_risk(*vms, *risk);
  if (!prefix_length) report(advice(*vms, *risk));
  const int printed = options.json    ? print(json_of(*vms, *risk, prefix_length))
                      : prefix_length ? print(text_of(*vms, *risk, *prefix_length))
                                      : exit_good;
  if (printed != exit_good) return printed;
  return prefix_length ? exit_good : exit_answer_is_no;
}

}  // namespace

void add_size(command_line& program) {
  command& added =
      program.add("size", "Find the smallest subnet for a number of VMs and a risk", examples);
  const auto options = std::make_shared<size_options>();
  added.add({.names = "--vms", .help = "The number of VMs", .value_name = "N", .required = true},
            options->vms);
  added.add({.names = "--risk",
             .help = "The risk to accept: 0.01 or 1%",
             .value_name = "P",
             .required = true},
            options->risk);
  added.add({.names = "--json", .help = "Print one JSON object; risks are fractions"},
            options->json);
  added.on_run([options] { return run(*options); });
}

}  // namespace vmnet::cli
