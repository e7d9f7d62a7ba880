module;
#if defined(__linux__)
#include <sys/mman.h>
#endif

module vmnet.big_vector;

namespace vmnet::detail {

void prefer_large_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t size) noexcept {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  // Whole pages of the usual large size only; what lies around is others' memory.
  constexpr std::size_t page = std::size_t{2} << 20U;
  const std::size_t before = (page - reinterpret_cast<std::uintptr_t>(memory) % page) % page;
  if (size < before + page) return;
  madvise(static_cast<char*>(memory) + before, (size - before) / page * page, MADV_HUGEPAGE);
#endif
}

}  // namespace vmnet::detail
