#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

import vmnet.hash;

namespace {

using namespace std::literals;

TEST(Fnv1a64, GivesTheDigestsOfThePublishedVectors) {
  const std::pair<std::string_view, std::uint64_t> vectors[] = {
      {"", 0xcbf29ce484222325},           {"a", 0xaf63dc4c8601ec8c},
      {"b", 0xaf63df4c8601f1a5},          {"fo", 0x08985907b541d342},
      {"foo", 0xdcb27518fed9d577},        {"foob", 0xdd120e790c2512af},
      {"fooba", 0xcac165afa2fef40a},      {"foobar", 0x85944171f73967e8},
      {"foobar\0"sv, 0x34531ca7168b8f38}, {"chongo was here!\n", 0x46810940eff5f915},
  };
  for (const auto& [text, digest] : vectors) EXPECT_EQ(vmnet::fnv1a_64(text), digest) << text;
}

TEST(Fnv1a64, StartsAtTheOffsetBasis) {
  EXPECT_EQ(vmnet::fnv1a_64_offset_basis, 0xcbf29ce484222325U);
  EXPECT_EQ(vmnet::fnv1a_64_prime, 0x100000001b3U);
  EXPECT_EQ(vmnet::fnv1a_64_hasher().digest(), vmnet::fnv1a_64_offset_basis);
  EXPECT_EQ(vmnet::fnv1a_64(std::string_view()), vmnet::fnv1a_64_offset_basis);
}

TEST(Fnv1a64, GivesZeroForTheIdsKnownToHaveIt) {
  EXPECT_EQ(vmnet::fnv1a_64("!0IC=VloaY"), 0U);
  EXPECT_EQ(vmnet::fnv1a_64("QvXtM>@Fp%"), 0U);
}

TEST(Fnv1a64, TakesBytesAsItTakesCharacters) {
  const std::array bytes{std::byte{0x00}, std::byte{0x7f}, std::byte{0x80}, std::byte{0xff}};
  EXPECT_EQ(vmnet::fnv1a_64(bytes), vmnet::fnv1a_64("\x00\x7f\x80\xff"sv));
  EXPECT_EQ(vmnet::fnv1a_64(std::span<const std::byte>()), vmnet::fnv1a_64(""));
}

TEST(Fnv1a64, EveryByteCounts) {
  EXPECT_NE(vmnet::fnv1a_64("vm"), vmnet::fnv1a_64("vm\0"sv));
  EXPECT_NE(vmnet::fnv1a_64("vm"), vmnet::fnv1a_64("VM"));
  EXPECT_NE(vmnet::fnv1a_64("vm"), vmnet::fnv1a_64("vm "));
}

TEST(Fnv1a64Hasher, GivesTheSameDigestForEverySplit) {
  const std::string text = "a text of several parts \xff\x00 and bytes";
  const std::string_view view = text;
  const auto bytes = std::as_bytes(std::span(text));
  for (std::size_t i = 0; i <= text.size(); ++i) {
    for (std::size_t j = i; j <= text.size(); ++j) {
      vmnet::fnv1a_64_hasher hasher;
      hasher.update(view.substr(0, i)).update(bytes.subspan(i, j - i)).update(view.substr(j));
      ASSERT_EQ(hasher.digest(), vmnet::fnv1a_64(text)) << i << ' ' << j;
    }
  }
}

TEST(Fnv1a64Hasher, ComparesByWhatItHasTakenIn) {
  vmnet::fnv1a_64_hasher a;
  vmnet::fnv1a_64_hasher b;
  EXPECT_EQ(a, b);
  a.update("x");
  EXPECT_NE(a, b);
  b.update("x");
  EXPECT_EQ(a, b);
}

}  // namespace
