// vmnet.cli.row_input: the ids that a command is given, from arguments and files, row
// by row, for commands that end at the first fault. identify, which may go on and
// takes many ids at once, reads by itself.
export module vmnet.cli.row_input;

import vmnet.std;

export import vmnet.cli.arguments;
export import vmnet.cli.input;

export namespace vmnet::cli {

/// What becomes of a row: nothing, or what is wrong with it. Of an argument the line
/// is the argument. Both are valid for the call.
using row_taker =
    std::function<std::optional<input_fault>(const input_row& row, const input_line& line)>;

/// Gives `take` the rows of the file at `path` (`-` is standard input), with a progress
/// bar where standard error is a terminal. `exit_good`, or the status of a fault that
/// has been reported.
[[nodiscard]] int read_rows(const std::string& path, const input_options& how,
                            const row_taker& take);

/// The same of all `inputs` in their order.
[[nodiscard]] int read_rows(std::span<const id_input> inputs, const input_options& how,
                            const row_taker& take);

/// The fault of a row that needs a subnet and has none.
[[nodiscard]] input_fault lacks_subnet(const input_line& line);

}  // namespace vmnet::cli
