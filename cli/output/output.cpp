module;
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

module vmnet.cli.output;

import vmnet.cli.escape;
import vmnet.cli.report;

namespace vmnet::cli {
namespace {

constexpr std::size_t buffer_size = std::size_t{256} << 10U;
constexpr int max_links = 40;  // as the kernel has it

constexpr int ending_signals[] = {SIGINT, SIGTERM, SIGHUP};

// The file that a signal has to remove: a handler may touch nothing but memory
// that is there already. The first byte is written last and cleared first.
std::array<char, PATH_MAX> doomed{};

extern "C" void remove_and_end(int signal_number) {
  if (doomed[0] != '\0') ::unlink(doomed.data());
  ::signal(signal_number, SIG_DFL);
  ::raise(signal_number);
}

/// Holds back the signals that end the program, while a file comes into being
/// that they have to remove.
class signals_held {
 public:
  signals_held() noexcept {
    sigset_t held;
    sigemptyset(&held);
    for (const int signal_number : ending_signals) sigaddset(&held, signal_number);
    ::sigprocmask(SIG_BLOCK, &held, &before_);
  }
  signals_held(const signals_held&) = delete;
  signals_held& operator=(const signals_held&) = delete;
  ~signals_held() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

void doom(const std::string& path) noexcept {
  if (path.size() >= doomed.size()) return;
  for (std::size_t i = path.size() + 1; i-- > 0;) doomed[i] = path.c_str()[i];
  for (const int signal_number : ending_signals) {
    // A signal that is ignored (nohup) stays so.
    if (::signal(signal_number, remove_and_end) == SIG_IGN) ::signal(signal_number, SIG_IGN);
  }
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

/// What `path` names after all links, which need not exist.
std::string follow_links(std::string path) {
  std::array<char, PATH_MAX> target{};
  for (int links = 0; links < max_links; ++links) {
    const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
    if (size < 0) break;
    const std::string_view name(target.data(), static_cast<std::size_t>(size));
    path = (name.starts_with('/') ? std::string() : directory_of(path)) + std::string(name);
  }
  return path;
}

/// Standard output or standard error, where it goes to `file`.
std::optional<int> standard_stream_to(const struct stat& file) noexcept {
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    struct stat standard{};
    if (::fstat(fd, &standard) == 0 && standard.st_dev == file.st_dev &&
        standard.st_ino == file.st_ino)
      return fd;
  }
  return std::nullopt;
}

/// The mode of a new file: reading the umask means to set it.
mode_t new_file_mode() noexcept {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

/// Writes one block at a time in a thread of its own.
class block_writer {
 public:
  /// Writes to `fd` unless `error` says that it has failed before. Throws
  /// std::system_error where there is no thread to be had.
  block_writer(int fd, std::atomic<int>& error)
      : fd_(fd), error_(&error), thread_([this] { run(); }) {}
  block_writer(const block_writer&) = delete;
  block_writer& operator=(const block_writer&) = delete;
  /// Ends when all is written.
  ~block_writer() {
    wait();
    {
      const std::lock_guard lock(mutex_);
      is_ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  /// Takes the first `size` bytes of `block`, and leaves another block for
  /// them.
  void send(std::vector<char>& block, std::size_t size) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return size_ == 0; });
      std::swap(block, block_);
      size_ = size;
    }
    changed_.notify_all();
  }

  /// Waits until all is written.
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return size_ == 0; });
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return size_ > 0 || is_ending_; });
      if (size_ == 0) return;
      // The block is this thread's alone until its size is 0 again.
      lock.unlock();
      if (*error_ == 0) *error_ = write_all(fd_, {block_.data(), size_});
      lock.lock();
      size_ = 0;
      changed_.notify_all();
    }
  }

  int fd_;
  std::atomic<int>* error_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<char> block_;
  std::size_t size_ = 0;  // of what is to be written
  bool is_ending_ = false;
  std::thread thread_;  // last: it uses all of the others
};

output::output() : buffer_(buffer_size), fd_(STDOUT_FILENO) {}

output::output(const std::string& path) : output() {
  if (path == "-") return;
  struct stat status{};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  // Replacing the file that standard output or error goes to (/dev/stdout behind
  // >>) would lose what others write to it.
  const auto stream = exists && S_ISREG(status.st_mode) ? standard_stream_to(status) : std::nullopt;
  if (stream) {
    fd_ = *stream;
  } else if (exists ? S_ISREG(status.st_mode) : errno == ENOENT) {
    open_beside(path);
  } else {
    fd_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd_ < 0) error_ = errno;
  }
}

output::~output() { discard(); }

void output::open_beside(const std::string& path) {
  path_ = follow_links(path);
  std::string name = directory_of(path_) + ".vmnet-XXXXXX";
  const signals_held held;
  fd_ = ::mkostemp(name.data(), O_CLOEXEC);  // exclusive, for the owner alone
  if (fd_ < 0) {
    error_ = errno;
    return;
  }
  temporary_ = name;
  doom(temporary_);
  struct stat old{};
  const bool replaces = ::stat(path_.c_str(), &old) == 0;
  // Another's file stays theirs where that is allowed; the mode comes after,
  // since a change of owner clears bits of it.
  if (replaces && (old.st_uid != ::geteuid() || old.st_gid != ::getegid()) &&
      ::fchown(fd_, old.st_uid, old.st_gid) != 0)
    errno = 0;
  if (::fchmod(fd_, replaces ? old.st_mode & 07777U : new_file_mode()) != 0) error_ = errno;
}

bool output::is_terminal() const noexcept { return ::isatty(fd_) == 1; }

void output::make_room(std::size_t size) {
  if (writer_ == nullptr && used_ > 0) {
    try {
      writer_ = std::make_unique<block_writer>(fd_, error_);
    } catch (const std::system_error&) {
      flush();  // without a thread it takes longer
    }
  }
  if (used_ > 0) writer_->send(buffer_, used_);
  used_ = 0;
  if (buffer_.size() < size) buffer_.resize(std::max(size, buffer_size));
}

void output::settle() noexcept {
  if (writer_ != nullptr) writer_->wait();
}

void output::write(std::string_view text) {
  char* const out = reserve(text.size());
  advance(std::copy(text.begin(), text.end(), out));
}

void output::flush() noexcept {
  settle();
  if (error_ == 0) error_ = write_all(fd_, {buffer_.data(), used_});
  used_ = 0;
}

int output::commit() noexcept {
  flush();
  if (temporary_.empty() || error_ != 0) return error_;
  if (::fsync(fd_) != 0 || ::rename(temporary_.c_str(), path_.c_str()) != 0) {
    error_ = errno;
    return error_;
  }
  doomed[0] = '\0';
  temporary_.clear();
  // The name is on the disk once its directory is; where a directory cannot be
  // synced, the file is still whole.
  const std::string directory = directory_of(path_);
  const int fd =
      ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0) {
    static_cast<void>(::fsync(fd));
    ::close(fd);
  }
  return 0;
}

void output::discard() noexcept {
  writer_.reset();
  if (fd_ > STDERR_FILENO) ::close(fd_);
  if (temporary_.empty()) return;
  ::unlink(temporary_.c_str());
  doomed[0] = '\0';
}

int commit_output(output& to, const std::string& path) {
  const int error = to.commit();
  if (error == 0 || error == EPIPE) return exit_good;
  report(system_fault("cannot write " + (path == "-" ? "standard output" : escaped(path)), error));
  return exit_system_failed;
}

}  // namespace vmnet::cli
