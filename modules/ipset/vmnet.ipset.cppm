// vmnet.ipset: sets of IPv4 addresses, and free networks carved out of them.
//
// A set is one sorted vector of ranges of which no two overlap or touch. So a
// set has one form only and equality is that of the vectors; every operation on
// two sets is one pass over both; membership is a binary search without
// branches over 8 bytes a range. A tree of intervals would cost an allocation a
// range and a cache miss a step. Sets do not change: a builder collects changes
// and sorts once, so no sequence of them is quadratic.
export module vmnet.ipset;

import vmnet.std;

export import vmnet.ipv4;

import vmnet.ipv4_detail;

namespace vmnet::detail {

constexpr ipv4_range range_of(std::uint64_t first, std::uint64_t end) noexcept {
  return *ipv4_range::make(ipv4_address::from_uint32(static_cast<std::uint32_t>(first)),
                           ipv4_address::from_uint32(static_cast<std::uint32_t>(end - 1)));
}

constexpr std::uint64_t first_of(const ipv4_range& range) noexcept {
  return range.first().to_uint32();
}

/// Behind the last address: up to 2^32.
constexpr std::uint64_t end_of(const ipv4_range& range) noexcept {
  return std::uint64_t{range.last().to_uint32()} + 1;
}

/// Where a sweep over sorted ranges enters and leaves them.
constexpr std::uint64_t edge(std::span<const ipv4_range> ranges, std::size_t index) noexcept {
  if (index == 2 * ranges.size()) return ~std::uint64_t{0};
  const ipv4_range& range = ranges[index / 2];
  return index % 2 == 0 ? first_of(range) : end_of(range);
}

/// Which addresses of two sets stay: bit 0 for those in neither, 1 for those in
/// the first alone, 2 for those in the second alone, 3 for those in both.
enum class keep : std::uint8_t { first_alone = 0b0010, one = 0b0110, both = 0b1000, any = 0b1110 };

}  // namespace vmnet::detail

export namespace vmnet {

/// The fewest networks that cover a set, in address order, as a forward view.
/// Valid as long as the set it came from. Holds no memory.
class ipv4_set_network_view : public std::ranges::view_interface<ipv4_set_network_view> {
 public:
  /// A forward iterator whose dereference is a value.
  class iterator {
   public:
    using iterator_concept = std::forward_iterator_tag;
    using iterator_category = std::input_iterator_tag;
    using value_type = ipv4_network;
    using difference_type = std::ptrdiff_t;
    using reference = ipv4_network;
    using pointer = void;

    constexpr iterator() noexcept = default;

    [[nodiscard]] constexpr ipv4_network operator*() const noexcept {
      const std::uint64_t first = detail::first_of(*range_) + offset_;
      return *ipv4_network::make(ipv4_address::from_uint32(static_cast<std::uint32_t>(first)),
                                 detail::largest_block_length(first, detail::end_of(*range_)));
    }
    constexpr iterator& operator++() noexcept {
      offset_ += (**this).num_addresses();
      if (offset_ == range_->num_addresses()) {
        ++range_;
        offset_ = 0;
      }
      return *this;
    }
    constexpr iterator operator++(int) noexcept {
      const iterator before = *this;
      ++*this;
      return before;
    }
    constexpr bool operator==(const iterator&) const noexcept = default;

   private:
    friend class ipv4_set_network_view;
    constexpr explicit iterator(const ipv4_range* range) noexcept : range_(range) {}

    const ipv4_range* range_ = nullptr;
    std::uint64_t offset_ = 0;
  };

  /// The empty view.
  constexpr ipv4_set_network_view() noexcept = default;
  /// The networks of `ranges`, which must be sorted and disjoint.
  constexpr explicit ipv4_set_network_view(std::span<const ipv4_range> ranges) noexcept
      : ranges_(ranges) {}

  [[nodiscard]] constexpr iterator begin() const noexcept { return iterator(ranges_.data()); }
  [[nodiscard]] constexpr iterator end() const noexcept {
    return iterator(ranges_.data() + ranges_.size());
  }
  [[nodiscard]] constexpr bool empty() const noexcept { return ranges_.empty(); }

 private:
  std::span<const ipv4_range> ranges_;
};

/// An immutable set of IPv4 addresses.
///
/// The default value is the empty set. Equal sets compare equal, however they
/// were made. Addresses, networks and ranges convert to the set of their
/// addresses, so `free - "10.0.3.0/24"_ipv4_net` works. Allocates 8 bytes a range.
///
///     const ipv4_set free = ipv4_set("10.0.0.0/16"_ipv4_net) - "10.0.3.0/24"_ipv4_net;
class ipv4_set {
 public:
  constexpr ipv4_set() noexcept = default;
  /// The addresses of `range`.
  constexpr ipv4_set(const ipv4_range& range) : ranges_(1, range) {}
  /// The addresses of `network`, network and broadcast included.
  constexpr ipv4_set(const ipv4_network& network) : ipv4_set(ipv4_range(network)) {}
  /// The one address.
  constexpr ipv4_set(ipv4_address address) : ipv4_set(ipv4_range(address)) {}

  /// The addresses of all `ranges`, in any order. O(n log n).
  [[nodiscard]] static constexpr ipv4_set from_ranges(std::span<const ipv4_range> ranges) {
    ipv4_set set;
    set.ranges_ = aggregate(ranges);
    return set;
  }
  /// The addresses of all `networks`, in any order. O(n log n).
  [[nodiscard]] static constexpr ipv4_set from_networks(std::span<const ipv4_network> networks) {
    const std::vector<ipv4_range> ranges(networks.begin(), networks.end());
    return from_ranges(ranges);
  }

  /// The set written as networks, ranges and addresses with commas or white
  /// space (ASCII) between them: `10.0.0.0/24, 10.0.2.1 10.0.3.5-10.0.3.9`.
  /// White space alone is the empty set.
  ///
  /// Rejects: a comma with nothing before or behind it, spaces inside a range,
  /// and all that `ipv4_range::parse` rejects but the lone address. Host bits of
  /// networks are masked. O(n log n).
  [[nodiscard]] static result<ipv4_set, parse_error> parse(std::string_view text);

  /// The ranges in address order; no two overlap or touch.
  [[nodiscard]] constexpr std::span<const ipv4_range> ranges() const& noexcept { return ranges_; }
  void ranges() const&& = delete;
  /// The fewest networks with the same addresses, in address order.
  [[nodiscard]] constexpr ipv4_set_network_view networks() const& noexcept {
    return ipv4_set_network_view(ranges_);
  }
  void networks() const&& = delete;

  /// True where there is no address in the set.
  [[nodiscard]] constexpr bool empty() const noexcept { return ranges_.empty(); }
  /// The number of addresses, 0 to 2^32. O(ranges).
  [[nodiscard]] constexpr std::uint64_t num_addresses() const noexcept {
    std::uint64_t sum = 0;
    for (const ipv4_range& range : ranges_) sum += range.num_addresses();
    return sum;
  }

  /// True where `address` is in the set. O(log ranges).
  [[nodiscard]] constexpr bool contains(ipv4_address address) const noexcept {
    const ipv4_range* const range = last_at_or_before(address);
    return range != nullptr && range->contains(address);
  }
  /// True where all of `other` is in the set. O(log ranges).
  [[nodiscard]] constexpr bool contains(const ipv4_range& other) const noexcept {
    const ipv4_range* const range = last_at_or_before(other.first());
    return range != nullptr && range->contains(other);
  }
  /// True where some address of `other` is in the set. O(log ranges).
  [[nodiscard]] constexpr bool overlaps(const ipv4_range& other) const noexcept {
    const ipv4_range* const range = last_at_or_before(other.last());
    return range != nullptr && range->overlaps(other);
  }
  /// True where every address of this set is in `other`. O(n log m).
  [[nodiscard]] constexpr bool is_subset_of(const ipv4_set& other) const noexcept {
    return std::all_of(ranges_.begin(), ranges_.end(),
                       [&](const ipv4_range& range) { return other.contains(range); });
  }
  /// True where some address is in both. O(n log m), n being the smaller.
  // A template, here and in the builder, because addresses and networks convert
  // to ranges and to sets alike.
  template <std::same_as<ipv4_set> Set>
  [[nodiscard]] constexpr bool overlaps(const Set& other) const noexcept {
    if (ranges_.size() > other.ranges_.size()) return other.overlaps(*this);
    return std::any_of(ranges_.begin(), ranges_.end(),
                       [&](const ipv4_range& range) { return other.overlaps(range); });
  }

  /// The union: addresses in either. O(n + m), as are the others.
  [[nodiscard]] friend constexpr ipv4_set operator|(const ipv4_set& a, const ipv4_set& b) {
    return combined(a, b, detail::keep::any);
  }
  /// The intersection: addresses in both.
  [[nodiscard]] friend constexpr ipv4_set operator&(const ipv4_set& a, const ipv4_set& b) {
    return combined(a, b, detail::keep::both);
  }
  /// The difference: addresses in the first alone.
  [[nodiscard]] friend constexpr ipv4_set operator-(const ipv4_set& a, const ipv4_set& b) {
    return combined(a, b, detail::keep::first_alone);
  }
  /// The symmetric difference: addresses in just one of them.
  [[nodiscard]] friend constexpr ipv4_set operator^(const ipv4_set& a, const ipv4_set& b) {
    return combined(a, b, detail::keep::one);
  }
  /// The complement: all other addresses of the space.
  [[nodiscard]] constexpr ipv4_set operator~() const { return ipv4_set(ipv4_network()) - *this; }

  /// The set in the fewest words that `parse` reads back: one for each range,
  /// with commas between them; a network as `a.b.c.d/n`, a lone address bare.
  [[nodiscard]] std::string to_string() const;

  constexpr bool operator==(const ipv4_set&) const noexcept = default;

 private:
  friend class ipv4_set_builder;

  // Halves without branches: which way a search goes is what no branch
  // predictor knows.
  constexpr const ipv4_range* last_at_or_before(ipv4_address address) const noexcept {
    const ipv4_range* at = ranges_.data();
    for (std::size_t left = ranges_.size(); left > 1; left -= left / 2)
      at += at[left / 2].first() <= address ? left / 2 : 0;
    return ranges_.empty() ? nullptr : at;
  }

  static constexpr ipv4_set combined(const ipv4_set& a, const ipv4_set& b, detail::keep keep) {
    ipv4_set out;
    bool inside = false;
    std::uint64_t first = 0;
    for (std::size_t i = 0, j = 0; i < 2 * a.ranges_.size() || j < 2 * b.ranges_.size();) {
      const std::uint64_t in_a = detail::edge(a.ranges_, i);
      const std::uint64_t in_b = detail::edge(b.ranges_, j);
      const std::uint64_t at = std::min(in_a, in_b);
      i += in_a == at ? 1U : 0U;
      j += in_b == at ? 1U : 0U;
      const bool kept = (static_cast<unsigned>(keep) >> (i % 2 + j % 2 * 2) & 1U) != 0;
      if (kept && !inside) first = at;
      if (!kept && inside) out.ranges_.push_back(detail::range_of(first, at));
      inside = kept;
    }
    return out;
  }

  std::vector<ipv4_range> ranges_;
};

/// The same as `set.to_string()`.
[[nodiscard]] inline std::string to_string(const ipv4_set& set) { return set.to_string(); }

/// Collects additions and removals, and makes a set of them in one go.
///
/// What is done last to an address counts, as if each step changed a set: an
/// address added, removed and added again is in it. A step costs O(1); `build`
/// O(n log n) for n steps, in whatever order they came.
///
///     ipv4_set_builder().add("10.0.0.0/8"_ipv4_net).remove("10.0.0.1"_ipv4).build()
class ipv4_set_builder {
 public:
  constexpr ipv4_set_builder() noexcept = default;
  /// Begins with the addresses of `set`.
  constexpr explicit ipv4_set_builder(const ipv4_set& set) { add(set); }

  /// Adds an address, a network or a range.
  constexpr ipv4_set_builder& add(const ipv4_range& range) { return step(range, true); }
  /// Removes an address, a network or a range; what is not there stays away.
  constexpr ipv4_set_builder& remove(const ipv4_range& range) { return step(range, false); }
  /// Adds all of `set`.
  template <std::same_as<ipv4_set> Set>
  constexpr ipv4_set_builder& add(const Set& set) {
    for (const ipv4_range& range : set.ranges()) add(range);
    return *this;
  }
  /// Removes all of `set`.
  template <std::same_as<ipv4_set> Set>
  constexpr ipv4_set_builder& remove(const Set& set) {
    for (const ipv4_range& range : set.ranges()) remove(range);
    return *this;
  }

  /// The set of all steps so far; more may follow.
  [[nodiscard]] constexpr ipv4_set build() const {
    // The space between two neighbouring ends is painted by the last step that
    // covers it: going backwards, each is painted once and skipped from then on.
    std::vector<std::uint64_t> ends;
    ends.reserve(2 * steps_.size());
    for (const auto& [range, added] : steps_) {
      ends.push_back(detail::first_of(range));
      ends.push_back(detail::end_of(range));
    }
    std::sort(ends.begin(), ends.end());
    ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
    std::vector<std::size_t> unpainted;  // where to look from each end on
    unpainted.reserve(ends.size());
    for (std::size_t i = 0; i < ends.size(); ++i) unpainted.push_back(i);
    std::vector<char> kept(ends.size(), 0);
    for (std::size_t i = steps_.size(); i-- > 0;) {
      const auto& [range, added] = steps_[i];
      const std::size_t end = index_of(ends, detail::end_of(range));
      for (std::size_t at = next_unpainted(unpainted, index_of(ends, detail::first_of(range)));
           at < end; at = next_unpainted(unpainted, at)) {
        kept[at] = added ? 1 : 0;
        unpainted[at] = at + 1;
      }
    }
    return painted(ends, kept);
  }

 private:
  struct one_step {
    ipv4_range range;
    bool added;
  };

  constexpr ipv4_set_builder& step(const ipv4_range& range, bool added) {
    steps_.push_back({range, added});
    return *this;
  }
  static constexpr std::size_t index_of(const std::vector<std::uint64_t>& ends, std::uint64_t end) {
    return static_cast<std::size_t>(std::lower_bound(ends.begin(), ends.end(), end) - ends.begin());
  }
  static constexpr std::size_t next_unpainted(std::vector<std::size_t>& unpainted, std::size_t at) {
    while (unpainted[at] != at) {
      unpainted[at] = unpainted[unpainted[at]];
      at = unpainted[at];
    }
    return at;
  }
  static constexpr ipv4_set painted(const std::vector<std::uint64_t>& ends,
                                    const std::vector<char>& kept) {
    ipv4_set set;
    for (std::size_t i = 0; i < ends.size(); ++i) {
      if (kept[i] == 0) continue;
      const std::uint64_t first = ends[i];
      while (kept[i] != 0) ++i;  // nothing is kept behind the last end
      set.ranges_.push_back(detail::range_of(first, ends[i]));
    }
    return set;
  }

  std::vector<one_step> steps_;
};

/// Why no network can be carved.
enum class carve_errc : std::uint8_t {
  prefix_length_out_of_range,  ///< the prefix length is not 0 to 32
  no_room,                     ///< no aligned network of this size, or not so many, are free
};

/// The sentence for `code`, without a full stop. O(1), static storage.
[[nodiscard]] constexpr std::string_view to_string(carve_errc code) noexcept {
  switch (code) {
    case carve_errc::prefix_length_out_of_range:
      return to_string(network_errc::prefix_length_out_of_range);
    case carve_errc::no_room:
      return "no room is left for networks of this size";
  }
  return "unknown error";
}

/// A network carved out of free space, and what is free then.
struct carved_network {
  ipv4_network network;
  ipv4_set rest;

  constexpr bool operator==(const carved_network&) const noexcept = default;
};

/// Networks carved out of free space, and what is free then.
struct carved_networks {
  std::vector<ipv4_network> networks;
  ipv4_set rest;

  constexpr bool operator==(const carved_networks&) const noexcept = default;
};

/// Carves the best network of `prefix_length` bits out of `free`.
///
/// The holes of a set are `free.networks()`: the largest aligned networks in it.
/// Of those that are large enough the smallest is cut, the lowest of equals, at
/// its lowest address: large holes stay whole as long as small ones will do. To
/// give a network back, unite: `rest | network`. O(n log n) for n holes.
[[nodiscard]] result<carved_network, carve_errc> take_free(const ipv4_set& free,
                                                           std::int64_t prefix_length);

/// Carves `count` networks of `prefix_length` bits, or none where not all fit:
/// the same as `take_free` as many times, in the same order, in one go.
/// O(n log n + count).
[[nodiscard]] result<carved_networks, carve_errc> take_free(const ipv4_set& free,
                                                            std::int64_t prefix_length,
                                                            std::uint64_t count);

/// The largest free network, the lowest of equals; nothing for the empty set.
/// What `take_free` can give at most. O(ranges).
[[nodiscard]] std::optional<ipv4_network> largest_free(const ipv4_set& free) noexcept;

/// How fragmented `free` is: the share of its addresses outside its largest free
/// network, from 0 (one network, or nothing) to just below 1. O(ranges).
[[nodiscard]] double fragmentation(const ipv4_set& free) noexcept;

}  // namespace vmnet

template <>
inline constexpr bool std::ranges::enable_borrowed_range<vmnet::ipv4_set_network_view> = true;
