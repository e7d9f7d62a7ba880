#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>

#include "../../modules/alloc/kernels/kernels.hpp"

import vmnet.isa;

namespace {

using vmnet::kernels::digest_part;

#if VMNET_X86_KERNELS
// Digests cannot be chosen by ids, so this asks the kernel itself.
void expect_right(const digest_part& digests, std::uint64_t slots) {
  vmnet::kernels::tap_digits_part digits;
  vmnet::kernels::offsets_part offsets;
  vmnet::kernels::tap_digits_avx512(digests, digests.size(), digits);
  vmnet::kernels::offsets_avx512(digests, digests.size(), static_cast<std::uint32_t>(slots),
                                 offsets);
  for (std::size_t i = 0; i < digests.size(); ++i) {
    ASSERT_EQ(offsets[i], digests[i] % slots) << digests[i] << " modulo " << slots;
    std::array<char, 17> hex{};
    std::snprintf(hex.data(), hex.size(), "%016llx", static_cast<unsigned long long>(digests[i]));
    ASSERT_EQ(std::string_view(digits[i].data(), 8), std::string_view(hex.data(), 8));
  }
}

TEST(Derive, IsExactAroundMultiplesOfEveryNumberOfSlots) {
  if (vmnet::supported_isas().back() != vmnet::isa::avx512) return;  // the kernel cannot run
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (unsigned host_bits = 2; host_bits <= 32; ++host_bits) {
    const std::uint64_t slots = (std::uint64_t{1} << host_bits) - 3;
    const std::uint64_t last = ~std::uint64_t{0} / slots;  // the largest quotient
    for (int round = 0; round < 20; ++round) {
      digest_part digests{};
      for (std::size_t i = 0; i < digests.size(); ++i) {
        const std::uint64_t quotient = i < 32    ? i / 4
                                       : i < 64  ? last - i / 4
                                       : i < 128 ? last >> i % 64
                                                 : random() % last;
        digests[i] = quotient * slots + i % 4 - 1;  // 0 - 1 is the largest digest
      }
      ASSERT_NO_FATAL_FAILURE(expect_right(digests, slots));
      for (std::uint64_t& digest : digests) digest = random();
      ASSERT_NO_FATAL_FAILURE(expect_right(digests, slots));
    }
  }
}
#endif

}  // namespace
