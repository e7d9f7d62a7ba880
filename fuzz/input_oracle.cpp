#include "input_oracle.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cidr_oracle.hpp"

namespace {

using fuzz::input_expectation;
using fuzz::input_rules;

constexpr std::string_view hex_digits = "0123456789abcdefABCDEF";

std::uint32_t hex_number(std::string_view digits) {
  return static_cast<std::uint32_t>(std::strtoul(std::string(digits).c_str(), nullptr, 16));
}

/// The first offset that is wrong in the hexadecimal writing of bytes, or the bytes.
std::pair<std::optional<std::size_t>, std::string> from_hex(std::string_view text) {
  const std::size_t wrong = text.find_first_not_of(hex_digits);
  if (wrong != std::string_view::npos) return {wrong, {}};
  if (text.size() % 2 != 0) return {text.size(), {}};
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2)
    bytes += static_cast<char>(hex_number(text.substr(i, 2)));
  return {std::nullopt, bytes};
}

/// A code point in UTF-8.
std::string encoded(std::uint32_t point) {
  if (point < 0x80) return {static_cast<char>(point)};
  const std::size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  std::string text(size, '\0');
  for (std::size_t i = size - 1; i > 0; --i) {
    text[i] = static_cast<char>(0x80U + point % 64U);
    point /= 64U;
  }
  text[0] = static_cast<char>((0xf00U >> size & 0xffU) + point);
  return text;
}

/// The code point at the front of `text`, or nothing where it is no UTF-8: what
/// is decoded must be encoded as it was written.
std::optional<std::uint32_t> decoded(std::string_view text) {
  const auto first = static_cast<std::uint8_t>(text.front());
  if (first < 0x80) return first;
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc0 || first >= 0xf8 || text.size() < size) return std::nullopt;
  std::uint32_t point = first % (1U << (7 - size));
  for (std::size_t i = 1; i < size; ++i)
    point = point * 64 + static_cast<std::uint8_t>(text[i]) % 64U;
  const bool is_surrogate = point >= 0xd800 && point < 0xe000;
  if (is_surrogate || point > 0x10ffff || encoded(point) != text.substr(0, size))
    return std::nullopt;
  return point;
}

/// JSON of one object whose values are strings or whole numbers below 2^64: all that
/// a line may hold.
class json_line {
 public:
  struct member {
    std::string key, value;
    bool is_number;
    std::size_t at;  // the offset of the value
  };

  explicit json_line(std::string_view text) : text_(text) {}

  std::optional<std::vector<member>> read() {
    std::vector<member> members;
    if (!take('{')) return std::nullopt;
    if (!take('}')) {
      do {
        member m;
        blanks();
        if (!string(m.key) || !take(':')) return std::nullopt;
        blanks();
        m.at = at_;
        m.is_number = number(m.value);
        if (!m.is_number && !string(m.value)) return std::nullopt;
        members.push_back(m);
      } while (take(','));
      if (!take('}')) return std::nullopt;
    }
    blanks();
    if (at_ != text_.size()) return std::nullopt;
    return members;
  }

 private:
  void blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  bool take(char c) {
    blanks();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool number(std::string& out) {
    const std::size_t end = std::min(text_.find_first_not_of("0123456789", at_), text_.size());
    const std::string digits(text_.substr(at_, end - at_));
    constexpr std::string_view largest = "18446744073709551615";
    if (digits.empty() || (digits.size() > 1 && digits.front() == '0') ||
        digits.size() > largest.size() || (digits.size() == largest.size() && digits > largest))
      return false;
    at_ = end;
    out = digits;
    return true;
  }

  bool string(std::string& out) {
    if (at_ == text_.size() || text_[at_] != '"') return false;
    for (++at_; at_ < text_.size() && text_[at_] != '"';) {
      if (text_[at_] == '\\') {
        if (!escape(out)) return false;
        continue;
      }
      const auto point = decoded(text_.substr(at_));
      if (!point || *point < 0x20) return false;
      out += encoded(*point);
      at_ += encoded(*point).size();
    }
    return at_++ < text_.size();
  }

  bool escape(std::string& out) {
    constexpr std::string_view written = "\"\\/bfnrt";
    constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
    const std::string_view rest = text_.substr(at_ + 1, 1);
    if (rest.empty()) return false;
    if (const std::size_t which = written.find(rest); which != std::string_view::npos) {
      out += meant[which];
      at_ += 2;
      return true;
    }
    auto unit = code_unit();
    if (!unit || (*unit >= 0xdc00 && *unit < 0xe000)) return false;
    if (*unit >= 0xd800 && *unit < 0xdc00) {
      const auto low = code_unit();
      if (!low || *low < 0xdc00 || *low >= 0xe000) return false;
      unit = 0x10000 + (*unit - 0xd800) * 0x400 + (*low - 0xdc00);
    }
    out += encoded(*unit);
    return true;
  }

  /// `\uXXXX`.
  std::optional<std::uint32_t> code_unit() {
    const std::string_view unit = text_.substr(at_, 6);
    if (unit.size() != 6 || !unit.starts_with("\\u") ||
        unit.find_first_not_of(hex_digits, 2) != std::string_view::npos)
      return std::nullopt;
    at_ += unit.size();
    return hex_number(unit.substr(2));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// The name of an interface, by the rules of the kernel and of the library.
bool is_interface_name(std::string_view name) {
  constexpr std::string_view refused("/:% \t\n\v\f\r\xa0\0", 11);
  return !name.empty() && name.size() <= 15 && name != "." && name != ".." &&
         name.find_first_of(refused) == std::string_view::npos;
}

/// Whether `text` is written as `form`, where h stands for a hexadecimal digit.
bool is_written_as(std::string_view text, std::string_view form) {
  return std::ranges::equal(text, form, [](char c, char wanted) {
    return wanted == 'h' ? hex_digits.find(c) != std::string_view::npos : c == wanted;
  });
}

std::optional<std::uint64_t> mac_of(const std::string& text) {
  if (!is_written_as(text, "hh:hh:hh:hh:hh:hh") && !is_written_as(text, "hh-hh-hh-hh-hh-hh") &&
      !is_written_as(text, "hhhh.hhhh.hhhh"))
    return std::nullopt;
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits),
                       [](char c) { return hex_digits.find(c) != std::string_view::npos; });
  return std::stoull(digits, nullptr, 16);
}

std::optional<std::uint32_t> address_of(const std::string& text) {
  in_addr address{};
  if (text.find('\0') != std::string::npos || inet_pton(AF_INET, text.c_str(), &address) != 1)
    return std::nullopt;
  return ntohl(address.s_addr);
}

/// `v1`, `pinned`, `kept`, or `probe` and a number from 1.
bool is_way(const std::string& text) {
  constexpr std::string_view probe = "probe ";
  if (text == "v1" || text == "pinned" || text == "kept") return true;
  if (!text.starts_with(probe)) return false;
  const std::string digits = text.substr(probe.size());
  return !digits.empty() && digits.front() != '0' &&
         digits.find_first_not_of("0123456789") == std::string::npos && digits.size() <= 10 &&
         std::stoull(digits) <= std::numeric_limits<std::uint32_t>::max();
}

/// Whether `m`, one of a plan's fields, is right; it goes to `want`.
bool is_plan_field(const json_line::member& m, fuzz::expected_plan_fields& want) {
  if (m.key == "plan") return (want.version = std::stoull(m.value)) == 1U;
  if (m.key == "generation") return (want.generation = std::stoull(m.value)).has_value();
  if (m.key == "tap_name") return is_interface_name(*(want.tap_name = m.value));
  if (m.key == "guest_ip") return (want.guest_ip = address_of(m.value)).has_value();
  if (m.key == "gateway") return (want.gateway = address_of(m.value)).has_value();
  if (m.key == "mac") return (want.mac = mac_of(m.value)).has_value();
  const std::size_t which = m.key == "tap_name_by" ? 0 : m.key == "guest_ip_by" ? 1 : 2;
  return is_way(want.ways[which] = m.value);
}

/// Whether the members of a line make a row, which goes to `want`.
bool is_json_row(const std::vector<json_line::member>& members, bool planned,
                 input_expectation& want) {
  static const std::set<std::string> plan_fields = {"plan",        "generation",  "tap_name",
                                                    "guest_ip",    "gateway",     "mac",
                                                    "tap_name_by", "guest_ip_by", "mac_by"};
  static const std::set<std::string> passed_over = {
      "digest",          "tap_name_holder",     "tap_name_holder_hex",
      "guest_ip_holder", "guest_ip_holder_hex", "mac_holder",
      "mac_holder_hex"};
  int ids = 0;
  std::set<std::string> seen;
  for (const json_line::member& m : members) {
    if (m.is_number != (m.key == "plan" || m.key == "generation")) return false;
    if (m.key == "subnet") {
      if (want.subnet) return false;
      want.subnet = fuzz::expect_network(m.value, false);
      want.column = m.at + 2;
      if (!want.subnet->error.empty()) return false;
    } else if (m.key == "id") {
      ++ids;
      want.id = m.value;
    } else if (m.key == "id_hex") {
      ++ids;
      const auto [wrong, bytes] = from_hex(m.value);
      if (wrong) return false;
      want.id = bytes;
    } else if (plan_fields.contains(m.key)) {
      if (!planned) continue;
      if (!seen.insert(m.key).second || !is_plan_field(m, want.planned)) return false;
    } else if (!passed_over.contains(m.key)) {
      return false;
    }
  }
  return ids == 1;
}

void expect_json(std::string_view text, bool planned, input_expectation& want) {
  const auto members = json_line(text).read();
  want.is_row = members && is_json_row(*members, planned, want);
  if (!want.is_row) want.column = 0;
}

void expect_plain(std::string_view text, bool hex, input_expectation& want) {
  const std::size_t end = std::min(text.find('\t'), text.size());
  want.id = text.substr(0, end);
  if (hex) {
    const auto [wrong, bytes] = from_hex(want.id);
    want.id = bytes;
    if (wrong) {
      want.column = *wrong + 1;
      return;
    }
  }
  want.is_row = true;
  if (end == text.size()) return;
  want.subnet = fuzz::expect_network(text.substr(end + 1), false);
  want.is_row = want.subnet->error.empty();
  want.column = end + 2 + (want.is_row ? 0 : want.subnet->offset);
}

/// A brace, and a quote behind blanks.
bool opens_json(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t", 1);
  return line.front() == '{' && first != std::string_view::npos && line[first] == '"';
}

/// Whether a plain line is `[`, `[]` or begins with `[{` or `["`, whatever blanks
/// stand between.
bool opens_json_array(std::string_view line) {
  std::string rest(line);
  std::erase_if(rest, [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
  return rest == "[" || rest == "[]" || rest.substr(0, 2) == "[{" || rest.substr(0, 2) == "[\"";
}

/// What a line gives; false where it is passed over. `guessed` is true while the
/// format was found out and no line has been read by it.
bool expect_line(std::string_view line, input_rules& rules, bool& guessed,
                 input_expectation& want) {
  want.text = line.substr(0, rules.max_line);
  if (line.size() > rules.max_line) {
    want.column = rules.max_line + 1;
  } else if (line.substr(0, 3) == "\xef\xbb\xbf" || line.substr(0, 2) == "\xff\xfe" ||
             line.substr(0, 2) == "\xfe\xff") {
    want.column = 1;
  } else if (rules.json) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return false;
    expect_json(line, rules.planned, want);
  } else if (guessed && opens_json_array(line)) {
    want.column = line.find('[') + 1;
    rules.json = true;
  } else if (!line.empty() && line.back() == '\r') {
    want.column = line.size();
  } else if (line.empty() || line.front() == '#') {
    return false;
  } else if (guessed && opens_json(line)) {
    want.column = 1;
  } else {
    guessed = false;
    expect_plain(line, rules.hex, want);
  }
  return true;
}

}  // namespace

namespace fuzz {

bool looks_like_json(std::string_view text, std::size_t limit) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first < limit && first != std::string_view::npos && text[first] == '{';
}

std::vector<input_expectation> expect_input(std::string_view text, input_rules rules, bool cut) {
  std::vector<input_expectation> expected;
  std::uint64_t number = 0;
  bool guessed = rules.detected;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string_view line = text.substr(at, end - at);
    if (end == std::string_view::npos && cut && line.size() <= rules.max_line) break;
    input_expectation want;
    want.line = ++number;
    if (expect_line(line, rules, guessed, want)) expected.push_back(want);
    at += line.size() + 1;
  }
  return expected;
}

}  // namespace fuzz
