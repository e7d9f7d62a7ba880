#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>

#include "guarded.hpp"

import vmnet.hash;
import vmnet.isa;

namespace {

constexpr std::uint64_t plain(std::string_view bytes) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const char c : bytes) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return h;
}

class DigestStream : public testing::TestWithParam<vmnet::isa> {
 protected:
  void SetUp() override { ASSERT_TRUE(vmnet::force_isa(GetParam())); }
};
INSTANTIATE_TEST_SUITE_P(, DigestStream, testing::ValuesIn(vmnet::supported_isas()),
                         [](const auto& set) { return std::string(to_string(set.param)); });

// Shorter ones than a kernel is asked for, too: the limit may move.
TEST_P(DigestStream, TakesEveryLengthAtEveryAlignmentUpToTheLastReadableByte) {
  const guarded::pages pages(4096);
  std::mt19937_64 random(1);
  for (char& c : pages.bytes()) c = static_cast<char>(random());
  const char* const end = pages.bytes().data() + pages.bytes().size();
  for (std::size_t size = 0; size <= 300; ++size) {
    for (std::size_t i = 0; i < 64; ++i) {
      const std::string_view last(end - size - i, size);
      ASSERT_EQ(vmnet::fnv1a_64(last), plain(last)) << size << " bytes, " << i << " before the end";
      const std::string_view first(pages.bytes().data() + i, size);
      ASSERT_EQ(vmnet::fnv1a_64(first), plain(first)) << size << " bytes from " << i;
    }
  }
}

// Every rest behind whole tiles, and every number of tiles taken at once.
TEST_P(DigestStream, TakesEveryLengthToTheLastReadableByte) {
  const guarded::pages pages(8192);
  std::mt19937_64 random(2);
  for (char& c : pages.bytes()) c = static_cast<char>(random());
  const char* const end = pages.bytes().data() + pages.bytes().size();
  for (std::size_t size = 300; size <= 4700; ++size) {
    const std::string_view bytes(end - size, size);
    ASSERT_EQ(vmnet::fnv1a_64(bytes), plain(bytes)) << size;
  }
}

TEST_P(DigestStream, TakesRandomLengthsInRandomParts) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::string text(70'000, '\0');
  for (char& c : text) c = static_cast<char>(random());
  for (int round = 0; round < 100; ++round) {
    const std::string_view bytes =
        std::string_view(text).substr(random() % 64, random() % (text.size() - 64));
    const std::uint64_t want = plain(bytes);
    ASSERT_EQ(vmnet::fnv1a_64(bytes), want) << bytes.size();
    vmnet::fnv1a_64_hasher hasher;
    for (std::string_view left = bytes; !left.empty();) {
      const std::string_view part = left.substr(0, 1 + random() % 3000);
      left.remove_prefix(part.size());
      if (random() % 2 == 0)
        hasher.update(part);
      else
        hasher.update(std::as_bytes(std::span(part.data(), part.size())));
    }
    ASSERT_EQ(hasher.digest(), want) << bytes.size();
  }
}

// The low byte of the state is what the vector kernel cuts loose: all of them,
// before bytes that flip all of it, none of it, or some.
TEST_P(DigestStream, StartsFromEveryLowByte) {
  const std::array<std::string, 4> texts = {std::string(2600, '\0'), std::string(2600, '\xff'),
                                            std::string(2600, '\x55'), std::string(2600, '\xb3')};
  for (int first = 0; first < 256; ++first) {
    for (const std::string& text : texts) {
      const std::string start(1, static_cast<char>(first));
      ASSERT_EQ(vmnet::fnv1a_64_hasher().update(start).update(text).digest(), plain(start + text))
          << first;
    }
  }
}

// The largest sums of either sign that a tile can meet.
TEST_P(DigestStream, TakesTheExtremesOfEveryByte) {
  for (int pattern = 0; pattern < 4; ++pattern) {
    std::string text;
    std::uint64_t h = plain("");
    for (int i = 0; i < 4096; ++i) {
      const auto low = static_cast<unsigned char>(h);
      const bool up = pattern == 0 || (pattern == 2 && i % 2 == 0) || (pattern == 3 && i % 2 != 0);
      // The byte that makes the low byte as large, or as small, as it can be.
      const auto byte = static_cast<unsigned char>(up ? ~low : low);
      text += static_cast<char>(byte);
      h = (h ^ byte) * 0x100000001b3;
    }
    EXPECT_EQ(vmnet::fnv1a_64(text), plain(text)) << pattern;
  }
}

TEST(DigestStreamConstexpr, RunsThePlainCodeInConstantEvaluation) {
  static constexpr auto text = [] {
    std::array<char, 600> made{};
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = static_cast<char>(i * i % 251);
    return made;
  }();
  constexpr std::string_view bytes(text.data(), text.size());
  static_assert(vmnet::fnv1a_64(bytes) == plain(bytes));
  EXPECT_EQ(vmnet::fnv1a_64(bytes), plain(bytes));
}

}  // namespace
