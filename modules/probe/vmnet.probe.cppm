// vmnet.probe: where a VM looks when the value that scheme v1 gives it is taken.
//
// Probe 0 of every resource is v1's value, so VMs that do not collide keep it.
// Later probes of the address walk all slots of the subnet, each once, by a
// stride that is coprime to their number: linear probing costs 96 moves per
// insertion in a subnet that is 99 % full, this 3.7. The formulas are part of
// plan v1 (docs/plan-v1.md) and frozen with it.
export module vmnet.probe;

import vmnet.std;

export import vmnet.alloc;
export import vmnet.siphash;

export namespace vmnet {

/// The finalizer of SplitMix64: a bijection that spreads every bit.
[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t x) noexcept {
  x = (x ^ x >> 30U) * 0xbf58476d1ce4e5b9U;
  x = (x ^ x >> 27U) * 0x94d049bb133111ebU;
  return x ^ x >> 31U;
}

/// The `k`-th value that is derived from `rank`: mix64(rank + k * 2^64/phi).
[[nodiscard]] constexpr std::uint64_t derived(std::uint64_t rank, std::uint64_t k) noexcept {
  return mix64(rank + k * 0x9e3779b97f4a7c15U);
}

/// The stride of the VM of this rank over `slots` (at least 1) slots: coprime to
/// `slots`, below it; 0 for one slot. O(log slots) expected.
[[nodiscard]] constexpr std::uint64_t probe_stride(std::uint64_t rank,
                                                   std::uint64_t slots) noexcept {
  if (slots == 1) return 0;
  std::uint64_t stride = 1 + derived(rank, 1) % (slots - 1);
  while (std::gcd(stride, slots) != 1) ++stride;  // at the latest until slots - 1, which is coprime
  return stride;
}

/// The walk of one VM over the slots of its subnet: every slot once.
class slot_walk {
 public:
  /// The walk of the VM of this FNV-1a digest and this rank over `slots` slots
  /// (1 to 2^32 - 3).
  constexpr slot_walk(std::uint64_t digest, std::uint64_t rank, std::uint64_t slots) noexcept
      // NOLINTNEXTLINE(clang-analyzer-core.DivideZero): at least 1.
      : slot_(digest % slots), stride_(probe_stride(rank, slots)), slots_(slots) {}

  /// The slot of the current probe; probe 0 at first.
  [[nodiscard]] constexpr std::uint64_t slot() const noexcept { return slot_; }
  /// On to the next probe.
  constexpr void next() noexcept {
    slot_ += stride_;
    if (slot_ >= slots_) slot_ -= slots_;
  }

 private:
  std::uint64_t slot_;
  std::uint64_t stride_;
  std::uint64_t slots_;
};

/// The 32 bits in a VM's TAP name at probe `k`; probe 0 is scheme v1's.
[[nodiscard]] constexpr std::uint32_t tap_probe(std::uint64_t digest, std::uint64_t rank,
                                                std::uint64_t k) noexcept {
  const std::uint64_t bits = k == 0 ? digest : derived(derived(rank, 2), k);
  return static_cast<std::uint32_t>(bits >> 32U);
}

/// `tap-` and `bits` in eight lower-case hexadecimal digits.
[[nodiscard]] constexpr interface_name tap_name_from_uint32(std::uint32_t bits) noexcept {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<char, tap_name_prefix.size() + tap_hash_length> chars{};
  std::size_t at = 0;
  for (const char c : tap_name_prefix) chars[at++] = c;
  for (std::uint32_t left = tap_hash_length; left-- > 0;)
    chars[at++] = digits[bits >> (4 * left) & 0xfU];
  return *interface_name::parse({chars.data(), chars.size()});
}

/// The bits of a name that `tap_name_from_uint32` gives; nothing for any other.
[[nodiscard]] constexpr std::optional<std::uint32_t> tap_name_to_uint32(
    const interface_name& name) noexcept {
  const std::string_view text = name;
  if (text.size() != tap_name_prefix.size() + tap_hash_length) return std::nullopt;
  if (!text.starts_with(tap_name_prefix)) return std::nullopt;
  std::uint32_t bits = 0;
  for (const char c : text.substr(tap_name_prefix.size())) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && (c < 'a' || c > 'f')) return std::nullopt;
    bits = bits << 4U | static_cast<std::uint32_t>(digit ? c - '0' : c - 'a' + 10);
  }
  return bits;
}

/// A VM's MAC address as a number at probe `k`; probe 0 is scheme v1's.
[[nodiscard]] constexpr std::uint64_t mac_probe(std::uint64_t digest, std::uint64_t rank,
                                                std::uint64_t k) noexcept {
  const std::uint64_t bits = k == 0 ? digest : derived(derived(rank, 3), k);
  return 0x02'00'00'00'00'00U | (bits & 0xff'ff'ff'ff'ffU);
}

}  // namespace vmnet
