// vmnet aggregate: the fewest networks with the same addresses.
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "commands.hpp"

import vmnet;
import vmnet.cli.addresses;
import vmnet.cli.report;

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

void add_aggregate(CLI::App& app, int& exit_status) {
  CLI::App* const command = app.add_subcommand("aggregate", "Merge networks into the fewest");
  command->footer(examples);
  const auto path = std::make_shared<std::string>();
  command->add_option("FILE", *path, "The networks; - is standard input")->required();
  command->callback([path, &exit_status] { exit_status = run(*path); });
}

}  // namespace vmnet::cli
