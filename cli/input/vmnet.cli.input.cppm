// vmnet.cli.input: ids and their subnets out of a stream of bytes.
//
// Two formats. Plain: an id a line, which a tab and a subnet of its own may
// follow; empty lines and lines that begin with `#` are skipped, and every other
// byte belongs to the id. JSON Lines: an object a line with `id` or `id_hex`,
// and `subnet`, and what a plan takes and writes (`planned_fields`); whoever does
// not ask for these reads past them, so that the program's own output can be read
// back. Any other key is refused, since a `sub_net` that is skipped moves a machine.
//
// A line is the unit of everything: of memory (one buffer, which grows to the
// longest line and never beyond a limit), of a fault (told with line and
// column, after which reading can go on with the next line) and of the text that
// is shown with it. Sources are abstract, so that a test or a fuzzer reads from
// memory what the program reads from a file.
module;
#include <cstdint>

export module vmnet.cli.input;

import vmnet.std;

export import vmnet.ipv4;
export import vmnet.placement;

export namespace vmnet::cli {

/// Where bytes come from.
class byte_source {
 public:
  byte_source() = default;
  byte_source(const byte_source&) = delete;
  byte_source& operator=(const byte_source&) = delete;
  virtual ~byte_source() = default;

  /// Reads up to `size` bytes: their number, 0 at the end, or the negated errno
  /// of a fault.
  virtual std::ptrdiff_t read(char* into, std::size_t size) = 0;
};

/// The bytes of a text, at most `step` at a time. The text must outlive it.
class memory_source final : public byte_source {
 public:
  explicit memory_source(std::string_view text, std::size_t step = SIZE_MAX) noexcept
      : text_(text), step_(step) {}
  std::ptrdiff_t read(char* into, std::size_t size) override;

 private:
  std::string_view text_;
  std::size_t step_;
};

/// The bytes of a file; `-` is standard input.
class file_source final : public byte_source {
 public:
  explicit file_source(const std::string& path);
  ~file_source() override;

  /// 0, or the errno of the attempt to open it.
  [[nodiscard]] int error() const noexcept { return error_; }
  /// The size of a regular file, else 0.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// True where `read` would wait for whoever writes: there is nothing to read now,
  /// and the end has not come.
  [[nodiscard]] bool would_wait() const noexcept;
  std::ptrdiff_t read(char* into, std::size_t size) override;

 private:
  int fd_ = -1;
  int error_ = 0;
  std::uint64_t size_ = 0;
};

/// One line without its newline, which the next call invalidates.
struct input_line {
  std::string_view text;     ///< of a line beyond the limit its first bytes
  std::uint64_t number = 0;  ///< 1 for the first
  bool too_long = false;
};

/// The bytes that a reader asks for at first: 256 KiB.
inline constexpr std::size_t default_buffer = std::size_t{256} << 10U;

/// Cuts a source into lines, in memory of twice the longest line or the first buffer.
class line_reader {
 public:
  /// `source` must outlive the reader; a line has at most `max_length` bytes, the
  /// first buffer `buffer` (at least 1).
  line_reader(byte_source& source, std::size_t max_length, std::size_t buffer = default_buffer);

  /// The next line; nothing at the end, and where `error()` says why.
  [[nodiscard]] std::optional<input_line> next();

  /// What is read and not yet given out: lines, the last of which may be cut.
  /// Nothing where that is the rest of a line beyond the limit.
  [[nodiscard]] std::string_view buffered() const noexcept;
  /// Gives out the first `size` bytes of that, which are `lines` whole lines.
  void skip(std::size_t size, std::uint64_t lines) noexcept;

  /// The first byte that is no space, tab, carriage return or newline, without
  /// taking anything; nothing where there is none within the limit of a line.
  [[nodiscard]] std::optional<char> peek_after_blanks();

  /// The errno that ended the input, or 0.
  [[nodiscard]] int error() const noexcept { return error_; }

 private:
  bool fill();
  void skip_to_newline();

  byte_source* source_;
  std::size_t max_length_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // what is buffered and not yet given out
  std::size_t end_ = 0;
  std::uint64_t number_ = 0;
  int error_ = 0;
  bool at_end_ = false;
  bool in_long_line_ = false;  // the rest of a line that is too long is yet to be dropped
};

/// How lines are read.
enum class input_format : std::uint8_t {
  detect,  ///< JSON Lines where the first byte that is not blank is `{`, else plain;
           ///< a JSON array is refused
  plain,
  jsonl,
};

/// What the bytes of a plain id stand for.
enum class id_encoding : std::uint8_t {
  raw,  ///< themselves
  hex,  ///< two hexadecimal digits a byte
};

/// The longest line that is read where nothing else is said: 16 MiB.
inline constexpr std::size_t default_max_line = std::size_t{16} << 20U;

struct input_options {
  input_format format = input_format::detect;
  id_encoding encoding = id_encoding::raw;
  std::size_t max_line = default_max_line;
  std::size_t buffer = default_buffer;  ///< the first; a small one shows its growth
  bool with_planned_fields = false;     ///< read them, rather than past them
};

/// What a plan takes beside ids and subnets, and what it writes; JSON Lines only.
struct planned_fields {
  std::optional<std::uint64_t> version;  ///< of the plan that the row is of
  std::optional<std::uint64_t> generation;
  std::optional<interface_name> tap_name;
  std::optional<ipv4_address> guest_ip;
  std::optional<ipv4_address> gateway;
  std::optional<mac_address> mac;
  std::array<placement, num_vm_resources> placements;  ///< without holders
};

/// One id. `id` is valid until the next one is read.
struct input_row {
  std::string_view id;
  std::optional<ipv4_network> subnet;  ///< the id's own, where it has one
  std::size_t subnet_column = 0;       ///< where that stands, from 1
  planned_fields planned;
};

/// What is wrong with a line, and where.
struct input_fault {
  std::size_t column = 1;  ///< in bytes, from 1
  std::string message;     ///< what was expected
};

enum class input_event : std::uint8_t {
  row,     ///< `row()` is the next id
  fault,   ///< `fault()` tells what is wrong with the line; reading can go on
  end,     ///< nothing is left
  failed,  ///< the source failed: `error()`
};

/// Reads ids from a source.
class id_reader {
 public:
  /// `source` must outlive the reader.
  id_reader(byte_source& source, const input_options& options);
  id_reader(const id_reader&) = delete;
  id_reader& operator=(const id_reader&) = delete;
  ~id_reader();

  /// Goes to the next id or fault.
  [[nodiscard]] input_event next();

  /// Goes over as many ids as are read already, stand alone in plain lines and
  /// have room in `ids`, and gives their number; they are valid until `next()`.
  /// 0 where `next()` has to look at the line. Faster, and no more than that: who
  /// never calls this gets the same ids.
  [[nodiscard]] std::size_t next_ids(std::span<std::string_view> ids);

  [[nodiscard]] const input_row& row() const noexcept { return row_; }
  [[nodiscard]] const input_fault& fault() const noexcept { return fault_; }
  /// The line that `row()` or `fault()` is about.
  [[nodiscard]] const input_line& line() const noexcept { return line_; }
  [[nodiscard]] int error() const noexcept { return lines_.error(); }

 private:
  input_event refuse(std::size_t offset, std::string_view message);
  input_event read_plain();
  input_event read_json();

  line_reader lines_;
  input_options options_;
  input_line line_;
  input_row row_;
  input_fault fault_;
  std::string id_;         // of a row whose id is not part of its line
  bool is_guess_ = false;  // the format was found out, and no row has been read by it yet
};

/// Decodes two hexadecimal digits a byte into `bytes`; nothing where all is
/// well, else the offset of the fault (the size where a digit is missing).
[[nodiscard]] std::optional<std::size_t> decode_hex(std::string_view text, std::string& bytes);

/// The message for the fault that `decode_hex` found at `offset`.
[[nodiscard]] std::string_view hex_fault(std::string_view text, std::size_t offset) noexcept;

}  // namespace vmnet::cli

// Not exported: what the reader and the JSON parser, which is a unit of its own
// for the size of its header, tell each other.
namespace vmnet::cli {

struct json_row {
  bool has_id = false;
  std::string id;
  std::optional<ipv4_network> subnet;
  std::size_t subnet_column = 0;
  planned_fields planned;
};

/// Reads one object; the fault where it is none that gives an id.
std::optional<input_fault> parse_json_row(std::string_view text, bool with_planned_fields,
                                          json_row& row);

}  // namespace vmnet::cli
