module vmnet.isa;

namespace vmnet {
namespace {

constexpr std::array all = {isa::portable, isa::avx2, isa::avx512};

/// The fastest instruction set that the processor and the operating system
/// (which saves the wide registers, or not) have.
isa best_isa() noexcept {
#if defined(__x86_64__) && defined(__GNUC__)
  // Without branches: no single machine could take them all.
  const bool v3 = (__builtin_cpu_supports("avx2") != 0) & (__builtin_cpu_supports("bmi") != 0) &
                  (__builtin_cpu_supports("bmi2") != 0);
  const bool v4 =
      (__builtin_cpu_supports("avx512f") != 0) & (__builtin_cpu_supports("avx512bw") != 0) &
      (__builtin_cpu_supports("avx512dq") != 0) & (__builtin_cpu_supports("avx512vl") != 0) &
      (__builtin_cpu_supports("avx512vbmi") != 0) & (__builtin_cpu_supports("avx512vnni") != 0) &
      (__builtin_cpu_supports("vpclmulqdq") != 0) & (__builtin_cpu_supports("gfni") != 0);
  return all[static_cast<std::size_t>(v3) + static_cast<std::size_t>(v3 & v4)];
#else
  return isa::portable;
#endif
}

}  // namespace

namespace detail {

constinit std::atomic<std::uint8_t> chosen_isa{isa_not_chosen};

isa choose_isa() noexcept {
  // Keeps what force_isa() may have stored in the meantime.
  std::uint8_t expected = isa_not_chosen;
  chosen_isa.compare_exchange_strong(expected, static_cast<std::uint8_t>(best_isa()),
                                     std::memory_order_relaxed);
  return static_cast<isa>(chosen_isa.load(std::memory_order_relaxed));
}

}  // namespace detail

std::span<const isa> supported_isas() noexcept {
  static const std::size_t count = static_cast<std::size_t>(best_isa()) + 1;
  return std::span(all).first(count);
}

bool force_isa(isa set) noexcept {
  const std::span<const isa> supported = supported_isas();
  if (std::find(supported.begin(), supported.end(), set) == supported.end()) return false;
  detail::chosen_isa.store(static_cast<std::uint8_t>(set), std::memory_order_relaxed);
  return true;
}

}  // namespace vmnet
