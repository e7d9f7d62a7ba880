module vmnet.cli.arguments;

import vmnet.cli.escape;
import vmnet.cli.report;
import vmnet.alloc;
import vmnet.text;

namespace vmnet::cli {
namespace {

constexpr bool begins_with_digit(std::string_view text) noexcept {
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

/// True where `std::from_chars` has read all of `text`.
constexpr bool read_all(std::string_view text, std::from_chars_result read) noexcept {
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

void refuse(std::string_view option, std::string_view text, std::string_view expected) {
  report(std::string(option) + ": '" + shortened(text) + "': expected " + std::string(expected));
}

}  // namespace

std::optional<std::uint64_t> read_count(std::string_view option, std::string_view text) {
  std::uint64_t value = 0;
  const bool leading_zero = text.size() > 1 && text.front() == '0';
  if (!leading_zero && begins_with_digit(text) &&
      read_all(text, std::from_chars(text.data(), text.data() + text.size(), value)))
    return value;
  refuse(option, text, "a whole number below 2^64 in decimal digits, as 10000");
  return std::nullopt;
}

std::optional<double> read_probability(std::string_view option, std::string_view text) {
  const bool in_percent = text.ends_with('%');
  const std::string_view number = text.substr(0, text.size() - (in_percent ? 1 : 0));
  const double certain = in_percent ? 100 : 1;
  double value = 0;
  // A digit comes first, so neither "nan" nor "-0" gets to from_chars.
  if (begins_with_digit(number) &&
      read_all(number, std::from_chars(number.data(), number.data() + number.size(), value)) &&
      value <= certain)
    return value / certain;
  refuse(option, text, "a probability from 0 to 1, as 0.01, or from 0% to 100%, as 1%");
  return std::nullopt;
}

std::optional<ipv4_network> read_subnet(std::string_view option, std::string_view text) {
  const auto subnet = ipv4_network::parse(text);
  if (subnet) return *subnet;
  report(std::string(option) + ":\n" + diagnostic(text, subnet.error()));
  return std::nullopt;
}

std::optional<ipv4_network> read_guest_subnet(std::string_view option, std::string_view text) {
  const auto subnet = read_subnet(option, text);
  if (!subnet || num_guest_addresses(*subnet) > 0) return subnet;
  report(std::string(option) + ": " + to_string(subnet_error(subnet_errc::too_small, *subnet)));
  return std::nullopt;
}

void add_guest_subnet(command& to, std::optional<std::string>& into) {
  to.add({.names = "--subnet",
          .help = "The guests' subnet, as 172.30.0.0/24; needed where an id has none of its own",
          .value_name = "CIDR"},
         into);
}

void add_output_option(command& to, std::string& into) {
  to.add({.names = "-o,--output",
          .help = "Write to FILE instead of standard output",
          .value_name = "FILE"},
         into);
}

void add_id_inputs(command& to, std::vector<id_input>& into) {
  to.add({.names = "ID", .help = "Ids of VMs; '-' is a file of them"}, [&into](std::string id) {
    const bool is_file = id == "-";
    into.push_back({is_file, std::move(id)});
  });
  to.add({.names = "--id", .help = "An id, whatever it begins with", .value_name = "ID"},
         [&into](std::string id) { into.push_back({false, std::move(id)}); });
  to.take_literally("--id");
  to.add({.names = "--ids", .help = "A file of ids; '-' is standard input", .value_name = "FILE"},
         [&into](std::string file) { into.push_back({true, std::move(file)}); });
}

std::size_t count_standard_input(std::span<const id_input> inputs) noexcept {
  return static_cast<std::size_t>(
      std::count_if(inputs.begin(), inputs.end(),
                    [](const id_input& input) { return input.is_file && input.text == "-"; }));
}

bool is_read_once(std::size_t standard_inputs) {
  if (standard_inputs <= 1) return true;
  report("standard input ('-') is given more than once: it can be read only once");
  return false;
}

void add_input_options(command& to, input_names& into) {
  to.add({.names = "--input",
          .help = "By default jsonl where the first byte not blank is '{'",
          .choices = {"plain", "jsonl"}},
         into.format);
  to.add({.names = "--id-encoding",
          .help = "hex: ids have two digits a byte, but in JSON",
          .choices = {"raw", "hex"}},
         into.encoding);
}

input_options read_input_options(const input_names& names) {
  input_options options;
  if (names.format)
    options.format = *names.format == "jsonl" ? input_format::jsonl : input_format::plain;
  if (names.encoding == "hex") options.encoding = id_encoding::hex;
  return options;
}

}  // namespace vmnet::cli
