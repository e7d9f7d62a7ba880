// vmnet.cli.table: rows of cells in columns, for people.
export module vmnet.cli.table;

import vmnet.std;

export import vmnet.cli.output;

export namespace vmnet::cli {

/// Columns under a header, which is bold where `out` takes colours. The first 1,000
/// rows are held back to find their widths; a longer cell further down pushes its own
/// row out. Nothing stands behind the last cell of a row that is not empty.
class text_table {
 public:
  /// A table to `out`, which must outlive it.
  text_table(std::vector<std::string> header, output& out);

  /// Adds a row of printable cells, as many as the header has.
  void row(std::vector<std::string> cells);
  /// Writes what is held back.
  void finish();

 private:
  void release();
  void write(const std::vector<std::string>& cells);

  output* out_;
  bool bold_header_;
  std::vector<std::vector<std::string>> held_;
  std::vector<std::size_t> widths_;
};

}  // namespace vmnet::cli
