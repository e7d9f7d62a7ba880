// vmnet.cli.addresses: sets of addresses out of files and expressions.
//
// A file holds networks, ranges and addresses with commas, white space or line
// ends between them; `#` begins a comment. An expression joins such words with
// operators, from left to right and all of one rank, so that a list of things
// to take away reads as it is written; parentheses group.
export module vmnet.cli.addresses;

import vmnet.std;

export import vmnet.ipset;

export namespace vmnet::cli {

/// Appends what the file at `path` (`-` is standard input) names to `ranges`.
/// `exit_good`, or the status of a fault that has been reported.
[[nodiscard]] int read_ranges(const std::string& path, std::vector<ipv4_range>& ranges);

/// The value of an expression: words (`10.0.0.0/8`, `10.0.0.1-10.0.0.9`,
/// `10.0.0.1`, `@FILE`) between `+` or `|` (union), `-` (difference), `&`
/// (intersection) and `^` (symmetric difference); `~` before a word is its
/// complement. An operator `-` has white space before it, the `-` of a range
/// none. Where there is none, the fault has been reported and `status` is set.
[[nodiscard]] std::optional<ipv4_set> evaluate(std::string_view expression, int& status);

}  // namespace vmnet::cli
