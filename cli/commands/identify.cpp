// vmnet identify: the identities of a set of ids.
#include <memory>
#include <string>
#include <vector>

#include "commands.hpp"

import vmnet;
import vmnet.cli.escape;
import vmnet.cli.report;

namespace vmnet::cli {
namespace {

struct identify_options {
  std::string subnet;
  std::vector<std::string> ids;
};

int run(const identify_options& options) {
  const auto subnet = ipv4_network::parse(options.subnet);
  if (!subnet) {
    report("--subnet: " + diagnostic(options.subnet, subnet.error()));
    return exit_bad_input;
  }
  std::string text;
  for (const std::string& id : options.ids) {
    const auto identity = identify(id, *subnet);
    if (!identity) {
      report("--subnet: " + to_string(identity.error()));
      return exit_bad_input;
    }
    text += escaped(id) + '\t' + to_string(identity->tap_name) + '\n';
  }
  return print(text);
}

}  // namespace

void add_identify(CLI::App& app, int& exit_status) {
  CLI::App* const command = app.add_subcommand("identify", "Print the identities of VMs");
  const auto options = std::make_shared<identify_options>();
  command->add_option("--subnet", options->subnet, "The subnet of the guests")->required();
  command->add_option("ID", options->ids, "The VMs' ids");
  command->callback([options, &exit_status] { exit_status = run(*options); });
}

}  // namespace vmnet::cli
