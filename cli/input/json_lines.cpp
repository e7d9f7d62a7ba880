module;
#include <nlohmann/json.hpp>

module vmnet.cli.input;

import vmnet.text;

namespace vmnet::cli {
namespace {

using json = nlohmann::json;

/// Walks over a line and lets the handler see how far the parser has got: its
/// events carry no place.
class counting_iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  counting_iterator(const char* at, const char** progress) noexcept
      : at_(at), progress_(progress) {}

  reference operator*() const noexcept { return *at_; }
  counting_iterator& operator++() noexcept {
    *progress_ = ++at_;
    return *this;
  }
  // What the parser uses of the rest depends on its version.
  [[maybe_unused]] counting_iterator operator++(int) noexcept {
    const counting_iterator before = *this;
    ++*this;
    return before;
  }
  [[maybe_unused]] bool operator==(const counting_iterator& other) const noexcept {
    return at_ == other.at_;
  }
  [[maybe_unused]] bool operator!=(const counting_iterator& other) const noexcept {
    return at_ != other.at_;
  }

 private:
  const char* at_;
  const char** progress_;
};

/// The fields of a row, and those of the program's own output that say nothing new.
enum class field : std::uint8_t {
  id,
  id_hex,
  subnet,
  plan,
  generation,
  tap_name,
  guest_ip,
  gateway,
  mac,
  tap_name_by,
  guest_ip_by,
  mac_by,
  ignored
};

struct known_key {
  std::string_view name;
  field which;
};
constexpr known_key known_keys[] = {{"id", field::id},
                                    {"id_hex", field::id_hex},
                                    {"subnet", field::subnet},
                                    {"plan", field::plan},
                                    {"generation", field::generation},
                                    {"tap_name", field::tap_name},
                                    {"guest_ip", field::guest_ip},
                                    {"mac", field::mac},
                                    {"tap_name_by", field::tap_name_by},
                                    {"guest_ip_by", field::guest_ip_by},
                                    {"mac_by", field::mac_by},
                                    {"gateway", field::gateway},
                                    {"digest", field::ignored},
                                    {"tap_name_holder", field::ignored},
                                    {"tap_name_holder_hex", field::ignored},
                                    {"guest_ip_holder", field::ignored},
                                    {"guest_ip_holder_hex", field::ignored},
                                    {"mac_holder", field::ignored},
                                    {"mac_holder_hex", field::ignored}};

/// How a value came about, as a plan writes it: `v1`, `probe 3`, `pinned`, `kept`.
std::optional<placement> read_placement(std::string_view text) noexcept {
  for (const placement_kind kind :
       {placement_kind::v1, placement_kind::pinned, placement_kind::kept})
    if (text == to_string(kind)) return placement{.kind = kind, .probe = 0, .holder = {}};
  constexpr std::string_view before = "probe ";
  if (!text.starts_with(before)) return std::nullopt;
  const std::string_view digits = text.substr(before.size());
  placement probed{.kind = placement_kind::probed, .probe = 0, .holder = {}};
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), probed.probe);
  if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() || digits.front() == '0')
    return std::nullopt;
  return probed;
}

/// The id of the parser's exception for a number that no double holds.
constexpr int number_overflow = 406;

/// What the parser missed, by the words of its message: "[json.exception.
/// parse_error.101] parse error at line 1, column 9: syntax error while parsing
/// object - unexpected end of input; last read: '...'; expected '}'". They speak
/// of the parser rather than of the line, and what was read is raw and of any
/// length.
std::string_view expectation(std::string_view message) noexcept {
  struct wording {
    std::string_view part;
    std::string_view expected;
  };
  // The first that is in the message counts.
  constexpr wording wordings[] = {
      {"ill-formed UTF-8", "expected UTF-8 (an id of other bytes goes into \"id_hex\")"},
      {"missing closing quote", "expected a closing quote"},
      {"control character", "expected no raw control character in a string: write an escape"},
      {"invalid string", "expected an escape of JSON behind the backslash"},
      {"parsing object key", "expected a key in double quotes, as \"id\""},
      {"parsing object separator", "expected ':' between key and value"},
      {"parsing object", "expected ',' or '}' behind a value"},
      {"; expected end of input", "expected the end of the line behind the object"},
      {"parsing value", "expected a string in double quotes"}};
  for (const wording& one : wordings)
    if (message.find(one.part) != std::string_view::npos) return one.expected;
  return "expected JSON";
}

/// The number of four hexadecimal digits at `at`; nothing where there are none.
std::optional<unsigned> four_digits(std::string_view text, std::size_t at) noexcept {
  unsigned value = 0;
  const std::size_t end = std::min(at + 4, text.size());
  if (end != at + 4) return std::nullopt;
  const auto read = std::from_chars(text.data() + at, text.data() + end, value, 16);
  if (read.ptr != text.data() + end) return std::nullopt;
  return value;
}

/// The offset of the first escape of a surrogate that stands alone.
std::optional<std::size_t> lone_surrogate(std::string_view text) noexcept {
  constexpr unsigned high_surrogate = 0xd8;  // 0xd800 to 0xdbff, by their upper six bits
  constexpr unsigned low_surrogate = 0xdc;
  const auto kind_at = [&](std::size_t at) {
    const bool is_escape = text.substr(std::min(at, text.size()), 2) == "\\u";
    const auto value = is_escape ? four_digits(text, at + 2) : std::nullopt;
    return value ? *value >> 8U & 0xfcU : 0U;
  };
  for (std::size_t at = text.find('\\'); at != std::string_view::npos; at = text.find('\\', at)) {
    const unsigned kind = kind_at(at);
    if (kind == low_surrogate) return at;
    if (kind == high_surrogate) {
      if (kind_at(at + 6) != low_surrogate) return at;
      at += 6;
    }
    at += 2;
  }
  return std::nullopt;
}

/// What the parser has found so far; each event returns false to stop it.
class row_handler {
 public:
  row_handler(std::string_view text, const char* const* progress, bool with_planned_fields,
              json_row& row)
      : text_(text), progress_(progress), with_planned_fields_(with_planned_fields), row_(&row) {}

  [[nodiscard]] std::optional<input_fault>& fault() noexcept { return fault_; }

  bool null() { return no_string(); }
  bool boolean(bool) { return no_string(); }
  bool number_integer(json::number_integer_t) { return no_string(); }
  bool number_unsigned(json::number_unsigned_t value) {
    if (!in_object_ || !is_number()) return no_string();
    std::optional<std::uint64_t>& into =
        key_ == field::plan ? row_->planned.version : row_->planned.generation;
    if (key_ == field::plan && with_planned_fields_ && value != known_plan_version)
      return refuse(value_begin(), "expected 1, the version of plans that is known here");
    if (with_planned_fields_) into = value;
    return true;
  }
  bool number_float(json::number_float_t, const std::string&) { return no_string(); }
  bool binary(json::binary_t&) { return no_string(); }

  bool start_object(std::size_t) {
    if (in_object_) return no_string();
    in_object_ = true;
    return true;
  }
  bool end_object() {
    if (row_->has_id) return true;
    return refuse(offset() - 1, "expected \"id\" or \"id_hex\" in the object");
  }
  bool start_array(std::size_t) { return no_string(); }
  bool end_array() { return true; }

  bool key(std::string& name) {
    key_end_ = offset();
    const auto* const known = std::find_if(std::begin(known_keys), std::end(known_keys),
                                           [&](const known_key& k) { return k.name == name; });
    if (known == std::end(known_keys))
      return refuse(string_begin(),
                    "expected one of the keys id, id_hex, subnet, generation, tap_name, guest_ip, "
                    "gateway, mac, digest, or another of a plan's rows");
    key_ = known->which;
    const bool is_id = key_ == field::id || key_ == field::id_hex;
    if (is_id && row_->has_id)
      return refuse(string_begin(), "expected one \"id\" or \"id_hex\" only");
    if (key_ == field::subnet && row_->subnet)
      return refuse(string_begin(), "expected one \"subnet\" only");
    if (with_planned_fields_ && std::exchange(seen_[static_cast<std::size_t>(key_)], true) &&
        key_ != field::ignored)
      return refuse(string_begin(), "expected one \"" + name + "\" only");
    return true;
  }

  bool string(std::string& value) {
    if (!in_object_ || is_number()) return no_string();
    const std::size_t begin = string_begin();
    switch (key_) {
      case field::id:
        row_->id = std::move(value);
        row_->has_id = true;
        return true;
      case field::id_hex:
        row_->has_id = true;
        if (const auto at = decode_hex(value, row_->id))
          return refuse(inside_string(begin, value, *at), hex_fault(value, *at));
        return true;
      case field::subnet:
        row_->subnet_column = begin + 2;
        return parse_into<ipv4_network>(row_->subnet, begin, value, "a subnet");
      case field::tap_name:
        return planned<interface_name>(row_->planned.tap_name, begin, value,
                                       "the name of an interface");
      case field::guest_ip:
        return planned<ipv4_address>(row_->planned.guest_ip, begin, value, "an address");
      case field::gateway:
        return planned<ipv4_address>(row_->planned.gateway, begin, value, "an address");
      case field::mac:
        return planned<mac_address>(row_->planned.mac, begin, value, "a MAC address");
      case field::tap_name_by:
        return placed(vm_resource::tap_name, begin, value);
      case field::guest_ip_by:
        return placed(vm_resource::guest_ip, begin, value);
      case field::mac_by:
        return placed(vm_resource::mac, begin, value);
      case field::plan:
      case field::generation:
      case field::ignored:
        return true;
    }
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const json::exception& error) {
    if (!in_object_) return refuse(first_byte(), "expected a JSON object, as {\"id\": \"vm-1\"}");
    if (error.id == number_overflow) return no_string();  // its message holds all the digits
    const std::string_view raw = error.what();
    if (raw.find("surrogate") != std::string_view::npos)
      if (const auto at = lone_surrogate(text_))
        return refuse(*at, "expected a pair of surrogates: one alone is no character");
    const std::size_t at = position > 0 ? position - 1 : 0;
    return refuse(std::min(at, text_.size()), expectation(raw));
  }

 private:
  static constexpr std::uint64_t known_plan_version = 1;

  /// The offset behind the token that the parser has just read.
  [[nodiscard]] std::size_t offset() const noexcept {
    return static_cast<std::size_t>(*progress_ - text_.data());
  }

  /// The offset of the first byte that is not blank.
  [[nodiscard]] std::size_t first_byte() const noexcept {
    const std::size_t first = text_.find_first_not_of(" \t\r");
    return first == std::string_view::npos ? 0 : first;
  }

  /// The offset of the quote that opens the string which has just been read: the
  /// nearest one before its end that no backslash escapes.
  [[nodiscard]] std::size_t string_begin() const noexcept {
    std::size_t at = offset() - 1;
    for (;;) {
      at = text_.rfind('"', at - 1);
      std::size_t backslashes = 0;
      while (text_[at - 1 - backslashes] == '\\') ++backslashes;
      if (backslashes % 2 == 0) return at;
    }
  }

  /// The offset of byte `at` of a string's value: of the string where escapes
  /// make the two differ.
  [[nodiscard]] std::size_t inside_string(std::size_t begin, const std::string& value,
                                          std::size_t at) const noexcept {
    const bool as_written = text_.substr(begin + 1, value.size()) == value;
    return as_written ? begin + 1 + at : begin;
  }

  bool refuse(std::size_t offset, std::string_view message) {
    if (!fault_) fault_ = input_fault{offset + 1, std::string(message)};
    return false;
  }

  /// A value is no string, or stands outside of the object.
  bool no_string() {
    if (!in_object_) return refuse(first_byte(), "expected a JSON object, as {\"id\": \"vm-1\"}");
    return refuse(value_begin(),
                  is_number() ? "expected a whole number below 2^64" : "expected a string");
  }

  /// Where the value of the key begins.
  [[nodiscard]] std::size_t value_begin() const noexcept {
    return text_.find_first_not_of(" \t\r", text_.find(':', key_end_) + 1);
  }

  /// True where the value of the key is a number.
  [[nodiscard]] bool is_number() const noexcept {
    return key_ == field::plan || key_ == field::generation;
  }

  template <class Value>
  bool parse_into(std::optional<Value>& into, std::size_t begin, const std::string& value,
                  std::string_view what) {
    const auto parsed = Value::parse(value);
    if (!parsed)
      return refuse(
          inside_string(begin, value, parsed.error().offset()),
          "expected " + std::string(what) + ": " + std::string(to_string(parsed.error().code())));
    into = *parsed;
    return true;
  }

  template <class Value>
  bool planned(std::optional<Value>& into, std::size_t begin, const std::string& value,
               std::string_view what) {
    return !with_planned_fields_ || parse_into(into, begin, value, what);
  }

  bool placed(vm_resource resource, std::size_t begin, const std::string& value) {
    if (!with_planned_fields_) return true;
    const auto read = read_placement(value);
    if (!read) return refuse(begin + 1, "expected v1, probe N, pinned or kept");
    row_->planned.placements[static_cast<std::size_t>(resource)] = *read;
    return true;
  }

  std::string_view text_;
  const char* const* progress_;
  bool with_planned_fields_;
  json_row* row_;
  std::optional<input_fault> fault_;
  field key_ = field::ignored;
  std::size_t key_end_ = 0;
  std::array<bool, static_cast<std::size_t>(field::ignored) + 1> seen_{};
  bool in_object_ = false;
};

}  // namespace

std::optional<input_fault> parse_json_row(std::string_view text, bool with_planned_fields,
                                          json_row& row) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* progress = begin;
  row_handler handler(text, &progress, with_planned_fields, row);
  json::sax_parse(counting_iterator(begin, &progress), counting_iterator(end, &progress), &handler);
  // The parser takes a NUL for the end of the text, and so would drop what follows.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos && !handler.fault())
    return input_fault{nul + 1, "expected the end of the line, not a NUL byte"};
  return std::move(handler.fault());
}

}  // namespace vmnet::cli
