module;
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

module vmnet.cli.input;

namespace vmnet::cli {

std::ptrdiff_t memory_source::read(char* into, std::size_t size) {
  const std::size_t count = std::min({size, step_, text_.size()});
  if (count > 0) std::memcpy(into, text_.data(), count);
  text_.remove_prefix(count);
  return static_cast<std::ptrdiff_t>(count);
}

file_source::file_source(const std::string& path) {
  fd_ = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd_ < 0) {
    error_ = errno;
    return;
  }
  struct stat status{};
  if (::fstat(fd_, &status) == 0 && S_ISREG(status.st_mode))
    size_ = static_cast<std::uint64_t>(status.st_size);
}

file_source::~file_source() {
  if (fd_ > STDIN_FILENO) ::close(fd_);
}

bool file_source::would_wait() const noexcept {
  pollfd asked{.fd = fd_, .events = POLLIN, .revents = 0};
  return ::poll(&asked, 1, 0) == 0;
}

std::ptrdiff_t file_source::read(char* into, std::size_t size) {
  for (;;) {
    const ssize_t count = ::read(fd_, into, size);
    if (count >= 0) return count;
    if (errno != EINTR) return -errno;
  }
}

}  // namespace vmnet::cli
