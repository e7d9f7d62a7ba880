// vmnet.siphash: SipHash-2-4, the keyed hash behind plans and pools.
//
// FNV-1a ids with a wanted digest can be made on purpose, so a rank among VMs
// must come from a hash that nobody can steer who does not know the key
// (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012).
export module vmnet.siphash;

import vmnet.std;

export namespace vmnet {

/// A 128-bit key; the default value is the zero key, which everybody knows.
struct siphash_key {
  /// Octets 0 to 7 of the key, the first least significant.
  std::uint64_t k0 = 0;
  /// Octets 8 to 15 of the key, the first least significant.
  std::uint64_t k1 = 0;

  /// The key written as 32 hexadecimal digits of either case, octet 0 first;
  /// nothing for any other text. O(1).
  [[nodiscard]] static constexpr std::optional<siphash_key> parse(std::string_view text) noexcept {
    if (text.size() != 32) return std::nullopt;
    std::array<std::uint64_t, 2> words{};
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      int digit = 0;
      if (c >= '0' && c <= '9')
        digit = c - '0';
      else if (c >= 'a' && c <= 'f')
        digit = c - 'a' + 10;
      else if (c >= 'A' && c <= 'F')
        digit = c - 'A' + 10;
      else
        return std::nullopt;
      const std::size_t high_digit_first = (i % 16) ^ 1U;
      words[i / 16] |= static_cast<std::uint64_t>(digit) << (4 * high_digit_first);
    }
    return siphash_key{.k0 = words[0], .k1 = words[1]};
  }

  constexpr bool operator==(const siphash_key&) const noexcept = default;
};

}  // namespace vmnet

namespace vmnet::detail {

struct sip_state {
  std::uint64_t v0, v1, v2, v3;

  constexpr void round() noexcept {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
  constexpr void take(std::uint64_t word) noexcept {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
};

/// The first `size` (0 to 8) bytes at `from` as a little-endian number.
constexpr std::uint64_t little_endian(const char* from, std::size_t size) noexcept {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < size; ++i)
    word |= std::uint64_t{static_cast<unsigned char>(from[i])} << (8 * i);
  return word;
}

}  // namespace vmnet::detail

export namespace vmnet {

/// SipHash-2-4 of `bytes` under `key`. O(bytes), allocates nothing.
[[nodiscard]] constexpr std::uint64_t siphash_2_4(std::string_view bytes,
                                                  const siphash_key& key) noexcept {
  detail::sip_state state{
      .v0 = key.k0 ^ 0x736f6d6570736575U,
      .v1 = key.k1 ^ 0x646f72616e646f6dU,
      .v2 = key.k0 ^ 0x6c7967656e657261U,
      .v3 = key.k1 ^ 0x7465646279746573U,
  };
  const std::size_t whole = bytes.size() - bytes.size() % 8;
  for (std::size_t at = 0; at < whole; at += 8)
    state.take(detail::little_endian(bytes.data() + at, 8));
  state.take(std::uint64_t{bytes.size() & 0xffU} << 56U |
             detail::little_endian(bytes.data() + whole, bytes.size() - whole));
  state.v2 ^= 0xffU;
  for (int i = 0; i < 4; ++i) state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace vmnet
