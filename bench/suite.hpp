// What the suites share: names, the check before the timing, and the main loop.
//
// A benchmark is called WHAT/DATA/SIZE/WHO, so that `WHAT/DATA/SIZE/vmnet` and
// the peers beside it make the rows of a table of ratios. All work on the same
// data, in one process. Only CPU times are worth comparing.
#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

namespace bench {

/// Ends the process where a peer's result is another than ours.
inline void require(bool equal, const std::string& what) {
  if (equal) return;
  std::fprintf(stderr, "results differ: %s\n", what.c_str());
  std::exit(1);
}

/// Says that a peer cannot be measured on this machine.
inline void absent(const char* peer, const char* needed) {
  std::fprintf(stderr, "absent: %s (needs %s)\n", peer, needed);
}

/// Registers `once`, which works through `items` items. By call: the macro
/// needs __COUNTER__, which clang 22 warns of.
template <class Once>
void add(const std::string& name, std::size_t items, Once once) {
  benchmark::RegisterBenchmark(
      name.c_str(), [items, once = std::move(once)](benchmark::State& state) mutable {
        for (auto _ : state) {
          once();
          benchmark::ClobberMemory();
        }
        state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(items));
      });
}

inline int run(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace bench
