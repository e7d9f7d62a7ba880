// vmnet.big_vector: a vector for what a million VMs take.
//
// Tens of megabytes that are written once in an order of their own are made of
// thousands of small pages. The first touch of each is a fault, and later ones
// miss the processor's list of pages: together more than half the time of a
// large plan. So large blocks ask for large pages. Where the system has none to
// give, or does so anyway, nothing changes. Not part of the public API.
export module vmnet.big_vector;

import vmnet.std;

export namespace vmnet::detail {

/// Asks the system to back `size` bytes at `memory` with large pages. A hint.
void prefer_large_pages(void* memory, std::size_t size) noexcept;

/// std::allocator, with large pages for large blocks.
template <class T>
class big_allocator {
 public:
  using value_type = T;
  static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);

  constexpr big_allocator() noexcept = default;
  template <class U>
  constexpr explicit(false) big_allocator(const big_allocator<U>& /*other*/) noexcept {}

  [[nodiscard]] T* allocate(std::size_t count) {
    void* const memory = ::operator new(count * sizeof(T));
    constexpr std::size_t large = std::size_t{4} << 20U;
    if (count * sizeof(T) >= large) prefer_large_pages(memory, count * sizeof(T));
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t /*count*/) noexcept { ::operator delete(memory); }

  /// Each can free what another gave.
  template <class U>
  constexpr bool operator==(const big_allocator<U>& /*other*/) const noexcept {
    return true;
  }
};

template <class T>
using big_vector = std::vector<T, big_allocator<T>>;

}  // namespace vmnet::detail
