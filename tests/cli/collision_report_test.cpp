#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>

import vmnet.cli.collision_report;

namespace {

constexpr std::string_view message = "looking for collisions";
constexpr std::string_view erasure = "\r\x1b[K";

/// A terminal, and what has come to it.
class terminal {
 public:
  terminal() {
    ::setenv("TERM", "xterm", 1);
    EXPECT_EQ(::openpty(&master_, &slave_, nullptr, nullptr, nullptr), 0);
  }
  terminal(const terminal&) = delete;
  terminal& operator=(const terminal&) = delete;
  ~terminal() {
    ::close(master_);
    ::close(slave_);
  }

  [[nodiscard]] int fd() const { return slave_; }

  /// What was written since the last call. A mark behind it says when all is there.
  std::string shown() {
    constexpr char mark = '|';
    EXPECT_EQ(::write(slave_, &mark, 1), 1);
    std::string text;
    for (char c = 0; ::read(master_, &c, 1) == 1 && c != mark;) text += c;
    return text;
  }

 private:
  int master_ = -1;
  int slave_ = -1;
};

TEST(CollisionReport, KeepsTheProgressLineUpUntilThereIsSomethingToWrite) {
  for (const bool finds_something : {false, true}) {
    terminal screen;
    vmnet::cli::progress_bar progress(screen.fd(), false);
    for (int i = 0; i < 200'000; ++i) progress.advance(1);  // from here on it is long work
    static_cast<void>(screen.shown());

    vmnet::cli::collision_report report(progress);
    EXPECT_TRUE(screen.shown().ends_with(message));
    if (finds_something) report.duplicate({"vm-1", {}}, 2);
    EXPECT_EQ(screen.shown(), "") << "the search goes on, so the line stands there";
    EXPECT_EQ(report.finish(), finds_something);
    EXPECT_EQ(screen.shown(), erasure);
  }
}

}  // namespace
