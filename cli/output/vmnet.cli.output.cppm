// vmnet.cli.output: where a long answer goes - standard output, or the file of
// -o, which appears whole or not at all.
//
// A regular or new file is written under another name in the same directory and
// renamed when all is well, so that no reader ever sees half of it and a run
// that fails leaves the old one. Links are followed first: the link stays a
// link. A device or a pipe cannot be renamed over and is written directly, and
// so is the file that standard output or error goes to.
//
// From the first full buffer on a thread of its own writes it while the next
// one is filled, so that making rows and writing them overlap: two buffers,
// whatever comes. `flush()` and all that ends an answer wait for it.
export module vmnet.cli.output;

import vmnet.std;

namespace vmnet::cli {
class block_writer;
}

export namespace vmnet::cli {

/// A buffered output that remembers its first fault and drops what follows it.
class output {
 public:
  /// Standard output.
  output();
  /// The file at `path`; `-` is standard output. See `error()`.
  explicit output(const std::string& path);
  output(const output&) = delete;
  output& operator=(const output&) = delete;
  /// Without a successful `commit()` removes what was written beside the file.
  ~output();

  /// The errno of the first fault, or 0. EPIPE: the reader has gone. What a
  /// full buffer met may be told a buffer later; `settle()` waits for it.
  [[nodiscard]] int error() const noexcept { return error_; }
  /// Waits until no full buffer is on its way.
  void settle() noexcept;
  /// True for a terminal.
  [[nodiscard]] bool is_terminal() const noexcept;
  /// The descriptor that is written to.
  [[nodiscard]] int fd() const noexcept { return fd_; }

  /// Room for `size` bytes, of which `advance` takes some.
  [[nodiscard]] char* reserve(std::size_t size) {
    if (buffer_.size() - used_ < size) make_room(size);
    return buffer_.data() + used_;
  }
  /// Takes the bytes from what `reserve` gave up to `end`.
  void advance(const char* end) noexcept { used_ = static_cast<std::size_t>(end - buffer_.data()); }
  void write(std::string_view text);
  /// Sends on what is buffered, and waits until it is written.
  void flush() noexcept;
  /// Flushes where somebody can read what is written now: not into a file that is
  /// written beside.
  void flush_to_reader() noexcept {
    if (temporary_.empty() && used_ > 0) flush();
  }

  /// Sends on the rest, syncs a file and gives it its name. The errno of the
  /// first fault, or 0.
  [[nodiscard]] int commit() noexcept;

 private:
  void open_beside(const std::string& path);
  void make_room(std::size_t size);
  void discard() noexcept;

  std::vector<char> buffer_;
  std::size_t used_ = 0;
  std::string path_;       // of the file to replace, links followed
  std::string temporary_;  // empty where the output is written directly
  int fd_;
  std::atomic<int> error_ = 0;
  std::unique_ptr<block_writer> writer_;  // none before a buffer was full
};

/// Commits `to`, which is the output at `path`. `exit_good`, also where the reader has
/// gone, or the status of a fault that has been reported.
[[nodiscard]] int commit_output(output& to, const std::string& path = "-");

}  // namespace vmnet::cli
