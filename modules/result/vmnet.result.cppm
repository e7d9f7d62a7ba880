// vmnet.result: a value or the reason why there is none.
//
// A subset of std::expected under the same names, so that code can move to
// std::expected later. std::expected itself is not used: its size differs
// between a library built as C++20 and a consumer built as C++23, which links
// and then corrupts (docs/adr/0002-result-type.md). The library throws nothing, so a
// wrong access ends the program through an out-of-line function; a `throw`
// here would break consumers built with -fno-exceptions.
export module vmnet.result;

import vmnet.std;

namespace vmnet::detail {
/// Ends the program after a message on standard error.
[[noreturn]] void bad_result_access(const char* what) noexcept;
}  // namespace vmnet::detail

export namespace vmnet {

/// Wraps an error on its way into a `result`: `return failure(code);`.
template <class E>
class failure {
 public:
  constexpr explicit failure(E error) noexcept(std::is_nothrow_move_constructible_v<E>)
      : error_(std::move(error)) {}

  /// The wrapped error.
  [[nodiscard]] constexpr const E& error() const& noexcept { return error_; }
  /// The wrapped error, to be moved out of.
  [[nodiscard]] constexpr E&& error() && noexcept { return std::move(error_); }

  // Constexpr by itself where E's is; said outright, it would refuse other types.
  bool operator==(const failure&) const = default;

 private:
  E error_;
};

template <class E>
failure(E) -> failure<E>;

template <class T, class E>
class result;

}  // namespace vmnet

namespace vmnet::detail {
template <class R>
inline constexpr bool is_result = false;
template <class T, class E>
inline constexpr bool is_result<result<T, E>> = true;
template <class R>
inline constexpr bool is_failure = false;
template <class E>
inline constexpr bool is_failure<failure<E>> = true;

// Each trivial case names the general one, so that it is the more constrained
// of two overloads.
template <class T>
concept copies = std::is_copy_constructible_v<T>;
template <class T>
concept copies_trivially = copies<T> && std::is_trivially_copy_constructible_v<T>;
template <class T>
concept moves = std::is_move_constructible_v<T>;
template <class T>
concept moves_trivially = moves<T> && std::is_trivially_move_constructible_v<T>;
/// An assignment that could throw half-way would lose both sides.
template <class T>
concept assigns = std::is_nothrow_move_constructible_v<T>;
template <class T>
concept assigns_trivially = assigns<T> && std::is_trivially_copyable_v<T>;

/// `f(args...)` in a result of type R; success where `f` returns nothing.
template <class R, class F, class... Args>
constexpr R invoke_into(F&& f, Args&&... args) {
  return R(std::invoke(std::forward<F>(f), std::forward<Args>(args)...));
}
template <class R, class F, class... Args>
  requires std::is_void_v<typename R::value_type>
constexpr R invoke_into(F&& f, Args&&... args) {
  std::invoke(std::forward<F>(f), std::forward<Args>(args)...);
  return R();
}
}  // namespace vmnet::detail

export namespace vmnet {

/// A value of type T, or an error of type E that says why there is none.
///
/// Default-constructed, it holds a value-initialised T. Trivially copyable
/// where T and E are. Every member is O(1) and allocates nothing itself.
/// `value()`, `*` and `->` without a value, and `error()` with one, end the
/// program (std::abort) after a message on standard error; in a constant
/// expression they are compile errors.
///
///     if (auto address = ipv4_address::parse(text)) use(*address);
///     else report(address.error());
template <class T, class E>
class [[nodiscard]] result {
  static_assert(std::is_object_v<T> && std::is_object_v<E>, "result holds objects");

 public:
  using value_type = T;
  using error_type = E;

  constexpr result() noexcept(std::is_nothrow_default_constructible_v<T>)
    requires std::default_initializable<T>
      : value_(), has_value_(true) {}

  template <class U = T>
    requires(std::constructible_from<T, U> && !detail::is_result<std::remove_cvref_t<U>> &&
             !detail::is_failure<std::remove_cvref_t<U>>)
  constexpr explicit(!std::convertible_to<U, T>)
      result(U&& value) noexcept(std::is_nothrow_constructible_v<T, U>)
      : value_(std::forward<U>(value)), has_value_(true) {}

  template <class G>
    requires std::constructible_from<E, const G&>
  constexpr result(const failure<G>& f) noexcept(std::is_nothrow_constructible_v<E, const G&>)
      : error_(f.error()), has_value_(false) {}

  template <class G>
    requires std::constructible_from<E, G>
  constexpr result(failure<G>&& f) noexcept(std::is_nothrow_constructible_v<E, G>)
      : error_(std::move(f).error()), has_value_(false) {}

  constexpr result(const result&)
    requires(detail::copies_trivially<T> && detail::copies_trivially<E>)
  = default;
  constexpr result(const result& other)
    requires(detail::copies<T> && detail::copies<E>)
  {
    construct_from(other);
  }

  constexpr result(result&&)
    requires(detail::moves_trivially<T> && detail::moves_trivially<E>)
  = default;
  constexpr result(result&& other) noexcept(std::is_nothrow_move_constructible_v<T> &&
                                            std::is_nothrow_move_constructible_v<E>)
    requires(detail::moves<T> && detail::moves<E>)
  {
    construct_from(std::move(other));
  }

  constexpr result& operator=(const result&)
    requires(detail::copies<T> && detail::copies<E> && detail::assigns_trivially<T> &&
             detail::assigns_trivially<E>)
  = default;
  constexpr result& operator=(const result& other)
    requires(detail::copies<T> && detail::copies<E> && detail::assigns<T> && detail::assigns<E>)
  {
    result copy(other);
    return *this = std::move(copy);
  }

  constexpr result& operator=(result&&)
    requires(detail::assigns_trivially<T> && detail::assigns_trivially<E>)
  = default;
  constexpr result& operator=(result&& other) noexcept
    requires(detail::assigns<T> && detail::assigns<E>)
  {
    if (this != std::addressof(other)) {
      destroy();
      construct_from(std::move(other));
    }
    return *this;
  }

  constexpr ~result()
    requires(std::is_trivially_destructible_v<T> && std::is_trivially_destructible_v<E>)
  = default;
  constexpr ~result() { destroy(); }

  /// True when there is a value.
  [[nodiscard]] constexpr bool has_value() const noexcept { return has_value_; }
  /// True when there is a value.
  constexpr explicit operator bool() const noexcept { return has_value_; }

  /// The value; ends the program where there is none.
  [[nodiscard]] constexpr T& value() & noexcept {
    require_value();
    return value_;
  }
  [[nodiscard]] constexpr const T& value() const& noexcept {
    require_value();
    return value_;
  }
  [[nodiscard]] constexpr T&& value() && noexcept {
    require_value();
    return std::move(value_);
  }

  /// The same as `value()`.
  [[nodiscard]] constexpr T& operator*() & noexcept { return value(); }
  [[nodiscard]] constexpr const T& operator*() const& noexcept { return value(); }
  [[nodiscard]] constexpr T&& operator*() && noexcept { return std::move(*this).value(); }
  [[nodiscard]] constexpr T* operator->() noexcept { return std::addressof(value()); }
  [[nodiscard]] constexpr const T* operator->() const noexcept { return std::addressof(value()); }

  /// The error; ends the program where there is a value.
  [[nodiscard]] constexpr const E& error() const& noexcept {
    require_error();
    return error_;
  }
  [[nodiscard]] constexpr E& error() & noexcept {
    require_error();
    return error_;
  }
  [[nodiscard]] constexpr E&& error() && noexcept {
    require_error();
    return std::move(error_);
  }

  /// The value, or `fallback` converted to T.
  template <class U>
  [[nodiscard]] constexpr T value_or(U&& fallback) const& {
    return has_value_ ? value_ : static_cast<T>(std::forward<U>(fallback));
  }
  template <class U>
  [[nodiscard]] constexpr T value_or(U&& fallback) && {
    return has_value_ ? std::move(value_) : static_cast<T>(std::forward<U>(fallback));
  }

  /// `f(value)` in a result with the same error type, `result<void, E>` where `f`
  /// returns nothing; the error passes through.
  template <class F>
  constexpr auto transform(
      F&& f) const& -> result<std::remove_cvref_t<std::invoke_result_t<F, const T&>>, E> {
    using transformed = result<std::remove_cvref_t<std::invoke_result_t<F, const T&>>, E>;
    if (!has_value_) return failure(error_);
    return detail::invoke_into<transformed>(std::forward<F>(f), value_);
  }
  template <class F>
  constexpr auto transform(F&& f) && -> result<std::remove_cvref_t<std::invoke_result_t<F, T>>, E> {
    using transformed = result<std::remove_cvref_t<std::invoke_result_t<F, T>>, E>;
    if (!has_value_) return failure(std::move(error_));
    return detail::invoke_into<transformed>(std::forward<F>(f), std::move(value_));
  }

  /// `f(value)`, which is itself a result with the same error type; the error passes through.
  template <class F>
  constexpr auto and_then(F&& f) const& -> std::remove_cvref_t<std::invoke_result_t<F, const T&>> {
    if (!has_value_) return failure(error_);
    return std::invoke(std::forward<F>(f), value_);
  }
  template <class F>
  constexpr auto and_then(F&& f) && -> std::remove_cvref_t<std::invoke_result_t<F, T>> {
    if (!has_value_) return failure(std::move(error_));
    return std::invoke(std::forward<F>(f), std::move(value_));
  }

  /// Equal when both hold equal values or both hold equal errors.
  constexpr bool operator==(const result& other) const {
    if (has_value_ != other.has_value_) return false;
    return has_value_ ? value_ == other.value_ : error_ == other.error_;
  }

 private:
  constexpr void destroy() noexcept {
    if (has_value_)
      std::destroy_at(std::addressof(value_));
    else
      std::destroy_at(std::addressof(error_));
  }
  /// Takes what `other` holds; no member is alive before.
  template <class R>
  constexpr void construct_from(R&& other) {
    if (other.has_value_)
      std::construct_at(std::addressof(value_), std::forward<R>(other).value_);
    else
      std::construct_at(std::addressof(error_), std::forward<R>(other).error_);
    has_value_ = other.has_value_;
  }

  constexpr void require_value() const noexcept {
    if (!has_value_) [[unlikely]]
      detail::bad_result_access("vmnet: value of a result that holds an error");
  }
  constexpr void require_error() const noexcept {
    if (has_value_) [[unlikely]]
      detail::bad_result_access("vmnet: error of a result that holds a value");
  }

  union {
    T value_;
    E error_;
  };
  bool has_value_;
};

/// Success, or an error of type E. Default-constructed, it is success.
template <class E>
class [[nodiscard]] result<void, E> {
  static_assert(std::is_object_v<E>, "result holds objects");

 public:
  using value_type = void;
  using error_type = E;

  constexpr result() noexcept = default;

  template <class G>
    requires std::constructible_from<E, G>
  constexpr result(failure<G> f) noexcept(std::is_nothrow_constructible_v<E, G>)
      : inner_(std::move(f)) {}

  /// True on success.
  [[nodiscard]] constexpr bool has_value() const noexcept { return inner_.has_value(); }
  /// True on success.
  constexpr explicit operator bool() const noexcept { return inner_.has_value(); }
  /// Nothing on success; ends the program otherwise.
  constexpr void value() const noexcept { static_cast<void>(inner_.value()); }
  constexpr void operator*() const noexcept { value(); }

  /// The error; ends the program on success.
  [[nodiscard]] constexpr const E& error() const& noexcept { return inner_.error(); }
  [[nodiscard]] constexpr E& error() & noexcept { return inner_.error(); }
  [[nodiscard]] constexpr E&& error() && noexcept { return std::move(inner_).error(); }

  /// `f()` in a result with the same error type; the error passes through.
  template <class F>
  constexpr auto transform(
      F&& f) const& -> result<std::remove_cvref_t<std::invoke_result_t<F>>, E> {
    using transformed = result<std::remove_cvref_t<std::invoke_result_t<F>>, E>;
    if (!has_value()) return failure(error());
    return detail::invoke_into<transformed>(std::forward<F>(f));
  }
  template <class F>
  constexpr auto transform(F&& f) && -> result<std::remove_cvref_t<std::invoke_result_t<F>>, E> {
    using transformed = result<std::remove_cvref_t<std::invoke_result_t<F>>, E>;
    if (!has_value()) return failure(std::move(*this).error());
    return detail::invoke_into<transformed>(std::forward<F>(f));
  }

  /// `f()`, which is itself a result with the same error type; the error passes through.
  template <class F>
  constexpr auto and_then(F&& f) const& -> std::remove_cvref_t<std::invoke_result_t<F>> {
    if (!has_value()) return failure(error());
    return std::invoke(std::forward<F>(f));
  }
  template <class F>
  constexpr auto and_then(F&& f) && -> std::remove_cvref_t<std::invoke_result_t<F>> {
    if (!has_value()) return failure(std::move(*this).error());
    return std::invoke(std::forward<F>(f));
  }

  // Written out: GCC instantiates a defaulted one with the class, also where E
  // cannot be compared.
  constexpr bool operator==(const result& other) const { return inner_ == other.inner_; }

 private:
  struct success {
    constexpr bool operator==(const success&) const = default;
  };
  result<success, E> inner_;
};

}  // namespace vmnet
