// What the harnesses of plan, pool and snapshot make of their bytes: ids and
// subnets that meet each other often.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "check.hpp"
#include "plan_oracle.hpp"

namespace fuzz {

/// A subnet by a byte: mostly small ones that share nothing, at both ends of the
/// space too; behind them some that are too small, overlap or are large.
slow_subnet subnet_of(std::uint8_t choice);

/// An id by a byte, unlike those of other `number`s; by the last bytes one of
/// those that collide, one that the input spells, or one that was there.
std::string id_of(reader& in, std::size_t number, const std::vector<std::string>& before);

/// Some addresses of `subnet`, or around its ends, or all that there are.
interval range_in(reader& in, const slow_subnet& subnet);

}  // namespace fuzz
