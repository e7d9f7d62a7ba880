// vmnet.cli.command_line: the commands of a program, with their options, as data;
// the arguments, the help and what is said of bad use come from it.
//
// The parser beneath is CLI11, which comes as headers: in every file that
// includes it, it costs several times what all else there does. It is known to
// command_line.cpp alone, so no name of it stands here, and nothing here is a
// template: commands say what they take, and what they run.
module;
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

export module vmnet.cli.command_line;

export namespace vmnet::cli {

/// An option, or an argument where the name begins without a hyphen.
struct option {
  std::string names;            ///< "-o,--output", "FILE"
  std::string help;             ///< one line
  std::string value_name = {};  ///< what --help calls the value
  bool required = false;
  std::vector<std::string> choices = {};  ///< the values it may have; empty: any
  std::string excludes = {};              ///< an option added before that forbids this one
};

/// Takes each value of an option that may be given many times. Those of a command
/// are called in the order of the command line, whichever option a value is of.
using value_taker = std::function<void(std::string value)>;

/// Where a value goes: a flag's, one that must be or has a default, one that may
/// be absent, or any number of them.
using option_target = std::variant<bool*, std::string*, std::optional<std::string>*, value_taker>;

/// A command. What is added must outlive the run.
class command {
 public:
  command(std::string name, std::string help, std::string details);

  void add(option what, bool& into) { options_.push_back({std::move(what), &into}); }
  void add(option what, std::string& into) { options_.push_back({std::move(what), &into}); }
  void add(option what, std::optional<std::string>& into) {
    options_.push_back({std::move(what), &into});
  }
  void add(option what, value_taker take) {
    options_.push_back({std::move(what), std::move(take)});
  }

  /// The option which takes the arguments that stand behind `--`, and those that
  /// the parser would not take as they are.
  void take_literally(std::string option_name) { literal_ = std::move(option_name); }

  /// What the command does; it gives the exit status.
  void on_run(std::function<int()> run) { run_ = std::move(run); }

 private:
  friend class command_line;

  struct entry {
    option about;
    option_target into;
  };

  std::string name_;
  std::string help_;
  std::string details_;
  std::string literal_;
  std::deque<entry> options_;
  std::function<int()> run_;
};

/// All of a program.
class command_line {
 public:
  /// `version` is what --version prints; `description` stands above the help of
  /// the program itself, `details` below.
  command_line(std::string name, std::string version, std::string description, std::string details);

  /// Adds a command; `help` is one line, `details` stand below its own help.
  command& add(std::string name, std::string help, std::string details);

  /// Runs what the arguments of main() ask for: the exit status. Bad use is
  /// reported here.
  [[nodiscard]] int run(int argc, char** argv);

 private:
  class parser;

  std::string name_;
  std::string version_;
  std::string description_;
  std::string details_;
  std::deque<command> commands_;
};

}  // namespace vmnet::cli
