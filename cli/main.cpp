// The vmnet program: finds the command, runs it, and turns every way in which
// that can end into one of four exit statuses (vmnet.cli.report).
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <iterator>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "commands/commands.hpp"

import vmnet.cli.escape;
import vmnet.cli.report;

namespace {

constexpr const char* description =
    "Network identities of microVMs, from nothing but their ids.\n"
    "\n"
    "An id gives its VM's TAP interface, IPv4 address, gateway and MAC address:\n"
    "the same on every host, without a service or a database.";

constexpr const char* examples =
    "Examples:\n"
    "  vmnet identify --subnet 172.30.0.0/24 vm-1 vm-2\n"
    "  vmnet identify --subnet 172.30.0.0/24 --ids fleet.txt --format json\n"
    "\n"
    "Exit statuses: 0 good, 1 the answer is no, 2 bad use or bad input, 3 the\n"
    "system failed. 'vmnet COMMAND --help' explains a command.\n";

/// The command that the user has named, or the program itself: whose help is of use.
std::string called(const CLI::App& app) {
  std::string name = "vmnet";
  for (const CLI::App* command : app.get_subcommands()) name += ' ' + command->get_name();
  return name;
}

/// The options of `identify` that take the next argument for their value.
bool takes_value(std::string_view argument) {
  constexpr std::string_view options[] = {"--subnet",      "--id",     "--ids", "--input",
                                          "--id-encoding", "--format", "-o",    "--output"};
  return std::find(std::begin(options), std::end(options), argument) != std::end(options);
}

/// True where CLI11 would not take the positional `argument` as it is: "[a,b]" is
/// two values to it, and "++" ends the command.
bool has_meaning_to_parser(std::string_view argument) {
  return (argument.starts_with('[') && argument.ends_with(']')) || argument == "++";
}

/// The arguments in CLI11's order, the last first. Behind `--` every argument of
/// `identify` is an id, which CLI11 allows only as long as a positional is
/// missing: each becomes `--id ID`, as does what it would not take as it is.
std::vector<std::string> arguments(int argc, char** argv) {
  std::vector<std::string> reversed;
  const bool is_identify = argc > 1 && std::string_view(argv[1]) == "identify";
  bool only_ids = false;
  bool is_value = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (is_identify && !only_ids && argument == "--") {
      only_ids = true;
      continue;
    }
    if (only_ids || (is_identify && !is_value && has_meaning_to_parser(argument)))
      reversed.emplace_back("--id");
    reversed.emplace_back(argument);
    is_value = !is_value && takes_value(argument);
  }
  std::reverse(reversed.begin(), reversed.end());
  return reversed;
}

/// Keeps the lines of descriptions and examples: CLI11 2.5 and later would fill
/// them up as paragraphs, and earlier ones have no such switch.
template <class Formatter>
void keep_lines(Formatter& formatter) {
  if constexpr (requires { formatter.enable_footer_formatting(false); }) {
    formatter.enable_description_formatting(false);
    formatter.enable_footer_formatting(false);
  }
}

int run(int argc, char** argv) {
  CLI::App app(description, "vmnet");
  keep_lines(*app.get_formatter());
  app.set_version_flag("--version", "vmnet " VMNET_VERSION, "Print the version and exit");
  app.require_subcommand(1);

  int exit_status = vmnet::cli::exit_good;
  vmnet::cli::add_identify(app, exit_status);
  vmnet::cli::add_net(app, exit_status);
  vmnet::cli::add_risk(app, exit_status);
  vmnet::cli::add_size(app, exit_status);
  vmnet::cli::add_verify(app, exit_status);
  vmnet::cli::add_whois(app, exit_status);
  vmnet::cli::add_set(app, exit_status);
  vmnet::cli::add_carve(app, exit_status);
  vmnet::cli::add_aggregate(app, exit_status);
  app.footer(examples);  // now: a command added later would inherit it

  try {
    app.parse(arguments(argc, argv));
  } catch (const CLI::CallForHelp&) {
    return vmnet::cli::print(app.help());
  } catch (const CLI::CallForVersion& version) {
    return vmnet::cli::print(std::string(version.what()) + '\n');
  } catch (const CLI::ParseError& error) {
    if (app.get_subcommands().empty() && app.remaining_size() > 0)
      vmnet::cli::report(vmnet::cli::escaped("unknown command " + app.remaining().front()) +
                         " (try 'vmnet --help')");
    else
      vmnet::cli::report(vmnet::cli::escaped(error.what()) + " (try '" + called(app) + " --help')");
    return vmnet::cli::exit_bad_input;
  }
  return exit_status;
}

/// Takes up those of the descriptors 0, 1 and 2 that the caller has closed, in a
/// way that their use fails as before: a file that is opened later would become
/// standard error, and messages would end up in it.
void take_up_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (::fcntl(fd, F_GETFD) < 0)
      static_cast<void>(::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY));
}

}  // namespace

int main(int argc, char** argv) {
  take_up_standard_descriptors();
  // A closed pipe and a file beyond the limit of its size are errors of write(2)
  // here, not the end of the process: a file that is half written is to be
  // removed first.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    return run(argc, argv);
  } catch (const std::bad_alloc&) {
    vmnet::cli::report("out of memory");
  } catch (const std::exception& error) {
    vmnet::cli::report(error.what());
  }
  return vmnet::cli::exit_system_failed;
}
