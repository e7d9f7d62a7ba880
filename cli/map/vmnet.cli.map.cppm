// vmnet.cli.map: a subnet as a picture, along a Hilbert curve.
//
// The curve keeps addresses that are near each other near each other in both
// directions, so a block is a patch and not a thin line. Where a subnet has more
// addresses than the picture has cells, each cell is a block of them, and only
// counts are kept: a /0 takes no more memory than a /20.
export module vmnet.cli.map;

import vmnet.std;

export import vmnet.ipset;

export namespace vmnet::cli {

/// What an address is. In a cell of many the first of these that is there counts,
/// but the last only where all are free.
enum class address_use : std::uint8_t { colliding, moved, used, quarantined, reserved, free };
inline constexpr std::size_t num_address_uses = 6;

[[nodiscard]] std::string_view to_string(address_use use) noexcept;

/// A point of the square, from the top left corner.
struct map_point {
  std::uint32_t x;
  std::uint32_t y;

  constexpr bool operator==(const map_point&) const noexcept = default;
};

/// Where the Hilbert curve through a square of `side` (a power of two) is after
/// `distance` steps (below side * side). It begins at the top left.
[[nodiscard]] map_point hilbert_point(std::uint32_t side, std::uint64_t distance) noexcept;

class address_map {
 public:
  /// A map of `subnet` with at most `max_side` cells (a power of two) a side. The
  /// network, gateway and broadcast addresses are reserved, all others free.
  address_map(const ipv4_network& subnet, std::uint32_t max_side);

  /// Says what a free or reserved address of the subnet is, and whose.
  void mark(ipv4_address address, address_use use, std::string_view who);
  /// Says that those of `addresses` that are in the subnet are reserved. Before any
  /// `mark`.
  void reserve(const ipv4_set& addresses);

  [[nodiscard]] const ipv4_network& subnet() const noexcept { return subnet_; }
  [[nodiscard]] std::uint32_t side() const noexcept { return side_; }
  /// Addresses of a cell.
  [[nodiscard]] std::uint64_t cell_size() const noexcept { return cell_size_; }
  /// How many addresses of the subnet are `use`.
  [[nodiscard]] std::uint64_t count(address_use use) const noexcept;

  /// What the cell `index` along the curve is drawn as.
  [[nodiscard]] address_use use_of(std::size_t index) const noexcept;
  /// The share of its addresses that are not free, from 0 to 1.
  [[nodiscard]] double fill_of(std::size_t index) const noexcept;
  /// The addresses of a cell and what they are, escaped.
  [[nodiscard]] std::string title_of(std::size_t index) const;

 private:
  struct cell {
    std::array<std::uint64_t, num_address_uses> counts{};
    std::string who;  // of cells of one address
  };

  [[nodiscard]] std::size_t cell_at(ipv4_address address) const noexcept;

  ipv4_network subnet_;
  std::uint32_t side_ = 1;
  std::uint64_t cell_size_ = 1;
  ipv4_set reserved_;
  std::vector<cell> cells_;
};

/// The map as text, two columns a cell, with a legend; in colour where wanted.
[[nodiscard]] std::string map_text(const address_map& map, bool in_colour);

/// The map as an SVG document, with a legend, and titles that show on hovering.
[[nodiscard]] std::string map_svg(const address_map& map);

}  // namespace vmnet::cli
