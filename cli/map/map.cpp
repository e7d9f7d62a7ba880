module vmnet.cli.map;

import vmnet.cli.escape;
import vmnet.cli.numbers;

namespace vmnet::cli {
namespace {

constexpr std::size_t index_of(address_use use) noexcept { return static_cast<std::size_t>(use); }

}  // namespace

std::string_view to_string(address_use use) noexcept {
  switch (use) {
    case address_use::colliding:
      return "colliding";
    case address_use::moved:
      return "moved";
    case address_use::used:
      return "used";
    case address_use::quarantined:
      return "quarantined";
    case address_use::reserved:
      return "reserved";
    case address_use::free:
      return "free";
  }
  return "unknown";
}

/// From the smallest square to the largest: each step turns and mirrors what the
/// steps before it have drawn, and puts it into its quarter.
map_point hilbert_point(std::uint32_t side, std::uint64_t distance) noexcept {
  map_point at{0, 0};
  for (std::uint32_t quarter = 1; quarter < side; quarter *= 2, distance /= 4) {
    const bool right = (distance & 2U) != 0;
    const bool lower = ((distance & 1U) != 0) != right;
    if (!lower) {
      if (right) at = {quarter - 1 - at.x, quarter - 1 - at.y};
      std::swap(at.x, at.y);
    }
    at.x += right ? quarter : 0;
    at.y += lower ? quarter : 0;
  }
  return at;
}

address_map::address_map(const ipv4_network& subnet, std::uint32_t max_side) : subnet_(subnet) {
  const std::uint64_t addresses = subnet.num_addresses();
  while (side_ < max_side && std::uint64_t{side_} * side_ * 4 <= addresses) side_ *= 2;
  cells_.resize(std::size_t{side_} * side_);
  cell_size_ = addresses / cells_.size();
  for (cell& one : cells_) one.counts[index_of(address_use::free)] = cell_size_;
  const std::uint32_t first = subnet.network().to_uint32();
  reserve(ipv4_set(*ipv4_range::make(subnet.network(), ipv4_address::from_uint32(first + 1))) |
          ipv4_set(ipv4_range(subnet.broadcast())));
}

std::size_t address_map::cell_at(ipv4_address address) const noexcept {
  const std::uint64_t offset = std::uint64_t{address.to_uint32()} - subnet_.network().to_uint32();
  return static_cast<std::size_t>(offset / cell_size_);
}

void address_map::mark(ipv4_address address, address_use use, std::string_view who) {
  cell& in = cells_[cell_at(address)];
  --in.counts[index_of(reserved_.contains(address) ? address_use::reserved : address_use::free)];
  ++in.counts[index_of(use)];
  if (cell_size_ == 1) in.who = who;
}

void address_map::reserve(const ipv4_set& addresses) {
  const ipv4_set added = (addresses & ipv4_set(subnet_)) - reserved_;
  reserved_ = reserved_ | added;
  for (const ipv4_range& part : added.ranges()) {
    std::uint64_t at = part.first().to_uint32();
    const std::uint64_t end = std::uint64_t{part.last().to_uint32()} + 1;
    while (at < end) {
      const std::size_t index = cell_at(ipv4_address::from_uint32(static_cast<std::uint32_t>(at)));
      const std::uint64_t cell_end = subnet_.network().to_uint32() + (index + 1) * cell_size_;
      const std::uint64_t count = std::min(end, cell_end) - at;
      cells_[index].counts[index_of(address_use::free)] -= count;
      cells_[index].counts[index_of(address_use::reserved)] += count;
      at += count;
    }
  }
}

std::uint64_t address_map::count(address_use use) const noexcept {
  std::uint64_t sum = 0;
  for (const cell& one : cells_) sum += one.counts[index_of(use)];
  return sum;
}

address_use address_map::use_of(std::size_t index) const noexcept {
  const auto& counts = cells_[index].counts;
  const auto* const first =
      std::find_if(counts.begin(), counts.end(), [](std::uint64_t count) { return count > 0; });
  return static_cast<address_use>(first - counts.begin());
}

double address_map::fill_of(std::size_t index) const noexcept {
  const std::uint64_t free = cells_[index].counts[index_of(address_use::free)];
  return 1 - static_cast<double>(free) / static_cast<double>(cell_size_);
}

std::string address_map::title_of(std::size_t index) const {
  const cell& one = cells_[index];
  const std::uint64_t first = subnet_.network().to_uint32() + index * cell_size_;
  const auto text_of = [](std::uint64_t address) {
    return to_string(ipv4_address::from_uint32(static_cast<std::uint32_t>(address)));
  };
  if (cell_size_ == 1)
    return text_of(first) + ": " + std::string(to_string(use_of(index))) +
           (one.who.empty() ? "" : ": " + escaped(one.who));
  std::string title = text_of(first) + "-" + text_of(first + cell_size_ - 1);
  char separator = ':';
  for (std::size_t use = 0; use < num_address_uses; ++use) {
    if (one.counts[use] == 0) continue;
    title += std::exchange(separator, ',');
    title += " " + grouped(one.counts[use]) + " " +
             std::string(to_string(static_cast<address_use>(use)));
  }
  return title;
}

}  // namespace vmnet::cli
