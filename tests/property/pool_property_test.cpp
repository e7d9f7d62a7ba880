#include <gtest/gtest.h>

#include <cstdint>

#include "pool_model.hpp"
#include "random.hpp"

namespace {

TEST(PoolProperty, DoesWhatTheSlowPoolDoes) {
  const std::uint64_t seed = property::seed();
  for (std::uint64_t i = 0; i < 3; ++i) {
    pool_model::run(seed + i, 10'000);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
