module;
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>

module vmnet.cli.directory;

import vmnet.cli.report;

namespace vmnet::cli {
namespace {

sigset_t ending_signals() noexcept {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int one : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, one);
  return signals;
}

/// True where one of them waits: one that is ignored never does.
bool is_to_end() noexcept {
  sigset_t waiting;
  sigemptyset(&waiting);
  ::sigpending(&waiting);
  for (const int one : {SIGINT, SIGTERM, SIGHUP})
    if (sigismember(&waiting, one) == 1) return true;
  return false;
}

mode_t new_directory_mode() noexcept {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0777 & ~mask;
}

constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;

}  // namespace

new_directory::new_directory(std::string path) : path_(std::move(path)) {
  const sigset_t signals = ending_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, &signals_before_);
  while (path_.size() > 1 && path_.ends_with('/')) path_.pop_back();
  const std::size_t slash = path_.rfind('/');
  temporary_ = (slash == std::string::npos ? "" : path_.substr(0, slash + 1)) + ".vmnet-XXXXXX";
  if (::mkdtemp(temporary_.data()) == nullptr) {
    temporary_.clear();
    fail();
    return;
  }
  fd_ = ::open(temporary_.c_str(), directory_flags);
  if (fd_ < 0) fail();
}

new_directory::~new_directory() {
  end_folder();
  if (fd_ >= 0) ::close(fd_);
  if (!temporary_.empty()) {
    std::error_code ignored;
    std::filesystem::remove_all(temporary_, ignored);
  }
  ::pthread_sigmask(SIG_SETMASK, &signals_before_, nullptr);
}

void new_directory::fail() noexcept {
  if (error_ == 0) error_ = errno;
}

void new_directory::begin_folder(const std::string& name) noexcept {
  if (error_ != 0) return;
  if (::mkdirat(fd_, name.c_str(), 0777) != 0) return fail();
  folder_ = ::openat(fd_, name.c_str(), directory_flags);
  if (folder_ < 0) fail();
}

void new_directory::end_folder() noexcept {
  if (folder_ >= 0) ::close(folder_);
  folder_ = -1;
}

void new_directory::add(const std::string& name, std::string_view text) noexcept {
  if (error_ != 0) return;
  if (is_to_end()) {
    error_ = EINTR;
    return;
  }
  const int file = ::openat(folder_ >= 0 ? folder_ : fd_, name.c_str(),
                            O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) return fail();
  if (const int error = write_all(file, text); error != 0) error_ = error;
  // A full disk may be told no earlier.
  if (::close(file) != 0) fail();
}

int new_directory::commit() noexcept {
  if (error_ != 0) return error_;
  // One call for thousands of files; on some file systems it takes those of
  // others along.
  if (::fchmod(fd_, new_directory_mode()) != 0 || ::syncfs(fd_) != 0 ||
      ::rename(temporary_.c_str(), path_.c_str()) != 0) {
    fail();
    return error_;
  }
  temporary_.clear();
  return 0;
}

}  // namespace vmnet::cli
