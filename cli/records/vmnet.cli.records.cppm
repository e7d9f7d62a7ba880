// vmnet.cli.records: rows of any fields as a table, tsv, csv, JSON or JSON Lines.
//
// For the answers whose fields are not those of an identity alone; vmnet.cli.rows,
// which writes those, is the fast one. Both follow the same rules: a field of
// bytes, such as an id, is escaped in tables and tsv; csv has it in NAME where it
// is UTF-8, else in NAME_hex, and JSON has the one key or the other.
export module vmnet.cli.records;

import vmnet.std;

export import vmnet.cli.output;
export import vmnet.cli.rows;

export namespace vmnet::cli {

enum class field_kind : std::uint8_t {
  text,    ///< plain ASCII of the program's own
  bytes,   ///< an id
  number,  ///< digits, without quotes in JSON
};

/// A column; its name is a constant.
struct record_field {
  std::string_view name;
  field_kind kind = field_kind::text;
};

/// The value of a column; nothing is empty, and in JSON is left out.
using record_value = std::optional<std::string>;

/// Writes records in one format.
class record_writer {
 public:
  record_writer() = default;
  record_writer(const record_writer&) = delete;
  record_writer& operator=(const record_writer&) = delete;
  virtual ~record_writer() = default;

  /// One value for each field.
  virtual void record(std::span<const record_value> values) = 0;
  /// Ends the answer: what is held back, and a closing bracket.
  virtual void finish() = 0;
};

/// A writer to `out`, which must outlive it. Begins with a header line where the
/// format has one. A table takes its widths from the first 1,000 records.
[[nodiscard]] std::unique_ptr<record_writer> make_record_writer(row_format format,
                                                                std::vector<record_field> fields,
                                                                output& out);

}  // namespace vmnet::cli
