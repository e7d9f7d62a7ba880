// What IPv4 text should give: the oracle of the parsers, which knows nothing of
// the library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace fuzz {

/// What a text should give: a value, or the sentence of the error and its place.
struct expectation {
  std::string_view error;
  std::size_t offset = 0;
  std::uint32_t address = 0;  // of a range the first
  int prefix_length = 0;
  std::uint32_t last = 0;  // of a range
};

/// What inet_pton makes of `text`.
std::optional<std::uint32_t> peer_address(std::string_view text);

/// An address.
expectation expect_address(std::string_view text);
/// `a.b.c.d/n`; `lenient` takes space around it, and a plus and zeros before n.
expectation expect_network(std::string_view text, bool lenient);
/// Reads `A-B`, a network or, where `lone`, an address from `at` on, and moves
/// `at` behind it. On a fault `at` means nothing.
expectation expect_span(std::string_view text, std::size_t& at, bool lone);
/// `A-B` or a network.
expectation expect_range(std::string_view text);

}  // namespace fuzz
