// vmnet.cli.progress: a bar for long work, on a terminal and nowhere else.
//
// Work is long from 200,000 ids on: it goes by ids, not by the clock, so that
// what a run prints does not depend on the machine. Where the rows themselves go
// to a terminal, they are progress enough.
export module vmnet.cli.progress;

import vmnet.std;

export namespace vmnet::cli {

class progress_bar {
 public:
  /// A bar on `fd`, silent where that is no terminal or `others_write` to it.
  progress_bar(int fd, bool others_write) noexcept;

  /// Begins a file of `size` bytes; 0 where that is not known.
  void begin(std::uint64_t size) noexcept;
  /// An id of `bytes` is done.
  void advance(std::size_t bytes) {
    done_ += bytes;
    if (++ids_ % ids_per_step == 0 && enabled_) draw();
  }
  /// Says what goes on where long work does.
  void say(std::string_view what) noexcept;
  /// Takes the bar away, before anything else is written.
  void clear() noexcept;

 private:
  static constexpr std::uint64_t ids_per_step = 200'000;

  void draw();

  int fd_;
  bool enabled_;
  bool shown_ = false;
  std::uint64_t size_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t ids_ = 0;
};

}  // namespace vmnet::cli
