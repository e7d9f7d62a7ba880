// vmnet.ipv4_detail: what the IPv4 modules share and nobody else sees.
//
// The reader of their texts and the iterator of their views. The names live in
// vmnet::detail, and no module re-exports this one, so an importer of vmnet.ipv4
// does not have them (docs/adr/0007-ipv4-in-parts.md). No interface for users; may change at
// any time.
export module vmnet.ipv4_detail;

import vmnet.result;
import vmnet.std;
import vmnet.text;

export namespace vmnet::detail {

/// The bytes of the Unicode White_Space character that `text` begins with
/// (in UTF-8), or 0.
constexpr std::size_t leading_space(std::string_view text) noexcept {
  if (text.empty()) return 0;
  if (text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r')) return 1;
  for (const std::string_view two : {"\xc2\x85", "\xc2\xa0"})
    if (text.starts_with(two)) return 2;
  for (const std::string_view three :
       {"\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83",
        "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88",
        "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf",
        "\xe2\x81\x9f", "\xe3\x80\x80"})
    if (text.starts_with(three)) return 3;
  return 0;
}

/// The bits of a netmask: `length` ones and then zeros. `length` is 0 to 32.
constexpr std::uint32_t netmask_bits(int length) noexcept {
  return static_cast<std::uint32_t>(0xffff'ffff'0000'0000U >> static_cast<unsigned>(length));
}

/// What a list of addresses may name: all from `first` to `last`.
struct address_span {
  std::uint32_t first;
  std::uint32_t last;
};

/// What `read_address` and `read_cidr` give for a text that `ipv4_reader` has to read.
inline constexpr std::uint64_t unread = ~std::uint64_t{0};

/// The address in a text `a.b.c.d` that is right, or `unread`: where it is not,
/// and where no kernel of `active_isa()` reads addresses.
std::uint64_t read_address(const char* text, std::size_t size) noexcept;

/// The same of a text `a.b.c.d/n`: the address, host bits included, with n above
/// its 32 bits.
std::uint64_t read_cidr(const char* text, std::size_t size) noexcept;

/// A reader over a text that remembers where it is.
class ipv4_reader {
 public:
  constexpr explicit ipv4_reader(std::string_view text) noexcept : text_(text) {}

  [[nodiscard]] constexpr bool at_end() const noexcept { return at_ == text_.size(); }
  [[nodiscard]] constexpr std::size_t offset() const noexcept { return at_; }
  [[nodiscard]] constexpr bool at(char c) const noexcept { return !at_end() && text_[at_] == c; }

  /// Skips `c` where it is next.
  constexpr bool skip(char c) noexcept {
    if (!at(c)) return false;
    ++at_;
    return true;
  }

  /// Skips white space as Rust's str::trim sees it.
  constexpr void skip_space() noexcept {
    while (const std::size_t size = leading_space({text_.data() + at_, text_.size() - at_}))
      at_ += size;
  }

  /// Reads a decimal number of at most `max`; leading zeros are refused unless
  /// `leading_zeros`. Stands behind the last digit afterwards, whatever comes out.
  constexpr result<std::uint32_t, parse_error> number(std::uint32_t max, parse_errc out_of_range,
                                                      bool leading_zeros) noexcept {
    if (at_end()) return failure(parse_error(parse_errc::unexpected_end, at_));
    if (!at_digit()) return failure(parse_error(parse_errc::expected_digit, at_));
    const std::size_t first = at_;
    while (at_digit()) ++at_;
    const std::string_view digits(text_.data() + first, at_ - first);
    if (digits.size() > 1 && digits[0] == '0' && !leading_zeros)
      return failure(parse_error(parse_errc::leading_zero, first));
    std::uint32_t value = 0;
    for (const char digit : digits) {
      value = value * 10 + static_cast<std::uint32_t>(digit - '0');
      if (value > max) return failure(parse_error(out_of_range, first));
    }
    return value;
  }

  /// Reads four octets with dots between them.
  constexpr result<std::uint32_t, parse_error> dotted_quad() noexcept {
    std::uint32_t value = 0;
    for (int octet = 0; octet < 4; ++octet) {
      if (octet > 0 && !skip('.')) return failure(expected(parse_errc::expected_dot));
      const auto read = number(255, parse_errc::octet_out_of_range, false);
      if (!read) return read;
      value = value << 8U | *read;
    }
    return value;
  }

  /// Reads the prefix length behind a `/`; where `lenient`, a `+` and leading
  /// zeros too. A mask is told where it first fails to be a prefix length.
  constexpr result<std::uint32_t, parse_error> prefix_length(bool lenient) noexcept {
    if (lenient) static_cast<void>(skip('+'));
    const std::size_t first = at_;
    const auto length = number(32, parse_errc::prefix_length_out_of_range, lenient);
    if (at_ > first && at('.'))
      return failure(parse_error(parse_errc::dotted_mask, length ? at_ : length.error().offset()));
    return length;
  }

  /// Reads `a.b.c.d-e.f.g.h` or `a.b.c.d/n` (host bits are masked), and where
  /// `lone_address` an address without more.
  constexpr result<address_span, parse_error> span(bool lone_address) noexcept {
    const auto first = dotted_quad();
    if (!first) return failure(first.error());
    if (skip('/')) {
      const auto length = prefix_length(false);
      if (!length) return failure(length.error());
      const std::uint32_t mask = netmask_bits(static_cast<int>(*length));
      return address_span{*first & mask, *first | ~mask};
    }
    if (skip('-')) {
      const std::size_t last_offset = at_;
      const auto last = dotted_quad();
      if (!last) return failure(last.error());
      if (*last < *first) return failure(parse_error(parse_errc::range_reversed, last_offset));
      return address_span{*first, *last};
    }
    if (!lone_address) return failure(expected(parse_errc::expected_range));
    return address_span{*first, *first};
  }

  /// The error of a byte that is not what `code` says, or of its absence.
  [[nodiscard]] constexpr parse_error expected(parse_errc code) const noexcept {
    return {at_end() ? parse_errc::unexpected_end : code, at_};
  }

 private:
  [[nodiscard]] constexpr bool at_digit() const noexcept {
    return !at_end() && text_[at_] >= '0' && text_[at_] <= '9';
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// The number of addresses behind a prefix of `length` bits (0 to 32).
constexpr std::uint64_t block_size(int length) noexcept {
  return std::uint64_t{1} << 32U >> static_cast<unsigned>(length);
}

/// The prefix length of the largest network that begins at `first` and does not
/// reach `end`. `first` is below `end`, which is at most 2^32.
constexpr int largest_block_length(std::uint64_t first, std::uint64_t end) noexcept {
  const int aligned = std::countr_zero(first | std::uint64_t{1} << 32U);
  const int fits = static_cast<int>(std::bit_width(end - first)) - 1;
  return 32 - (aligned < fits ? aligned : fits);
}

/// An octet in decimal with a dot behind it, and how many bytes that is.
struct octet_text {
  std::array<char, 4> chars{};
  std::uint8_t size = 0;
};

inline constexpr auto octet_texts = []() consteval {
  std::array<octet_text, 256> texts{};
  for (unsigned octet = 0; octet < texts.size(); ++octet) {
    octet_text& text = texts[octet];
    if (octet >= 100) text.chars[text.size++] = static_cast<char>('0' + octet / 100);
    if (octet >= 10) text.chars[text.size++] = static_cast<char>('0' + octet / 10 % 10);
    text.chars[text.size++] = static_cast<char>('0' + octet % 10);
    text.chars[text.size++] = '.';
  }
  return texts;
}();

/// Writes `value` in dotted decimal; 15 bytes from `out` on may change. Octets
/// are copied whole from a table, so no branch depends on their sizes.
constexpr char* write_dotted_quad(char* out, std::uint32_t value) noexcept {
  for (unsigned shift = 32; shift > 0;) {
    shift -= 8;
    const octet_text& octet = octet_texts[value >> shift & 0xffU];
    std::copy_n(octet.chars.data(), shift > 0 ? 4 : 3, out);
    out += octet.size;
  }
  return out - 1;  // without the last dot
}

/// A random-access iterator over the values that `Make` gives for consecutive
/// positions. Dereferenced, it is a value; only positions are compared.
template <class Make>
class position_iterator {
 public:
  using iterator_concept = std::random_access_iterator_tag;
  using iterator_category = std::input_iterator_tag;
  using value_type = std::invoke_result_t<const Make&, std::int64_t>;
  using difference_type = std::int64_t;
  using reference = value_type;
  using pointer = void;

  constexpr position_iterator() noexcept = default;
  constexpr explicit position_iterator(std::int64_t position, Make make = {}) noexcept
      : position_(position), make_(make) {}

  [[nodiscard]] constexpr value_type operator*() const noexcept { return make_(position_); }
  [[nodiscard]] constexpr value_type operator[](difference_type n) const noexcept {
    return make_(position_ + n);
  }
  constexpr position_iterator& operator++() noexcept { return *this += 1; }
  constexpr position_iterator operator++(int) noexcept {
    const position_iterator before = *this;
    *this += 1;
    return before;
  }
  constexpr position_iterator& operator--() noexcept { return *this -= 1; }
  constexpr position_iterator operator--(int) noexcept {
    const position_iterator before = *this;
    *this -= 1;
    return before;
  }
  constexpr position_iterator& operator+=(difference_type n) noexcept {
    position_ += n;
    return *this;
  }
  constexpr position_iterator& operator-=(difference_type n) noexcept {
    position_ -= n;
    return *this;
  }
  [[nodiscard]] friend constexpr position_iterator operator+(position_iterator it,
                                                             difference_type n) noexcept {
    return it += n;
  }
  [[nodiscard]] friend constexpr position_iterator operator+(difference_type n,
                                                             position_iterator it) noexcept {
    return it += n;
  }
  [[nodiscard]] friend constexpr position_iterator operator-(position_iterator it,
                                                             difference_type n) noexcept {
    return it -= n;
  }
  [[nodiscard]] friend constexpr difference_type operator-(const position_iterator& a,
                                                           const position_iterator& b) noexcept {
    return a.position_ - b.position_;
  }
  constexpr bool operator==(const position_iterator& other) const noexcept {
    return position_ == other.position_;
  }
  constexpr auto operator<=>(const position_iterator& other) const noexcept {
    return position_ <=> other.position_;
  }

 private:
  std::int64_t position_ = 0;
  [[no_unique_address]] Make make_{};
};

}  // namespace vmnet::detail
