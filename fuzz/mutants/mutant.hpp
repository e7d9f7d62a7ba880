// Mutants behind a switch: one build holds them all, and mutants/replay.cpp says
// which one is on. fuzz/mutate.py writes calls of these into copies of the
// modules; a constant expression always takes the original.
#pragma once

#include <cstddef>
#include <type_traits>

extern "C" int vmnet_mutant;
extern "C" [[noreturn]] void vmnet_mutant_is_meaningless();

namespace mutant {

/// Whether mutant `Id` is the one.
template <int Id>
constexpr bool on() noexcept {
  return !std::is_constant_evaluated() && vmnet_mutant == Id;
}

/// Where a mutant would not compile: mutants/replay.cpp knows this status.
inline constexpr int meaningless = 99;
template <int Id>
constexpr void refuse() noexcept {
  if (on<Id>()) vmnet_mutant_is_meaningless();
}

/// One of two values.
template <int Id, class T>
constexpr T pick(T original, T mutated) {
  return on<Id>() ? mutated : original;
}

/// One of two literals.
template <int Id, std::size_t Size>
constexpr const char (&pick(const char (&original)[Size], const char (&mutated)[Size]))
    [Size] { return on<Id>() ? mutated : original; }

/// A cast to one of two types.
template <int Id, class Original, class Mutated, class T>
constexpr Original cast(const T& value) {
  return on<Id>() ? static_cast<Original>(static_cast<Mutated>(value))
                  : static_cast<Original>(value);
}

/// `!x`, `~x` and `++x` are written `negation<Id>() ->* x` and so on: the
/// operator below binds as tightly as it can.
template <int Id>
struct negation {};
template <int Id>
struct complement {};
template <int Id>
struct increment {};
template <int Id>
struct decrement {};

template <int Id, class T>
constexpr bool operator->*(negation<Id>, const T& x) {
  return on<Id>() ? static_cast<bool>(x) : !x;
}
template <int Id, class T>
constexpr T operator->*(complement<Id>, const T& x) {
  return on<Id>() ? x : static_cast<T>(~x);
}
template <int Id, class T>
constexpr T& operator->*(increment<Id>, T& x) {
  return on<Id>() ? --x : ++x;
}
template <int Id, class T>
constexpr T& operator->*(decrement<Id>, T& x) {
  return on<Id>() ? ++x : --x;
}

/// Stands between two copies of a binary operator: `a + either<...>() + b` is
/// `a + b`, or where the mutant is on, Mutated of a and b. So the precedence of
/// the original decides what a and b are.
template <int Id, class Original, class Mutated>
struct either {};

template <class T, int Id, class Original, class Mutated>
struct operand {
  T&& value;
};

template <int Id, class Original, class Mutated, class A, class B>
constexpr decltype(auto) apply(A&& a, B&& b) {
  using type = decltype(Original()(static_cast<A&&>(a), static_cast<B&&>(b)));
  if constexpr (requires { Mutated()(static_cast<A&&>(a), static_cast<B&&>(b)); }) {
    if (on<Id>()) return static_cast<type>(Mutated()(static_cast<A&&>(a), static_cast<B&&>(b)));
  } else {
    refuse<Id>();
  }
  return static_cast<type>(Original()(static_cast<A&&>(a), static_cast<B&&>(b)));
}

#define VMNET_BINARY(name, sign)                                                            \
  struct name {                                                                             \
    template <class A, class B>                                                             \
    constexpr auto operator()(A&& a, B&& b) const                                           \
        -> decltype(static_cast<A&&>(a) sign static_cast<B&&>(b)) {                         \
      return static_cast<A&&>(a) sign static_cast<B&&>(b);                                  \
    }                                                                                       \
  };                                                                                        \
  template <class A, int Id, class Mutated>                                                 \
  constexpr operand<A, Id, name, Mutated> operator sign(A&& a, either<Id, name, Mutated>) { \
    return {static_cast<A&&>(a)};                                                           \
  }                                                                                         \
  template <class A, int Id, class Mutated, class B>                                        \
  constexpr auto operator sign(operand<A, Id, name, Mutated> a, B&& b) {                    \
    return apply<Id, name, Mutated>(static_cast<A&&>(a.value), static_cast<B&&>(b));        \
  }

VMNET_BINARY(less, <)
VMNET_BINARY(less_equal, <=)
VMNET_BINARY(greater, >)
VMNET_BINARY(greater_equal, >=)
VMNET_BINARY(equal, ==)
VMNET_BINARY(not_equal, !=)
VMNET_BINARY(plus, +)
VMNET_BINARY(minus, -)
VMNET_BINARY(times, *)
VMNET_BINARY(divided, /)
VMNET_BINARY(modulo, %)
VMNET_BINARY(bit_and, &)
VMNET_BINARY(bit_or, |)
VMNET_BINARY(bit_xor, ^)
VMNET_BINARY(left, <<)
VMNET_BINARY(right, >>)

/// The same for an assignment, which is read from the right.
#define VMNET_ASSIGNMENT(name, sign)                                                        \
  struct name {                                                                             \
    template <class A, class B>                                                             \
    constexpr auto operator()(A& a, B&& b) const -> decltype(a sign static_cast<B&&>(b)) {  \
      return a sign static_cast<B&&>(b);                                                    \
    }                                                                                       \
  };                                                                                        \
  template <class B, int Id, class Mutated>                                                 \
  constexpr operand<B, Id, name, Mutated> operator sign(either<Id, name, Mutated>, B&& b) { \
    return {static_cast<B&&>(b)};                                                           \
  }                                                                                         \
  template <class A, class B, int Id, class Mutated>                                        \
  constexpr A& operator sign(A& a, operand<B, Id, name, Mutated> b) {                       \
    if constexpr (requires { Mutated()(a, static_cast<B&&>(b.value)); }) {                  \
      if (on<Id>()) {                                                                       \
        Mutated()(a, static_cast<B&&>(b.value));                                            \
        return a;                                                                           \
      }                                                                                     \
    } else {                                                                                \
      refuse<Id>();                                                                         \
    }                                                                                       \
    name()(a, static_cast<B&&>(b.value));                                                   \
    return a;                                                                               \
  }

VMNET_ASSIGNMENT(add, +=)
VMNET_ASSIGNMENT(subtract, -=)
VMNET_ASSIGNMENT(shift_left, <<=)
VMNET_ASSIGNMENT(shift_right, >>=)
VMNET_ASSIGNMENT(set_bits, |=)
VMNET_ASSIGNMENT(keep_bits, &=)

#undef VMNET_BINARY
#undef VMNET_ASSIGNMENT

}  // namespace mutant
