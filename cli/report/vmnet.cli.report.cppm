// vmnet.cli.report: how the program speaks - its exit statuses, messages on
// standard error, and short answers on standard output.
//
// Everything goes through write(2) rather than a stream: a full disk and a
// closed pipe are seen where they happen, and no static buffer is left to be
// flushed at exit, when nobody listens to errors any more.
export module vmnet.cli.report;

import vmnet.std;

export namespace vmnet::cli {

/// What the program tells its caller.
enum exit_status : std::uint8_t {
  exit_good = 0,           ///< done; collisions that were only reported included
  exit_answer_is_no = 1,   ///< a collision under --strict, a vector that differs, no subnet fits
  exit_bad_input = 2,      ///< bad use or bad input, also where --keep-going went on
  exit_system_failed = 3,  ///< a file cannot be read, the disk is full, memory is out
};

/// Writes "vmnet: MESSAGE" and a newline to standard error. `message` comes out
/// as it is: escape what a user gave before it gets here.
void report(std::string_view message) noexcept;

/// "WHAT: REASON" for an errno, as in "cannot read fleet.txt: Permission denied".
[[nodiscard]] std::string system_fault(std::string_view what, int error);

/// A file's path for a message, escaped; "standard input" where it is `-`. Longer
/// than any that can be opened, it is shortened.
[[nodiscard]] std::string shown_input(std::string_view path);

/// Reports that `path` cannot be read: `exit_system_failed`.
[[nodiscard]] int report_unreadable(std::string_view path, int error);

/// Where a fault is in a file: line and column from 1, the column in bytes.
struct fault_place {
  std::string_view file;
  std::uint64_t line = 0;
  std::size_t column = 0;
};

/// Writes "FILE:LINE:COLUMN: MESSAGE" to standard error, and under it the part
/// of `line` around the column with a caret. File, message and line are escaped
/// here.
void report_fault(const fault_place& place, std::string_view message, std::string_view line);

/// A part of `text` around the byte at `offset`, escaped, and a caret under that
/// byte in a second line; both indented by two spaces and ended by a newline.
[[nodiscard]] std::string window(std::string_view text, std::size_t offset);

/// Writes `text` to standard output, all of it. `exit_good`, also where the
/// reader has closed the pipe; else `exit_system_failed`, reported.
[[nodiscard]] int print(std::string_view text) noexcept;

/// Writes all of `text` to the file descriptor `fd`: 0, or the errno of the fault.
[[nodiscard]] int write_all(int fd, std::string_view text) noexcept;

/// True where colours may be sent to `fd`: a terminal, with NO_COLOR unset or
/// empty and TERM other than `dumb`.
[[nodiscard]] bool wants_colour(int fd) noexcept;

}  // namespace vmnet::cli
