// vmnet.cli.escape: ids are any bytes, terminals and parsers are not made for
// them.
//
// One set of characters is never shown raw, in whatever format: control
// characters (a terminal obeys them), C1 (8-bit terminals do too), bidirectional
// controls (they show a text in another order than it has), and bytes that are
// not UTF-8. Tables, tsv and diagnostics write them as backslash escapes, JSON
// as \u escapes.
export module vmnet.cli.escape;

import vmnet.std;

export namespace vmnet::cli {

/// A character at the front of a text.
struct utf8_character {
  char32_t code_point = 0;
  std::size_t size = 0;  ///< its bytes; 0 where the text does not begin with valid UTF-8
};

/// The character that `text` begins with; `text` is not empty. Strict (RFC
/// 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] constexpr utf8_character first_character(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead < 0xc2   ? 0
                           : lead < 0xe0 ? 2
                           : lead < 0xf0 ? 3
                           : lead < 0xf5 ? 4
                                         : 0;
  if (size == 0 || text.size() < size) return {};
  char32_t code_point = lead & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return {};
    code_point = code_point << 6U | (byte(i) & 0x3fU);
  }
  const bool overlong = (size == 3 && code_point < 0x800) || (size == 4 && code_point < 0x10000);
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (overlong || surrogate || code_point > 0x10ffff) return {};
  return {code_point, size};
}

/// True for the characters that are never shown raw: C0, DEL, C1, the
/// bidirectional controls (Unicode's Bidi_Control) and the byte order mark,
/// which nobody could see.
[[nodiscard]] constexpr bool is_unprintable(char32_t c) noexcept {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c || c == 0x200e || c == 0x200f ||
         (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/// True where `text` is printable ASCII without `"` and `\`, as most ids are:
/// every format but csv writes it as it is, and csv asks for commas and spaces.
[[nodiscard]] bool is_plain_ascii(std::string_view text) noexcept;

/// True where all of `text` is valid UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// True where `text` is UTF-8 without a character that is never shown raw.
[[nodiscard]] bool is_printable(std::string_view text) noexcept;

/// The bytes that escaping can make of one byte.
inline constexpr std::size_t max_escape_length = 4;

/// Writes `text` escaped from `out` on, where `max_escape_length` bytes are free
/// for each of its bytes, and returns the end: `\\`, `\t`, `\n`, `\r`, and
/// `\xHH` for each byte of what else is never shown raw.
char* escape_to(char* out, std::string_view text) noexcept;

/// `text` escaped as `escape_to` does. Allocates.
[[nodiscard]] std::string escaped(std::string_view text);

/// What a message shows of an id: escaped, and to be seen where it is empty.
[[nodiscard]] std::string shown_id(std::string_view id);

/// The bytes that escaping for JSON can make of one byte.
inline constexpr std::size_t max_json_escape_length = 6;

/// Writes `text`, which is UTF-8, as the inside of a JSON string from `out` on,
/// where `max_json_escape_length` bytes are free for each of its bytes, and
/// returns the end. What is never shown raw is written as `\uHHHH`.
char* json_to(char* out, std::string_view text) noexcept;

/// An id in JSON: `id`, or `id_hex` where it is not UTF-8.
struct json_id {
  const char* key;
  std::string text;
};
[[nodiscard]] json_id json_id_of(std::string_view id);

/// What a message shows of an argument: the first 40 bytes, escaped, and "..."
/// where there are more.
[[nodiscard]] std::string shortened(std::string_view text);

/// Writes two lower-case hexadecimal digits a byte from `out` on; returns the end.
char* hex_to(char* out, std::string_view bytes) noexcept;

/// The columns that a terminal uses for `text`, which is valid UTF-8: none for
/// combining marks and the like, two for East Asian wide characters and emoji.
[[nodiscard]] std::size_t display_width(std::string_view text) noexcept;

}  // namespace vmnet::cli
