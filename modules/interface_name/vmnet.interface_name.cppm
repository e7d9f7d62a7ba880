// vmnet.interface_name: a name that the Linux kernel takes for a network
// interface.
//
// The rules are those of dev_valid_name() (net/core/dev.c), and `%` is refused
// on top of them: the kernel takes a name with `%d` as a template and picks a
// name of its own.
export module vmnet.interface_name;

import vmnet.std;

export import vmnet.result;
export import vmnet.text;

namespace vmnet::detail {

/// White space as the kernel's isspace() sees it: ASCII's, and 0xA0.
constexpr bool is_kernel_space(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x09 && byte <= 0x0d) || byte == 0x20 || byte == 0xa0;
}

}  // namespace vmnet::detail

export namespace vmnet {

/// The name of a network interface: 1 to 15 bytes that the kernel accepts.
///
/// The default value is the empty name, which names no interface. Trivially
/// copyable, 16 bytes, allocates nothing.
class interface_name {
 public:
  /// The most bytes a name can have: the kernel's IFNAMSIZ less the NUL.
  static constexpr std::size_t max_length = 15;

  constexpr interface_name() noexcept = default;

  /// The interface name `text`.
  ///
  /// Rejects: the empty text, more than 15 bytes, `.` and `..`, and the bytes
  /// `/`, `:`, `%`, NUL and white space as the kernel sees it (0x09 to 0x0D,
  /// 0x20 and 0xA0, which is also a byte of some UTF-8 letters, à among them).
  /// O(1).
  [[nodiscard]] static constexpr result<interface_name, parse_error> parse(
      std::string_view text) noexcept {
    interface_name name;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (i == max_length) return failure(parse_error(parse_errc::name_too_long, i));
      const char c = text[i];
      if (c == '/' || c == ':' || c == '%' || c == '\0' || detail::is_kernel_space(c))
        return failure(parse_error(parse_errc::name_forbidden_byte, i));
      name.chars_[i] = c;
    }
    if (text.empty()) return failure(parse_error(parse_errc::unexpected_end, 0));
    if (text == "." || text == "..")
      return failure(parse_error(parse_errc::name_reserved, text.size()));
    return name;
  }

  /// The bytes of the name; 0 only for the default value.
  [[nodiscard]] constexpr std::size_t size() const noexcept { return view().size(); }
  [[nodiscard]] constexpr bool empty() const noexcept { return chars_[0] == '\0'; }
  /// The name with a NUL behind it, as `ifreq::ifr_name` wants it.
  [[nodiscard]] constexpr const char* c_str() const noexcept { return chars_.data(); }
  [[nodiscard]] constexpr std::string_view view() const noexcept { return chars_.data(); }
  constexpr operator std::string_view() const noexcept { return view(); }

  constexpr bool operator==(const interface_name&) const noexcept = default;
  // By the bytes as a string_view orders them, not as std::array<char> does,
  // whose order depends on the sign of char.
  constexpr std::strong_ordering operator<=>(const interface_name& other) const noexcept {
    return view() <=> other.view();
  }
  constexpr bool operator==(std::string_view other) const noexcept { return view() == other; }

 private:
  std::array<char, max_length + 1> chars_{};
};

/// The name as a string of its own.
[[nodiscard]] constexpr std::string to_string(const interface_name& name) {
  return std::string(name.view());
}

}  // namespace vmnet

template <>
struct std::hash<vmnet::interface_name> {
  [[nodiscard]] inline std::size_t operator()(const vmnet::interface_name& name) const noexcept {
    return std::hash<std::string_view>()(name);
  }
};
