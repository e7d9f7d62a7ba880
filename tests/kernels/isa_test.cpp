#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>
#include <thread>
#include <vector>

import vmnet.hash;
import vmnet.isa;

namespace {

using vmnet::isa;

// The first dispatch of this process, from several threads at once: gtest runs
// each discovered test in a process of its own, and this one forces nothing.
TEST(Isa, IsChosenOnceByThreadsThatMeet) {
  constexpr std::size_t count = 8;
  constexpr std::array<std::string_view, 20> ids = {"vm-1", "vm-2", ""};  // enough for a kernel
  std::array<isa, count> seen{};
  std::array<std::array<std::uint64_t, ids.size()>, count> digests{};
  std::atomic<bool> go{false};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      while (!go) std::this_thread::yield();
      EXPECT_TRUE(vmnet::fnv1a_64_batch(ids, digests[i]));
      seen[i] = vmnet::active_isa();
    });
  }
  go = true;
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_EQ(seen[i], vmnet::supported_isas().back());
    for (std::size_t j = 0; j < ids.size(); ++j) EXPECT_EQ(digests[i][j], vmnet::fnv1a_64(ids[j]));
  }
}

TEST(Isa, SupportsThePortableOneAlwaysAndFirst) {
  const auto supported = vmnet::supported_isas();
  ASSERT_FALSE(supported.empty());
  EXPECT_EQ(supported.front(), isa::portable);
  for (std::size_t i = 1; i < supported.size(); ++i) EXPECT_LT(supported[i - 1], supported[i]);
}

TEST(Isa, IsTheOneForcedWhereItIsSupported) {
  for (const isa set : vmnet::supported_isas()) {
    EXPECT_TRUE(vmnet::force_isa(set));
    EXPECT_EQ(vmnet::active_isa(), set);
  }
}

TEST(Isa, RefusesWhatTheProcessorLacks) {
  const auto supported = vmnet::supported_isas();
  const isa before = vmnet::active_isa();
  // A value that no processor has, and the known ones that this one has not.
  std::vector<isa> lacking = {static_cast<isa>(200)};
  for (const isa set : {isa::avx2, isa::avx512})
    if (set > supported.back()) lacking.push_back(set);
  for (const isa set : lacking) {
    EXPECT_FALSE(vmnet::force_isa(set));
    EXPECT_EQ(vmnet::active_isa(), before);
  }
}

TEST(Isa, HasANameForEachSet) {
  EXPECT_EQ(to_string(isa::portable), "portable");
  EXPECT_EQ(to_string(isa::avx2), "avx2");
  EXPECT_EQ(to_string(isa::avx512), "avx512");
  EXPECT_EQ(to_string(static_cast<isa>(200)), "unknown");
}

}  // namespace
