// vmnet.ipv4_range: any consecutive IPv4 addresses, and the aggregation of many.
//
// A range is what a network is without the alignment: two addresses, both
// inside, so that 255.255.255.255 can be the last and no range is empty. Counts
// are 64 bits wide, because the whole space has 2^32 addresses.
//
// Aggregation sorts once and then merges what touches in one pass. The sort is
// a radix sort (sort_spans.cpp), and std::sort for few items and in constant
// expressions; a tree of intervals, fed one network at a time, costs an
// allocation and a walk for each.
export module vmnet.ipv4_range;

import vmnet.std;

export import vmnet.ipv4_address;
export import vmnet.ipv4_network;

import vmnet.ipv4_detail;

export namespace vmnet {

/// Why two addresses do not make a range.
enum class range_errc : std::uint8_t {
  reversed,  ///< the last address is below the first
};

/// The sentence for `code`, without a full stop. O(1), static storage.
[[nodiscard]] constexpr std::string_view to_string(range_errc code) noexcept {
  switch (code) {
    case range_errc::reversed:
      return to_string(parse_errc::range_reversed);
  }
  return "unknown error";
}

/// All IPv4 addresses from a first to a last one, both included.
///
/// The default value is 0.0.0.0 alone; no range is empty. An address and a
/// network convert to their range. Trivially copyable, 8 bytes, passed by
/// value, ordered by first and then by last address; allocates nothing.
class ipv4_range {
 public:
  /// The bytes that `to_chars` writes at most: "255.255.255.254-255.255.255.255".
  static constexpr std::size_t max_length = 31;

  constexpr ipv4_range() noexcept = default;
  /// The range of one address.
  constexpr ipv4_range(ipv4_address address) noexcept : ipv4_range(address, address) {}
  /// The addresses of `network`, network and broadcast included.
  constexpr ipv4_range(const ipv4_network& network) noexcept
      : ipv4_range(network.network(), network.broadcast()) {}

  /// The range from `first` to `last`; an error where `last` is below `first`. O(1).
  [[nodiscard]] static constexpr result<ipv4_range, range_errc> make(ipv4_address first,
                                                                     ipv4_address last) noexcept {
    if (last < first) return failure(range_errc::reversed);
    return ipv4_range(first, last);
  }
  /// The same as the converting constructor, by name.
  [[nodiscard]] static constexpr ipv4_range from_network(const ipv4_network& network) noexcept {
    return network;
  }

  /// The range written as `a.b.c.d-e.f.g.h` or as a network, `a.b.c.d/n`, whose
  /// host bits are masked.
  ///
  /// Rejects: a lone address, white space (around the `-` too), a last address
  /// below the first (told at the last), and all that `ipv4_address::parse` and
  /// `ipv4_network::parse` reject. O(1).
  [[nodiscard]] static constexpr result<ipv4_range, parse_error> parse(
      std::string_view text) noexcept {
    detail::ipv4_reader reader(text);
    const auto span = reader.span(false);
    if (!span) return failure(span.error());
    if (!reader.at_end()) return failure(reader.expected(parse_errc::unexpected_text));
    return ipv4_range(ipv4_address::from_uint32(span->first),
                      ipv4_address::from_uint32(span->last));
  }

  /// The lowest address.
  [[nodiscard]] constexpr ipv4_address first() const noexcept { return first_; }
  /// The highest address; it belongs to the range.
  [[nodiscard]] constexpr ipv4_address last() const noexcept { return last_; }
  /// The number of addresses, 1 to 2^32.
  [[nodiscard]] constexpr std::uint64_t num_addresses() const noexcept {
    return std::uint64_t{last_.to_uint32()} - first_.to_uint32() + 1;
  }

  /// True where `address` lies in this range.
  [[nodiscard]] constexpr bool contains(ipv4_address address) const noexcept {
    return first_ <= address && address <= last_;
  }
  /// True where all of `other` lies in this range; a range contains itself.
  [[nodiscard]] constexpr bool contains(const ipv4_range& other) const noexcept {
    return first_ <= other.first_ && other.last_ <= last_;
  }
  /// True where some address lies in both.
  [[nodiscard]] constexpr bool overlaps(const ipv4_range& other) const noexcept {
    return first_ <= other.last_ && other.first_ <= last_;
  }
  /// True where one begins right behind the other's last address. The ends of
  /// the space do not touch each other.
  [[nodiscard]] constexpr bool is_adjacent_to(const ipv4_range& other) const noexcept {
    return std::uint64_t{last_.to_uint32()} + 1 == other.first_.to_uint32() ||
           std::uint64_t{other.last_.to_uint32()} + 1 == first_.to_uint32();
  }

  /// All addresses as a view.
  [[nodiscard]] constexpr ipv4_address_view addresses() const noexcept {
    return {first_, num_addresses()};
  }
  /// The fewest networks that cover this range and nothing else, in address
  /// order: 1 to 62. O(62), allocates nothing.
  [[nodiscard]] constexpr ipv4_network_list networks() const noexcept {
    return ipv4_network_list::covering(first_, last_);
  }
  /// The network that has just these addresses, where there is one. O(1).
  [[nodiscard]] constexpr std::optional<ipv4_network> to_network() const noexcept {
    const int length =
        detail::largest_block_length(first_.to_uint32(), std::uint64_t{last_.to_uint32()} + 1);
    if (detail::block_size(length) != num_addresses()) return std::nullopt;
    return *ipv4_network::make(first_, length);
  }

  /// Writes `a.b.c.d-e.f.g.h` without a NUL; see `ipv4_address::to_chars`.
  constexpr std::to_chars_result to_chars(char* first, char* last) const noexcept {
    const auto low = first_.to_chars(first, last);
    if (low.ec != std::errc() || low.ptr == last) return {last, std::errc::value_too_large};
    *low.ptr = '-';
    return last_.to_chars(low.ptr + 1, last);
  }
  /// The range as `a.b.c.d-e.f.g.h`, also where it is a network. May allocate.
  [[nodiscard]] constexpr std::string to_string() const {
    std::array<char, max_length> buffer{};
    return {buffer.data(), to_chars(buffer.data(), buffer.data() + buffer.size()).ptr};
  }

  constexpr bool operator==(const ipv4_range&) const noexcept = default;
  constexpr auto operator<=>(const ipv4_range&) const noexcept = default;

 private:
  constexpr ipv4_range(ipv4_address first, ipv4_address last) noexcept
      : first_(first), last_(last) {}

  ipv4_address first_;
  ipv4_address last_;
};

/// The same as `range.to_string()`.
[[nodiscard]] constexpr std::string to_string(const ipv4_range& range) { return range.to_string(); }

}  // namespace vmnet

namespace vmnet::detail {

/// A range as one number, ordered as ranges are: the first address above the last.
using packed_span = std::uint64_t;

constexpr packed_span pack(const ipv4_range& range) noexcept {
  return packed_span{range.first().to_uint32()} << 32U | range.last().to_uint32();
}

/// Sorts by first address. O(n), with as much memory again.
void radix_sort_spans(std::vector<packed_span>& spans);
/// Below this many spans the tables of a radix sort cost more than comparisons do.
inline constexpr std::size_t few_spans = 512;

constexpr void sort_spans(std::vector<packed_span>& spans) {
  if (std::is_sorted(spans.begin(), spans.end())) return;
  const bool few = spans.size() < few_spans;
  if (std::is_constant_evaluated() || few)
    std::sort(spans.begin(), spans.end());
  else
    radix_sort_spans(spans);
}

/// Calls `emit(first, end)` for each range that is left of `items` once all
/// that overlap or touch are one, in address order. `end` is behind the last.
template <class Item, class Emit>
constexpr void for_each_merged(std::span<const Item> items, Emit emit) {
  if (items.empty()) return;
  std::vector<packed_span> spans;
  spans.reserve(items.size());
  for (const Item& item : items) spans.push_back(pack(item));
  sort_spans(spans);
  std::uint64_t first = spans.front() >> 32U;
  std::uint64_t end = first;
  for (const packed_span span : spans) {
    if (span >> 32U > end) {
      emit(first, end);
      first = span >> 32U;
    }
    end = std::max(end, (span & 0xffff'ffffU) + 1);
  }
  emit(first, end);
}

constexpr ipv4_address address_of(std::uint64_t value) noexcept {
  return ipv4_address::from_uint32(static_cast<std::uint32_t>(value));
}

}  // namespace vmnet::detail

export namespace vmnet {

/// The fewest ranges with the same addresses, in address order: no two of them
/// overlap or touch. The input may have any order, duplicates and overlaps.
/// O(n log n) at worst, O(n) for sorted input; allocates.
[[nodiscard]] constexpr std::vector<ipv4_range> aggregate(std::span<const ipv4_range> ranges) {
  std::vector<ipv4_range> merged;
  detail::for_each_merged(ranges, [&](std::uint64_t first, std::uint64_t end) {
    merged.push_back(*ipv4_range::make(detail::address_of(first), detail::address_of(end - 1)));
  });
  return merged;
}

/// The fewest networks with the same addresses, in address order. The input may
/// have any order, duplicates and overlaps. O(n log n) at worst, O(n) for sorted
/// input; allocates.
[[nodiscard]] constexpr std::vector<ipv4_network> aggregate(
    std::span<const ipv4_network> networks) {
  std::vector<ipv4_network> merged;
  detail::for_each_merged(networks, [&](std::uint64_t first, std::uint64_t end) {
    while (first < end) {
      const int length = detail::largest_block_length(first, end);
      merged.push_back(*ipv4_network::make(detail::address_of(first), length));
      first += detail::block_size(length);
    }
  });
  return merged;
}

}  // namespace vmnet

template <>
struct std::hash<vmnet::ipv4_range> {
  [[nodiscard]] inline std::size_t operator()(const vmnet::ipv4_range& range) const noexcept {
    return std::hash<std::uint64_t>()(std::uint64_t{range.first().to_uint32()} << 32U |
                                      range.last().to_uint32());
  }
};
