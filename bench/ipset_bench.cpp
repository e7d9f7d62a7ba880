// Sets of addresses against boost::icl::interval_set, in one process and on the
// same data. The results are compared before anything is timed.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <boost/icl/interval_set.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

import vmnet.ipset;

namespace {

using vmnet::ipv4_address;
using vmnet::ipv4_network;
using vmnet::ipv4_range;
using vmnet::ipv4_set;
using peer_set = boost::icl::interval_set<std::uint64_t>;
using peer_interval = peer_set::interval_type;

peer_interval peer_of(const ipv4_range& range) {
  return peer_interval::right_open(range.first().to_uint32(),
                                   std::uint64_t{range.last().to_uint32()} + 1);
}

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "not equal to the peer: %s\n", what);
  std::abort();
}

bool equal(const ipv4_set& ours, const peer_set& peers) {
  std::size_t i = 0;
  for (const auto& interval : peers) {
    if (i == ours.ranges().size() || !(peer_of(ours.ranges()[i]) == interval)) return false;
    ++i;
  }
  return i == ours.ranges().size();
}

const std::vector<ipv4_network>& networks() {
  static const std::vector<ipv4_network> made = [] {
    std::mt19937_64 random(1);
    std::vector<ipv4_network> list;
    for (int i = 0; i < 1'000'000; ++i)
      list.push_back(
          *ipv4_network::make(ipv4_address::from_uint32(static_cast<std::uint32_t>(random())),
                              static_cast<std::int64_t>(24 + random() % 9)));
    return list;
  }();
  return made;
}

peer_set peer_aggregate(const std::vector<ipv4_network>& list) {
  peer_set set;
  for (const ipv4_network& network : list) set += peer_of(network);
  return set;
}

/// 100,000 disjoint ranges that do not touch.
std::vector<ipv4_range> ranges(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<ipv4_range> list;
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    const auto first = i * 42'949U + static_cast<std::uint32_t>(random() % 20'000);
    const auto last = first + static_cast<std::uint32_t>(random() % 20'000);
    list.push_back(
        *ipv4_range::make(ipv4_address::from_uint32(first), ipv4_address::from_uint32(last)));
  }
  return list;
}

struct pair {
  ipv4_set ours;
  peer_set peers;
};

const pair& made(std::uint64_t seed) {
  static const auto make = [](std::uint64_t s) {
    const auto list = ranges(s);
    pair p;
    p.ours = ipv4_set::from_ranges(list);
    for (const ipv4_range& range : list) p.peers += peer_of(range);
    require(equal(p.ours, p.peers) && p.ours.ranges().size() == 100'000, "the sets");
    return p;
  };
  static const pair first = make(1);
  static const pair second = make(2);
  return seed == 1 ? first : second;
}

std::vector<ipv4_address> addresses() {
  std::mt19937_64 random(3);
  std::vector<ipv4_address> list;
  for (int i = 0; i < 1 << 16; ++i)
    list.push_back(ipv4_address::from_uint32(static_cast<std::uint32_t>(random())));
  return list;
}

void aggregate_ours(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(aggregate(networks()));
}
void aggregate_peer(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(peer_aggregate(networks()));
}
void union_ours(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(made(1).ours | made(2).ours);
}
void union_peer(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(peer_set(made(1).peers + made(2).peers));
}
void contains_ours(benchmark::State& state) {
  const ipv4_set& set = made(1).ours;
  const auto list = addresses();
  for (auto _ : state)
    for (const ipv4_address address : list) benchmark::DoNotOptimize(set.contains(address));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(list.size()));
}
void contains_peer(benchmark::State& state) {
  const peer_set& set = made(1).peers;
  const auto list = addresses();
  for (auto _ : state)
    for (const ipv4_address address : list)
      benchmark::DoNotOptimize(boost::icl::contains(set, std::uint64_t{address.to_uint32()}));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(list.size()));
}

void compare_results() {
  require(equal(ipv4_set::from_networks(aggregate(networks())), peer_aggregate(networks())),
          "aggregate");
  require(equal(made(1).ours | made(2).ours, made(1).peers + made(2).peers), "union");
  for (const ipv4_address address : addresses())
    require(made(1).ours.contains(address) ==
                boost::icl::contains(made(1).peers, std::uint64_t{address.to_uint32()}),
            "contains");
}

}  // namespace

int main(int argc, char** argv) {
  compare_results();
  // Registered by call: the macro needs __COUNTER__, which clang 22 warns of.
  const auto add = [](const char* name, void (*run)(benchmark::State&)) {
    benchmark::RegisterBenchmark(name, run)->Unit(benchmark::kMillisecond);
  };
  add("aggregate_ours", aggregate_ours);
  add("aggregate_peer", aggregate_peer);
  add("union_ours", union_ours);
  add("union_peer", union_peer);
  add("contains_ours", contains_ours);
  add("contains_peer", contains_peer);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
