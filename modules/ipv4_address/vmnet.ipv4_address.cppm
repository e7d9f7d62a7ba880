// vmnet.ipv4_address: IPv4 addresses (RFC 791), alone and in a row.
//
// A value type over a host-order integer. Text is read strictly, as Go's netip
// and Rust's core::net do: what inet_aton takes beside that (octal, hexadecimal,
// fewer parts) has let addresses slip past filters.
export module vmnet.ipv4_address;

import vmnet.std;

export import vmnet.result;
export import vmnet.text;

import vmnet.ipv4_detail;

namespace vmnet::detail {

/// What a refused literal calls in a constant expression, so that the compiler
/// names the rule; a `throw` would not compile under -fno-exceptions.
void literal_is_not_an_ipv4_address() noexcept;

}  // namespace vmnet::detail

export namespace vmnet {

/// An IPv4 address.
///
/// The default value is 0.0.0.0. Trivially copyable, 4 bytes, passed by value,
/// ordered as the numbers are; allocates nothing.
class ipv4_address {
 public:
  using octets_type = std::array<std::uint8_t, 4>;

  /// The bytes that `to_chars` writes at most: "255.255.255.255".
  static constexpr std::size_t max_length = 15;

  constexpr ipv4_address() noexcept = default;

  /// The address with this number in host byte order: 0x0a000001 is 10.0.0.1.
  [[nodiscard]] static constexpr ipv4_address from_uint32(std::uint32_t value) noexcept {
    ipv4_address address;
    address.value_ = value;
    return address;
  }
  /// The address of these octets, the first as written first (network order).
  [[nodiscard]] static constexpr ipv4_address from_octets(const octets_type& octets) noexcept {
    std::uint32_t value = 0;
    for (const std::uint8_t octet : octets) value = value << 8U | octet;
    return from_uint32(value);
  }

  /// The address written as four decimal octets with dots between them.
  ///
  /// Rejects: leading zeros (`010.0.0.1`, which inet_aton reads as octal),
  /// fewer than four parts, signs, white space, hexadecimal, digits that are
  /// not ASCII, a port or a prefix length behind it. RFC 6943, section 3.1.1
  /// tells why. O(1).
  [[nodiscard]] static constexpr result<ipv4_address, parse_error> parse(
      std::string_view text) noexcept {
    if (!std::is_constant_evaluated()) {
      const std::uint64_t read = detail::read_address(text.data(), text.size());
      if (read != detail::unread) return from_uint32(static_cast<std::uint32_t>(read));
    }
    return read_bytes(text);
  }

  /// The number in host byte order.
  [[nodiscard]] constexpr std::uint32_t to_uint32() const noexcept { return value_; }
  /// The octets, the first as written first (network order).
  [[nodiscard]] constexpr octets_type to_octets() const noexcept {
    return {static_cast<std::uint8_t>(value_ >> 24U), static_cast<std::uint8_t>(value_ >> 16U),
            static_cast<std::uint8_t>(value_ >> 8U), static_cast<std::uint8_t>(value_)};
  }

  /// Writes the address without a NUL from `first` on, as std::to_chars does:
  /// `ptr` is the end of the text, or `ec` is `value_too_large`. The other bytes
  /// of the buffer are unspecified. `max_length` bytes always suffice. Allocates
  /// nothing.
  constexpr std::to_chars_result to_chars(char* first, char* last) const noexcept {
    if (last - first >= static_cast<std::ptrdiff_t>(max_length)) return {write(first), std::errc()};
    std::array<char, max_length> buffer{};
    const char* const end = write(buffer.data());
    if (end - buffer.data() > last - first) return {last, std::errc::value_too_large};
    for (const char* c = buffer.data(); c != end; ++c) *first++ = *c;
    return {first, std::errc()};
  }

  /// The address in dotted decimal. See `to_chars` for one that never allocates.
  [[nodiscard]] constexpr std::string to_string() const {
    std::array<char, max_length> buffer{};
    return {buffer.data(), write(buffer.data())};
  }

  constexpr bool operator==(const ipv4_address&) const noexcept = default;
  constexpr auto operator<=>(const ipv4_address&) const noexcept = default;

 private:
  // Every text, one byte after the other; apart, so that importers may inline the
  // rest of `parse`.
  static constexpr result<ipv4_address, parse_error> read_bytes(std::string_view text) noexcept {
    detail::ipv4_reader reader(text);
    const auto value = reader.dotted_quad();
    if (!value) return failure(value.error());
    if (!reader.at_end()) return failure(reader.expected(parse_errc::unexpected_text));
    return from_uint32(*value);
  }

  constexpr char* write(char* out) const noexcept { return detail::write_dotted_quad(out, value_); }

  std::uint32_t value_ = 0;
};

/// The same as `address.to_string()`.
[[nodiscard]] constexpr std::string to_string(ipv4_address address) { return address.to_string(); }

}  // namespace vmnet

namespace vmnet::detail {

/// The address with this number.
struct address_at {
  constexpr ipv4_address operator()(std::int64_t position) const noexcept {
    return ipv4_address::from_uint32(static_cast<std::uint32_t>(position));
  }
};

}  // namespace vmnet::detail

export namespace vmnet {

/// Consecutive addresses as a random-access, sized, borrowed view.
///
/// Counts in 64 bits: a view of all 2^32 addresses has its right size, and one
/// that ends at 255.255.255.255 ends there. Holds no memory.
class ipv4_address_view : public std::ranges::view_interface<ipv4_address_view> {
 public:
  /// A random-access iterator whose dereference is a value.
  using iterator = detail::position_iterator<detail::address_at>;

  /// The empty view.
  constexpr ipv4_address_view() noexcept = default;
  /// `count` addresses from `first` on; a count that passes the last address is
  /// cut there.
  constexpr ipv4_address_view(ipv4_address first, std::uint64_t count) noexcept
      : first_(first.to_uint32()) {
    const std::uint64_t room = (std::uint64_t{1} << 32U) - first.to_uint32();
    size_ = count < room ? count : room;
  }

  [[nodiscard]] constexpr iterator begin() const noexcept { return iterator(first_); }
  [[nodiscard]] constexpr iterator end() const noexcept {
    return iterator(first_ + static_cast<std::int64_t>(size_));
  }
  // Declared here and not left to view_interface: GCC 14 and 15 report a
  // conflicting deduced return type in importers.
  [[nodiscard]] constexpr std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }

 private:
  std::int64_t first_ = 0;
  std::uint64_t size_ = 0;
};

namespace literals {

/// The address in the literal; a text that `ipv4_address::parse` refuses does
/// not compile.
[[nodiscard]] consteval ipv4_address operator""_ipv4(const char* text, std::size_t size) noexcept {
  const auto address = ipv4_address::parse({text, size});
  if (!address) detail::literal_is_not_an_ipv4_address();
  return *address;
}

}  // namespace literals
}  // namespace vmnet

template <>
inline constexpr bool std::ranges::enable_borrowed_range<vmnet::ipv4_address_view> = true;

template <>
struct std::hash<vmnet::ipv4_address> {
  [[nodiscard]] inline std::size_t operator()(vmnet::ipv4_address address) const noexcept {
    return std::hash<std::uint32_t>()(address.to_uint32());
  }
};
