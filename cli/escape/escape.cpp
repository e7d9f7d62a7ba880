module vmnet.cli.escape;

namespace vmnet::cli {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

struct code_point_range {
  char32_t first;
  char32_t last;
};

// Both tables are blocks of Unicode 15 rather than its character data: enough
// to keep a table's columns straight for ids that people type.
constexpr code_point_range zero_width[] = {
    {0x300, 0x36f},   {0x483, 0x489},     {0x591, 0x5bd},    {0x610, 0x61a},   {0x64b, 0x65f},
    {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},   {0x200b, 0x200d},  {0x20d0, 0x20ff}, {0xfe00, 0xfe0f},
    {0xfe20, 0xfe2f}, {0x1f3fb, 0x1f3ff}, {0xe0100, 0xe01ef}};
constexpr code_point_range double_width[] = {
    {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},
    {0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},
    {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
    {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};

template <std::size_t Size>
bool is_in(const code_point_range (&ranges)[Size], char32_t c) noexcept {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [c](code_point_range range) { return c >= range.first && c <= range.last; });
}

char* escape_byte(char* out, char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  *out++ = '\\';
  switch (c) {
    case '\\':
      *out++ = '\\';
      return out;
    case '\t':
      *out++ = 't';
      return out;
    case '\n':
      *out++ = 'n';
      return out;
    case '\r':
      *out++ = 'r';
      return out;
    default:
      *out++ = 'x';
      *out++ = hex_digits[byte >> 4U];
      *out++ = hex_digits[byte & 0xfU];
      return out;
  }
}

}  // namespace

bool is_plain_ascii(std::string_view text) noexcept {
  // No early exit: the loop is one over vectors then.
  bool plain = true;
  for (const char c : text) plain &= c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
  return plain;
}

bool is_utf8(std::string_view text) noexcept {
  if (is_plain_ascii(text)) return true;
  while (!text.empty()) {
    const std::size_t size = first_character(text).size;
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

bool is_printable(std::string_view text) noexcept {
  while (!text.empty()) {
    const utf8_character c = first_character(text);
    if (c.size == 0 || is_unprintable(c.code_point)) return false;
    text.remove_prefix(c.size);
  }
  return true;
}

char* escape_to(char* out, std::string_view text) noexcept {
  if (is_plain_ascii(text)) return std::copy(text.begin(), text.end(), out);
  while (!text.empty()) {
    const utf8_character c = first_character(text);
    const bool raw = c.size > 0 && !is_unprintable(c.code_point) && c.code_point != U'\\';
    const std::size_t size = std::max<std::size_t>(c.size, 1);
    for (const char byte : text.substr(0, size)) {
      if (raw) {
        *out++ = byte;
      } else {
        out = escape_byte(out, byte);
      }
    }
    text.remove_prefix(size);
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out(text.size() * max_escape_length, '\0');
  out.resize(static_cast<std::size_t>(escape_to(out.data(), text) - out.data()));
  return out;
}

std::string shown_id(std::string_view id) { return id.empty() ? "(the empty id)" : escaped(id); }

char* json_to(char* out, std::string_view text) noexcept {
  if (is_plain_ascii(text)) return std::copy(text.begin(), text.end(), out);
  while (!text.empty()) {
    const utf8_character c = first_character(text);
    if (c.code_point == U'"' || c.code_point == U'\\') {
      *out++ = '\\';
      *out++ = text.front();
    } else if (is_unprintable(c.code_point)) {
      // All of them are below U+10000: one \u will do.
      *out++ = '\\';
      *out++ = 'u';
      for (const unsigned shift : {12U, 8U, 4U, 0U})
        *out++ = "0123456789abcdef"[c.code_point >> shift & 0xfU];
    } else {
      out = std::copy_n(text.begin(), c.size, out);
    }
    text.remove_prefix(c.size);
  }
  return out;
}

json_id json_id_of(std::string_view id) {
  if (is_utf8(id)) return {"id", std::string(id)};
  std::string hex(id.size() * 2, '\0');
  hex_to(hex.data(), id);
  return {"id_hex", std::move(hex)};
}

std::string shortened(std::string_view text) {
  constexpr std::size_t window = 40;
  if (text.size() <= window) return escaped(text);
  std::size_t size = window;  // not in the middle of a character
  while (size > window - 3 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) --size;
  return escaped(text.substr(0, size)) + "...";
}

char* hex_to(char* out, std::string_view bytes) noexcept {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    *out++ = hex_digits[byte >> 4U];
    *out++ = hex_digits[byte & 0xfU];
  }
  return out;
}

std::size_t display_width(std::string_view text) noexcept {
  if (is_plain_ascii(text)) return text.size();
  std::size_t width = 0;
  while (!text.empty()) {
    const utf8_character c = first_character(text);
    width += is_in(zero_width, c.code_point) ? 0U : is_in(double_width, c.code_point) ? 2U : 1U;
    text.remove_prefix(std::max<std::size_t>(c.size, 1));
  }
  return width;
}

}  // namespace vmnet::cli
