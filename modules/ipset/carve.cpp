module vmnet.ipset;

namespace vmnet {
namespace {

// The next network is cut where the one before was, until that hole is used up:
// what is left of a hole is smaller than any hole that is next in size. So the
// whole order is known beforehand.
std::vector<ipv4_network> holes_in_order(const ipv4_set& free, int prefix_length) {
  std::vector<ipv4_network> holes;
  for (const ipv4_network hole : free.networks())
    if (hole.prefix_length() <= prefix_length) holes.push_back(hole);
  std::sort(holes.begin(), holes.end(), [](const ipv4_network& a, const ipv4_network& b) {
    return a.prefix_length() != b.prefix_length() ? a.prefix_length() > b.prefix_length() : a < b;
  });
  return holes;
}

std::uint64_t room_in(const std::vector<ipv4_network>& holes, int prefix_length) {
  std::uint64_t room = 0;
  for (const ipv4_network& hole : holes) room += hole.subnets(prefix_length).size();
  return room;
}

}  // namespace

result<carved_network, carve_errc> take_free(const ipv4_set& free, std::int64_t prefix_length) {
  auto carved = take_free(free, prefix_length, 1);
  if (!carved) return failure(carved.error());
  return carved_network{carved->networks.front(), std::move(carved->rest)};
}

result<carved_networks, carve_errc> take_free(const ipv4_set& free, std::int64_t prefix_length,
                                              std::uint64_t count) {
  if (prefix_length < 0 || prefix_length > 32)
    return failure(carve_errc::prefix_length_out_of_range);
  const int length = static_cast<int>(prefix_length);
  const std::vector<ipv4_network> holes = holes_in_order(free, length);
  if (room_in(holes, length) < count) return failure(carve_errc::no_room);
  carved_networks carved;
  carved.networks.reserve(count);
  for (const ipv4_network& hole : holes)
    for (const ipv4_network subnet : hole.subnets(length)) {
      if (carved.networks.size() == count) break;
      carved.networks.push_back(subnet);
    }
  carved.rest = free - ipv4_set::from_networks(carved.networks);
  return carved;
}

std::optional<ipv4_network> largest_free(const ipv4_set& free) noexcept {
  std::optional<ipv4_network> largest;
  for (const ipv4_network hole : free.networks())
    if (!largest || hole.prefix_length() < largest->prefix_length()) largest = hole;
  return largest;
}

double fragmentation(const ipv4_set& free) noexcept {
  const auto largest = largest_free(free);
  if (!largest) return 0;
  const std::uint64_t all = free.num_addresses();
  return static_cast<double>(all - largest->num_addresses()) / static_cast<double>(all);
}

}  // namespace vmnet
