// vmnet.cli.report: how the program speaks - its exit statuses, messages on
// standard error, and short answers on standard output.
//
// Everything goes through write(2) rather than a stream: a full disk and a
// closed pipe are seen where they happen, and no static buffer is left to be
// flushed at exit, when nobody listens to errors any more.
module;
#include <string_view>

export module vmnet.cli.report;

export namespace vmnet::cli {

/// What the program tells its caller.
enum exit_status : int {
  exit_good = 0,           ///< done; collisions that were only reported included
  exit_answer_is_no = 1,   ///< a collision under --strict, a vector that differs, no subnet fits
  exit_bad_input = 2,      ///< bad use or bad input, also where --keep-going went on
  exit_system_failed = 3,  ///< a file cannot be read, the disk is full, memory is out
};

/// Writes "vmnet: MESSAGE" and a newline to standard error. `message` comes out
/// as it is: escape what a user gave before it gets here.
void report(std::string_view message) noexcept;

/// Writes `text` to standard output, all of it. `exit_good`, also where the
/// reader has closed the pipe; else `exit_system_failed`, reported.
[[nodiscard]] int print(std::string_view text) noexcept;

/// Writes all of `text` to the file descriptor `fd`: 0, or the errno of the fault.
[[nodiscard]] int write_all(int fd, std::string_view text) noexcept;

/// True where colours may be sent to `fd`: a terminal, with NO_COLOR unset or
/// empty and TERM other than `dumb`.
[[nodiscard]] bool wants_colour(int fd) noexcept;

}  // namespace vmnet::cli
