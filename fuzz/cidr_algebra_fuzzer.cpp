// Addresses, networks and ranges against intervals of 64-bit numbers.
//
// Two networks and an address are made from the input, the second network often
// near the first: the same, inside, around, or beside it.
#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <optional>
#include <ranges>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "check.hpp"
#include "interval.hpp"

import vmnet.ipv4;

namespace {

using fuzz::block;
using fuzz::check;
using fuzz::covered;
using fuzz::interval;
using fuzz::space;
using vmnet::ipv4_address;
using vmnet::ipv4_network;
using vmnet::ipv4_range;

constexpr vmnet::ipv4_network_list list(std::uint32_t first, std::uint32_t last) {
  return vmnet::ipv4_network_list::covering(ipv4_address::from_uint32(first),
                                            ipv4_address::from_uint32(last));
}

// Lists that differ in the first network, in the second, in size. The longest fills
// its room: a compiler sees what would be read behind it.
static_assert(list(1, 1) != list(2, 2) && list(1, 3) != list(1, 2));
static_assert(list(1, 1) != list(1, 3) && list(1, 3) != list(1, 1));
static_assert(list(1, 0xffff'fffeU).size() == 62 && list(1, 0xffff'fffeU) == list(1, 0xffff'fffeU));

ipv4_address address_of(std::uint64_t n) {
  return ipv4_address::from_uint32(static_cast<std::uint32_t>(n));
}

std::uint64_t number_of(ipv4_address a) { return a.to_uint32(); }

interval of(const ipv4_network& n) { return block(number_of(n.network()), n.prefix_length()); }

interval of(const ipv4_range& r) {
  return {.first = number_of(r.first()), .end = number_of(r.last()) + 1};
}

template <class Networks>
void check_networks(const Networks& got, std::span<const interval> whole, std::string_view what) {
  const std::vector<interval> want = covered(whole);
  check(std::ranges::equal(got, want, {}, [](const ipv4_network& n) { return of(n); }), what);
}

/// Every accessor of a network against its interval.
void check_network(const ipv4_network& net, std::uint64_t address, int prefix_length) {
  const interval want = block(address, prefix_length);
  check(net.prefix_length() == prefix_length, "a network keeps its prefix length");
  check(number_of(net.network()) == want.first, "host bits are masked");
  check(number_of(net.broadcast()) == want.end - 1, "the highest address ends the interval");
  check(number_of(net.hostmask()) == want.size() - 1, "the host mask is the size less one");
  check(number_of(net.netmask()) == space - want.size(), "the netmask is the rest");
  check(net.num_addresses() == want.size(), "a network has 2^(32 - n) addresses");
  check(net == ipv4_network::make(net.network(), prefix_length), "its parts make the network");
  check(net == ipv4_network::make(net.broadcast(), prefix_length), "any address in it makes it");
  check(
      net == ipv4_network::make(net.network(), prefix_length, vmnet::cidr_policy::reject_host_bits),
      "a network address has no host bits");

  const auto strict =
      ipv4_network::make(address_of(address), prefix_length, vmnet::cidr_policy::reject_host_bits);
  check(strict.has_value() == (address == want.first), "host bits are refused where asked");
  if (!strict) check(strict.error() == vmnet::network_errc::host_bits_set, "and named");
  check(ipv4_network::make(address_of(address), prefix_length, vmnet::cidr_policy::lenient) == net,
        "host bits are masked leniently");
}

void check_make(std::uint64_t address, std::int64_t prefix_length) {
  const auto made = ipv4_network::make(address_of(address), prefix_length);
  check(made.has_value() == (prefix_length >= 0 && prefix_length <= 32), "lengths are 0 to 32");
  if (!made)
    check(made.error() == vmnet::network_errc::prefix_length_out_of_range, "others are named");
  check(to_string(vmnet::network_errc::prefix_length_out_of_range) == "a prefix length is 0 to 32",
        "the sentence of a length");
  check(to_string(vmnet::network_errc::host_bits_set) ==
            "address bits are set beyond the prefix length",
        "the sentence of host bits");
  check(to_string(static_cast<vmnet::network_errc>(2)) == "unknown error", "no other code");
  check(to_string(vmnet::range_errc::reversed) ==
            "the last address of a range is not below its first",
        "the sentence of a range");
  check(to_string(static_cast<vmnet::range_errc>(1)) == "unknown error", "no other code");
}

/// A view of consecutive values, where `value(i)` is the i-th.
template <class View, class Value>
void check_view(const View& view, std::uint64_t size, std::uint64_t pick, Value value) {
  check(view.size() == size && view.empty() == (size == 0), "a view has its size");
  const auto n = static_cast<std::int64_t>(size);
  check(view.end() - view.begin() == n && view.begin() - view.end() == -n, "end is begin + size");
  check((view.begin() == view.end()) == (size == 0), "only an empty view begins at its end");
  if (size == 0) return;
  check(*view.begin() == value(0), "a view begins with the first");
  check(*--view.end() == value(size - 1), "a view ends with the last");
  const std::uint64_t index = pick % size;
  const auto i = static_cast<std::int64_t>(index);
  auto it = view.begin() + i;
  check(*it == value(index) && view.begin()[i] == value(index), "the i-th is at i");
  check(*(i + view.begin()) == *it && *(view.end() - (n - i)) == *it, "from either end");
  check((it <=> view.begin()) == (i <=> 0) && it < view.end(), "iterators are ordered");
  auto moved = it;
  check(*moved++ == value(index) && moved - it == 1, "one forward, told before");
  check(--moved == it, "and one back");
  check(++moved != it && *moved-- == *(it + 1) && moved == it, "and back, told before");
  moved += 3;
  moved -= 5;
  check(it - moved == 2, "steps add up");
}

void check_addresses(const ipv4_network& net, std::uint64_t pick) {
  const interval all = of(net);
  check_view(net.addresses(), all.size(), pick,
             [&](std::uint64_t i) { return address_of(all.first + i); });
  const std::uint64_t edge = all.size() > 2 ? 1 : 0;
  check_view(net.hosts(), all.size() - 2 * edge, pick,
             [&](std::uint64_t i) { return address_of(all.first + edge + i); });
  for (const std::uint64_t offset : {pick, pick % all.size(), all.size() - 1, all.size()}) {
    const auto nth = net.nth(offset);
    check(nth.has_value() == (offset < all.size()), "nth has a value inside the network");
    if (nth) check(number_of(*nth) == all.first + offset, "nth counts from the network address");
  }
  const vmnet::ipv4_address_view cut(address_of(all.first), pick);
  check(cut.size() == std::min(pick, space - all.first), "a view is cut at the last address");
  check(vmnet::ipv4_address_view().empty(), "the default view is empty");
}

/// Networks around, inside and beside one.
void check_relatives(const ipv4_network& net, std::uint64_t pick) {
  const interval all = of(net);
  const int length = net.prefix_length();
  const int other = static_cast<int>(pick % 36U) - 1;  // -1 to 34
  const auto super = net.supernet(other);
  check(super.has_value() == (other >= 0 && other <= length), "a supernet is not longer");
  if (super) check(of(*super) == block(all.first, other), "a supernet lies around");
  for (const std::int64_t wrapping :
       {other - (std::int64_t{1} << 32U), other + (std::int64_t{1} << 32U)})
    check(!net.supernet(wrapping) && net.subnets(wrapping).empty(),
          "a length that only wraps to one is none");
  const auto parent = net.supernet();
  check(parent.has_value() == (length > 0), "all but /0 have a parent");
  if (parent) check(of(*parent) == block(all.first, length - 1), "a parent is twice as large");

  const auto next = net.next_sibling();
  check(next.has_value() == (all.end < space), "all but the last have a next sibling");
  if (next) check(of(*next) == interval{all.end, all.end + all.size()}, "the next one follows");
  const auto previous = net.previous_sibling();
  check(previous.has_value() == (all.first > 0), "all but the first have a previous sibling");
  if (previous)
    check(of(*previous) == interval{all.first - all.size(), all.first},
          "the previous one ends here");

  const bool inside = other >= length && other <= 32;
  const std::uint64_t size = inside ? block(0, other).size() : 1;
  check_view(net.subnets(other), inside ? all.size() / size : 0, pick, [&](std::uint64_t i) {
    return *ipv4_network::make(address_of(all.first + i * size), other);
  });
  check(vmnet::ipv4_subnet_view().empty(), "the default view is empty");
}

void check_pair(const ipv4_network& a, const ipv4_network& b) {
  const interval x = of(a);
  const interval y = of(b);
  check(a.contains(b) == x.covers(y), "contains is inclusion");
  check(a.overlaps(b) == x.meets(y), "overlaps is intersection");
  check((a == b) == (x == y), "equal where the intervals are");
  const auto order = x.first == y.first ? y.size() <=> x.size() : x.first <=> y.first;
  check((a <=> b) == order, "ordered by address, supernets first");
  if (a == b) {
    check(std::hash<ipv4_network>()(a) == std::hash<ipv4_network>()(b), "equals hash alike");
    check(std::hash<ipv4_range>()(a) == std::hash<ipv4_range>()(b), "equals hash alike");
  }
  int common = 0;
  while (common < 32 && block(x.first, common + 1).covers(x) &&
         block(x.first, common + 1).covers(y))
    ++common;
  check(of(common_supernet(a, b)) == block(x.first, common), "the smallest network around both");

  std::vector<interval> rest = {x};
  if (x.meets(y)) rest = {{x.first, std::max(x.first, y.first)}, {std::min(x.end, y.end), x.end}};
  const vmnet::ipv4_network_list left = a.exclude(b);
  check_networks(left, rest, "exclude leaves what is not in the other, in the fewest networks");
  for (const vmnet::ipv4_network_list& other : {b.exclude(a), vmnet::ipv4_network_list()})
    check((left == other) == std::ranges::equal(left, other), "lists are what they hold");
  check(left == a.exclude(b) && left.size() == std::size_t(left.end() - left.begin()) &&
            left.empty() == (left.size() == 0) && left.data() == left.begin(),
        "a list is a range");
  for (std::size_t i = 0; i < left.size(); ++i) check(left[i] == left.data()[i], "by index too");
}

void check_address(std::uint64_t n, std::uint64_t other, const ipv4_network& net) {
  const ipv4_address a = address_of(n);
  const ipv4_address b = address_of(other);
  std::array<std::uint8_t, 4> octets{};
  for (std::size_t i = 4; i-- > 0; n /= 256) octets[i] = static_cast<std::uint8_t>(n % 256);
  check(a.to_octets() == octets && ipv4_address::from_octets(octets) == a, "octets, first first");
  check((a <=> b) == (number_of(a) <=> other), "ordered as the numbers are");
  check((a == b) == (number_of(a) == other), "equal as the numbers are");
  check(net.contains(a) == of(net).has(number_of(a)), "contains is membership");
  check(std::hash<ipv4_address>()(a) == std::hash<std::uint32_t>()(a.to_uint32()),
        "an address hashes as its number does");
}

void check_range(std::uint64_t first, std::uint64_t last, const ipv4_range& other,
                 std::uint64_t pick) {
  const auto made = ipv4_range::make(address_of(first), address_of(last));
  check(made.has_value() == (first <= last), "a range is not reversed");
  if (!made) {
    check(made.error() == vmnet::range_errc::reversed, "and the code says so");
    return;
  }
  const interval want{first, last + 1};
  const interval o = of(other);
  check(of(*made) == want && made->num_addresses() == want.size(), "from first to last");
  check(made->contains(address_of(pick)) == want.has(pick % space), "contains is membership");
  check(made->contains(other) == want.covers(o), "contains is inclusion");
  check(made->overlaps(other) == want.meets(o), "overlaps is intersection");
  check(made->is_adjacent_to(other) == (want.end == o.first || o.end == want.first),
        "adjacent is touching");
  const auto order = want.first == o.first ? want.end <=> o.end : want.first <=> o.first;
  check((*made <=> other) == order && (*made == other) == (want == o), "ordered by first and last");
  check_view(made->addresses(), want.size(), pick,
             [&](std::uint64_t i) { return address_of(first + i); });
  check_networks(made->networks(), std::array{want}, "the fewest networks that cover a range");
  const std::vector<interval> parts = covered(std::array{want});
  const auto network = made->to_network();
  check(network.has_value() == (parts.size() == 1), "a range is a network where one covers it");
  if (network) check(of(*network) == want, "and then it is that one");
  check((std::hash<ipv4_range>()(*made) == std::hash<ipv4_range>()(other)) || *made != other,
        "equals hash alike");
}

/// The union of `parts`, touching ones joined, by a walk over the sorted ends.
std::vector<interval> united(std::vector<interval> parts) {
  std::vector<interval> out;
  std::multiset<std::pair<std::uint64_t, int>> ends;
  for (const interval p : parts) {
    ends.emplace(p.first, -1);  // openings before closings at the same place
    ends.emplace(p.end, 1);
  }
  int open = 0;
  for (const auto& [at, closes] : ends) {
    if (open == 0) out.push_back({.first = at});
    open -= closes;
    if (open == 0) out.back().end = at;
  }
  return out;
}

void check_aggregate(const std::vector<ipv4_network>& networks,
                     const std::vector<ipv4_range>& ranges) {
  std::vector<interval> parts;
  for (const ipv4_network& n : networks) parts.push_back(of(n));
  check_networks(vmnet::aggregate(std::span<const ipv4_network>(networks)), united(parts),
                 "aggregate gives the fewest networks");
  parts.clear();
  for (const ipv4_range& r : ranges) parts.push_back(of(r));
  check(std::ranges::equal(vmnet::aggregate(std::span<const ipv4_range>(ranges)), united(parts), {},
                           [](const ipv4_range& r) { return of(r); }),
        "aggregate gives the fewest ranges");
}

/// A crowd all over the space, in no order: so many are sorted in another way.
bool check_crowd() {
  std::vector<ipv4_network> networks;
  std::vector<ipv4_range> ranges;
  for (std::uint64_t i = 0; i < 600; ++i) {
    const std::uint64_t first = i * 0x9e37'79b9U % space;
    const std::uint64_t last = std::min(first + i * 1000, space - 1);
    networks.push_back(*ipv4_network::make(address_of(first), 20 + static_cast<int>(i % 13)));
    ranges.push_back(*ipv4_range::make(address_of(first), address_of(last)));
  }
  check_aggregate(networks, ranges);
  return true;
}

/// A number whose bits below some place are all clear or all set, as often as not.
std::uint64_t corner(fuzz::reader& in, std::uint64_t value) {
  const unsigned kind = in.byte();
  const std::uint64_t low = (std::uint64_t{1} << kind % 33U) - 1;
  if (kind < 99) return (value | low) % space;
  if (kind < 198) return value & ~low & (space - 1);
  return value;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  [[maybe_unused]] static const bool once = check_crowd();
  fuzz::reader in(data, size);
  const int length = in.byte() % 33;
  const std::uint64_t first = corner(in, in.u32());
  const unsigned relation = in.byte();
  const int other_length = relation & 1U ? in.byte() % 33 : length;
  const std::uint64_t second =
      relation & 2U ? corner(in, in.u32()) : first ^ std::uint64_t{1} << relation % 32U;
  const std::uint64_t pick = in.any_length();

  const ipv4_network a = *ipv4_network::make(address_of(first), length);
  const ipv4_network b = *ipv4_network::make(address_of(second), other_length);
  check_network(a, first, length);
  check_make(first, length);
  check_make(first, static_cast<std::int64_t>(pick));
  check_make(first, -1 - static_cast<std::int64_t>(pick >> 1U));
  check_make(first, 33);
  check_addresses(a, pick);
  check_relatives(a, pick);
  check_pair(a, b);
  check_pair(b, a);
  check_pair(a, a);
  check_address(first, second, b);
  check_address(second, first, a);
  check_address(first, first, a);
  check_range(first, second, b, pick);
  check_range(second, first, a, pick);
  check_range(number_of(a.network()), number_of(a.broadcast()), b, first);
  check_range(first, first, ipv4_range(address_of((first + 1) % space)), second);

  std::vector<ipv4_network> networks = {a, b};
  std::vector<ipv4_range> ranges = {ipv4_range(a), ipv4_range::from_network(b)};
  while (!in.empty() && networks.size() < 24) {
    const std::uint64_t base = in.byte() & 1U ? in.u32() : first ^ in.byte();
    const std::uint64_t last = std::min(base + in.any_length() % space, space - 1);
    networks.push_back(*ipv4_network::make(address_of(base), 32 - in.byte() % 9));
    ranges.push_back(*ipv4_range::make(address_of(base), address_of(last)));
  }
  check_aggregate(networks, ranges);
  check_aggregate({}, {});
  return 0;
}
