// vmnet.ipv4_network: IPv4 networks (RFC 4632) and their subnets.
//
// All arithmetic that can pass the top of the address space is done in 64 bits,
// so /0 and 255.255.255.255 need no cases of their own.
export module vmnet.ipv4_network;

import vmnet.std;

export import vmnet.ipv4_address;

import vmnet.ipv4_detail;

namespace vmnet::detail {

/// What a refused literal calls in a constant expression.
void literal_is_not_an_ipv4_network() noexcept;

}  // namespace vmnet::detail

export namespace vmnet {

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

class ipv4_network_list;
class ipv4_subnet_view;

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
    if (!std::is_constant_evaluated()) {
      const std::uint64_t read = detail::read_cidr(text.data(), text.size());
      if (read != detail::unread) {
        const auto address = ipv4_address::from_uint32(static_cast<std::uint32_t>(read));
        const ipv4_network network(address, static_cast<int>(read >> 32U));
        if (policy != cidr_policy::reject_host_bits || network.network() == address) return network;
      }
    }
    return read_bytes(text, policy);
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

  /// The network of `prefix_length` bits around this one, or nothing where that
  /// is longer than this prefix or below 0. O(1).
  [[nodiscard]] constexpr std::optional<ipv4_network> supernet(
      std::int64_t prefix_length) const noexcept {
    if (prefix_length < 0 || prefix_length > prefix_length_) return std::nullopt;
    return ipv4_network(network_, static_cast<int>(prefix_length));
  }
  /// The network one bit larger, or nothing for a /0. O(1).
  [[nodiscard]] constexpr std::optional<ipv4_network> supernet() const noexcept {
    return supernet(prefix_length_ - 1);
  }
  /// All networks of `prefix_length` bits inside this one, in address order:
  /// this network itself for its own length, none for a shorter one or one
  /// above 32. A view, so nothing is allocated; O(1).
  [[nodiscard]] constexpr ipv4_subnet_view subnets(std::int64_t prefix_length) const noexcept;

  /// The network of the same size right behind this one, or nothing at the top. O(1).
  [[nodiscard]] constexpr std::optional<ipv4_network> next_sibling() const noexcept {
    const std::uint64_t first = network_.to_uint32() + num_addresses();
    if (first >> 32U != 0) return std::nullopt;
    return ipv4_network(ipv4_address::from_uint32(static_cast<std::uint32_t>(first)),
                        prefix_length_);
  }
  /// The network of the same size right before this one, or nothing at the bottom. O(1).
  [[nodiscard]] constexpr std::optional<ipv4_network> previous_sibling() const noexcept {
    if (network_.to_uint32() == 0) return std::nullopt;
    return ipv4_network(ipv4_address::from_uint32(network_.to_uint32() - 1), prefix_length_);
  }

  /// This network without the addresses of `other`, as the fewest networks, in
  /// address order: none where `other` contains it, itself where they are
  /// disjoint, else one a bit of difference in length. O(32).
  ///
  ///     "10.0.0.0/29"_ipv4_net.exclude("10.0.0.1/32"_ipv4_net)
  ///     // 10.0.0.0/32, 10.0.0.2/31, 10.0.0.4/30
  [[nodiscard]] constexpr ipv4_network_list exclude(const ipv4_network& other) const noexcept;

  /// Writes `a.b.c.d/n` without a NUL; see `ipv4_address::to_chars`.
  constexpr std::to_chars_result to_chars(char* first, char* last) const noexcept {
    const auto address = network_.to_chars(first, last);
    const std::ptrdiff_t needed = prefix_length_ >= 10 ? 3 : 2;
    if (address.ec != std::errc() || last - address.ptr < needed)
      return {last, std::errc::value_too_large};
    char* out = address.ptr;
    *out++ = '/';
    if (prefix_length_ >= 10) *out++ = static_cast<char>('0' + prefix_length_ / 10);
    *out++ = static_cast<char>('0' + prefix_length_ % 10);
    return {out, std::errc()};
  }

  /// The network as `a.b.c.d/n`. May allocate; see `to_chars` for one that never does.
  [[nodiscard]] constexpr std::string to_string() const {
    std::array<char, max_length> buffer{};
    return {buffer.data(), to_chars(buffer.data(), buffer.data() + buffer.size()).ptr};
  }

  constexpr bool operator==(const ipv4_network&) const noexcept = default;
  constexpr auto operator<=>(const ipv4_network&) const noexcept = default;

 private:
  // Every text, one byte after the other; apart, so that importers may inline the
  // rest of `parse`.
  static constexpr result<ipv4_network, parse_error> read_bytes(std::string_view text,
                                                                cidr_policy policy) noexcept {
    const bool lenient = policy == cidr_policy::lenient;
    detail::ipv4_reader reader(text);
    if (lenient) reader.skip_space();
    const auto address = reader.dotted_quad();
    if (!address) return failure(address.error());
    if (!reader.skip('/')) return failure(reader.expected(parse_errc::expected_slash));
    const std::size_t prefix_offset = reader.offset();
    const auto length = reader.prefix_length(lenient);
    if (!length) return failure(length.error());
    if (lenient) reader.skip_space();
    if (!reader.at_end()) return failure(reader.expected(parse_errc::unexpected_text));

    const ipv4_network network(ipv4_address::from_uint32(*address), static_cast<int>(*length));
    if (policy == cidr_policy::reject_host_bits && network.network().to_uint32() != *address)
      return failure(parse_error(parse_errc::host_bits_set, prefix_offset));
    return network;
  }

  constexpr ipv4_network(ipv4_address address, int prefix_length) noexcept
      : network_(
            ipv4_address::from_uint32(address.to_uint32() & detail::netmask_bits(prefix_length))),
        prefix_length_(static_cast<std::uint8_t>(prefix_length)) {}

  ipv4_address network_;
  std::uint8_t prefix_length_ = 0;
};

/// The networks that together are one range of addresses, or the difference of
/// two networks: at most 62 of them, held in place, in address order.
///
/// A contiguous range. The default value is the empty list. Trivially copyable;
/// allocates nothing.
class ipv4_network_list {
 public:
  using value_type = ipv4_network;

  constexpr ipv4_network_list() noexcept = default;

  /// The fewest networks that cover the addresses from `first` to `last` and no
  /// other; none where `first` is above `last`. O(62).
  [[nodiscard]] static constexpr ipv4_network_list covering(ipv4_address first,
                                                            ipv4_address last) noexcept {
    ipv4_network_list list;
    list.append(first.to_uint32(), std::uint64_t{last.to_uint32()} + 1);
    return list;
  }

  [[nodiscard]] constexpr const ipv4_network* begin() const noexcept { return networks_.data(); }
  [[nodiscard]] constexpr const ipv4_network* end() const noexcept {
    return networks_.data() + size_;
  }
  [[nodiscard]] constexpr const ipv4_network* data() const noexcept { return networks_.data(); }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
  /// The network at `index`, which must be below `size()`.
  [[nodiscard]] constexpr const ipv4_network& operator[](std::size_t index) const noexcept {
    return networks_[index];
  }

  constexpr bool operator==(const ipv4_network_list& other) const noexcept {
    if (size_ != other.size_) return false;
    for (std::size_t i = 0; i < size_; ++i)
      if (networks_[i] != other.networks_[i]) return false;
    return true;
  }

 private:
  friend class ipv4_network;

  // Largest aligned block first: there are at most 31 on the way up to the
  // largest one and 31 on the way down.
  constexpr void append(std::uint64_t first, std::uint64_t end) noexcept {
    while (first < end) {
      const int length = detail::largest_block_length(first, end);
      networks_[size_++] =
          *ipv4_network::make(ipv4_address::from_uint32(static_cast<std::uint32_t>(first)), length);
      first += detail::block_size(length);
    }
  }

  std::array<ipv4_network, 62> networks_{};
  std::size_t size_ = 0;
};

constexpr ipv4_network_list ipv4_network::exclude(const ipv4_network& other) const noexcept {
  const std::uint64_t first = network_.to_uint32();
  const std::uint64_t end = first + num_addresses();
  const std::uint64_t other_first = other.network_.to_uint32();
  ipv4_network_list list;
  if (overlaps(other)) {
    list.append(first, other_first);
    list.append(other_first + other.num_addresses(), end);
  } else {
    list.append(first, end);
  }
  return list;
}

}  // namespace vmnet

namespace vmnet::detail {

/// The network of this prefix length that begins at a position.
struct network_at {
  int prefix_length = 32;

  constexpr ipv4_network operator()(std::int64_t index) const noexcept {
    const auto first = static_cast<std::uint64_t>(index) * block_size(prefix_length);
    return *ipv4_network::make(ipv4_address::from_uint32(static_cast<std::uint32_t>(first)),
                               prefix_length);
  }
};

}  // namespace vmnet::detail

export namespace vmnet {

/// Consecutive networks of one prefix length as a random-access, sized,
/// borrowed view; what `ipv4_network::subnets` gives. Holds no memory.
class ipv4_subnet_view : public std::ranges::view_interface<ipv4_subnet_view> {
 public:
  /// A random-access iterator whose dereference is a value.
  using iterator = detail::position_iterator<detail::network_at>;

  /// The empty view.
  constexpr ipv4_subnet_view() noexcept = default;

  [[nodiscard]] constexpr iterator begin() const noexcept { return iterator(first_, make_); }
  [[nodiscard]] constexpr iterator end() const noexcept {
    return iterator(first_ + static_cast<std::int64_t>(size_), make_);
  }
  // Declared here and not left to view_interface, as in ipv4_address_view.
  [[nodiscard]] constexpr std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }

 private:
  friend class ipv4_network;

  constexpr ipv4_subnet_view(const ipv4_network& network, int prefix_length) noexcept
      : first_(static_cast<std::int64_t>(network.network().to_uint32() /
                                         detail::block_size(prefix_length))),
        size_(network.num_addresses() / detail::block_size(prefix_length)),
        make_{prefix_length} {}

  std::int64_t first_ = 0;  // the index of a network among all of its length
  std::uint64_t size_ = 0;
  detail::network_at make_;
};

constexpr ipv4_subnet_view ipv4_network::subnets(std::int64_t prefix_length) const noexcept {
  if (prefix_length < prefix_length_ || prefix_length > 32) return {};
  return {*this, static_cast<int>(prefix_length)};
}

/// The smallest network that contains both. O(1).
[[nodiscard]] constexpr ipv4_network common_supernet(const ipv4_network& a,
                                                     const ipv4_network& b) noexcept {
  const int common = std::countl_zero(a.network().to_uint32() ^ b.network().to_uint32());
  const int shorter = a.prefix_length() < b.prefix_length() ? a.prefix_length() : b.prefix_length();
  return *ipv4_network::make(a.network(), common < shorter ? common : shorter);
}

/// The same as `network.to_string()`.
[[nodiscard]] constexpr std::string to_string(const ipv4_network& network) {
  return network.to_string();
}

namespace literals {

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
inline constexpr bool std::ranges::enable_borrowed_range<vmnet::ipv4_subnet_view> = true;

template <>
struct std::hash<vmnet::ipv4_network> {
  [[nodiscard]] inline std::size_t operator()(const vmnet::ipv4_network& network) const noexcept {
    return std::hash<std::uint64_t>()(std::uint64_t{network.network().to_uint32()} << 8U |
                                      static_cast<std::uint64_t>(network.prefix_length()));
  }
};
