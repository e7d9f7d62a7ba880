// Taking the next free address of a /8 and giving it back, beside a std::set of
// the free addresses, which does the same in O(log n). Both begin at the same
// random addresses.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <vector>

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

std::vector<std::uint32_t> starts() {
  std::mt19937_64 random(2);
  std::vector<std::uint32_t> list;
  for (int i = 0; i < 1 << 16; ++i)
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

void compare_results(pair& slots) {
  for (const std::uint32_t start : starts()) {
    const std::uint64_t ours = take_next(slots.ours, start);
    const std::uint32_t peers = take_next(slots.peers, start);
    slots.ours.give(ours);
    slots.peers.insert(peers);
    if (ours == peers && slots.ours.count() == slots.peers.size()) continue;
    std::fputs("not equal to the peer\n", stderr);
    std::abort();
  }
}

/// One at a time: the peer takes 800 MB where all are free.
pair& slots_of(std::uint64_t ten_thousandths) {
  static std::uint64_t made_for = 10'000;
  static pair made;
  if (made_for == ten_thousandths) return made;
  made = pair();
  made = slots_taken(ten_thousandths);
  made_for = ten_thousandths;
  compare_results(made);
  return made;
}

void ours(benchmark::State& state, std::uint64_t taken) {
  pair& slots = slots_of(taken);
  const auto list = starts();
  std::size_t i = 0;
  for (auto _ : state) {
    const std::uint64_t slot = take_next(slots.ours, list[i++ % list.size()]);
    benchmark::DoNotOptimize(slot);
    slots.ours.give(slot);
  }
}
void peer(benchmark::State& state, std::uint64_t taken) {
  pair& slots = slots_of(taken);
  const auto list = starts();
  std::size_t i = 0;
  for (auto _ : state) {
    const std::uint32_t slot = take_next(slots.peers, list[i++ % list.size()]);
    benchmark::DoNotOptimize(slot);
    slots.peers.insert(slot);
  }
}

}  // namespace

int main(int argc, char** argv) {
  // Registered by call: the macro needs __COUNTER__, which clang 22 warns of.
  for (const std::uint64_t taken : {0U, 5'000U, 9'000U, 9'999U}) {
    const std::string name = "next_free_in_a_slash_8/" + std::to_string(taken) + "_of_10000_taken/";
    benchmark::RegisterBenchmark((name + "ours").c_str(), ours, taken);
    benchmark::RegisterBenchmark((name + "peer").c_str(), peer, taken);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
