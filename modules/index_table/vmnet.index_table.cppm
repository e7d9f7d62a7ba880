// vmnet.index_table: a hash table of 32-bit indices, for the plan and the pool.
//
// Keys live in the owner's records, so an entry is eight bytes: 32 bits of the
// key's hash and the index. Linear probing at no more than two thirds full,
// deletion by shifting back: no tombstones, so a pool that claims and releases
// all day stays as quick as on its first one. Growing needs no keys, since an
// entry's home follows from its own hash bits. Not part of the public API.
module;
#include <cstdint>

export module vmnet.index_table;

import vmnet.big_vector;
import vmnet.std;

export namespace vmnet::detail {

/// A multiset of indices below 2^32 - 1, found by the 64-bit hash of their key.
class index_table {
 public:
  /// What stands for no index.
  static constexpr std::uint32_t none = UINT32_MAX;

  index_table() = default;
  /// A table that takes `count` indices without growing.
  inline explicit index_table(std::size_t count) : entries_(count + count / 2 + 8) {}

  /// The index of this hash for which `is_same(index)` holds, or `none`.
  template <class IsSame>
  [[nodiscard]] std::uint32_t find(std::uint64_t hash, IsSame is_same) const {
    if (entries_.empty()) return none;
    const std::uint32_t tag = tag_of(hash);
    for (std::size_t at = home(tag);; at = after(at)) {
      const entry& e = entries_[at];
      if (e.index == none) return none;
      if (e.tag == tag && is_same(e.index)) return e.index;
    }
  }

  /// The same, and `index` is added where there is none. Amortised O(1).
  template <class IsSame>
  std::uint32_t find_or_insert(std::uint64_t hash, std::uint32_t index, IsSame is_same) {
    if (3 * (size_ + 1) > 2 * entries_.size()) grow();
    const std::uint32_t tag = tag_of(hash);
    for (std::size_t at = home(tag);; at = after(at)) {
      entry& e = entries_[at];
      if (e.index == none) {
        e = {tag, index};
        ++size_;
        return none;
      }
      if (e.tag == tag && is_same(e.index)) return e.index;
    }
  }

  /// Adds `index`, whatever has its hash. Amortised O(1).
  inline void insert(std::uint64_t hash, std::uint32_t index) {
    if (3 * (size_ + 1) > 2 * entries_.size()) grow();
    put({tag_of(hash), index});
    ++size_;
  }

  /// Makes room: adding indices up to `count` of them allocates nothing then.
  inline void reserve(std::size_t count) {
    while (3 * count > 2 * entries_.size()) grow();
  }

  /// Takes out all of them and keeps the memory.
  inline void clear() {
    std::ranges::fill(entries_, entry{});
    size_ = 0;
  }

  /// Takes out `index`, which was added under this hash.
  inline void erase(std::uint64_t hash, std::uint32_t index) {
    std::size_t hole = home(tag_of(hash));
    while (entries_[hole].index != index) hole = after(hole);
    for (std::size_t at = after(hole); entries_[at].index != none; at = after(at)) {
      // An entry may fill the hole unless its home lies behind the hole.
      const std::size_t from = home(entries_[at].tag);
      const bool stays = hole <= at ? from > hole && from <= at : from > hole || from <= at;
      if (stays) continue;
      entries_[hole] = entries_[at];
      hole = at;
    }
    entries_[hole] = {};
    --size_;
  }

  /// Asks for the memory that `find` of this hash will touch.
  inline void prefetch(std::uint64_t hash) const {
    __builtin_prefetch(entries_.data() + home(tag_of(hash)));
  }

  [[nodiscard]] inline std::size_t size() const noexcept { return size_; }

 private:
  struct entry {
    std::uint32_t tag = 0;
    std::uint32_t index = none;
  };

  static constexpr std::uint32_t tag_of(std::uint64_t hash) noexcept {
    return static_cast<std::uint32_t>(hash >> 32U);
  }
  /// The tag scaled to the table; halved so that 2^33 entries do not overflow.
  [[nodiscard]] inline std::size_t home(std::uint32_t tag) const noexcept {
    return static_cast<std::size_t>(std::uint64_t{tag} * (entries_.size() / 2) >> 31U);
  }
  [[nodiscard]] inline std::size_t after(std::size_t at) const noexcept {
    return at + 1 == entries_.size() ? 0 : at + 1;
  }
  inline void grow() {
    big_vector<entry> old(2 * entries_.size() + 8);
    old.swap(entries_);
    for (const entry& e : old)
      if (e.index != none) put(e);
  }
  /// Puts `e` into the first entry from its home on that is free.
  inline void put(entry e) {
    std::size_t at = home(e.tag);
    while (entries_[at].index != none) at = after(at);
    entries_[at] = e;
  }

  big_vector<entry> entries_;
  std::size_t size_ = 0;
};

}  // namespace vmnet::detail
