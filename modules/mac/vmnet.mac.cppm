// vmnet.mac: 48-bit MAC addresses (IEEE 802-2014, clause 8).
export module vmnet.mac;

import vmnet.std;

export import vmnet.result;
export import vmnet.text;

namespace vmnet::detail {

/// The value of a hexadecimal digit of either case, or -1.
constexpr int hex_digit_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace vmnet::detail

export namespace vmnet {

/// A 48-bit MAC address.
///
/// The default value is 00:00:00:00:00:00, which no interface should have.
/// Trivially copyable, allocates nothing; ordered as the octets are.
class mac_address {
 public:
  using octets_type = std::array<std::uint8_t, 6>;

  /// The bytes that `to_chars` writes, and needs.
  static constexpr std::size_t max_length = 17;

  constexpr mac_address() noexcept = default;

  /// The address of these octets, the first on the wire first.
  [[nodiscard]] static constexpr mac_address from_octets(const octets_type& octets) noexcept {
    mac_address mac;
    mac.octets_ = octets;
    return mac;
  }

  /// The address whose octets are the low 48 bits of `value`, most significant
  /// first. The high 16 bits are ignored.
  [[nodiscard]] static constexpr mac_address from_uint64(std::uint64_t value) noexcept {
    mac_address mac;
    for (std::size_t i = 6; i-- > 0; value >>= 8U)
      mac.octets_[i] = static_cast<std::uint8_t>(value & 0xffU);
    return mac;
  }

  /// The address written as `aa:bb:cc:dd:ee:ff`, `aa-bb-cc-dd-ee-ff` or
  /// `aabb.ccdd.eeff`, in digits of either case.
  ///
  /// Rejects: twelve bare digits, single-digit octets, mixed separators, white
  /// space, 64-bit addresses. O(1). In the errors, a wrong separator is told at
  /// its byte.
  [[nodiscard]] static constexpr result<mac_address, parse_error> parse(
      std::string_view text) noexcept {
    // The third byte tells the notation: a separator, or the third digit.
    const char separator = text.size() > 2 && (text[2] == ':' || text[2] == '-') ? text[2] : '.';
    const std::size_t digits_in_group = separator == '.' ? 4 : 2;
    std::uint64_t value = 0;
    std::size_t at = 0;
    for (std::size_t digit = 0; digit < 12; ++digit) {
      if (digit > 0 && digit % digits_in_group == 0) {
        if (at == text.size()) return failure(parse_error(parse_errc::unexpected_end, at));
        if (text[at] != separator) return failure(parse_error(parse_errc::expected_separator, at));
        ++at;
      }
      if (at == text.size()) return failure(parse_error(parse_errc::unexpected_end, at));
      const int digit_value = detail::hex_digit_value(text[at]);
      if (digit_value < 0) return failure(parse_error(parse_errc::expected_hex_digit, at));
      value = (value << 4U) | static_cast<std::uint64_t>(digit_value);
      ++at;
    }
    if (at != text.size()) return failure(parse_error(parse_errc::unexpected_text, at));
    return from_uint64(value);
  }

  /// The octets, the first on the wire first.
  [[nodiscard]] constexpr const octets_type& octets() const noexcept { return octets_; }

  /// The octets as a number below 2^48, the first octet most significant.
  [[nodiscard]] constexpr std::uint64_t to_uint64() const noexcept {
    std::uint64_t value = 0;
    for (const std::uint8_t octet : octets_) value = (value << 8U) | octet;
    return value;
  }

  /// True for the address of one interface: bit 0 of the first octet is clear.
  [[nodiscard]] constexpr bool is_unicast() const noexcept { return (octets_[0] & 0x01U) == 0; }
  /// True for a group address, broadcast included.
  [[nodiscard]] constexpr bool is_multicast() const noexcept { return !is_unicast(); }
  /// True for ff:ff:ff:ff:ff:ff.
  [[nodiscard]] constexpr bool is_broadcast() const noexcept {
    return to_uint64() == 0xffff'ffff'ffff;
  }
  /// True where the address was assigned by an administrator, not by a maker:
  /// bit 1 of the first octet is set.
  [[nodiscard]] constexpr bool is_locally_administered() const noexcept {
    return (octets_[0] & 0x02U) != 0;
  }

  /// The first three octets as a number, the first most significant: the
  /// maker's OUI where the address is not locally administered.
  [[nodiscard]] constexpr std::uint32_t oui() const noexcept {
    return static_cast<std::uint32_t>(to_uint64() >> 24U);
  }

  /// Writes `aa:bb:cc:dd:ee:ff` in lower case, without a NUL, from `first` on,
  /// as std::to_chars does: `ptr` is the end of what was written, or `ec` is
  /// `value_too_large` and nothing is written where fewer than `max_length`
  /// bytes are there. Allocates nothing.
  constexpr std::to_chars_result to_chars(char* first, char* last) const noexcept {
    if (last - first < static_cast<std::ptrdiff_t>(max_length))
      return {last, std::errc::value_too_large};
    constexpr std::string_view digits = "0123456789abcdef";
    char* out = first;
    for (const std::uint8_t octet : octets_) {
      if (out != first) *out++ = ':';
      *out++ = digits[octet >> 4U];
      *out++ = digits[octet & 0xfU];
    }
    return {out, std::errc()};
  }

  /// The address as `aa:bb:cc:dd:ee:ff`. Allocates; see `to_chars`.
  [[nodiscard]] constexpr std::string to_string() const {
    std::string text(max_length, '\0');
    to_chars(text.data(), text.data() + text.size());
    return text;
  }

  constexpr bool operator==(const mac_address&) const noexcept = default;
  constexpr auto operator<=>(const mac_address&) const noexcept = default;

 private:
  octets_type octets_{};
};

/// The same as `mac.to_string()`.
[[nodiscard]] constexpr std::string to_string(const mac_address& mac) { return mac.to_string(); }

}  // namespace vmnet

template <>
struct std::hash<vmnet::mac_address> {
  [[nodiscard]] inline std::size_t operator()(const vmnet::mac_address& mac) const noexcept {
    return std::hash<std::uint64_t>()(mac.to_uint64());
  }
};
