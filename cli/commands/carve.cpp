// vmnet carve: free networks out of a block.
module vmnet.cli.commands;

import vmnet;
import vmnet.cli.addresses;
import vmnet.cli.arguments;
import vmnet.cli.numbers;
import vmnet.cli.output;
import vmnet.cli.report;
import vmnet.std;

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

/// How many networks of `length` there are in `free`.
std::uint64_t room_in(const ipv4_set& free, int length) {
  std::uint64_t room = 0;
  for (const ipv4_network hole : free.networks())
    if (hole.prefix_length() <= length) room += std::uint64_t{1} << (length - hole.prefix_length());
  return room;
}

/// Takes `count` networks, for which there is room, and writes them in parts: all
/// the addresses there are would be tens of gigabytes. Those that are left of a
/// hole are smaller than the holes behind it, so the next part goes on in it, and
/// the parts together are what one would be.
int write_networks(ipv4_set free, int length, std::uint64_t count) {
  constexpr std::uint64_t part = std::uint64_t{1} << 16U;
  output out;
  while (count > 0 && out.error() == 0) {
    auto carved = take_free(free, length, std::min(count, part));
    for (const ipv4_network& network : carved->networks) out.write(to_string(network) + '\n');
    count -= carved->networks.size();
    free = std::move(carved->rest);
  }
  return commit_output(out);
}

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
  const int length = static_cast<int>(*prefix);
  if (room_in(free, length) >= *count) return write_networks(free, length, *count);
  const auto largest = largest_free(free);
  report("no room in " + to_string(*block) + " for " + counted(*count, "network", "networks") +
         " of /" + std::to_string(length) + ": " +
         counted(free.num_addresses(), "address is free", "addresses are free") +
         (largest ? ", the largest free network is " + to_string(*largest) : ""));
  return exit_answer_is_no;
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
