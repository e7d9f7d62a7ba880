// Taking the next free address of a /8 and giving it back, beside a std::set of
// the free addresses, which does the same in O(log n). Both begin at the same
// random addresses.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "suite.hpp"

import vmnet.free_map;

namespace {

using peer_set = std::set<std::uint32_t>;

constexpr std::uint64_t num_slots = (std::uint64_t{1} << 24U) - 3;  // of a /8

struct pair {
  vmnet::free_map ours{num_slots};
  peer_set peers;
};

/// The slots with this share of them taken, in ten thousandths.
pair slots_taken(std::uint64_t ten_thousandths) {
  std::mt19937_64 random(1);
  pair made;
  for (std::uint64_t slot = 0; slot < num_slots; ++slot) {
    if (random() % 10'000 < ten_thousandths) continue;
    made.ours.give(slot);
    made.peers.insert(made.peers.end(), static_cast<std::uint32_t>(slot));
  }
  return made;
}

constexpr std::size_t num_starts = 65'536;

std::vector<std::uint32_t> starts() {
  std::mt19937_64 random(2);
  std::vector<std::uint32_t> list;
  for (std::size_t i = 0; i < num_starts; ++i)
    list.push_back(static_cast<std::uint32_t>(random() % num_slots));
  return list;
}

std::uint64_t take_next(vmnet::free_map& map, std::uint32_t from) {
  const std::uint64_t slot = map.next_around(from);
  map.take(slot);
  return slot;
}
std::uint32_t take_next(peer_set& set, std::uint32_t from) {
  auto next = set.lower_bound(from);
  if (next == set.end()) next = set.begin();
  const std::uint32_t slot = *next;
  set.erase(next);
  return slot;
}

void compare_results(pair& slots, const std::vector<std::uint32_t>& starts) {
  for (const std::uint32_t start : starts) {
    const std::uint64_t ours = take_next(slots.ours, start);
    const std::uint32_t peers = take_next(slots.peers, start);
    slots.ours.give(ours);
    slots.peers.insert(peers);
    bench::require(ours == peers && slots.ours.count() == slots.peers.size(), "next_free");
  }
}

void add_share(std::uint64_t ten_thousandths) {
  // Made when it is first worked with: where all are free the peer takes 800 MB.
  const auto slots = [made = std::make_shared<std::optional<pair>>(), ten_thousandths]() -> pair& {
    if (!*made) {
      *made = slots_taken(ten_thousandths);
      compare_results(**made, starts());
    }
    return **made;
  };
  const std::string name =
      "next_free/taken-" + std::to_string(ten_thousandths) + "/" + std::to_string(num_starts) + "/";
  bench::add(name + "vmnet", num_starts, [slots, from = starts()] {
    vmnet::free_map& map = slots().ours;
    for (const std::uint32_t start : from) {
      const std::uint64_t slot = take_next(map, start);
      benchmark::DoNotOptimize(slot);
      map.give(slot);
    }
  });
  bench::add(name + "std_set", num_starts, [slots, from = starts()] {
    peer_set& set = slots().peers;
    for (const std::uint32_t start : from) {
      const std::uint32_t slot = take_next(set, start);
      benchmark::DoNotOptimize(slot);
      set.insert(slot);
    }
  });
}

}  // namespace

int main(int argc, char** argv) {
  for (const std::uint64_t taken : {0U, 5'000U, 9'000U, 9'999U}) add_share(taken);
  return bench::run(argc, argv);
}
