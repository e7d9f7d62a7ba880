#include <gtest/gtest.h>

#include <csetjmp>
#include <csignal>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

import vmnet.result;

namespace {

using vmnet::failure;
using vmnet::result;

enum class fault { first, second };

using number = result<int, fault>;
using text = result<std::string, std::string>;
using owner = result<std::unique_ptr<int>, std::unique_ptr<int>>;
using outcome = result<void, std::string>;

const std::string long_text = "a text that is too long to live inside the string object itself";
const std::string other_text = "another text that is too long to live inside the string object";

/// Counts the objects alive, so that a missing or a second destructor shows.
struct counted {
  explicit counted(int v) noexcept : value(v) { ++alive; }
  counted(const counted& other) : value(other.value) { ++alive; }
  counted(counted&& other) noexcept : value(std::exchange(other.value, -1)) { ++alive; }
  counted& operator=(const counted&) = delete;
  ~counted() { --alive; }
  int value;
  static inline int alive = 0;
};

struct throwing_move {
  throwing_move() = default;
  throwing_move(const throwing_move&) {}
};

// One function object a kind, so that each instance of a template sees both a
// value and an error.
struct half_of {
  number operator()(int v) const {
    if (v % 2 != 0) return failure(fault::second);
    return v / 2;
  }
};
struct size_of {
  std::size_t operator()(const std::string& s) const { return s.size(); }
};
struct non_empty {
  text operator()(const std::string& s) const {
    if (s.empty()) return failure(other_text);
    return s;
  }
};
struct take {
  std::unique_ptr<int> operator()(std::unique_ptr<int> p) const { return p; }
};
struct take_on {
  owner operator()(std::unique_ptr<int> p) const { return p; }
};
struct ignore {
  void operator()(const std::string&) const { ++calls; }
  static inline int calls = 0;
};

TEST(Result, HoldsAValueInitialisedValueByDefault) {
  EXPECT_TRUE(number().has_value());
  EXPECT_EQ(*number(), 0);
  EXPECT_EQ(*text(), "");
}

TEST(Result, HoldsAValue) {
  const text r(long_text);
  EXPECT_TRUE(r.has_value());
  EXPECT_TRUE(static_cast<bool>(r));
  EXPECT_EQ(r.value(), long_text);
  EXPECT_EQ(*r, long_text);
  EXPECT_EQ(r->size(), long_text.size());
}

TEST(Result, HoldsAnError) {
  const text r = failure(long_text);
  EXPECT_FALSE(r.has_value());
  EXPECT_FALSE(static_cast<bool>(r));
  EXPECT_EQ(r.error(), long_text);
}

TEST(Result, ConvertsValuesAndErrorsOnTheWayIn) {
  const text value = "letters";
  EXPECT_EQ(*value, "letters");
  const failure<const char*> reason("reason");
  const text copied = reason;
  EXPECT_EQ(copied.error(), "reason");
  const text moved = failure("reason");
  EXPECT_EQ(moved.error(), "reason");
}

TEST(Result, TellsEqualValuesAndErrorsOfOneTypeApart) {
  const text value(long_text);
  const text error = failure(long_text);
  EXPECT_NE(value, error);
  EXPECT_NE(error, value);
  EXPECT_EQ(value, text(long_text));
  EXPECT_NE(value, text(other_text));
  EXPECT_EQ(error, text(failure(long_text)));
  EXPECT_NE(error, text(failure(other_text)));
  EXPECT_EQ(failure(1), failure(1));
}

TEST(Result, GivesWritableAccess) {
  text value(long_text);
  *value += '!';
  value->push_back('?');
  value.value() += '.';
  EXPECT_EQ(*value, long_text + "!?.");
  text error = failure(long_text);
  error.error() += '!';
  EXPECT_EQ(error.error(), long_text + "!");
}

TEST(Result, CopiesValuesAndErrors) {
  const text value(long_text);
  const text error = failure(other_text);
  text copy(value);  // NOLINT(performance-unnecessary-copy-initialization): the copy is tested
  EXPECT_EQ(copy, value);
  copy = error;
  EXPECT_EQ(copy, error);
  copy = value;
  EXPECT_EQ(copy, value);
  const text error_copy(error);
  EXPECT_EQ(error_copy, error);
}

TEST(Result, AssignsFromItself) {
  text r(long_text);
  text& alias = r;
  r = alias;
  EXPECT_EQ(*r, long_text);
  r = std::move(alias);
  EXPECT_EQ(*r, long_text);
}

TEST(Result, MovesWhatCannotBeCopied) {
  owner value(std::make_unique<int>(7));
  owner moved(std::move(value));
  EXPECT_EQ(**moved, 7);
  owner error = failure(std::make_unique<int>(8));
  owner moved_error(std::move(error));
  EXPECT_EQ(*moved_error.error(), 8);
  moved = std::move(moved_error);
  EXPECT_FALSE(moved.has_value());
  EXPECT_EQ(*std::move(moved).error(), 8);
  moved = owner(std::make_unique<int>(9));
  const std::unique_ptr<int> out = *std::move(moved);
  EXPECT_EQ(*out, 9);
}

TEST(Result, IsCopyableAndAssignableExactlyWhereItsPartsAre) {
  EXPECT_TRUE(std::is_copy_constructible_v<text>);
  EXPECT_TRUE(std::is_copy_assignable_v<text>);
  EXPECT_FALSE(std::is_copy_constructible_v<owner>);
  EXPECT_FALSE(std::is_copy_assignable_v<owner>);
  EXPECT_TRUE(std::is_nothrow_move_constructible_v<owner>);
  EXPECT_TRUE(std::is_nothrow_move_assignable_v<owner>);
  EXPECT_TRUE((std::is_copy_constructible_v<result<throwing_move, int>>));
  EXPECT_FALSE((std::is_move_assignable_v<result<throwing_move, int>>));
}

TEST(Result, DestroysWhatItHoldsOnce) {
  using both = result<counted, counted>;
  ASSERT_EQ(counted::alive, 0);
  {
    both value(counted(1));
    both error = failure(counted(2));
    EXPECT_EQ(counted::alive, 2);
    both copy(value);
    EXPECT_EQ(counted::alive, 3);
    copy = error;
    EXPECT_EQ(counted::alive, 3);
    EXPECT_EQ(copy.error().value, 2);
    copy = std::move(value);
    EXPECT_EQ(counted::alive, 3);
    EXPECT_EQ(copy->value, 1);
  }
  EXPECT_EQ(counted::alive, 0);
}

/// Sits in what would be the tail padding of its base.
struct tagged : text {
  using text::text;
  bool tag = false;
};

TEST(Result, AssignmentLeavesWhatADerivedClassAddsAlone) {
  tagged r(long_text);
  r.tag = true;
  static_cast<text&>(r) = text(failure(other_text));
  EXPECT_TRUE(r.tag);
  EXPECT_EQ(r.error(), other_text);
}

TEST(Result, FallsBackToAnotherValue) {
  EXPECT_EQ(number(5).value_or(7), 5);
  EXPECT_EQ(number(failure(fault::first)).value_or(7), 7);
  const text value(long_text);
  const text error = failure(long_text);
  EXPECT_EQ(value.value_or("fallback"), long_text);
  EXPECT_EQ(error.value_or("fallback"), "fallback");
  EXPECT_EQ(text(long_text).value_or("fallback"), long_text);
  EXPECT_EQ(text(failure(long_text)).value_or("fallback"), "fallback");
  EXPECT_EQ(*owner(std::make_unique<int>(3)).value_or(nullptr), 3);
}

TEST(Result, TransformsTheValueAndPassesTheErrorOn) {
  const text value(long_text);
  const text error = failure(other_text);
  EXPECT_EQ(*value.transform(size_of()), long_text.size());
  EXPECT_EQ(error.transform(size_of()).error(), other_text);
  EXPECT_EQ(*text(long_text).transform(size_of()), long_text.size());
  EXPECT_EQ(text(failure(other_text)).transform(size_of()).error(), other_text);
  EXPECT_EQ(**owner(std::make_unique<int>(4)).transform(take()), 4);
  EXPECT_EQ(*owner(failure(std::make_unique<int>(5))).transform(take()).error(), 5);
}

TEST(Result, TransformsToNothing) {
  const text value(long_text);
  ignore::calls = 0;
  const outcome done = value.transform(ignore());
  EXPECT_TRUE(done.has_value());
  EXPECT_EQ(ignore::calls, 1);
  EXPECT_EQ(text(failure(other_text)).transform(ignore()).error(), other_text);
  EXPECT_EQ(ignore::calls, 1);
}

TEST(Result, TransformsThroughAPointerToMember) {
  struct point {
    int x;
  };
  const result<point, fault> r(point{6});
  EXPECT_EQ(*r.transform(&point::x), 6);
  const result<const point*, fault> pointer(&*r);
  EXPECT_EQ(*pointer.transform(&point::x), 6);
}

TEST(Result, TransformsThroughAPointerToMemberFunction) {
  struct point {
    [[nodiscard]] int twice() const { return 2 * x; }
    int x;
  };
  struct named_point : point {};
  const result<named_point, fault> r(named_point{{6}});
  EXPECT_EQ(*r.transform(&point::twice), 12);
  const result<const named_point*, fault> pointer(&*r);
  EXPECT_EQ(*pointer.transform(&point::twice), 12);
}

TEST(Result, ChainsWhatMayFail) {
  const number even(8);
  const number odd(7);
  const number error = failure(fault::first);
  EXPECT_EQ(even.and_then(half_of()), number(4));
  EXPECT_EQ(odd.and_then(half_of()), number(failure(fault::second)));
  EXPECT_EQ(error.and_then(half_of()), number(failure(fault::first)));
  EXPECT_EQ(number(8).and_then(half_of()).and_then(half_of()), number(2));
  EXPECT_EQ(number(failure(fault::first)).and_then(half_of()), number(failure(fault::first)));
  EXPECT_EQ(*text(long_text).and_then(non_empty()), long_text);
  EXPECT_EQ(text("").and_then(non_empty()).error(), other_text);
  EXPECT_EQ(text(failure(long_text)).and_then(non_empty()).error(), long_text);
  EXPECT_EQ(**owner(std::make_unique<int>(4)).and_then(take_on()), 4);
  EXPECT_EQ(*owner(failure(std::make_unique<int>(5))).and_then(take_on()).error(), 5);
}

TEST(ResultOfVoid, IsSuccessByDefault) {
  const outcome r;
  EXPECT_TRUE(r.has_value());
  EXPECT_TRUE(static_cast<bool>(r));
  r.value();
  *r;
}

TEST(ResultOfVoid, HoldsAnError) {
  outcome r = failure(long_text);
  EXPECT_FALSE(r.has_value());
  EXPECT_FALSE(static_cast<bool>(r));
  r.error() += '!';
  EXPECT_EQ(std::as_const(r).error(), long_text + "!");
  EXPECT_EQ(std::move(r).error(), long_text + "!");
}

TEST(ResultOfVoid, Compares) {
  EXPECT_EQ(outcome(), outcome());
  EXPECT_NE(outcome(), outcome(failure(long_text)));
  EXPECT_EQ(outcome(failure(long_text)), outcome(failure(long_text)));
  EXPECT_NE(outcome(failure(other_text)), outcome(failure(long_text)));
}

struct seven {
  int operator()() const { return 7; }
};
struct nothing {
  void operator()() const {}
};
struct seven_as_text {
  text operator()() const { return "7"; }
};

TEST(ResultOfVoid, TransformsAndChains) {
  const outcome good;
  const outcome bad = failure(long_text);
  EXPECT_EQ(*good.transform(seven()), 7);
  EXPECT_EQ(bad.transform(seven()).error(), long_text);
  EXPECT_TRUE(good.transform(nothing()).has_value());
  EXPECT_EQ(bad.transform(nothing()).error(), long_text);
  EXPECT_EQ(*good.and_then(seven_as_text()), "7");
  EXPECT_EQ(bad.and_then(seven_as_text()).error(), long_text);
  EXPECT_EQ(*outcome().transform(seven()), 7);
  EXPECT_EQ(outcome(bad).transform(seven()).error(), long_text);
  EXPECT_EQ(*outcome().and_then(seven_as_text()), "7");
  EXPECT_EQ(outcome(bad).and_then(seven_as_text()).error(), long_text);
}

TEST(ResultOfVoid, PassesAMoveOnlyErrorOn) {
  using deed = result<void, std::unique_ptr<int>>;
  EXPECT_EQ(*deed(failure(std::make_unique<int>(3))).transform(seven()).error(), 3);
}

using ResultDeathTest = testing::Test;

TEST(ResultDeathTest, AWrongAccessAborts) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const testing::KilledBySignal aborted(SIGABRT);
  const text value(long_text);
  const text error = failure(long_text);
  constexpr const char* no_value = "vmnet: value of a result that holds an error";
  constexpr const char* no_error = "vmnet: error of a result that holds a value";
  EXPECT_EXIT(static_cast<void>(error.value()), aborted, no_value);
  EXPECT_EXIT(static_cast<void>(*error), aborted, no_value);
  EXPECT_EXIT(static_cast<void>(error->size()), aborted, no_value);
  EXPECT_EXIT(static_cast<void>(*text(failure(long_text))), aborted, no_value);
  EXPECT_EXIT(static_cast<void>(value.error()), aborted, no_error);
  EXPECT_EXIT(static_cast<void>(text(long_text).error()), aborted, no_error);
  EXPECT_EXIT(outcome(failure(long_text)).value(), aborted, no_value);
  EXPECT_EXIT(*outcome(failure(long_text)), aborted, no_value);
  EXPECT_EXIT(static_cast<void>(outcome().error()), aborted, no_error);
}

sigjmp_buf after_abort;

// POSIX: abort() ends the program unless SIGABRT is caught by a handler that
// does not return.
TEST(ResultAbort, ReachesTheProgramsOwnHandler) {
  const number value(1);
  const number error = failure(fault::first);
  EXPECT_EQ(value.value(), 1);
  EXPECT_EQ(error.error(), fault::first);
  const auto before = std::signal(SIGABRT, [](int) { siglongjmp(after_abort, 1); });
  volatile int aborts = 0;
  if (sigsetjmp(after_abort, 1) == 0)
    static_cast<void>(value.error());
  else
    aborts = aborts + 1;
  if (sigsetjmp(after_abort, 1) == 0)
    static_cast<void>(error.value());
  else
    aborts = aborts + 1;
  std::signal(SIGABRT, before);
  EXPECT_EQ(aborts, 2);
}

}  // namespace
