// vmnet.cli.directory: a directory of files that appears whole or not at all.
//
// It is filled under another name beside its place and renamed at the end, which
// the kernel does over nothing or an empty directory only: what somebody has is
// never replaced. Signals that end the program wait meanwhile, and are looked for
// between two files: then all is removed again.
module;
#include <csignal>

export module vmnet.cli.directory;

import vmnet.std;

export namespace vmnet::cli {

class new_directory {
 public:
  /// Begins the directory `path`. See `error()`.
  explicit new_directory(std::string path);
  new_directory(const new_directory&) = delete;
  new_directory& operator=(const new_directory&) = delete;
  /// Without a successful `commit()` removes all that was written.
  ~new_directory();

  /// The errno of the first fault, or 0; EINTR where a signal wants the program
  /// to end. EEXIST: a file was there already.
  [[nodiscard]] int error() const noexcept { return error_; }

  /// Goes on in a new subdirectory, until `end_folder`.
  void begin_folder(const std::string& name) noexcept;
  void end_folder() noexcept;
  /// Writes a file of this name, which holds no slash.
  void add(const std::string& name, std::string_view text) noexcept;

  /// Puts all on the disk and gives it its name. The errno of the first fault, or
  /// 0; EEXIST or ENOTEMPTY where the directory holds something.
  [[nodiscard]] int commit() noexcept;

 private:
  void fail() noexcept;

  std::string path_;
  std::string temporary_;
  int fd_ = -1;
  int folder_ = -1;
  int error_ = 0;
  sigset_t signals_before_{};
};

}  // namespace vmnet::cli
