// Memory that ends, or begins, where the process may not read: a kernel that
// looks one byte beyond its text dies here.
#pragma once
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <span>

namespace guarded {

/// Whole pages between two that cannot be touched.
class pages {
 public:
  explicit pages(std::size_t size)
      : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))),
        size_((size + page_ - 1) / page_ * page_) {
    void* const all =
        mmap(nullptr, size_ + 2 * page_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) std::abort();
    first_ = static_cast<char*>(all) + page_;
    if (mprotect(first_, size_, PROT_READ | PROT_WRITE) != 0) std::abort();
  }
  ~pages() { munmap(first_ - page_, size_ + 2 * page_); }
  pages(const pages&) = delete;
  pages& operator=(const pages&) = delete;

  [[nodiscard]] std::span<char> bytes() const { return {first_, size_}; }

 private:
  std::size_t page_;
  std::size_t size_;
  char* first_ = nullptr;
};

}  // namespace guarded
