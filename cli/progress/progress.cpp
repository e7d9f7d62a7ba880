module;
#include <unistd.h>

#include "../format.hpp"

module vmnet.cli.progress;

import vmnet.cli.report;

namespace vmnet::cli {
namespace {

constexpr std::string_view bar_full = "####################";
constexpr std::string_view bar_empty = "                    ";

/// A terminal that can take a line back.
bool is_capable_terminal(int fd) noexcept {
  const char* const terminal = std::getenv("TERM");
  return ::isatty(fd) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

}  // namespace

progress_bar::progress_bar(int fd, bool others_write) noexcept
    : fd_(fd), enabled_(!others_write && is_capable_terminal(fd)) {}

void progress_bar::begin(std::uint64_t size) noexcept {
  size_ = size;
  done_ = 0;
}

void progress_bar::draw() {
  char line[128];
  char* end = nullptr;
  if (size_ > 0) {
    const std::uint64_t percent = std::min<std::uint64_t>(done_ * 100 / size_, 100);
    const std::size_t full = percent * bar_full.size() / 100;
    end = fmt::format_to(line, "\r\x1b[K[{}{}] {:3} % {} ids", bar_full.substr(0, full),
                         bar_empty.substr(full), percent, ids_);
  } else {
    end = fmt::format_to(line, "\r\x1b[K{} ids", ids_);
  }
  static_cast<void>(write_all(fd_, {line, static_cast<std::size_t>(end - line)}));
  shown_ = true;
}

void progress_bar::say(std::string_view what) noexcept {
  if (!enabled_ || ids_ < ids_per_step) return;
  clear();
  static_cast<void>(write_all(fd_, what));
  shown_ = true;
}

void progress_bar::clear() noexcept {
  if (shown_) static_cast<void>(write_all(fd_, "\r\x1b[K"));
  shown_ = false;
}

}  // namespace vmnet::cli
