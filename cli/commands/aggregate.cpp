// vmnet aggregate: the fewest networks with the same addresses.
module vmnet.cli.commands;

import vmnet;
import vmnet.cli.addresses;
import vmnet.cli.report;
import vmnet.std;

namespace vmnet::cli {
namespace {

constexpr const char* examples =
    "The file holds networks, ranges and addresses in any order, with commas, white\n"
    "space or line ends between them; # begins a comment.\n"
    "\n"
    "Examples:\n"
    "  vmnet aggregate networks.txt\n"
    "  sort -R networks.txt | vmnet aggregate -\n";

int run(const std::string& path) {
  std::vector<ipv4_range> ranges;
  if (const int status = read_ranges(path, ranges); status != exit_good) return status;
  const ipv4_set set = ipv4_set::from_ranges(ranges);
  std::string text;
  std::array<char, ipv4_network::max_length> line{};
  for (const ipv4_network network : set.networks()) {
    text.append(line.data(), network.to_chars(line.data(), line.data() + line.size()).ptr);
    text += '\n';
  }
  return print(text);
}

}  // namespace

void add_aggregate(command_line& program) {
  command& added = program.add("aggregate", "Merge networks into the fewest", examples);
  const auto path = std::make_shared<std::string>();
  added.add({.names = "FILE", .help = "The networks; - is standard input", .required = true},
            *path);
  added.on_run([path] { return run(*path); });
}

}  // namespace vmnet::cli
