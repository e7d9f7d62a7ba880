// Work over the whole address space on all cores.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace exhaustive {

/// Calls `count_faults(block)` for the 65,536 blocks of addresses that share
/// their upper half, and gives the sum.
template <class F>
std::uint64_t over_all_blocks(F count_faults) {
  std::atomic<std::uint32_t> next{0};
  std::atomic<std::uint64_t> faults{0};
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(2U, std::thread::hardware_concurrency()); ++i) {
    threads.emplace_back([&] {
      for (std::uint32_t block; (block = next.fetch_add(1)) < 0x10000;)
        faults += count_faults(block);
    });
  }
  for (std::thread& thread : threads) thread.join();
  return faults;
}

}  // namespace exhaustive
