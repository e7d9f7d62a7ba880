// vmnet.cli.arguments: values that people write on the command line.
//
// Read here and not by the parser of options, which takes 010 for eight and 0x10 for sixteen. A
// value that is refused is reported under the name of its option; the caller
// then ends with `exit_bad_input`. Options that several commands take are
// declared here too.
export module vmnet.cli.arguments;

import vmnet.std;

export import vmnet.cli.command_line;
export import vmnet.cli.input;
export import vmnet.ipv4;

export namespace vmnet::cli {

/// A whole number in decimal digits, below 2^64; without sign or leading zeros.
[[nodiscard]] std::optional<std::uint64_t> read_count(std::string_view option,
                                                      std::string_view text);

/// A probability, from `0` to `1` or from `0%` to `100%`; exponents are allowed
/// (`1e-6`).
[[nodiscard]] std::optional<double> read_probability(std::string_view option,
                                                     std::string_view text);

/// A network; host bits are masked.
[[nodiscard]] std::optional<ipv4_network> read_subnet(std::string_view option,
                                                      std::string_view text);

/// A network that has guest addresses: a /30 or larger; host bits are masked.
[[nodiscard]] std::optional<ipv4_network> read_guest_subnet(std::string_view option,
                                                            std::string_view text);

/// Adds --subnet to a command that takes ids.
void add_guest_subnet(command& to, std::optional<std::string>& into);

/// Adds -o and --output.
void add_output_option(command& to, std::string& into);

/// An id, or a file of them.
struct id_input {
  bool is_file = false;
  std::string text;
};

/// Adds ID, --id and --ids to a command that takes ids of any number; `into` has
/// them in the order of the command line.
void add_id_inputs(command& to, std::vector<id_input>& into);

/// How many of `inputs` are standard input.
[[nodiscard]] std::size_t count_standard_input(std::span<const id_input> inputs) noexcept;

/// True for 0 and 1; more is reported, since standard input can be read only once.
[[nodiscard]] bool is_read_once(std::size_t standard_inputs);

/// The values of --input and --id-encoding.
struct input_names {
  std::optional<std::string> format{};
  std::optional<std::string> encoding{};
};

/// Adds --input and --id-encoding to a command that reads ids.
void add_input_options(command& to, input_names& into);

/// How ids are read, by these values.
[[nodiscard]] input_options read_input_options(const input_names& names);

}  // namespace vmnet::cli
