// Plan v1 by its specification, slowly: deferred acceptance in rounds of
// proposals, over maps of texts, with every fault told in full. It knows nothing
// of the library.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "interval.hpp"
#include "probe_oracle.hpp"

namespace fuzz {

/// A subnet: its first address and its prefix length.
struct slow_subnet {
  std::uint32_t network = 0;
  int length = 0;

  [[nodiscard]] interval all() const { return block(network, length); }
  [[nodiscard]] std::uint64_t slots() const { return all().size() > 3 ? all().size() - 3 : 0; }
  [[nodiscard]] std::string text() const { return with_length(network, length); }
  auto operator<=>(const slow_subnet&) const = default;
};

/// TAP name, address and MAC, as they are compared and printed.
inline constexpr std::size_t num_values = 3;
using slow_values = std::array<std::string, num_values>;

struct slow_vm {
  std::string id;
  slow_subnet subnet;
  std::optional<std::uint64_t> generation;
  std::optional<std::uint32_t> ip;
  std::optional<std::string> tap;
  std::optional<std::uint64_t> mac;
};

/// What a previous plan says of a VM.
struct slow_kept {
  std::string id;
  std::string tap;
  std::uint32_t ip = 0;
  std::uint64_t mac = 0;
};

struct slow_fleet {
  std::vector<slow_vm> vms;
  std::vector<interval> excluded;
  std::uint64_t k0 = 0, k1 = 0;
  std::vector<slow_kept> kept;
  std::vector<std::string> allow_move;

  [[nodiscard]] bool is_excluded(std::uint64_t address) const;
  /// How many slots of `subnet` are.
  [[nodiscard]] std::uint64_t excluded_in(const slow_subnet& subnet) const;
};

struct slow_placement {
  enum class kind : std::uint8_t { v1, probed, pinned, kept } how = kind::v1;
  std::uint32_t probe = 0;
  std::optional<std::string> holder;
  bool operator==(const slow_placement&) const = default;
};

struct slow_row {
  const slow_vm* vm = nullptr;
  std::uint64_t digest = 0;
  slow_values values;
  std::array<slow_placement, num_values> placements;
};

/// The faults in the order in which they are told; `code` is the position among
/// those of the specification.
struct slow_error {
  int code = 0;
  std::string id, other_id;
  slow_subnet subnet, other_subnet;
  std::size_t resource = 0;
  std::string value;
  std::uint64_t vms = 0, addresses = 0;
  std::optional<int> prefix_length;
  std::string sentence;
  auto operator<=>(const slow_error&) const = default;
};

struct slow_plan {
  std::vector<slow_row> rows;  // by seniority
  std::vector<slow_error> errors;
};

/// The plan, or its faults. The rows point into `fleet`.
slow_plan plan_slowly(const slow_fleet& fleet);

}  // namespace fuzz
