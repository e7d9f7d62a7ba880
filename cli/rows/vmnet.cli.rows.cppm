// vmnet.cli.rows: identities as a table, tsv, csv, JSON or JSON Lines.
//
// Rows are written straight into the output's buffer: a run over ten million
// ids allocates nothing for a row. The fields are named as the members of
// vm_identity are.
export module vmnet.cli.rows;

import vmnet.std;

export import vmnet.alloc;
export import vmnet.cli.output;

export namespace vmnet::cli {

enum class row_format : std::uint8_t { table, tsv, csv, json, jsonl };

/// The values of --format, in the order of row_format.
inline constexpr std::array format_names = {"table", "tsv", "csv", "json", "jsonl"};

/// The format with this name, which is one of them.
[[nodiscard]] constexpr row_format format_named(std::string_view name) noexcept {
  std::uint8_t at = 0;
  while (name != format_names[at]) ++at;
  return static_cast<row_format>(at);
}

/// Writes identities in one format.
class row_writer {
 public:
  row_writer() = default;
  row_writer(const row_writer&) = delete;
  row_writer& operator=(const row_writer&) = delete;
  virtual ~row_writer() = default;

  virtual void row(std::string_view id, const vm_identity& identity) = 0;
  /// Ends the answer: what is held back, and a closing bracket.
  virtual void finish() = 0;
};

/// A writer to `out`, which must outlive it. Begins with a header line where the
/// format has one. A table takes its widths from the first 1,000 rows.
[[nodiscard]] std::unique_ptr<row_writer> make_row_writer(row_format format, bool with_digest,
                                                          output& out);

}  // namespace vmnet::cli
