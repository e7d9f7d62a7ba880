// What the program's readers should give: an oracle that knows nothing of them,
// nor of the JSON parser that they use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cidr_oracle.hpp"

namespace fuzz {

struct input_rules {
  bool json = false;
  bool detected = false;  // the format was found out
  bool hex = false;       // plain ids are hexadecimal
  std::size_t max_line = 0;
};

/// A row or a fault.
struct input_expectation {
  bool is_row = false;
  std::uint64_t line = 0;
  std::string_view text;
  std::string id;
  std::optional<expectation> subnet;
  std::size_t column = 0;  // of the subnet or the fault; 0 where the oracle does not know
};

/// Whether the first byte that is not blank, among the first `limit`, opens an
/// object.
bool looks_like_json(std::string_view text, std::size_t limit);

/// The rows and faults of a text; where it is `cut` off by a fault of its source,
/// the line that has no end is not one.
std::vector<input_expectation> expect_input(std::string_view text, const input_rules& rules,
                                            bool cut);

}  // namespace fuzz
