// vmnet.hash: FNV-1a 64, the one hash of scheme v1.
//
// The plain byte loop is the truth. Its limit is the latency of a multiply that
// depends on the byte before (4 cycles a byte), which ids of usual length never
// notice.
module;
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

export module vmnet.hash;

export namespace vmnet {

/// The digest of no bytes at all: draft-eastlake-fnv, section 5.
inline constexpr std::uint64_t fnv1a_64_offset_basis = 0xcbf29ce484222325;
/// The FNV prime for 64 bits: 2^40 + 2^8 + 0xb3.
inline constexpr std::uint64_t fnv1a_64_prime = 0x100000001b3;

/// FNV-1a 64 fed in parts: any split of the same bytes gives the same digest.
///
/// Starts at the offset basis. O(bytes), allocates nothing. Not a cryptographic
/// hash: ids with a wanted digest can be made on purpose.
///
///     fnv1a_64_hasher().update("vm-").update("1").digest() == fnv1a_64("vm-1")
class fnv1a_64_hasher {
 public:
  constexpr fnv1a_64_hasher() noexcept = default;

  /// Takes in `bytes`; every byte counts, NUL too.
  constexpr fnv1a_64_hasher& update(std::string_view bytes) noexcept {
    for (const char c : bytes) step(static_cast<unsigned char>(c));
    return *this;
  }
  /// Takes in `bytes`.
  constexpr fnv1a_64_hasher& update(std::span<const std::byte> bytes) noexcept {
    for (const std::byte b : bytes) step(std::to_integer<unsigned char>(b));
    return *this;
  }

  /// The digest of all bytes so far; more may follow.
  [[nodiscard]] constexpr std::uint64_t digest() const noexcept { return state_; }

  constexpr bool operator==(const fnv1a_64_hasher&) const noexcept = default;

 private:
  constexpr void step(unsigned char byte) noexcept { state_ = (state_ ^ byte) * fnv1a_64_prime; }

  std::uint64_t state_ = fnv1a_64_offset_basis;
};

/// FNV-1a 64 of `bytes` (draft-eastlake-fnv). O(bytes), allocates nothing.
///
///     static_assert(fnv1a_64("foobar") == 0x85944171f73967e8);
[[nodiscard]] constexpr std::uint64_t fnv1a_64(std::string_view bytes) noexcept {
  return fnv1a_64_hasher().update(bytes).digest();
}
/// FNV-1a 64 of `bytes` (draft-eastlake-fnv). O(bytes), allocates nothing.
[[nodiscard]] constexpr std::uint64_t fnv1a_64(std::span<const std::byte> bytes) noexcept {
  return fnv1a_64_hasher().update(bytes).digest();
}

}  // namespace vmnet
