// vmnet carve: free networks out of a block.
module;
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

module vmnet.cli.commands;

import vmnet;
import vmnet.cli.addresses;
import vmnet.cli.arguments;
import vmnet.cli.report;

namespace vmnet::cli {
namespace {

constexpr const char* examples =
    "Each network is cut from the smallest free hole that it fits, the lowest of\n"
    "equals. Where not all fit, nothing is printed and the exit status is 1.\n"
    "\n"
    "Examples:\n"
    "  vmnet carve --from 10.0.0.0/16 --prefix 24 --count 3\n"
    "  vmnet carve --from 10.0.0.0/16 --prefix 26 --avoid used.txt\n";

struct carve_options {
  std::string from;
  std::string prefix;
  std::string count = "1";
  std::optional<std::string> avoid;
};

int run(const carve_options& options) {
  const auto block = read_subnet("--from", options.from);
  const auto prefix = read_count("--prefix", options.prefix);
  const auto count = read_count("--count", options.count);
  if (!block || !prefix || !count) return exit_bad_input;
  if (*prefix > 32) {
    report("--prefix: " + std::string(to_string(carve_errc::prefix_length_out_of_range)));
    return exit_bad_input;
  }
  std::vector<ipv4_range> used;
  if (options.avoid)
    if (const int status = read_ranges(*options.avoid, used); status != exit_good) return status;
  const ipv4_set free = ipv4_set(*block) - ipv4_set::from_ranges(used);
  const auto carved = take_free(free, static_cast<std::int64_t>(*prefix), *count);
  if (!carved) {
    const auto largest = largest_free(free);
    report("no room in " + to_string(*block) + " for " + options.count + " networks of /" +
           options.prefix + ": " + std::to_string(free.num_addresses()) + " addresses are free" +
           (largest ? ", the largest free network is " + to_string(*largest) : ""));
    return exit_answer_is_no;
  }
  std::string text;
  for (const ipv4_network& network : carved->networks) text += to_string(network) + '\n';
  return print(text);
}

}  // namespace

void add_carve(command_line& program) {
  command& added = program.add("carve", "Cut free networks out of a block", examples);
  const auto options = std::make_shared<carve_options>();
  added.add(
      {.names = "--from", .help = "The block to cut from", .value_name = "CIDR", .required = true},
      options->from);
  added.add({.names = "--prefix",
             .help = "The prefix length of the networks",
             .value_name = "LENGTH",
             .required = true},
            options->prefix);
  added.add({.names = "--count", .help = "How many (default 1)", .value_name = "N"},
            options->count);
  added.add({.names = "--avoid",
             .help = "A file of addresses in use; - is standard input",
             .value_name = "FILE"},
            options->avoid);
  added.on_run([options] { return run(*options); });
}

}  // namespace vmnet::cli
