// Random programs over sets of addresses, against a bitmap.
//
// The space is cut into cells: single addresses at its bottom, middle and top,
// and two large cells between them. Every set here is made of whole cells, so a
// bit a cell is a whole model, and both ends of the space are in it. What is
// left of the input is read as the text of a set.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "cidr_oracle.hpp"
#include "interval.hpp"

import vmnet.ipset;

namespace {

using fuzz::check;
using fuzz::covered;
using fuzz::interval;
using fuzz::space;
using vmnet::ipv4_address;
using vmnet::ipv4_network;
using vmnet::ipv4_range;
using vmnet::ipv4_set;

constexpr std::size_t window = 24;  // single addresses in a row
constexpr std::size_t cells = 3 * window + 2;
using model = std::bitset<cells>;

/// Where cell `i` begins; the end of the space for `i == cells`.
std::uint64_t begin_of(std::size_t i) {
  constexpr std::uint64_t middle = space / 2 - window / 2;
  if (i <= window) return i;
  if (i <= 2 * window + 1) return middle + (i - window - 1);
  return space - window + (i - 2 * window - 2);
}

interval cells_of(std::size_t first, std::size_t last) {
  return {.first = begin_of(first), .end = begin_of(last + 1)};
}

ipv4_address address_of(std::uint64_t n) {
  return ipv4_address::from_uint32(static_cast<std::uint32_t>(n));
}
ipv4_range range_of(interval i) {
  return *ipv4_range::make(address_of(i.first), address_of(i.end - 1));
}
interval of(const ipv4_range& r) {
  return {.first = r.first().to_uint32(), .end = std::uint64_t{r.last().to_uint32()} + 1};
}
interval of(const ipv4_network& n) {
  return {.first = n.network().to_uint32(), .end = n.network().to_uint32() + n.num_addresses()};
}

/// The runs of a model.
std::vector<interval> runs(const model& m) {
  std::vector<interval> out;
  for (std::size_t i = 0; i < cells; ++i) {
    if (!m[i]) continue;
    if (i > 0 && m[i - 1])
      out.back().end = begin_of(i + 1);
    else
      out.push_back(cells_of(i, i));
  }
  return out;
}

std::string dotted(std::uint64_t n) {
  const in_addr raw{htonl(static_cast<std::uint32_t>(n))};
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, &raw, text.data(), INET_ADDRSTRLEN);
  return text.data();
}

std::string text_of(const std::vector<interval>& parts) {
  std::string out;
  for (const interval part : parts) {
    if (!out.empty()) out += ',';
    out += dotted(part.first);
    int length = 32;
    while (length > 0 && fuzz::block(part.first, length).size() < part.size()) --length;
    if (part.size() == 1) continue;
    if (fuzz::block(part.first, length) == part)
      out += "/" + std::to_string(length);
    else
      out += "-" + dotted(part.end - 1);
  }
  return out;
}

void check_networks(const ipv4_set& set, const std::vector<interval>& want) {
  const auto networks = set.networks();
  const std::vector<interval> parts = covered(want);
  auto at = networks.begin();
  for (const interval part : parts) {
    check(at != networks.end() && of(*at) == part, "the fewest networks, in order");
    const auto before = at++;
    check(of(*before) == part, "a step gives the place before it");
  }
  check(at == networks.end() && networks.empty() == parts.empty(), "and no more");
}

/// A set against its intervals.
void check_form(const ipv4_set& set, const std::vector<interval>& want) {
  check(std::ranges::equal(set.ranges(), want, {}, [](const ipv4_range& r) { return of(r); }),
        "the ranges are the runs of the model");
  std::uint64_t size = 0;
  for (const interval part : want) size += part.size();
  check(set.num_addresses() == size && set.empty() == (size == 0), "a set has its size");
  check_networks(set, want);
}

void check_text(const ipv4_set& set, const std::vector<interval>& want) {
  const std::string text = text_of(want);
  check(set.to_string() == text && to_string(set) == text, "a word for each range");
  check(ipv4_set::parse(text) == set, "the text parses to the set");
}

void check_members(const ipv4_set& set, const model& m) {
  for (std::size_t i = 0; i < cells; ++i) {
    check(set.contains(address_of(begin_of(i))) == m[i], "contains the first of a cell");
    check(set.contains(address_of(begin_of(i + 1) - 1)) == m[i], "contains the last of a cell");
  }
}

model between(std::size_t first, std::size_t last) {
  model m;
  for (std::size_t i = first; i <= last; ++i) m.set(i);
  return m;
}

/// All questions about two sets.
void check_pair(const ipv4_set& a, const model& x, const ipv4_set& b, const model& y) {
  check_form(a | b, runs(x | y));
  check_form(a & b, runs(x & y));
  check_form(a - b, runs(x & ~y));
  check_form(a ^ b, runs(x ^ y));
  check_form(~a, runs(~x));
  check((a == b) == (x == y), "equal sets are equal, however made");
  check(a.is_subset_of(b) == (x & ~y).none(), "subset");
  check(a.overlaps(b) == (x & y).any() && b.overlaps(a) == (x & y).any(), "overlap");
}

/// Carving one at a time: the smallest hole that fits, the lowest of equals.
void check_carving(const ipv4_set& set, const std::vector<interval>& want, int length,
                   std::uint64_t count) {
  if (length < 0 || length > 32) {
    const auto refused = vmnet::take_free(set, length, count);
    check(!refused && refused.error() == vmnet::carve_errc::prefix_length_out_of_range,
          "lengths are 0 to 32");
    return;
  }
  const std::uint64_t size = fuzz::block(0, length).size();
  std::vector<interval> holes = covered(want);
  std::vector<interval> cut;
  for (std::uint64_t i = 0; i < count; ++i) {
    auto best = holes.end();
    for (auto hole = holes.begin(); hole != holes.end(); ++hole)
      if (hole->size() >= size && (best == holes.end() || hole->size() < best->size())) best = hole;
    if (best == holes.end()) break;
    cut.push_back({.first = best->first, .end = best->first + size});
    const interval rest{.first = best->first + size, .end = best->end};
    best = holes.erase(best);
    const std::vector<interval> parts = covered(std::array{rest});
    holes.insert(best, parts.begin(), parts.end());
  }
  const auto carved = vmnet::take_free(set, length, count);
  check(carved.has_value() == (cut.size() == count), "all or none are carved");
  const auto one = vmnet::take_free(set, length);
  check(one.has_value() || count == 0 || cut.empty(), "one alone is carved where one fits");
  if (!carved) {
    check(carved.error() == vmnet::carve_errc::no_room, "no room is told");
    return;
  }
  check(std::ranges::equal(carved->networks, cut, {}, [](const ipv4_network& n) { return of(n); }),
        "the smallest hole that fits, the lowest of equals");
  check(std::ranges::equal(carved->rest.networks(), holes, {},
                           [](const ipv4_network& n) { return of(n); }),
        "the rest is what is not carved");
  if (count > 0)
    check(one->network == carved->networks.front() && (one->rest | one->network) == set,
          "one alone is the first, and can be given back");
}

void check_room(const ipv4_set& set, const std::vector<interval>& want) {
  const std::vector<interval> holes = covered(want);
  const auto largest = std::ranges::max_element(holes, {}, &interval::size);
  const auto got = vmnet::largest_free(set);
  check(got.has_value() == !holes.empty(), "all but the empty set have a largest network");
  if (!got) {
    check(vmnet::fragmentation(set) == 0, "the empty set is not fragmented");
    return;
  }
  check(of(*got) == *largest, "the largest, the lowest of equals");
  const auto all = static_cast<double>(set.num_addresses());
  const auto part = static_cast<double>(largest->size());
  const double error = vmnet::fragmentation(set) - (1 - part / all);
  check(error < 1e-12 && error > -1e-12, "the share outside the largest network");
}

void check_sentences() {
  check(to_string(vmnet::carve_errc::prefix_length_out_of_range) == "a prefix length is 0 to 32",
        "the sentence of a length");
  check(to_string(vmnet::carve_errc::no_room) == "no room is left for networks of this size",
        "the sentence of no room");
  check(to_string(static_cast<vmnet::carve_errc>(2)) == "unknown error", "no other code");
}

/// Any text as a set, word by word.
void check_parse(std::string_view text) {
  constexpr std::string_view space_bytes = " \t\n\r\v\f";
  const auto skip = [&](std::size_t at) {
    return std::min(text.find_first_not_of(space_bytes, at), text.size());
  };
  std::vector<ipv4_range> ranges;
  fuzz::expectation want;
  std::size_t at = skip(0);
  bool comma = false;
  while (at < text.size() || comma) {
    want = fuzz::expect_span(text, at, true);
    if (!want.error.empty()) break;
    ranges.push_back(*ipv4_range::make(address_of(want.address), address_of(want.last)));
    const std::size_t word = at;
    at = skip(at);
    comma = text.substr(at, 1) == ",";
    if (comma) at = skip(at + 1);
    if (at == word && at < text.size()) {
      want = {.error = "expected the separator of this notation", .offset = at};
      break;
    }
  }
  const auto got = ipv4_set::parse(text);
  check(got.has_value() == want.error.empty(), "accepts exactly what the oracle accepts");
  if (got) {
    check(*got == ipv4_set::from_ranges(ranges), "the set of all words");
    return;
  }
  check(got.error().offset() == want.offset, "the offset of an error is the oracle's");
  check(to_string(got.error().code()) == want.error, "the sentence of an error is the oracle's");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  [[maybe_unused]] static const bool once = (check_sentences(), true);
  fuzz::reader in(data, size);
  std::array<model, 2> models;
  std::array<vmnet::ipv4_set_builder, 2> builders;
  for (unsigned steps = in.byte() % 16U; steps > 0; --steps) {
    const unsigned kind = in.byte();
    const std::size_t a = in.byte() % cells;
    const std::size_t b = std::min(a + (kind & 4U ? in.byte() : 0U), cells - 1);
    const ipv4_range range = range_of(cells_of(a, b));
    const std::size_t which = kind & 1U;
    if (kind & 2U) {
      models[which] &= ~between(a, b);
      builders[which].remove(range);
    } else {
      models[which] |= between(a, b);
      builders[which].add(range);
    }
  }
  const ipv4_set x = builders[0].build();
  const ipv4_set y = builders[1].build();
  const std::vector<interval> want = runs(models[0]);
  check_form(x, want);
  check_form(y, runs(models[1]));
  check_text(x, want);
  check_members(x, models[0]);
  check_pair(x, models[0], y, models[1]);
  check(vmnet::ipv4_set_builder(x).add(y).build() == (x | y), "a builder adds a set");
  check(vmnet::ipv4_set_builder(x).remove(y).build() == x - y, "a builder removes a set");
  const std::vector<ipv4_network> networks(x.networks().begin(), x.networks().end());
  check(ipv4_set::from_networks(networks) == x, "its networks make the set");
  const std::vector<ipv4_range> ranges(x.ranges().begin(), x.ranges().end());
  check(ipv4_set::from_ranges(ranges) == x, "its ranges make the set");

  const std::size_t first = in.byte() % cells;
  const std::size_t last = std::min(first + in.byte(), cells - 1);
  const interval asked = cells_of(first, last);
  check(x.contains(range_of(asked)) == (between(first, last) & ~models[0]).none(), "contains");
  check(x.overlaps(range_of(asked)) == (between(first, last) & models[0]).any(), "overlaps");
  check_form(ipv4_set(range_of(asked)), {asked});

  const int length = static_cast<int>(in.byte() % 36U) - 1;
  check_carving(x, want, length, in.byte() % 40U);
  check_room(x, want);
  check_parse(in.rest());
  return 0;
}
