// vmnet verify: checks golden vectors of scheme v1, row by row in one pass.
module;
#include <unistd.h>

module vmnet.cli.commands;

import vmnet;
import vmnet.cli.escape;
import vmnet.cli.input;
import vmnet.cli.numbers;
import vmnet.cli.progress;
import vmnet.cli.report;
import vmnet.std;

namespace vmnet::cli {
namespace {

constexpr const char* details =
    "FILE has seven fields a line, separated by tabs: the id in hexadecimal, the\n"
    "subnet, and what they give: short hash, TAP name, guest address ('error' in a\n"
    "subnet smaller than /30), gateway ('error' in a /32) and MAC address.\n"
    "\n"
    "Exit statuses: 0 all rows agree, 1 a row differs, 2 a line is malformed or there\n"
    "are no rows, 3 the file cannot be read.\n"
    "\n"
    "Examples:\n"
    "  vmnet verify identity-v1.tsv\n"
    "  other-implementation --vectors | vmnet verify -\n";

constexpr std::size_t num_fields = 7;
constexpr std::array<std::string_view, num_fields> field_names = {
    "id", "subnet", "short hash", "tap_name", "guest_ip", "gateway", "mac"};

using fields = std::array<std::string_view, num_fields>;

/// The fields of `text`, or the offset at which it has too few or too many.
std::optional<std::size_t> split(std::string_view text, fields& into) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < num_fields; ++i) {
    const std::size_t tab = text.find('\t', begin);
    const bool last = i + 1 == num_fields;
    if (last != (tab == std::string_view::npos)) return last ? tab : text.size();
    into[i] = text.substr(begin, last ? tab : tab - begin);
    begin = tab + 1;
  }
  return std::nullopt;
}

template <class T>
std::string text_or_error(const result<T, subnet_error>& value) {
  return value ? to_string(*value) : std::string("error");
}

/// One run over a file.
class verification {
 public:
  explicit verification(const std::string& path) : path_(&path) {}

  int run() {
    file_source source(*path_);
    if (source.error() != 0) return report_unreadable(*path_, source.error());
    line_reader lines(source, default_max_line);
    progress_.begin(source.size());
    while (const auto line = lines.next()) {
      if (!check(*line)) return exit_bad_input;
      progress_.advance(line->text.size() + 1);
    }
    progress_.clear();
    if (lines.error() != 0) return report_unreadable(*path_, lines.error());
    if (rows_ == 0) {
      report(escaped(*path_) + ": no vectors");
      return exit_bad_input;
    }
    const int printed =
        print(grouped(rows_) + (rows_ == 1 ? " vector, " : " vectors, ") + grouped(different_) +
              (different_ == 1 ? " of them differs\n" : " of them differ\n"));
    if (printed != exit_good) return printed;
    return different_ == 0 ? exit_good : exit_answer_is_no;
  }

 private:
  /// False for a line that is malformed.
  bool check(const input_line& line) {
    const auto malformed = [&](std::size_t offset, std::string_view message) {
      progress_.clear();
      report_fault({*path_, line.number, offset + 1}, message, line.text);
      return false;
    };
    fields row;
    if (line.too_long) return malformed(line.text.size(), "expected the end of the line");
    if (line.text.ends_with('\r'))
      return malformed(line.text.size() - 1,
                       "expected the end of the line, not a carriage return (save with Unix line "
                       "ends)");
    if (const auto offset = split(line.text, row))
      return malformed(*offset, "expected seven fields with tabs between them");
    std::string id;
    if (const auto offset = decode_hex(row[0], id))
      return malformed(*offset, hex_fault(row[0], *offset));
    const auto subnet = ipv4_network::parse(row[1]);
    if (!subnet)
      return malformed(row[0].size() + 1 + subnet.error().offset(),
                       "expected a subnet: " + std::string(to_string(subnet.error().code())));
    compare(line.number, row, id, *subnet);
    return true;
  }

  void compare(std::uint64_t line, const fields& row, const std::string& id, ipv4_network subnet) {
    const std::array<std::string, num_fields> computed = {
        std::string(row[0]),
        std::string(row[1]),
        std::string(vm_short_hash(id)),
        std::string(tap_name_for(id)),
        text_or_error(allocate_guest_ip(id, subnet)),
        text_or_error(gateway_for(subnet)),
        to_string(allocate_guest_mac(id))};
    ++rows_;
    bool differs = false;
    for (std::size_t i = 2; i < num_fields; ++i) {
      if (row[i] == computed[i]) continue;
      differs = true;
      progress_.clear();
      report(escaped(*path_) + ':' + std::to_string(line) + ": " + std::string(field_names[i]) +
             ": expected '" + shortened(row[i]) + "', came '" + computed[i] + "'");
    }
    if (differs) ++different_;
  }

  const std::string* path_;
  progress_bar progress_{STDERR_FILENO, false};
  std::uint64_t rows_ = 0;
  std::uint64_t different_ = 0;
};

}  // namespace

void add_verify(command_line& program) {
  command& added = program.add("verify", "Check golden vectors of scheme v1", details);
  const auto file = std::make_shared<std::string>();
  added.add({.names = "FILE", .help = "A file of vectors; '-' is standard input", .required = true},
            *file);
  added.on_run([file] { return verification(*file).run(); });
}

}  // namespace vmnet::cli
