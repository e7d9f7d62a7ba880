module;
#include <unistd.h>

module vmnet.cli.row_input;

import vmnet.cli.escape;
import vmnet.cli.progress;
import vmnet.cli.report;

namespace vmnet::cli {
namespace {

/// Reads the argument `line`, whose file is called ID in a fault.
int read_argument(const input_line& line, const input_options& how, const row_taker& take) {
  std::optional<input_fault> fault;
  std::string decoded;
  input_row row;
  row.id = line.text;
  if (how.encoding == id_encoding::hex) {
    if (const auto offset = decode_hex(line.text, decoded))
      fault = input_fault{*offset + 1, std::string(hex_fault(line.text, *offset))};
    row.id = decoded;
  }
  if (!fault) fault = take(row, line);
  if (!fault) return exit_good;
  report_fault({"ID", line.number, fault->column}, fault->message, line.text);
  return exit_bad_input;
}

}  // namespace

int read_rows(const std::string& path, const input_options& how, const row_taker& take) {
  file_source source(path);
  if (source.error() != 0) return report_unreadable(path, source.error());
  progress_bar progress(STDERR_FILENO, false);
  progress.begin(source.size());
  id_reader reader(source, how);
  for (;;) {
    const input_event event = reader.next();
    if (event == input_event::end || event == input_event::failed) {
      progress.clear();
      return event == input_event::end ? int{exit_good} : report_unreadable(path, reader.error());
    }
    const input_line& line = reader.line();
    const std::optional<input_fault> fault =
        event == input_event::fault ? std::optional(reader.fault()) : take(reader.row(), line);
    if (fault) {
      progress.clear();
      report_fault({path, line.number, fault->column}, fault->message, line.text);
      return exit_bad_input;
    }
    progress.advance(line.text.size() + 1);
  }
}

int read_rows(std::span<const id_input> inputs, const input_options& how, const row_taker& take) {
  std::uint64_t arguments = 0;
  for (const id_input& input : inputs) {
    const int status = input.is_file ? read_rows(input.text, how, take)
                                     : read_argument({input.text, ++arguments, false}, how, take);
    if (status != exit_good) return status;
  }
  return exit_good;
}

input_fault lacks_subnet(const input_line& line) {
  return {line.text.size() + 1,
          "expected a subnet: the id has none of its own, and --subnet is not given"};
}

}  // namespace vmnet::cli
