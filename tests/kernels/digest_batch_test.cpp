#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "guarded.hpp"

import vmnet.hash;
import vmnet.isa;

namespace {

constexpr std::uint64_t plain(std::string_view bytes) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const char c : bytes) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return h;
}

std::vector<std::uint64_t> digests_of(std::span<const std::string_view> ids) {
  std::vector<std::uint64_t> digests(ids.size());
  EXPECT_TRUE(vmnet::fnv1a_64_batch(ids, digests));
  return digests;
}

/// How many digests are not those of the plain loop.
std::size_t faults(std::span<const std::string_view> ids) {
  const auto digests = digests_of(ids);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < ids.size(); ++i) wrong += digests[i] != plain(ids[i]) ? 1U : 0U;
  return wrong;
}

class DigestBatch : public testing::TestWithParam<vmnet::isa> {
 protected:
  void SetUp() override { ASSERT_TRUE(vmnet::force_isa(GetParam())); }
};
INSTANTIATE_TEST_SUITE_P(, DigestBatch, testing::ValuesIn(vmnet::supported_isas()),
                         [](const auto& set) { return std::string(to_string(set.param)); });

TEST_P(DigestBatch, TakesAnyNumberOfIds) {
  std::mt19937_64 random(1);
  std::string bytes(300, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  std::vector<std::string_view> ids;
  for (std::size_t count = 0; count <= 300; ++count) {
    ASSERT_EQ(faults(ids), 0U) << count;
    ids.emplace_back(bytes.data() + count % 60, count * 7 % 41);
  }
}

TEST_P(DigestBatch, TakesIdsOfOneSizeAtEveryAlignmentUpToTheLastReadableByte) {
  const guarded::pages pages(4096);
  std::mt19937_64 random(2);
  for (char& c : pages.bytes()) c = static_cast<char>(random());
  const char* const end = pages.bytes().data() + pages.bytes().size();
  for (std::size_t size = 0; size <= 300; ++size) {
    // Every alignment to 64 bytes, the last id ending where reading ends.
    std::vector<std::string_view> ids;
    for (std::size_t i = 0; i < 64; ++i) ids.emplace_back(end - size - i, size);
    // And from the first readable byte on.
    for (std::size_t i = 0; i < 64; ++i) ids.emplace_back(pages.bytes().data() + i, size);
    ASSERT_EQ(faults(ids), 0U) << size;
  }
}

TEST_P(DigestBatch, TakesOneIdOfAnotherSizeAmongMany) {
  const std::string bytes(400, 'x');
  for (const std::size_t usual : {0U, 16U, 36U, 63U, 64U, 65U, 300U}) {
    for (const std::size_t other : {0U, 1U, 35U, 37U, 63U, 64U, 65U, 66U, 400U}) {
      std::vector<std::string_view> ids(64, std::string_view(bytes).substr(0, usual));
      ids[11] = std::string_view(bytes).substr(0, other);
      ASSERT_EQ(faults(ids), 0U) << other << " among " << usual;
    }
  }
}

TEST_P(DigestBatch, TakesIdsOfMixedSizesUpToTheLastReadableByte) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const guarded::pages pages(4096);
  for (char& c : pages.bytes()) c = static_cast<char>(random());
  const char* const end = pages.bytes().data() + pages.bytes().size();
  for (const std::size_t longest : {3U, 8U, 16U, 17U, 32U, 33U, 64U, 65U, 300U}) {
    for (int round = 0; round < 50; ++round) {
      std::vector<std::string_view> ids(random() % 700);
      for (std::string_view& id : ids) {
        const std::size_t size = random() % (longest + 1);
        id = {end - size - (random() % 2) * (random() % 64), size};
      }
      ASSERT_EQ(faults(ids), 0U) << longest;
    }
  }
}

TEST_P(DigestBatch, TakesEveryByteInEveryPlace) {
  std::vector<std::string> texts;
  for (std::size_t place = 0; place < 65; ++place) {
    for (int byte = 0; byte < 256; ++byte) {
      texts.emplace_back(65, 'x');
      texts.back()[place] = static_cast<char>(byte);
      texts.back().resize(std::max<std::size_t>(place + 1, 65 - place));
    }
  }
  const std::vector<std::string_view> ids(texts.begin(), texts.end());
  EXPECT_EQ(faults(ids), 0U);
}

// The largest sums of either sign that the vector kernels can meet.
TEST_P(DigestBatch, TakesTheExtremesOfEveryByte) {
  std::vector<std::string> texts;
  for (int want_high = 0; want_high < 4; ++want_high) {
    std::string text;
    std::uint64_t h = plain("");
    for (int i = 0; i < 64; ++i) {
      // The byte that changes the low byte of the state most, up or down.
      const auto low = static_cast<unsigned char>(h);
      const bool up =
          want_high == 0 || (want_high == 2 && i % 2 == 0) || (want_high == 3 && i < 32);
      const auto byte = static_cast<unsigned char>(up ? ~low : low);
      text += static_cast<char>(byte);
      h = (h ^ byte) * 0x100000001b3;
    }
    texts.push_back(text);
  }
  const std::vector<std::string_view> ids(texts.begin(), texts.end());
  EXPECT_EQ(faults(ids), 0U);
}

TEST_P(DigestBatch, TakesDefaultViews) {
  const std::array<std::string_view, 100> ids{};
  EXPECT_EQ(faults(ids), 0U);
}

TEST_P(DigestBatch, RefusesSpansOfDifferentSizesAndWritesNothing) {
  const std::array<std::string_view, 3> ids = {"a", "b", "c"};
  std::array<std::uint64_t, 4> digests = {7, 7, 7, 7};
  for (const std::size_t outputs : {0U, 2U, 4U}) {
    const auto done = vmnet::fnv1a_64_batch(ids, std::span(digests).first(outputs));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error(), (vmnet::size_mismatch{3, outputs}));
  }
  EXPECT_EQ(digests, (std::array<std::uint64_t, 4>{7, 7, 7, 7}));
  EXPECT_EQ(to_string(vmnet::size_mismatch{3, 2}), "2 outputs for 3 inputs");
}

TEST(DigestBatchConstexpr, RunsThePlainCodeInConstantEvaluation) {
  constexpr auto digests = [] {
    const std::array<std::string_view, 2> ids = {"foobar", ""};
    std::array<std::uint64_t, 2> out{};
    vmnet::fnv1a_64_batch(ids, out).value();
    return out;
  }();
  static_assert(digests[0] == 0x85944171f73967e8 && digests[1] == vmnet::fnv1a_64_offset_basis);
  EXPECT_EQ(digests[0], vmnet::fnv1a_64("foobar"));
}

}  // namespace
