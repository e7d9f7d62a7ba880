// vmnet.ipv4: IPv4 addresses and networks (RFC 791, RFC 4632).
//
// Value types over host-order integers. All arithmetic that can pass the top of
// the address space is done in 64 bits, so /0 and 255.255.255.255 need no cases
// of their own. Text is read strictly, as Go's netip and Rust's core::net do:
// what inet_aton takes beside that (octal, hexadecimal, fewer parts) has let
// addresses slip past filters.
module;
#include <array>
#include <charconv>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <system_error>

export module vmnet.ipv4;

export import vmnet.result;
export import vmnet.text;

export namespace vmnet {

class ipv4_address;

}  // namespace vmnet

namespace vmnet::detail {

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

/// The bits of a netmask: `length` ones and then zeros. `length` is 0 to 32.
constexpr std::uint32_t netmask_bits(int length) noexcept {
  return static_cast<std::uint32_t>(0xffff'ffff'0000'0000U >> static_cast<unsigned>(length));
}

/// Writes `value` (0 to 255) in decimal.
constexpr char* write_decimal(char* out, std::uint32_t value) noexcept {
  if (value >= 100) *out++ = static_cast<char>('0' + value / 100);
  if (value >= 10) *out++ = static_cast<char>('0' + value / 10 % 10);
  *out++ = static_cast<char>('0' + value % 10);
  return out;
}

/// What a refused literal calls in a constant expression, so that the compiler
/// names the rule; a `throw` would not compile under -fno-exceptions.
void literal_is_not_an_ipv4_address() noexcept;
void literal_is_not_an_ipv4_network() noexcept;

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
    detail::ipv4_reader reader(text);
    const auto value = reader.dotted_quad();
    if (!value) return failure(value.error());
    if (!reader.at_end()) return failure(reader.expected(parse_errc::unexpected_text));
    return from_uint32(*value);
  }

  /// The number in host byte order.
  [[nodiscard]] constexpr std::uint32_t to_uint32() const noexcept { return value_; }
  /// The octets, the first as written first (network order).
  [[nodiscard]] constexpr octets_type to_octets() const noexcept {
    return {static_cast<std::uint8_t>(value_ >> 24U), static_cast<std::uint8_t>(value_ >> 16U),
            static_cast<std::uint8_t>(value_ >> 8U), static_cast<std::uint8_t>(value_)};
  }

  /// Writes the address without a NUL from `first` on, as std::to_chars does:
  /// `ptr` is the end of what was written, or `ec` is `value_too_large` and the
  /// content of the buffer is unspecified. `max_length` bytes always suffice.
  /// Allocates nothing.
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
  constexpr char* write(char* out) const noexcept {
    out = detail::write_decimal(out, value_ >> 24U);
    *out++ = '.';
    out = detail::write_decimal(out, value_ >> 16U & 0xffU);
    *out++ = '.';
    out = detail::write_decimal(out, value_ >> 8U & 0xffU);
    *out++ = '.';
    return detail::write_decimal(out, value_ & 0xffU);
  }

  std::uint32_t value_ = 0;
};

/// The same as `address.to_string()`.
[[nodiscard]] constexpr std::string to_string(ipv4_address address) { return address.to_string(); }

/// Consecutive addresses as a random-access, sized, borrowed view.
///
/// Counts in 64 bits: a view of all 2^32 addresses has its right size, and one
/// that ends at 255.255.255.255 ends there. Holds no memory.
class ipv4_address_view : public std::ranges::view_interface<ipv4_address_view> {
 public:
  /// A random-access iterator whose dereference is a value.
  class iterator {
   public:
    using iterator_concept = std::random_access_iterator_tag;
    using iterator_category = std::input_iterator_tag;
    using value_type = ipv4_address;
    using difference_type = std::int64_t;
    using reference = ipv4_address;
    using pointer = void;

    constexpr iterator() noexcept = default;
    constexpr explicit iterator(std::int64_t position) noexcept : position_(position) {}

    [[nodiscard]] constexpr ipv4_address operator*() const noexcept {
      return ipv4_address::from_uint32(static_cast<std::uint32_t>(position_));
    }
    [[nodiscard]] constexpr ipv4_address operator[](difference_type n) const noexcept {
      return *(*this + n);
    }
    constexpr iterator& operator++() noexcept { return *this += 1; }
    constexpr iterator operator++(int) noexcept {
      const iterator before = *this;
      *this += 1;
      return before;
    }
    constexpr iterator& operator--() noexcept { return *this -= 1; }
    constexpr iterator operator--(int) noexcept {
      const iterator before = *this;
      *this -= 1;
      return before;
    }
    constexpr iterator& operator+=(difference_type n) noexcept {
      position_ += n;
      return *this;
    }
    constexpr iterator& operator-=(difference_type n) noexcept {
      position_ -= n;
      return *this;
    }
    [[nodiscard]] friend constexpr iterator operator+(iterator it, difference_type n) noexcept {
      return it += n;
    }
    [[nodiscard]] friend constexpr iterator operator+(difference_type n, iterator it) noexcept {
      return it += n;
    }
    [[nodiscard]] friend constexpr iterator operator-(iterator it, difference_type n) noexcept {
      return it -= n;
    }
    [[nodiscard]] friend constexpr difference_type operator-(iterator a, iterator b) noexcept {
      return a.position_ - b.position_;
    }
    constexpr bool operator==(const iterator&) const noexcept = default;
    constexpr auto operator<=>(const iterator&) const noexcept = default;

   private:
    std::int64_t position_ = 0;
  };

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

/// What the text of a network may look like, beyond `a.b.c.d/n`.
enum class cidr_policy : std::uint8_t {
  /// Host bits may be set and are masked: `172.30.0.42/24` is 172.30.0.0/24.
  mask_host_bits,
  /// Set host bits are an error.
  reject_host_bits,
  /// As `mask_host_bits`, and what the reference implementation of scheme v1
  /// takes beside it: white space (Unicode's) around the text, one `+` before
  /// the prefix length and leading zeros in it. For old configuration files.
  lenient,
};

/// Why numbers do not make a network.
enum class network_errc : std::uint8_t {
  prefix_length_out_of_range,  ///< the prefix length is not 0 to 32
  host_bits_set,               ///< address bits are set beyond the prefix length
};

/// The sentence for `code`, without a full stop. O(1), static storage.
[[nodiscard]] constexpr std::string_view to_string(network_errc code) noexcept {
  switch (code) {
    case network_errc::prefix_length_out_of_range:
      return "a prefix length is 0 to 32";
    case network_errc::host_bits_set:
      return to_string(parse_errc::host_bits_set);
  }
  return "unknown error";
}

/// An IPv4 network: an address whose host bits are clear, and a prefix length.
///
/// The default value is 0.0.0.0/0, the whole space. Trivially copyable, 8
/// bytes, passed by value, ordered by address and then by prefix length (a
/// supernet before its subnets); allocates nothing.
class ipv4_network {
 public:
  /// The bytes that `to_chars` writes at most: "255.255.255.255/32".
  static constexpr std::size_t max_length = 18;

  constexpr ipv4_network() noexcept = default;

  /// The network of `prefix_length` bits (0 to 32) around `address`. Set host
  /// bits are masked, or an error under `cidr_policy::reject_host_bits`. O(1).
  [[nodiscard]] static constexpr result<ipv4_network, network_errc> make(
      ipv4_address address, std::int64_t prefix_length,
      cidr_policy policy = cidr_policy::mask_host_bits) noexcept {
    if (prefix_length < 0 || prefix_length > 32)
      return failure(network_errc::prefix_length_out_of_range);
    const ipv4_network network(address, static_cast<int>(prefix_length));
    if (policy == cidr_policy::reject_host_bits && network.network() != address)
      return failure(network_errc::host_bits_set);
    return network;
  }

  /// The network written as `a.b.c.d/n`; host bits as `policy` says.
  ///
  /// Rejects, under the strict policies: all that `ipv4_address::parse`
  /// rejects, a missing prefix length, one with a leading zero or a sign, masks
  /// (`/255.255.255.0`, `/0.0.0.255`), white space anywhere. Set host bits
  /// under `reject_host_bits` are told at the prefix length. O(1); linear in
  /// the white space and zeros that `lenient` skips.
  [[nodiscard]] static constexpr result<ipv4_network, parse_error> parse(
      std::string_view text, cidr_policy policy = cidr_policy::mask_host_bits) noexcept {
    const bool lenient = policy == cidr_policy::lenient;
    detail::ipv4_reader reader(text);
    if (lenient) reader.skip_space();
    const auto address = reader.dotted_quad();
    if (!address) return failure(address.error());
    if (!reader.skip('/')) return failure(reader.expected(parse_errc::expected_slash));
    if (lenient) static_cast<void>(reader.skip('+'));
    const std::size_t prefix_offset = reader.offset();
    const auto length = reader.number(32, parse_errc::prefix_length_out_of_range, lenient);
    if (reader.offset() > prefix_offset && reader.at('.'))  // a mask, told where it first fails
      return failure(
          parse_error(parse_errc::dotted_mask, length ? reader.offset() : length.error().offset()));
    if (!length) return failure(length.error());
    if (lenient) reader.skip_space();
    if (!reader.at_end()) return failure(reader.expected(parse_errc::unexpected_text));

    const ipv4_network network(ipv4_address::from_uint32(*address), static_cast<int>(*length));
    if (policy == cidr_policy::reject_host_bits && network.network().to_uint32() != *address)
      return failure(parse_error(parse_errc::host_bits_set, prefix_offset));
    return network;
  }

  /// The network address: the lowest.
  [[nodiscard]] constexpr ipv4_address network() const noexcept { return network_; }
  /// The prefix length, 0 to 32.
  [[nodiscard]] constexpr int prefix_length() const noexcept { return prefix_length_; }
  /// The mask of the prefix: 255.255.255.0 of a /24.
  [[nodiscard]] constexpr ipv4_address netmask() const noexcept {
    return ipv4_address::from_uint32(detail::netmask_bits(prefix_length_));
  }
  /// The mask of the host bits: 0.0.0.255 of a /24.
  [[nodiscard]] constexpr ipv4_address hostmask() const noexcept {
    return ipv4_address::from_uint32(~detail::netmask_bits(prefix_length_));
  }
  /// The highest address; of a /31 and a /32 no broadcast address in use (RFC 3021).
  [[nodiscard]] constexpr ipv4_address broadcast() const noexcept {
    return ipv4_address::from_uint32(network_.to_uint32() | hostmask().to_uint32());
  }
  /// The number of addresses, 1 to 2^32.
  [[nodiscard]] constexpr std::uint64_t num_addresses() const noexcept {
    return std::uint64_t{1} << static_cast<unsigned>(32 - prefix_length_);
  }

  /// True where `address` lies in this network.
  [[nodiscard]] constexpr bool contains(ipv4_address address) const noexcept {
    return ((address.to_uint32() ^ network_.to_uint32()) & netmask().to_uint32()) == 0;
  }
  /// True where all of `other` lies in this network; a network contains itself.
  [[nodiscard]] constexpr bool contains(const ipv4_network& other) const noexcept {
    return other.prefix_length_ >= prefix_length_ && contains(other.network_);
  }
  /// True where some address lies in both.
  [[nodiscard]] constexpr bool overlaps(const ipv4_network& other) const noexcept {
    return contains(other.network_) || other.contains(network_);
  }

  /// The address `offset` places after the network address, or nothing where
  /// that is outside the network.
  [[nodiscard]] constexpr std::optional<ipv4_address> nth(std::uint64_t offset) const noexcept {
    if (offset >= num_addresses()) return std::nullopt;
    return ipv4_address::from_uint32(network_.to_uint32() + static_cast<std::uint32_t>(offset));
  }

  /// All addresses, network and broadcast included.
  [[nodiscard]] constexpr ipv4_address_view addresses() const noexcept {
    return {network_, num_addresses()};
  }
  /// The addresses that hosts may have: all but network and broadcast; both
  /// addresses of a /31 (RFC 3021), the one of a /32.
  [[nodiscard]] constexpr ipv4_address_view hosts() const noexcept {
    if (prefix_length_ >= 31) return addresses();
    return {ipv4_address::from_uint32(network_.to_uint32() + 1), num_addresses() - 2};
  }

  /// Writes `a.b.c.d/n` without a NUL; see `ipv4_address::to_chars`.
  constexpr std::to_chars_result to_chars(char* first, char* last) const noexcept {
    const auto address = network_.to_chars(first, last);
    const std::ptrdiff_t needed = prefix_length_ >= 10 ? 3 : 2;
    if (address.ec != std::errc() || last - address.ptr < needed)
      return {last, std::errc::value_too_large};
    *address.ptr = '/';
    return {detail::write_decimal(address.ptr + 1, static_cast<std::uint32_t>(prefix_length_)),
            std::errc()};
  }

  /// The network as `a.b.c.d/n`. May allocate; see `to_chars` for one that never does.
  [[nodiscard]] constexpr std::string to_string() const {
    std::array<char, max_length> buffer{};
    return {buffer.data(), to_chars(buffer.data(), buffer.data() + buffer.size()).ptr};
  }

  constexpr bool operator==(const ipv4_network&) const noexcept = default;
  constexpr auto operator<=>(const ipv4_network&) const noexcept = default;

 private:
  constexpr ipv4_network(ipv4_address address, int prefix_length) noexcept
      : network_(
            ipv4_address::from_uint32(address.to_uint32() & detail::netmask_bits(prefix_length))),
        prefix_length_(static_cast<std::uint8_t>(prefix_length)) {}

  ipv4_address network_;
  std::uint8_t prefix_length_ = 0;
};

/// The same as `network.to_string()`.
[[nodiscard]] constexpr std::string to_string(const ipv4_network& network) {
  return network.to_string();
}

/// `"10.0.0.1"_ipv4` and `"10.0.0.0/8"_ipv4_net`, checked by the compiler.
namespace literals {

/// The address in the literal; a text that `ipv4_address::parse` refuses does
/// not compile.
[[nodiscard]] consteval ipv4_address operator""_ipv4(const char* text, std::size_t size) noexcept {
  const auto address = ipv4_address::parse({text, size});
  if (!address) detail::literal_is_not_an_ipv4_address();
  return *address;
}

/// The network in the literal; a text that `ipv4_network::parse` refuses does
/// not compile. Host bits are masked.
[[nodiscard]] consteval ipv4_network operator""_ipv4_net(const char* text,
                                                         std::size_t size) noexcept {
  const auto network = ipv4_network::parse({text, size});
  if (!network) detail::literal_is_not_an_ipv4_network();
  return *network;
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

template <>
struct std::hash<vmnet::ipv4_network> {
  [[nodiscard]] inline std::size_t operator()(const vmnet::ipv4_network& network) const noexcept {
    return std::hash<std::uint64_t>()(std::uint64_t{network.network().to_uint32()} << 8U |
                                      static_cast<std::uint64_t>(network.prefix_length()));
  }
};
