// vmnet.hash: FNV-1a 64, the one hash of scheme v1.
//
// The plain byte loop is the truth. Its limit is the latency of a multiply that
// depends on the byte before (4 cycles a byte), which ids of usual length never
// notice. Long inputs, and many ids at once, need not wait: the kernels for them
// live in kernels/, are chosen at run time (vmnet.isa) and give the same bits.
export module vmnet.hash;

import vmnet.std;

export import vmnet.result;

export namespace vmnet {

/// The digest of no bytes at all: draft-eastlake-fnv, section 5.
inline constexpr std::uint64_t fnv1a_64_offset_basis = 0xcbf29ce484222325;
/// The FNV prime for 64 bits: 2^40 + 2^8 + 0xb3.
inline constexpr std::uint64_t fnv1a_64_prime = 0x100000001b3;

}  // namespace vmnet

namespace vmnet::detail {

/// From this size on a kernel is worth its call.
inline constexpr std::size_t long_input = 256;

/// The state behind `size` bytes, from `state` on, by the kernel of `active_isa()`.
std::uint64_t fnv1a_64_stream(std::uint64_t state, const char* bytes, std::size_t size) noexcept;

/// The state behind `size` bytes, from `state` on.
///
/// Short ids ask one question more for the sake of long inputs. It hides behind
/// the one whether eight bytes are left: asked first, it costs short ids 7 %.
template <class Byte>
constexpr std::uint64_t fnv1a_64_after(std::uint64_t state, const Byte* bytes,
                                       std::size_t size) noexcept {
  const auto step = [&state](Byte byte) {
    state = (state ^ static_cast<unsigned char>(byte)) * fnv1a_64_prime;
  };
  if (size >= 8) {
    if (size >= long_input) [[unlikely]] {
      if (!std::is_constant_evaluated())
        return fnv1a_64_stream(state, reinterpret_cast<const char*>(bytes), size);
    }
    for (; size >= 8; size -= 8, bytes += 8)
      for (int i = 0; i < 8; ++i) step(bytes[i]);
  }
  for (std::size_t i = 0; i < size; ++i) step(bytes[i]);
  return state;
}

}  // namespace vmnet::detail

export namespace vmnet {

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
    state_ = detail::fnv1a_64_after(state_, bytes.data(), bytes.size());
    return *this;
  }
  /// Takes in `bytes`.
  constexpr fnv1a_64_hasher& update(std::span<const std::byte> bytes) noexcept {
    state_ = detail::fnv1a_64_after(state_, bytes.data(), bytes.size());
    return *this;
  }

  /// The digest of all bytes so far; more may follow.
  [[nodiscard]] constexpr std::uint64_t digest() const noexcept { return state_; }

  constexpr bool operator==(const fnv1a_64_hasher&) const noexcept = default;

 private:
  std::uint64_t state_ = fnv1a_64_offset_basis;
};

/// FNV-1a 64 of `bytes` (draft-eastlake-fnv). O(bytes), allocates nothing.
/// Long inputs take a fraction of the time where the processor has AVX-512.
///
///     static_assert(fnv1a_64("foobar") == 0x85944171f73967e8);
[[nodiscard]] constexpr std::uint64_t fnv1a_64(std::string_view bytes) noexcept {
  return fnv1a_64_hasher().update(bytes).digest();
}
/// FNV-1a 64 of `bytes` (draft-eastlake-fnv). O(bytes), allocates nothing.
[[nodiscard]] constexpr std::uint64_t fnv1a_64(std::span<const std::byte> bytes) noexcept {
  return fnv1a_64_hasher().update(bytes).digest();
}

/// The sizes of inputs and outputs that should be the same.
struct size_mismatch {
  std::size_t inputs = 0;
  std::size_t outputs = 0;

  constexpr bool operator==(const size_mismatch&) const noexcept = default;
};

/// "3 outputs for 4 inputs". Allocates.
[[nodiscard]] std::string to_string(const size_mismatch& mismatch);

}  // namespace vmnet

namespace vmnet::detail {

/// Below this many ids a kernel, which fills its lanes whatever there is, costs
/// more than the plain loop.
inline constexpr std::size_t few_ids = 16;

/// digests[i] = fnv1a_64(ids[i]) by the kernel of `active_isa()`.
void fnv1a_64_batch(const std::string_view* ids, std::uint64_t* digests, std::size_t size) noexcept;

}  // namespace vmnet::detail

export namespace vmnet {

/// FNV-1a 64 of many ids: digests[i] = fnv1a_64(ids[i]).
///
/// An error, and nothing is written, where the spans differ in size. O(bytes),
/// allocates nothing. Several times as fast as one id after the other where
/// the processor has AVX-512 or AVX2; worth it from some twenty ids on.
[[nodiscard]] constexpr result<void, size_mismatch> fnv1a_64_batch(
    std::span<const std::string_view> ids, std::span<std::uint64_t> digests) noexcept {
  if (ids.size() != digests.size()) return failure(size_mismatch{ids.size(), digests.size()});
  const bool few = ids.size() < detail::few_ids;
  if (std::is_constant_evaluated() || few) {
    for (std::size_t i = 0; i < ids.size(); ++i) digests[i] = fnv1a_64(ids[i]);
  } else {
    detail::fnv1a_64_batch(ids.data(), digests.data(), ids.size());
  }
  return {};
}

}  // namespace vmnet
