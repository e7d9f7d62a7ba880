module vmnet.cli.addresses;

import vmnet.cli.escape;
import vmnet.cli.input;
import vmnet.cli.report;

namespace vmnet::cli {
namespace {

constexpr std::string_view blanks = " \t\r\n\v\f";
constexpr int max_depth = 200;  // of parentheses and complements

class evaluation {
 public:
  evaluation(std::string_view text, int& status) : text_(text), status_(status) {}

  std::optional<ipv4_set> whole() {
    auto value = joined(0);
    if (value && at_ < text_.size()) return refuse("expected an operator: + | - & ^");
    return value;
  }

 private:
  // Skips blanks and gives the byte that is next, NUL at the end.
  char next() {
    at_ = std::min(text_.find_first_not_of(blanks, at_), text_.size());
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  std::nullopt_t refuse(std::string_view message) {
    std::string text = "EXPR: " + std::string(message) + '\n' + window(text_, at_);
    text.pop_back();  // report() ends the line
    report(text);
    status_ = exit_bad_input;
    return std::nullopt;
  }

  std::optional<ipv4_set> joined(int depth) {
    auto value = operand(depth);
    while (value) {
      const char operation = next();
      if (operation == '\0' || std::string_view("+|-&^").find(operation) == std::string_view::npos)
        break;
      ++at_;
      const auto right = operand(depth);
      if (!right) return std::nullopt;
      switch (operation) {
        case '-':
          value = *value - *right;
          break;
        case '&':
          value = *value & *right;
          break;
        case '^':
          value = *value ^ *right;
          break;
        default:
          value = *value | *right;
      }
    }
    return value;
  }

  std::optional<ipv4_set> operand(int depth) {
    const char first = next();
    if (depth > max_depth) return refuse("nested too deeply");
    if (first == '~') {
      ++at_;
      const auto value = operand(depth + 1);
      if (!value) return std::nullopt;
      return ~*value;
    }
    if (first == '(') {
      ++at_;
      auto value = joined(depth + 1);
      if (!value) return std::nullopt;
      if (next() != ')') return refuse("expected ')'");
      ++at_;
      return value;
    }
    if (first == '@') return file();
    if (first >= '0' && first <= '9') return word();
    return refuse("expected a network, a range, an address, @FILE or '('");
  }

  std::optional<ipv4_set> file() {
    const std::size_t end = std::min(text_.find_first_of(" \t\r\n\v\f)", at_), text_.size());
    const std::string path(text_.substr(at_ + 1, end - at_ - 1));
    if (path == "-" && std::exchange(took_standard_input_, true))
      return refuse("standard input (@-) can be read only once");
    std::vector<ipv4_range> ranges;
    status_ = read_ranges(path, ranges);
    if (status_ != exit_good) return std::nullopt;
    at_ = end;
    return ipv4_set::from_ranges(ranges);
  }

  std::optional<ipv4_set> word() {
    const std::size_t end =
        std::min(text_.find_first_of(" \t\r\n\v\f,+|&^~()@", at_), text_.size());
    const auto value = ipv4_set::parse(text_.substr(at_, end - at_));
    if (!value) {
      const parse_error error(value.error().code(), at_ + value.error().offset());
      report("EXPR:\n" + diagnostic(text_, error));
      status_ = exit_bad_input;
      return std::nullopt;
    }
    at_ = end;
    return *value;
  }

  std::string_view text_;
  int& status_;
  std::size_t at_ = 0;
  bool took_standard_input_ = false;
};

}  // namespace

int read_ranges(const std::string& path, std::vector<ipv4_range>& ranges) {
  file_source source(path);
  if (source.error() != 0) return report_unreadable(path, source.error());
  line_reader lines(source, default_max_line);
  while (const auto line = lines.next()) {
    const std::string_view text = line->text.substr(0, line->text.find('#'));
    if (line->too_long) {
      report_fault({path, line->number, 1}, "the line is too long", line->text);
      return exit_bad_input;
    }
    if (const auto range = ipv4_range::parse(text)) {  // most lines are one network
      ranges.push_back(*range);
      continue;
    }
    const auto set = ipv4_set::parse(text);
    if (!set) {
      report_fault({path, line->number, set.error().offset() + 1}, to_string(set.error().code()),
                   line->text);
      return exit_bad_input;
    }
    ranges.insert(ranges.end(), set->ranges().begin(), set->ranges().end());
  }
  return lines.error() == 0 ? exit_good : report_unreadable(path, lines.error());
}

std::optional<ipv4_set> evaluate(std::string_view expression, int& status) {
  status = exit_good;
  return evaluation(expression, status).whole();
}

}  // namespace vmnet::cli
