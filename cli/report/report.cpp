module;
#include <unistd.h>

#include <cerrno>
#include <climits>

module vmnet.cli.report;

import vmnet.cli.escape;

namespace vmnet::cli {
namespace {

constexpr std::size_t window_before = 40;  // bytes shown on either side of the fault
constexpr std::size_t window_after = 30;
constexpr std::string_view ellipsis = "...";

/// True for a byte in the middle of a UTF-8 character: a window does not begin
/// or end there.
bool continues_character(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80;
}

}  // namespace

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

std::string system_fault(std::string_view what, int error) {
  return std::string(what) + ": " + std::strerror(error);
}

std::string shown_input(std::string_view path) {
  if (path == "-") return "standard input";
  return path.size() < PATH_MAX ? escaped(path) : shortened(path);
}

int report_unreadable(std::string_view path, int error) {
  report(system_fault("cannot read " + shown_input(path), error));
  return exit_system_failed;
}

std::string window(std::string_view text, std::size_t offset) {
  const std::size_t fault = std::min(offset, text.size());
  std::size_t first = fault > window_before ? fault - window_before : 0;
  std::size_t last = text.size() - fault > window_after ? fault + window_after : text.size();
  for (int i = 0; i < 3 && first > 0 && continues_character(text[first]); ++i) --first;
  for (int i = 0; i < 3 && last < text.size() && continues_character(text[last]); ++i) ++last;

  const std::string before = escaped(text.substr(first, fault - first));
  std::string out = "  ";
  if (first > 0) out += ellipsis;
  const std::size_t column = out.size() + display_width(before);
  out += before;
  out += escaped(text.substr(fault, last - fault));
  if (last < text.size()) out += ellipsis;
  out += '\n';
  out.append(column, ' ');
  out += "^\n";
  return out;
}

void report_fault(const fault_place& place, std::string_view message, std::string_view line) {
  const bool colour = wants_colour(STDERR_FILENO);
  std::string text = colour ? "\x1b[1m" : "";
  text += escaped(place.file) + ':' + std::to_string(place.line) + ':' +
          std::to_string(place.column) + ": ";
  if (colour) text += "\x1b[0m";
  text += escaped(message) + '\n' + window(line, place.column - 1);
  static_cast<void>(write_all(STDERR_FILENO, text));
}

int print(std::string_view text) noexcept {
  const int error = write_all(STDOUT_FILENO, text);
  if (error == 0 || error == EPIPE) return exit_good;
  try {
    report(system_fault("cannot write standard output", error));
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
