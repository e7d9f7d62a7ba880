// Addresses as intervals of 64-bit numbers: the oracle of networks, ranges and
// sets.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fuzz {

inline constexpr std::uint64_t space = std::uint64_t{1} << 32U;

/// From `first` to before `end`.
struct interval {
  std::uint64_t first = 0;
  std::uint64_t end = 0;

  [[nodiscard]] std::uint64_t size() const { return end - first; }
  [[nodiscard]] bool has(std::uint64_t n) const { return first <= n && n < end; }
  [[nodiscard]] bool covers(interval o) const { return first <= o.first && o.end <= end; }
  [[nodiscard]] bool meets(interval o) const { return first < o.end && o.first < end; }
  bool operator==(const interval&) const = default;
};

/// The addresses around `n` in blocks of 2^(32 - prefix_length).
inline interval block(std::uint64_t n, int prefix_length) {
  std::uint64_t size = 1;
  for (int i = 32; i > prefix_length; --i) size *= 2;
  return {.first = n - n % size, .end = n - n % size + size};
}

/// The networks that cover `whole`, found by halving the space from the top.
inline void cover(interval whole, int prefix_length, std::uint64_t at, std::vector<interval>& out) {
  const interval here = block(at, prefix_length);
  if (!whole.meets(here)) return;
  if (whole.covers(here)) {
    out.push_back(here);
    return;
  }
  cover(whole, prefix_length + 1, at, out);
  cover(whole, prefix_length + 1, at + here.size() / 2, out);
}

/// The intervals of `whole` as networks, in order.
inline std::vector<interval> covered(std::span<const interval> whole) {
  std::vector<interval> out;
  for (const interval part : whole)
    if (part.size() > 0) cover(part, 0, 0, out);
  return out;
}

}  // namespace fuzz
