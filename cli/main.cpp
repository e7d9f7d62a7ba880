// The vmnet program: finds the command, runs it, and turns every way in which
// that can end into one of four exit statuses (vmnet.cli.report).
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <string_view>

import vmnet.isa;
import vmnet.cli.commands;
import vmnet.cli.escape;
import vmnet.cli.report;

namespace {

constexpr const char* description =
    "Network identities of microVMs, from nothing but their ids.\n"
    "\n"
    "An id gives its VM's TAP interface, IPv4 address, gateway and MAC address:\n"
    "the same on every host, without a service or a database.\n";

constexpr const char* details =
    "Examples:\n"
    "  vmnet identify --subnet 172.30.0.0/24 vm-1 vm-2\n"
    "  vmnet identify --subnet 172.30.0.0/24 --ids fleet.txt --format json\n"
    "\n"
    "Exit statuses: 0 good, 1 the answer is no, 2 bad use or bad input, 3 the\n"
    "system failed. 'vmnet COMMAND --help' explains a command.\n";

int run(int argc, char** argv) {
  vmnet::cli::command_line program("vmnet", "vmnet " VMNET_VERSION, description, details);
  vmnet::cli::add_identify(program);
  vmnet::cli::add_plan(program);
  vmnet::cli::add_diff(program);
  vmnet::cli::add_map(program);
  vmnet::cli::add_emit(program);
  vmnet::cli::add_check(program);
  vmnet::cli::add_net(program);
  vmnet::cli::add_risk(program);
  vmnet::cli::add_size(program);
  vmnet::cli::add_verify(program);
  vmnet::cli::add_whois(program);
  vmnet::cli::add_set(program);
  vmnet::cli::add_carve(program);
  vmnet::cli::add_aggregate(program);
  return program.run(argc, argv);
}

/// Uses the instruction set that VMNET_ISA names; false, and reported, where that
/// is none of those that there are.
bool use_wanted_isa() {
  const char* const wanted = std::getenv("VMNET_ISA");
  if (wanted == nullptr || *wanted == '\0') return true;
  std::string names;
  for (const vmnet::isa set : vmnet::supported_isas()) {
    if (to_string(set) == wanted) return vmnet::force_isa(set);
    names += (names.empty() ? "" : ", ") + std::string(to_string(set));
  }
  vmnet::cli::report("VMNET_ISA: '" + vmnet::cli::shortened(wanted) + "': expected " + names);
  return false;
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
    if (!use_wanted_isa()) return vmnet::cli::exit_bad_input;
    return run(argc, argv);
  } catch (const std::bad_alloc&) {
    vmnet::cli::report("out of memory");
  } catch (const std::exception& error) {
    vmnet::cli::report(error.what());
  }
  return vmnet::cli::exit_system_failed;
}
