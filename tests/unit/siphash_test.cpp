#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>

import vmnet.siphash;

namespace {

constexpr auto published_key = *vmnet::siphash_key::parse("000102030405060708090A0B0c0d0e0f");

// The appendix of the paper, and the vectors of the reference implementation.
TEST(Siphash, GivesThePublishedVectors) {
  std::string bytes;
  for (char c = 0; c < 15; ++c) bytes += c;
  EXPECT_EQ(vmnet::siphash_2_4(bytes, published_key), 0xa129ca6149be45e5U);
  EXPECT_EQ(vmnet::siphash_2_4("", published_key), 0x726fdb47dd0e0e31U);
  EXPECT_EQ(vmnet::siphash_2_4(bytes.substr(0, 8), published_key), 0x93f5f5799a932462U);
}

TEST(Siphash, IsKnownToTheCompiler) {
  static_assert(vmnet::siphash_2_4("", published_key) == 0x726fdb47dd0e0e31U);
}

TEST(SiphashKey, IsReadWithItsFirstOctetFirst) {
  EXPECT_EQ(published_key.k0, 0x0706050403020100U);
  EXPECT_EQ(published_key.k1, 0x0f0e0d0c0b0a0908U);
  EXPECT_EQ(vmnet::siphash_key::parse(std::string(32, '0')), vmnet::siphash_key());
}

TEST(SiphashKey, IsReadInEitherCase) {
  const auto upper = vmnet::siphash_key::parse(std::string(16, 'A') + std::string(16, 'F'));
  EXPECT_EQ(upper, vmnet::siphash_key::parse(std::string(16, 'a') + std::string(16, 'f')));
  EXPECT_EQ(upper, (vmnet::siphash_key{.k0 = 0xaaaaaaaaaaaaaaaaU, .k1 = UINT64_MAX}));
}

TEST(SiphashKey, RefusesAnythingButThirtyTwoDigits) {
  for (const std::string& text :
       {std::string(), std::string(31, 'a'), std::string(33, 'a'), std::string(31, 'a') + 'g',
        ' ' + std::string(31, 'a'), "0x" + std::string(30, 'a'), std::string(32, '/'),
        std::string(32, ':'), std::string(32, '@'), std::string(32, '`'), std::string(32, 'G')})
    EXPECT_FALSE(vmnet::siphash_key::parse(text)) << text;
}

}  // namespace
