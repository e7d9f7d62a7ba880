// The reader of pool snapshots, by docs/pool-snapshot.md: what is wrong with a
// text and in which line, or the pool that it describes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "pool_oracle.hpp"

namespace fuzz {

/// The reasons in the order of the specification; -1 for none.
enum class slow_damage : std::int8_t {
  none = -1,
  unexpected_end,
  unknown_version,
  wrong_digest,
  malformed,
  out_of_order,
  conflict,
  wrong_count,
  unexpected_text,
  too_many_addresses
};

struct slow_snapshot {
  slow_damage damage = slow_damage::none;
  std::size_t line = 0;
  slow_pool pool;
};

slow_snapshot read_slowly(std::string_view text, std::uint64_t most_addresses);

}  // namespace fuzz
