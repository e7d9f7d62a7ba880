// What the gate's own trial measures: the digest of 4 KiB, in parts too short for a
// kernel, beside the plain loop in the same translation unit. Both are the same chain
// of multiplies, so their ratio is 1 on every core; VMNET_BENCH_PLANTED, in per cent,
// is work that vmnet has to do on top, for `gate.py selftest` to find.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

import vmnet.hash;

#ifndef VMNET_BENCH_PLANTED
#define VMNET_BENCH_PLANTED 0
#endif

namespace {

constexpr std::size_t size = 4096;
constexpr std::size_t part = 128;
constexpr std::size_t planted = size * VMNET_BENCH_PLANTED / 100;

std::uint64_t plain_digest(std::string_view bytes) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const char c : bytes) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return h;
}

void update_in_parts(vmnet::fnv1a_64_hasher& hasher, std::string_view bytes) {
  for (; bytes.size() > part; bytes.remove_prefix(part)) hasher.update(bytes.substr(0, part));
  hasher.update(bytes);
}

std::uint64_t vmnet_digest(std::string_view bytes) {
  vmnet::fnv1a_64_hasher hasher;
  update_in_parts(hasher, bytes);
  update_in_parts(hasher, bytes.substr(0, planted));
  return hasher.digest();
}

template <class Digest>
void add(const char* name, Digest digest) {
  benchmark::RegisterBenchmark(name, [digest](benchmark::State& state) {
    std::mt19937_64 random(1);
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    for (auto _ : state) {
      benchmark::DoNotOptimize(bytes.data());
      benchmark::DoNotOptimize(digest(bytes));
    }
    state.SetItemsProcessed(state.iterations());
  });
}

}  // namespace

int main(int argc, char** argv) {
  static_assert(vmnet::fnv1a_64_hasher().update("foobar").digest() == 0x85944171f73967e8);
  if (plain_digest("foobar") != 0x85944171f73967e8) return 1;
  add("digest_parts/random/4096/vmnet", vmnet_digest);
  add("digest_parts/random/4096/plain", plain_digest);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
