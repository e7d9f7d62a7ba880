// vmnet.std: what the modules and the program use of the standard library.
//
// Its headers are read here, once, instead of in every unit, until `import std`
// can be had everywhere (docs/adr/0015-read-the-standard-library-once.md). Names
// are added as they are needed. No other module exports any of them. Not part of
// the public API.
module;
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <charconv>
#include <cmath>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <new>
#include <numeric>
#include <optional>
#include <ranges>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

export module vmnet.std;

// Exported names are used elsewhere.
// NOLINTBEGIN(misc-unused-*)

export namespace std {

// <algorithm>
using std::adjacent_find;
using std::all_of;
using std::any_of;
using std::copy;
using std::copy_n;
using std::count_if;
using std::find;
using std::find_if;
using std::for_each;
using std::is_sorted;
using std::lower_bound;
using std::max;
using std::min;
using std::minmax;
using std::replace;
using std::reverse;
using std::sort;
using std::transform;
using std::unique;
using std::upper_bound;

// <array>
using std::array;

// <atomic>
using std::atomic;
using std::memory_order_relaxed;

// <bit>
using std::bit_cast;
using std::bit_width;
using std::countl_zero;
using std::countr_zero;
using std::popcount;
using std::rotl;

// <charconv>
using std::from_chars;
using std::from_chars_result;
using std::to_chars_result;

// <cmath>
using std::expm1;
using std::log1p;
using std::round;

// <compare>
using std::strong_ordering;

// <concepts>
using std::constructible_from;
using std::convertible_to;
using std::default_initializable;
using std::integral;
using std::same_as;

// <cstddef>
using std::byte;
using std::ptrdiff_t;
using std::size_t;
using std::to_integer;

// <cstdint>
using std::int32_t;
using std::int64_t;
using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;
using std::uintptr_t;

// <cstdlib>
using std::abort;
using std::getenv;

// <cstring>
using std::memchr;
using std::memcpy;
using std::memmove;
using std::strcmp;
using std::strerror;

// <deque>
using std::deque;

// <functional>
using std::function;
using std::hash;
using std::invoke;

// <initializer_list>
using std::initializer_list;

// <iterator>
using std::begin;
using std::end;
using std::forward_iterator_tag;
using std::input_iterator_tag;
using std::random_access_iterator_tag;

// <limits>
using std::numeric_limits;

// <map>
using std::map;

// <memory>
using std::addressof;
using std::construct_at;
using std::destroy_at;
using std::make_shared;
using std::make_unique;
using std::make_unique_for_overwrite;
using std::unique_ptr;

// <new>
using std::bad_alloc;

// <numeric>
using std::gcd;
using std::iota;

// <optional>
using std::nullopt;
using std::nullopt_t;
using std::optional;

// <set>
using std::set;

// <span>
using std::span;

// <string>
using std::string;
using std::to_string;

// <string_view>
using std::string_view;

// <system_error>
using std::errc;
using std::error_code;
using std::system_error;

// <tuple>
using std::tuple;

// <type_traits>
using std::conditional_t;
using std::invoke_result_t;
using std::is_constant_evaluated;
using std::is_copy_constructible_v;
using std::is_move_constructible_v;
using std::is_nothrow_constructible_v;
using std::is_nothrow_default_constructible_v;
using std::is_nothrow_move_constructible_v;
using std::is_object_v;
using std::is_signed_v;
using std::is_trivially_copy_constructible_v;
using std::is_trivially_copyable_v;
using std::is_trivially_destructible_v;
using std::is_trivially_move_constructible_v;
using std::is_void_v;
using std::remove_cvref_t;

// <typeinfo>, for the typeid in function and shared_ptr (GCC 15)
using std::type_info;

// <unordered_map>
using std::unordered_map;

// <unordered_set>
using std::unordered_set;

// <utility>
using std::as_const;
using std::exchange;
using std::forward;
using std::get;
using std::move;
using std::pair;
using std::swap;

// <variant>
using std::get_if;
using std::variant;

// <vector>
using std::vector;

// Found by the types of their operands, and by structured bindings: never named
// where they are used.
using std::operator==;
using std::operator<=>;
using std::operator<;
using std::operator+;
using std::operator-;
using std::tuple_element;
using std::tuple_size;

// <algorithm>, <ranges>
namespace ranges {
using std::ranges::any_of;
using std::ranges::binary_search;
using std::ranges::enable_borrowed_range;
using std::ranges::fill;
using std::ranges::find;
using std::ranges::find_if;
using std::ranges::lower_bound;
using std::ranges::min_element;
using std::ranges::none_of;
using std::ranges::sort;
using std::ranges::transform;
using std::ranges::unique;
using std::ranges::upper_bound;
using std::ranges::view_interface;

namespace views {
using std::ranges::views::filter;
}  // namespace views
}  // namespace ranges

namespace views = ranges::views;

}  // namespace std

// What code generation looks for where std::allocator is used.
export using ::operator new;
export using ::operator new[];
export using ::operator delete;
export using ::operator delete[];

#if defined(_GLIBCXX_RELEASE) && _GLIBCXX_RELEASE < 16
// The iterators of libstdc++ are compared by functions that are no friends.
export namespace __gnu_cxx {
using __gnu_cxx::operator==;
using __gnu_cxx::operator<=>;
using __gnu_cxx::operator+;
using __gnu_cxx::operator-;
}  // namespace __gnu_cxx
#endif

// NOLINTEND(misc-unused-*)
