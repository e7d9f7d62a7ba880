module vmnet.cli.input;

import vmnet.text;

namespace vmnet::cli {
namespace {

/// What a text editor may put before the first line, and what it does to an id.
std::string_view byte_order_mark_fault(std::string_view text) noexcept {
  if (text.starts_with("\xef\xbb\xbf"))
    return "expected no byte order mark: it would become part of the id (save as UTF-8 without "
           "BOM)";
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
    return "expected no byte order mark: this looks like UTF-16 (save as UTF-8 without BOM)";
  return {};
}

/// A brace with a key behind it; an id may well begin with a brace alone.
bool looks_like_json(std::string_view text) noexcept {
  if (!text.starts_with('{')) return false;
  const std::size_t first = text.find_first_not_of(" \t", 1);
  return first != std::string_view::npos && text[first] == '"';
}

/// Where a line opens an array of objects, as --format json writes one, or of texts: a
/// bracket behind blanks with nothing, a brace, a quote or the end of the array behind
/// it.
std::optional<std::size_t> json_array_offset(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t bracket = text.find_first_not_of(blanks);
  if (bracket == std::string_view::npos || text[bracket] != '[') return std::nullopt;
  const std::size_t next = text.find_first_not_of(blanks, bracket + 1);
  if (next == std::string_view::npos || text[next] == '{' || text[next] == '"') return bracket;
  const bool is_empty =
      text[next] == ']' && text.find_first_not_of(blanks, next + 1) == std::string_view::npos;
  return is_empty ? std::optional(bracket) : std::nullopt;
}

/// False for a plain line, which has no tab, that is or may be more than an id.
bool is_id_alone(std::string_view line) noexcept {
  if (line.empty() || line.back() == '\r') return false;
  // A comment, or the first byte of a byte order mark.
  constexpr std::string_view others = "#\xef\xfe\xff";
  return others.find(line.front()) == std::string_view::npos;
}

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<std::size_t> decode_hex(std::string_view text, std::string& bytes) {
  bytes.clear();
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    if (high < 0) return i;
    if (i + 1 == text.size()) return text.size();
    const int low = hex_value(text[i + 1]);
    if (low < 0) return i + 1;
    bytes += static_cast<char>(high * 16 + low);
  }
  return std::nullopt;
}

std::string_view hex_fault(std::string_view text, std::size_t offset) noexcept {
  return offset == text.size() ? "expected a second hexadecimal digit: a byte has two"
                               : "expected a hexadecimal digit";
}

id_reader::id_reader(byte_source& source, const input_options& options)
    : lines_(source, options.max_line, options.buffer), options_(options) {}

id_reader::~id_reader() = default;

input_event id_reader::next() {
  if (options_.format == input_format::detect) {
    options_.format = lines_.peek_after_blanks() == '{' ? input_format::jsonl : input_format::plain;
    is_guess_ = true;
  }

  for (;;) {
    const auto line = lines_.next();
    if (!line) return error() != 0 ? input_event::failed : input_event::end;
    line_ = *line;
    const std::string_view text = line_.text;
    if (line_.too_long)
      return refuse(text.size(), "expected the end of the line: a line has at most " +
                                     std::to_string(options_.max_line) + " bytes");
    if (const std::string_view fault = byte_order_mark_fault(text); !fault.empty())
      return refuse(0, fault);
    if (options_.format == input_format::jsonl) {
      if (text.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      return read_json();
    }
    if (is_guess_) {
      if (const auto offset = json_array_offset(text)) {
        // What follows is no plain id either, where the run goes on.
        options_.format = input_format::jsonl;
        is_guess_ = false;
        return refuse(*offset,
                      "expected JSON Lines, one object a line: this looks like a JSON array "
                      "(--input plain takes it as ids)");
      }
    }
    if (text.ends_with('\r'))
      return refuse(text.size() - 1,
                    "expected the end of the line, not a carriage return: it would become part "
                    "of the id (save with Unix line ends)");
    if (text.empty() || text.front() == '#') continue;
    // A comment comes first, or the format would be another. No row has been
    // read, and what this would be is an id that nobody means.
    if (is_guess_ && looks_like_json(text))
      return refuse(0,
                    "expected an id: this looks like JSON Lines, which have no comments (remove "
                    "those above, or say --input plain)");
    return read_plain();
  }
}

std::size_t id_reader::next_ids(std::span<std::string_view> ids) {
  // The first line may yet turn out to be JSON behind comments.
  if (options_.format != input_format::plain || options_.encoding != id_encoding::raw || is_guess_)
    return 0;
  const std::string_view text = lines_.buffered();
  // One search for a tab in many lines is cheaper than one in each. It goes little
  // further than ids are taken: with a comment behind each id, a search of all that is
  // buffered each time would take the square of its size.
  constexpr std::size_t first_search = 1024;
  std::size_t begin = 0;    // of the next line
  std::size_t tabless = 0;  // the bytes at the front that hold no tab
  std::size_t count = 0;
  while (count < ids.size()) {
    const void* const newline =
        tabless > begin ? std::memchr(text.data() + begin, '\n', tabless - begin) : nullptr;
    if (newline == nullptr) {
      if (tabless == text.size() || text[tabless] == '\t') break;
      const std::string_view more = text.substr(tabless, std::max(tabless, first_search));
      tabless += std::min(more.find('\t'), more.size());
      continue;
    }
    const char* const first = text.data() + begin;
    const std::string_view line(
        first, static_cast<std::size_t>(static_cast<const char*>(newline) - first));
    if (line.size() > options_.max_line || !is_id_alone(line)) break;
    ids[count++] = line;
    begin += line.size() + 1;
  }
  lines_.skip(begin, count);
  return count;
}

input_event id_reader::refuse(std::size_t offset, std::string_view message) {
  fault_.column = offset + 1;
  fault_.message = message;
  return input_event::fault;
}

input_event id_reader::read_plain() {
  const std::string_view text = line_.text;
  const std::size_t tab = text.find('\t');
  const std::string_view id = text.substr(0, tab);
  row_ = {.id = id, .subnet = std::nullopt, .subnet_column = 0, .planned = {}};
  is_guess_ = false;
  if (options_.encoding == id_encoding::hex) {
    if (const auto offset = decode_hex(id, id_)) return refuse(*offset, hex_fault(id, *offset));
    row_.id = id_;
  }
  if (tab == std::string_view::npos) return input_event::row;

  const auto subnet = ipv4_network::parse(text.substr(tab + 1));
  if (!subnet)
    return refuse(
        tab + 1 + subnet.error().offset(),
        "expected a subnet behind the tab: " + std::string(to_string(subnet.error().code())));
  row_.subnet = *subnet;
  row_.subnet_column = tab + 2;
  return input_event::row;
}

input_event id_reader::read_json() {
  json_row read;
  if (auto fault = parse_json_row(line_.text, options_.with_planned_fields, read)) {
    fault_ = std::move(*fault);
    if (is_guess_) fault_.message += " (plain ids that begin with '{' need --input plain)";
    return input_event::fault;
  }
  is_guess_ = false;
  id_ = std::move(read.id);
  row_ = {.id = id_,
          .subnet = read.subnet,
          .subnet_column = read.subnet_column,
          .planned = read.planned};
  return input_event::row;
}

}  // namespace vmnet::cli
