// Digests, ranks and probes of plan v1, by its specification (docs/plan-v1.md)
// and not by the library: FNV-1a by shift and add, SipHash by halves of rounds
// over a padded copy, walks by 128-bit multiplication.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fuzz {

/// The digest of some bytes, or of those behind others with `digest`.
std::uint64_t fnv1a(std::string_view bytes, std::uint64_t digest = 14695981039346656037U);
std::uint64_t siphash(std::string_view bytes, std::uint64_t k0, std::uint64_t k1);
std::uint64_t splitmix(std::uint64_t x);
std::uint64_t derive(std::uint64_t rank, std::uint64_t k);

/// Where one id looks under a key.
struct prober {
  prober(std::string_view id, std::uint64_t k0, std::uint64_t k1)
      : digest(fnv1a(id)), rank(siphash(id, k0, k1)) {}

  /// The address of probe `k` in a subnet of `addresses` from `network` on.
  [[nodiscard]] std::uint32_t address(std::uint64_t k, std::uint32_t network,
                                      std::uint64_t addresses) const;
  /// The TAP name of probe `k`.
  [[nodiscard]] std::string tap(std::uint64_t k) const;
  /// The MAC of probe `k` as a number.
  [[nodiscard]] std::uint64_t mac(std::uint64_t k) const;

  std::uint64_t digest;
  std::uint64_t rank;
};

/// A stride over `slots` slots.
std::uint64_t stride(std::uint64_t rank, std::uint64_t slots);

/// Words as they are written: dotted, with a length, in hexadecimal.
std::string dotted(std::uint32_t address);
std::string with_length(std::uint32_t network, int prefix_length);
std::string colons(std::uint64_t mac);
std::string sixteen_digits(std::uint64_t digest);

}  // namespace fuzz
