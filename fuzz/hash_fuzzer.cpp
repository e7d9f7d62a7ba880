// FNV-1a 64 of any bytes: whole, in parts, and many at once by every kernel that
// this machine has.
//
// The oracle multiplies by shift and add: the prime is 2^40 + 2^8 + 0xb3.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"

import vmnet.hash;
import vmnet.isa;

namespace {

using fuzz::check;

constexpr std::uint64_t oracle(std::string_view bytes) {
  std::uint64_t digest = 14695981039346656037U;
  for (const char c : bytes) {
    const std::uint64_t mixed = digest ^ static_cast<std::uint8_t>(c);
    digest = (mixed << 40U) + (mixed << 8U) + mixed * 0xb3U;
  }
  return digest;
}

// A compiler reads long inputs too, by the plain loop.
constexpr auto long_bytes = [] {
  std::array<char, 1000> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * i % 251);
  return bytes;
}();
static_assert(vmnet::fnv1a_64({long_bytes.data(), long_bytes.size()}) ==
              oracle({long_bytes.data(), long_bytes.size()}));

std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// The bytes at each of eight alignments, in a block that ends with them.
void check_alignments(std::string_view bytes, std::uint64_t want) {
  for (std::size_t shift = 0; shift < 8; ++shift) {
    const auto block = std::make_unique<char[]>(shift + bytes.size());
    bytes.copy(block.get() + shift, bytes.size());
    const std::string_view moved(block.get() + shift, bytes.size());
    check(vmnet::fnv1a_64(moved) == want, "the digest does not depend on alignment");
  }
}

void check_split(std::string_view bytes, std::size_t at, std::uint64_t want) {
  vmnet::fnv1a_64_hasher hasher;
  hasher.update(bytes.substr(0, at));
  check(hasher.digest() == oracle(bytes.substr(0, at)), "a part's digest is the oracle's");
  hasher.update(as_bytes(bytes.substr(at)));
  check(hasher.digest() == want, "two parts give the digest of the whole");
  check(hasher == vmnet::fnv1a_64_hasher().update(bytes), "hashers that read the same are equal");
  const vmnet::fnv1a_64_hasher more = vmnet::fnv1a_64_hasher(hasher).update("x");
  check((hasher == more) == (hasher.digest() == more.digest()), "equal where the digests are");
}

/// The parts of `bytes` as a batch, by each instruction set. Every part is in a
/// block of its own, whose ends AddressSanitizer guards.
void check_batch(std::string_view bytes) {
  std::vector<std::unique_ptr<char[]>> blocks;
  std::vector<std::string_view> ids;
  std::vector<std::uint64_t> want;
  for (std::string_view left = bytes; !left.empty() && ids.size() < 80;) {
    const std::size_t wish = static_cast<std::uint8_t>(left[0]) % 72U;
    const std::string_view part = left.substr(0, wish);
    left.remove_prefix(std::max<std::size_t>(part.size(), 1));
    blocks.push_back(std::make_unique<char[]>(part.size()));
    part.copy(blocks.back().get(), part.size());
    ids.emplace_back(blocks.back().get(), part.size());
    want.push_back(oracle(part));
  }
  std::vector<std::uint64_t> got(ids.size() + 1);
  for (const vmnet::isa set : vmnet::supported_isas()) {
    check(vmnet::force_isa(set) && vmnet::active_isa() == set, "a supported set can be forced");
    std::ranges::fill(got, 0);
    const std::span<std::uint64_t> out(got.data(), ids.size());
    check(vmnet::fnv1a_64_batch(ids, out).has_value(), "spans of one size are right");
    check(std::ranges::equal(out, want), "every kernel gives the digests of the plain loop");
    check(got.back() == 0, "nothing is written behind the digests");
  }
  const auto refused = vmnet::fnv1a_64_batch(ids, got);
  check(!refused && refused.error() == vmnet::size_mismatch{ids.size(), ids.size() + 1},
        "spans of different sizes are refused");
  check(to_string(refused.error()) == std::to_string(ids.size() + 1) + " outputs for " +
                                          std::to_string(ids.size()) + " inputs",
        "and the refusal says so");
}

/// The bytes again and again, long enough for the kernels of long inputs: whole
/// and from a state in the middle, by each instruction set.
void check_long(std::string_view bytes) {
  if (bytes.empty()) return;
  const std::size_t size = 256 + bytes.size() * 7919 % 4096;
  const auto block = std::make_unique<char[]>(size);
  for (std::size_t i = 0; i < size; ++i) block[i] = bytes[i % bytes.size()];
  const std::string_view text(block.get(), size);
  const std::uint64_t want = oracle(text);
  for (const vmnet::isa set : vmnet::supported_isas()) {
    check(vmnet::force_isa(set), "a supported set can be forced");
    check(vmnet::fnv1a_64(text) == want, "every kernel gives a long text's digest");
    check(vmnet::fnv1a_64(as_bytes(text)) == want, "and that of long bytes");
    check_split(text, bytes.size() % 64, want);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::reader::view_of(data, size);
  const std::uint64_t want = oracle(bytes);
  check(vmnet::size_mismatch() == vmnet::size_mismatch{0, 0}, "no inputs, no outputs");
  check(vmnet::fnv1a_64(bytes) == want, "the digest of a text is the oracle's");
  check(vmnet::fnv1a_64(as_bytes(bytes)) == want, "the digest of bytes is the oracle's");
  check_alignments(bytes, want);
  check_batch(bytes);
  check_long(bytes);
  for (const std::size_t at : {std::size_t{0}, std::size_t{1}, size / 3, size / 2, size})
    if (at <= size) check_split(bytes, at, want);

  // Parts whose sizes the input itself chooses.
  fuzz::reader in(data, size);
  vmnet::fnv1a_64_hasher hasher;
  for (std::string_view left = bytes; !left.empty();) {
    const std::string_view part = left.substr(0, in.byte() % 16U);
    left.remove_prefix(part.size());
    hasher.update(part);
    if (in.empty()) {
      hasher.update(left);
      break;
    }
  }
  check(hasher.digest() == want, "many parts give the digest of the whole");
  return 0;
}
