// What the program's readers should give: an oracle that knows nothing of them,
// nor of the JSON parser that they use.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cidr_oracle.hpp"

namespace fuzz {

/// What a plan takes and writes.
struct expected_plan_fields {
  std::optional<std::uint64_t> version, generation;
  std::optional<std::string> tap_name;
  std::optional<std::uint32_t> guest_ip, gateway;
  std::optional<std::uint64_t> mac;
  std::array<std::string, 3> ways;  // of the TAP name, the address and the MAC: `probe 3`
};

struct input_rules {
  bool json = false;
  bool detected = false;  // the format was found out
  bool hex = false;       // plain ids are hexadecimal
  bool planned = false;   // the fields of plans are read
  std::size_t max_line = 0;
};

/// A row or a fault.
struct input_expectation {
  bool is_row = false;
  std::uint64_t line = 0;
  std::string_view text;
  std::string id;
  std::optional<expectation> subnet;
  expected_plan_fields planned;  // where they are read
  std::size_t column = 0;        // of the subnet or the fault; 0 where the oracle does not know
};

/// Whether the first byte that is not blank, among the first `limit`, opens an
/// object.
bool looks_like_json(std::string_view text, std::size_t limit);

/// The rows and faults of a text; where it is `cut` off by a fault of its source,
/// the line that has no end is not one.
std::vector<input_expectation> expect_input(std::string_view text, input_rules rules, bool cut);

}  // namespace fuzz
