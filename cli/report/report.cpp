module;
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

module vmnet.cli.report;

namespace vmnet::cli {

int write_all(int fd, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

void report(std::string_view message) noexcept {
  try {
    std::string line = "vmnet: ";
    line += message;
    line += '\n';
    // Where standard error does not take it, there is nobody left to tell.
    static_cast<void>(write_all(STDERR_FILENO, line));
  } catch (...) {
    static_cast<void>(write_all(STDERR_FILENO, "vmnet: out of memory\n"));
  }
}

int print(std::string_view text) noexcept {
  const int error = write_all(STDOUT_FILENO, text);
  if (error == 0 || error == EPIPE) return exit_good;
  try {
    report(std::string("cannot write standard output: ") + std::strerror(error));
  } catch (...) {
    report("cannot write standard output");
  }
  return exit_system_failed;
}

bool wants_colour(int fd) noexcept {
  const char* const no_colour = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  return (no_colour == nullptr || *no_colour == '\0') &&
         (terminal == nullptr || std::strcmp(terminal, "dumb") != 0) && ::isatty(fd) == 1;
}

}  // namespace vmnet::cli
