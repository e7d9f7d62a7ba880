// vmnet set: what an expression over sets of addresses holds.
module vmnet.cli.commands;

import vmnet;
import vmnet.cli.addresses;
import vmnet.cli.report;
import vmnet.std;

namespace vmnet::cli {
namespace {

constexpr const char* examples =
    "Words are networks, ranges, addresses and @FILE; operators are + (or |), -, &\n"
    "and ^, taken from left to right, ~ for the complement, and parentheses. The\n"
    "operator - has a space before it, the - of a range none.\n"
    "\n"
    "Examples:\n"
    "  vmnet set '10.0.0.0/16 - 10.0.3.0/24 - 10.0.9.1-10.0.9.77'\n"
    "  vmnet set '10.0.0.0/8 - @used.txt' --count\n";

struct set_options {
  std::string expression;
  bool ranges = false;
  bool count = false;
};

int run(const set_options& options) {
  int status = exit_good;
  const auto set = evaluate(options.expression, status);
  if (!set) return status;
  if (options.count) return print(std::to_string(set->num_addresses()) + '\n');
  std::string text;
  if (options.ranges)
    for (const ipv4_range& range : set->ranges()) text += to_string(range) + '\n';
  else
    for (const ipv4_network network : set->networks()) text += to_string(network) + '\n';
  return print(text);
}

}  // namespace

void add_set(command_line& program) {
  command& added = program.add("set", "Evaluate an expression over addresses", examples);
  const auto options = std::make_shared<set_options>();
  added.add({.names = "EXPR", .help = "The expression, as one argument", .required = true},
            options->expression);
  added.add({.names = "--ranges", .help = "Print ranges instead of networks"}, options->ranges);
  added.add({.names = "--count", .help = "Print the number of addresses", .excludes = "--ranges"},
            options->count);
  added.on_run([options] { return run(*options); });
}

}  // namespace vmnet::cli
