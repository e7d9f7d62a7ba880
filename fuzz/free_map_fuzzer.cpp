// Programs over a map of free slots, against a set of them.
//
// Input: two bytes for the size, then operations: a byte and two slots of two
// bytes each.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <set>

#include "check.hpp"

import vmnet.free_map;

namespace {

using fuzz::check;
using vmnet::free_map;

class program {
 public:
  explicit program(std::uint64_t size) : size_(size), map_(size) {
    check(map_.size() == size && map_.count() == 0, "a new map has no free slot");
    check(map_.memory() >= size / 8 && map_.memory() <= size / 8 + size / 500 + 64,
          "a bit a slot, and a little");
    check(map_.next(0) == free_map::none && map_.next_around(0) == free_map::none,
          "nothing is found in a map without free slots");
  }

  void step(unsigned what, std::uint64_t a, std::uint64_t b) {
    const std::uint64_t first = a < b ? a : b;
    // A set of all slots of a large map would take the time of a thousand inputs.
    const std::uint64_t most = size_ > 4097 ? first + 600 : size_;
    const std::uint64_t last = std::min(a < b ? b : a, most);
    switch (what % 6U) {
      case 0:
        free_.insert(a);
        map_.give(a);
        break;
      case 1:
        free_.erase(a);
        map_.take(a);
        break;
      case 2:
        for (std::uint64_t slot = first; slot <= last; ++slot) free_.insert(slot);
        map_.assign(first, last, true);
        break;
      case 3:
        free_.erase(free_.lower_bound(first), free_.upper_bound(last));
        map_.assign(first, last, false);
        break;
      default:
        break;  // only asked below
    }
    ask(a);
    ask(b);
    const auto between = std::distance(free_.lower_bound(first), free_.upper_bound(last));
    check(map_.count(first, last) == static_cast<std::uint64_t>(between), "counts a range");
    check(map_.count() == free_.size(), "counts all");
  }

  /// Another map with the same free slots, given one by one.
  void rebuild() const {
    free_map other(size_);
    for (const std::uint64_t slot : free_) other.give(slot);
    check(other == map_, "maps are equal where their free slots are");
    if (free_.empty()) return;
    other.take(*free_.begin());
    check(other != map_, "and else are not");
    check(map_.next(*free_.rbegin() + 1) == free_map::none, "nothing is behind the last");
  }

 private:
  void ask(std::uint64_t slot) const {
    check(map_.is_free(slot) == free_.contains(slot), "a slot is free where the set has it");
    const auto next = free_.lower_bound(slot);
    const std::uint64_t want = next == free_.end() ? free_map::none : *next;
    check(map_.next(slot) == want, "the next free slot is the set's");
    check(map_.next_around(slot) ==
              (want == free_map::none && !free_.empty() ? *free_.begin() : want),
          "the next one, around the end");
  }

  std::uint64_t size_;
  free_map map_;
  std::set<std::uint64_t> free_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Words and levels begin and end at these.
  constexpr std::array<std::uint64_t, 12> sizes = {1,    63,   64,   65,   127,    128,
                                                   4095, 4096, 4097, 8192, 262144, 262145};
  fuzz::reader in(data, size);
  check(free_map().size() == 0 && free_map().next(0) == free_map::none, "a map of no slots");
  const std::uint8_t choice = in.byte();
  const std::uint64_t slots =
      choice < 128 ? sizes[choice % sizes.size()] : choice * std::uint64_t{in.byte()} + 1;
  program run(slots);
  const auto slot = [&] {
    const std::uint64_t at = in.byte() * std::uint64_t{256} + in.byte();
    // The upper half counts from the end.
    return at < 32768 ? at % slots : slots - 1 - (at - 32768) % slots;
  };
  for (int steps = 0; steps < 40 && !in.empty(); ++steps) {
    const unsigned what = in.byte();
    const std::uint64_t a = slot();
    run.step(what, a, slot());
  }
  run.rebuild();
  return 0;
}
