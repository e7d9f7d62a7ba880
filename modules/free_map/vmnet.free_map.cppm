// vmnet.free_map: which of many slots are free, and which is the next.
//
// A bitmap with 64-ary summaries above it: a bit of a summary says that its word
// below has a free slot, so the next one is found in as many steps as there are
// levels (four for a /8), however full the map is. A plain bitmap needs
// microseconds when nearly full, a set of free slots 40 bytes each. 0.127 bytes
// a slot.
module;
#include <cstdint>

export module vmnet.free_map;

import vmnet.std;

export namespace vmnet {

/// A set of numbers below a size (at most 2^32) that finds the next one quickly.
class free_map {
 public:
  /// What stands for no slot.
  static constexpr std::uint64_t none = UINT64_MAX;

  /// A map of no slots.
  free_map() = default;
  /// A map of `size` slots, none of them free. Allocates size / 8 * 1.016 bytes.
  inline explicit free_map(std::uint64_t size) : size_(size) {
    std::uint64_t words = 0;
    for (std::uint64_t bits = size; bits > 0;) {
      first_word_[levels_++] = words;
      bits = (bits + 63) / 64;
      words += bits;
      if (bits == 1) break;
    }
    words_.resize(static_cast<std::size_t>(words));
  }

  /// The number of slots.
  [[nodiscard]] inline std::uint64_t size() const noexcept { return size_; }
  /// The number of free slots.
  [[nodiscard]] inline std::uint64_t count() const noexcept { return count_; }
  /// The bytes that the map has allocated.
  [[nodiscard]] inline std::size_t memory() const noexcept {
    return words_.capacity() * sizeof(std::uint64_t);
  }

  /// True where `slot` (below `size()`) is free.
  [[nodiscard]] inline bool is_free(std::uint64_t slot) const noexcept {
    return (words_[slot / 64] >> slot % 64 & 1U) != 0;
  }

  /// Marks `slot` (below `size()`) as free.
  inline void give(std::uint64_t slot) noexcept {
    if (is_free(slot)) return;
    ++count_;
    for (std::size_t level = 0; level < levels_; ++level, slot /= 64) {
      std::uint64_t& word = words_[first_word_[level] + slot / 64];
      const bool was_empty = word == 0;
      word |= std::uint64_t{1} << slot % 64;
      if (!was_empty) return;  // the summaries know it already
    }
  }

  /// Marks `slot` (below `size()`) as taken.
  inline void take(std::uint64_t slot) noexcept {
    if (!is_free(slot)) return;
    --count_;
    for (std::size_t level = 0; level < levels_; ++level, slot /= 64) {
      std::uint64_t& word = words_[first_word_[level] + slot / 64];
      word &= ~(std::uint64_t{1} << slot % 64);
      if (word != 0) return;
    }
  }

  /// The first free slot from `slot` on, or `none`. O(log size).
  [[nodiscard]] inline std::uint64_t next(std::uint64_t slot) const noexcept {
    std::uint64_t bits = size_;
    for (std::size_t level = 0; level < levels_ && slot < bits; ++level) {
      const std::uint64_t word = words_[first_word_[level] + slot / 64] & ~std::uint64_t{0}
                                                                              << slot % 64;
      if (word != 0) {
        slot = slot / 64 * 64 + static_cast<unsigned>(std::countr_zero(word));
        while (level-- > 0)
          slot = slot * 64 +
                 static_cast<unsigned>(std::countr_zero(words_[first_word_[level] + slot]));
        return slot;
      }
      slot = slot / 64 + 1;
      bits = (bits + 63) / 64;
    }
    return none;
  }

  /// The same, going on from the first slot after the last.
  [[nodiscard]] inline std::uint64_t next_around(std::uint64_t slot) const noexcept {
    const std::uint64_t found = next(slot);
    return found == none ? next(0) : found;
  }

  /// The number of free slots from `first` to `last` (both below `size()`).
  /// O(last - first), a word at a time.
  [[nodiscard]] inline std::uint64_t count(std::uint64_t first, std::uint64_t last) const noexcept {
    std::uint64_t sum = 0;
    for (std::uint64_t word = first / 64; word <= last / 64; ++word)
      sum += static_cast<unsigned>(std::popcount(words_[word] & mask(word, first, last)));
    return sum;
  }

  /// Marks the slots from `first` to `last` (both below `size()`) as free, or
  /// as taken. O(last - first), a word at a time.
  inline void assign(std::uint64_t first, std::uint64_t last, bool free) noexcept {
    count_ -= count(first, last);
    for (std::uint64_t word = first / 64; word <= last / 64; ++word) {
      const std::uint64_t bits = mask(word, first, last);
      if (free)
        words_[word] |= bits;
      else
        words_[word] &= ~bits;
    }
    if (free) count_ += last - first + 1;
    for (std::size_t level = 1; level < levels_; ++level) {
      first /= 64;
      last /= 64;
      for (std::uint64_t slot = first; slot <= last; ++slot) {
        std::uint64_t& word = words_[first_word_[level] + slot / 64];
        const std::uint64_t bit = std::uint64_t{1} << slot % 64;
        if (words_[first_word_[level - 1] + slot] != 0)
          word |= bit;
        else
          word &= ~bit;
      }
    }
  }

  /// Written out: see vmnet.pool. The words of the upper levels follow from the
  /// lowest.
  inline bool operator==(const free_map& other) const {
    return size_ == other.size_ && words_ == other.words_;
  }

 private:
  /// The bits of a word of the lowest level that stand for `first` to `last`.
  static constexpr std::uint64_t mask(std::uint64_t word, std::uint64_t first,
                                      std::uint64_t last) noexcept {
    std::uint64_t bits = ~std::uint64_t{0};
    if (word == first / 64) bits &= ~std::uint64_t{0} << first % 64;
    if (word == last / 64) bits &= ~std::uint64_t{0} >> (63 - last % 64);
    return bits;
  }

  std::uint64_t size_ = 0;
  std::uint64_t count_ = 0;
  std::array<std::uint64_t, 6> first_word_{};  // of each level, the slots' own first
  std::size_t levels_ = 0;
  std::vector<std::uint64_t> words_;
};

}  // namespace vmnet
