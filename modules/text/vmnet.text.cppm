// vmnet.text: what every parser and formatter of the library shares.
//
// One error type serves all texts, so that a program reports a bad address, a
// bad MAC and a bad interface name in the same way: a code, a byte offset and a
// sentence.
export module vmnet.text;

import vmnet.std;

export namespace vmnet {

/// Why a text was refused.
enum class parse_errc : std::uint8_t {
  unexpected_end,              ///< the text ends too early
  expected_digit,              ///< a decimal digit was expected
  expected_dot,                ///< `.` was expected
  expected_slash,              ///< `/` and a prefix length were expected
  expected_hex_digit,          ///< a hexadecimal digit was expected
  expected_separator,          ///< the separator of this notation was expected
  unexpected_text,             ///< the value is complete, nothing may follow it
  leading_zero,                ///< a number is written with a leading zero
  octet_out_of_range,          ///< an octet is above 255
  prefix_length_out_of_range,  ///< a prefix length is above 32
  dotted_mask,                 ///< a mask stands where a prefix length belongs
  host_bits_set,               ///< address bits are set beyond the prefix length
  name_too_long,               ///< an interface name has more than 15 bytes
  name_forbidden_byte,         ///< a byte that an interface name may not have
  name_reserved,               ///< `.` and `..` are no interface names
  expected_range,              ///< `-` and an address or `/` and a prefix length were expected
  range_reversed,              ///< the last address of a range is below its first
};

/// The sentence for `code`, without a full stop. O(1), static storage.
[[nodiscard]] constexpr std::string_view to_string(parse_errc code) noexcept {
  switch (code) {
    case parse_errc::unexpected_end:
      return "the text ends too early";
    case parse_errc::expected_digit:
      return "expected a decimal digit";
    case parse_errc::expected_dot:
      return "expected '.'";
    case parse_errc::expected_slash:
      return "expected '/' and a prefix length";
    case parse_errc::expected_hex_digit:
      return "expected a hexadecimal digit";
    case parse_errc::expected_separator:
      return "expected the separator of this notation";
    case parse_errc::unexpected_text:
      return "nothing may follow here";
    case parse_errc::leading_zero:
      return "numbers are written without leading zeros";
    case parse_errc::octet_out_of_range:
      return "an octet is at most 255";
    case parse_errc::prefix_length_out_of_range:
      return "a prefix length is at most 32";
    case parse_errc::dotted_mask:
      return "a mask is not accepted, write the prefix length";
    case parse_errc::host_bits_set:
      return "address bits are set beyond the prefix length";
    case parse_errc::name_too_long:
      return "an interface name has at most 15 bytes";
    case parse_errc::name_forbidden_byte:
      return "an interface name may not contain this byte";
    case parse_errc::name_reserved:
      return "'.' and '..' are not interface names";
    case parse_errc::expected_range:
      return "expected '-' and an address or '/' and a prefix length";
    case parse_errc::range_reversed:
      return "the last address of a range is not below its first";
  }
  return "unknown error";
}

/// What is wrong with a text, and where.
class parse_error {
 public:
  constexpr parse_error(parse_errc code, std::size_t offset) noexcept
      : offset_(offset), code_(code) {}

  /// What is wrong.
  [[nodiscard]] constexpr parse_errc code() const noexcept { return code_; }

  /// Where, in bytes from 0 to the size of the text: for a number out of range
  /// or with a leading zero its first byte, for a text that ends too early its
  /// size, else the first byte after which no valid text can go on. Of several
  /// faults the leftmost is told.
  [[nodiscard]] constexpr std::size_t offset() const noexcept { return offset_; }

  constexpr bool operator==(const parse_error&) const noexcept = default;

 private:
  std::size_t offset_;
  parse_errc code_;
};

/// The sentence with the place: "an octet is at most 255 (at byte 7)". Allocates.
[[nodiscard]] std::string to_string(const parse_error& error);

/// `text` with a caret under the faulty byte, and the sentence behind it:
///
///     10.0.0.256/8
///            ^ an octet is at most 255
///
/// Two lines without a newline at the end. Bytes outside printable ASCII, and
/// the backslash, are shown as `\xHH`, so nothing raw reaches a terminal. Of a
/// long text a window around the fault is shown. An offset beyond the text is
/// taken as its end. O(1) in the size of the text; allocates.
[[nodiscard]] std::string diagnostic(std::string_view text, const parse_error& error);

/// A text of exactly `Size` bytes, held in place: converts to and compares with
/// `std::string_view`, and lives in constant expressions.
///
/// Trivially copyable, allocates nothing. Has no default value.
template <std::size_t Size>
class fixed_text {
 public:
  /// The text `chars`.
  constexpr explicit fixed_text(const std::array<char, Size>& chars) noexcept {
    for (std::size_t i = 0; i < Size; ++i) chars_[i] = chars[i];
  }

  /// `Size`.
  [[nodiscard]] static constexpr std::size_t size() noexcept { return Size; }
  /// The bytes, followed by a NUL.
  [[nodiscard]] constexpr const char* data() const noexcept { return chars_.data(); }
  /// The same as `data()`.
  [[nodiscard]] constexpr const char* c_str() const noexcept { return chars_.data(); }
  [[nodiscard]] constexpr std::string_view view() const noexcept { return {chars_.data(), Size}; }
  constexpr operator std::string_view() const noexcept { return view(); }

  constexpr bool operator==(const fixed_text&) const noexcept = default;
  // By the bytes as a string_view orders them, not as std::array<char> does,
  // whose order depends on the sign of char.
  constexpr std::strong_ordering operator<=>(const fixed_text& other) const noexcept {
    return view() <=> other.view();
  }
  constexpr bool operator==(std::string_view other) const noexcept { return view() == other; }

 private:
  std::array<char, Size + 1> chars_{};
};

}  // namespace vmnet

template <std::size_t Size>
struct std::hash<vmnet::fixed_text<Size>> {
  [[nodiscard]] std::size_t operator()(const vmnet::fixed_text<Size>& text) const noexcept {
    return std::hash<std::string_view>()(text);
  }
};
