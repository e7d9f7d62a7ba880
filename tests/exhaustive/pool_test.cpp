#include <gtest/gtest.h>

#include <cstdint>

#include "pool_model.hpp"

namespace {

TEST(PoolExhaustive, DoesWhatTheSlowPoolDoesForTenMillionSteps) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    pool_model::run(seed, 1'000'000);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
