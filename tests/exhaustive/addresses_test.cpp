#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include "whole_space.hpp"

import vmnet.ipv4;

namespace {

std::array<std::string, 256> decimals() {
  std::array<std::string, 256> all;
  for (std::size_t n = 0; n < all.size(); ++n) all[n] = std::to_string(n);
  return all;
}

// By the kernel of this machine; octets_test.cpp has the plain code beside it.
TEST(AllAddresses, AreWrittenRightAndReadBack) {
  const auto decimal = decimals();
  const std::uint64_t faults = exhaustive::over_all_blocks([&](std::uint32_t block) {
    std::uint64_t wrong = 0;
    std::array<char, vmnet::ipv4_address::max_length> buffer{};
    for (std::uint32_t c = 0; c < 256; ++c) {
      std::string expected =
          decimal[block >> 8U] + '.' + decimal[block & 0xffU] + '.' + decimal[c] + '.';
      const std::size_t stem = expected.size();
      for (std::uint32_t d = 0; d < 256; ++d) {
        expected.resize(stem);
        expected += decimal[d];
        const auto address = vmnet::ipv4_address::from_uint32(block << 16U | c << 8U | d);
        const auto end = address.to_chars(buffer.data(), buffer.data() + buffer.size());
        const std::string_view text(buffer.data(),
                                    static_cast<std::size_t>(end.ptr - buffer.data()));
        const auto parsed = vmnet::ipv4_address::parse(text);
        if (end.ec != std::errc() || text != expected || !parsed || *parsed != address) ++wrong;
      }
    }
    return wrong;
  });
  EXPECT_EQ(faults, 0U);
}

}  // namespace
