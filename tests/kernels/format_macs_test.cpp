#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "guarded.hpp"

import vmnet.alloc;
import vmnet.isa;

namespace {

class FormatMacs : public testing::TestWithParam<vmnet::isa> {
 protected:
  void SetUp() override { ASSERT_TRUE(vmnet::force_isa(GetParam())); }
};
INSTANTIATE_TEST_SUITE_P(, FormatMacs, testing::ValuesIn(vmnet::supported_isas()),
                         [](const auto& set) { return std::string(to_string(set.param)); });

// Addresses and texts that end, and that begin, where nothing can be touched.
TEST_P(FormatMacs, AreThoseOfOneAfterTheOtherAndTouchNothingElse) {
  const guarded::pages in(1);
  const guarded::pages out(1);
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (std::size_t count = 0; count <= 40; ++count) {
    for (const bool at_end : {false, true}) {
      const auto place = [at_end](std::span<char> bytes, std::size_t size) {
        return bytes.data() + (at_end ? bytes.size() - size : 0);
      };
      auto* const macs = reinterpret_cast<vmnet::mac_address*>(
          place(in.bytes(), count * sizeof(vmnet::mac_address)));
      auto* const texts =
          reinterpret_cast<vmnet::mac_text*>(place(out.bytes(), count * sizeof(vmnet::mac_text)));
      std::generate_n(macs, count, [&] { return vmnet::mac_address::from_uint64(random()); });
      std::ranges::fill(out.bytes(), '#');
      ASSERT_TRUE(vmnet::format_mac_batch({macs, count}, {texts, count}));
      for (std::size_t i = 0; i < count; ++i) {
        ASSERT_EQ(texts[i], vmnet::format_mac(macs[i])) << i << " of " << count;
        ASSERT_EQ(std::strlen(texts[i].c_str()), texts[i].size());
      }
      ASSERT_EQ(static_cast<std::size_t>(std::ranges::count(out.bytes(), '#')),
                out.bytes().size() - count * sizeof(vmnet::mac_text));
    }
  }
}

TEST_P(FormatMacs, HaveTheDigitsOfEveryOctetInEveryPlace) {
  std::vector<vmnet::mac_address> macs;
  for (unsigned shift = 0; shift < 48; shift += 8)
    for (std::uint64_t octet = 0; octet < 256; ++octet)
      macs.push_back(vmnet::mac_address::from_uint64(octet << shift));
  std::vector<vmnet::mac_text> texts(macs.size(), vmnet::format_mac({}));
  ASSERT_TRUE(vmnet::format_mac_batch(macs, texts));
  for (std::size_t i = 0; i < macs.size(); ++i) ASSERT_EQ(texts[i], to_string(macs[i]));
}

TEST_P(FormatMacs, AreRefusedWhereSizesDiffer) {
  const std::vector<vmnet::mac_address> macs(4);
  const vmnet::mac_text nothing = vmnet::format_mac(vmnet::mac_address::from_uint64(1));
  for (const std::size_t outputs : {0U, 3U, 5U}) {
    std::vector<vmnet::mac_text> texts(outputs, nothing);
    const auto done = vmnet::format_mac_batch(macs, texts);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error(), (vmnet::size_mismatch{4, outputs}));
    for (const vmnet::mac_text& text : texts) EXPECT_EQ(text, nothing);
  }
}

}  // namespace
