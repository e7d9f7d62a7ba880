// vmnet.isa: which instruction set the fast paths of the library use.
//
// Every fast path has a plain twin that gives the same bytes, so the choice is
// about speed alone. It is made once, at the first use, and kept in one word
// that all dispatchers read: whoever forces an instruction set changes them all
// at once, which a function pointer for each kernel could not promise. A
// relaxed load and a predicted branch are the whole cost.
export module vmnet.isa;

import vmnet.std;

export namespace vmnet {

/// An instruction set for which the library has fast paths; each includes those
/// before it.
enum class isa : std::uint8_t {
  portable,  ///< no more than the compiler may use anyway
  avx2,      ///< x86-64 with AVX2, BMI and BMI2: x86-64-v3
  avx512,    ///< AVX-512 as of Ice Lake and Zen 4: F, BW, DQ, VL, VBMI, VNNI, VPCLMULQDQ, GFNI
};

/// The name of `set` as the program spells it. O(1), static storage.
[[nodiscard]] constexpr std::string_view to_string(isa set) noexcept {
  switch (set) {
    case isa::portable:
      return "portable";
    case isa::avx2:
      return "avx2";
    case isa::avx512:
      return "avx512";
  }
  return "unknown";
}

}  // namespace vmnet

namespace vmnet::detail {

/// What has been chosen, or `isa_not_chosen`.
inline constexpr std::uint8_t isa_not_chosen = 0xff;
extern std::atomic<std::uint8_t> chosen_isa;

/// Asks the processor and keeps the answer. Threads that meet here all store
/// the same.
isa choose_isa() noexcept;

}  // namespace vmnet::detail

export namespace vmnet {

/// The instruction sets that this processor and this build can use, `portable`
/// first, the fastest last. O(1), static storage.
[[nodiscard]] std::span<const isa> supported_isas() noexcept;

/// The instruction set in use: the fastest supported one until `force_isa`
/// says otherwise. O(1); safe to call from any thread.
[[nodiscard]] inline isa active_isa() noexcept {
  const std::uint8_t chosen = detail::chosen_isa.load(std::memory_order_relaxed);
  return chosen == detail::isa_not_chosen ? detail::choose_isa() : static_cast<isa>(chosen);
}

/// Uses `set` from now on, for tests and measurements. False, and nothing
/// changes, where it is not supported. Safe to call from any thread; calls
/// under way end as they began.
[[nodiscard]] bool force_isa(isa set) noexcept;

}  // namespace vmnet
