module;
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

module vmnet.cli.command_line;

import vmnet.cli.escape;
import vmnet.cli.report;

namespace vmnet::cli {
namespace {

/// Keeps the lines of descriptions and examples: CLI11 2.5 and later would fill
/// them up as paragraphs, and earlier ones have no such switch.
template <class Formatter>
void keep_lines(Formatter& formatter) {
  if constexpr (requires { formatter.enable_footer_formatting(false); }) {
    formatter.enable_description_formatting(false);
    formatter.enable_footer_formatting(false);
  }
}

/// Refuses what is none of `choices`. Without a description, which --help would
/// show behind them.
CLI::Validator one_of(const std::vector<std::string>& choices) {
  return CLI::Validator(
      [choices](const std::string& value) {
        if (std::find(choices.begin(), choices.end(), value) != choices.end()) return std::string();
        return "'" + shortened(value) + "': expected " + CLI::detail::join(choices, ", ");
      },
      "");
}

/// Refuses what names no file.
CLI::Validator not_empty() {
  return CLI::Validator(
      [](const std::string& value) {
        return value.empty() ? std::string("'': expected the name of a file") : std::string();
      },
      "");
}

/// True where the value is the name of a file.
bool is_file(const option& about) {
  constexpr std::array<std::string_view, 5> words = {"FILE", "PLAN", "DIR", "OLD", "NEW"};
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return about.value_name == word || about.names == word;
  });
}

CLI::Option* add_flag(CLI::App& app, const option& about, bool& into) {
  return app.add_flag(about.names, into, about.help)->disable_flag_override();
}

/// What a value that CLI11 is not to take apart begins with: no argument can have
/// it. "[a,b]" would be two values, and newer versions make "[a]" of "[[aa]]".
constexpr char opaque_mark = '\0';

std::string marked(std::string value) {
  if (value.starts_with('[')) value.insert(value.begin(), opaque_mark);
  return value;
}

std::string unmarked(std::string value) {
  if (value.starts_with(opaque_mark)) value.erase(0, 1);
  return value;
}

template <class Value>
CLI::Option* add_option(CLI::App& app, const option& about, Value& into) {
  CLI::Option* const added = app.add_option(about.names, into, about.help);
  added->transform(unmarked);
  added->type_name(about.choices.empty() ? about.value_name
                                         : "{" + CLI::detail::join(about.choices, ",") + "}");
  // An option takes one value each time, and its help has no dots behind it; an
  // argument takes all that are left.
  if (about.names.starts_with('-')) {
    added->allow_extra_args(false);
    if (added->get_expected_max() > 1) {
      added->expected(1, CLI::detail::expected_max_vector_size - 1);
      added->description(added->get_description() + "; can be repeated");
    }
  }
  if (!about.choices.empty()) added->check(one_of(about.choices));
  if (is_file(about)) added->check(not_empty());
  return added;
}

template <class Kind>
bool is_a(const CLI::ParseError& error) {
  return dynamic_cast<const Kind*>(&error) != nullptr;
}

/// True where CLI11 would not take the positional `argument` as it is: "++" ends
/// the command.
bool has_meaning_to_parser(std::string_view argument) { return argument == "++"; }

}  // namespace

/// CLI11's view of the program, and of the commands that an argument names: the options
/// of the others would take longer than all else that a short run does.
class command_line::parser {
 public:
  parser(const command_line& program, std::span<char* const> given, int& exit_status)
      : program_(&program), given_(given), app_(program.description_, program.name_) {
    keep_lines(*app_.get_formatter());
    app_.set_version_flag("--version", program.version_, "Print the version and exit");
    app_.require_subcommand(1);
    for (const command& one : program.commands_) {
      CLI::App* const added = app_.add_subcommand(one.name_, one.help_);
      if (std::find(given.begin(), given.end(), one.name_) == given.end()) continue;
      if (given.front() == one.name_) called_ = &one;
      added->footer(one.details_);
      for (const command::entry& entry : one.options_) {
        CLI::Option* const option = add(*added, entry);
        option->required(entry.about.required);
        if (!entry.about.excludes.empty())
          option->excludes(added->get_option(entry.about.excludes));
      }
      added->callback([this, added, &one, &exit_status] {
        hand_out_values(*added);
        exit_status = one.run_();
      });
    }
    app_.footer(program.details_);  // now: a command added later would inherit it
  }

  /// The status with which it ends, where no command has run.
  std::optional<int> parse() {
    try {
      app_.parse(arguments());
    } catch (const CLI::CallForHelp&) {
      return print(app_.help());
    } catch (const CLI::CallForVersion& version) {
      return print(std::string(version.what()) + '\n');
    } catch (const CLI::ParseError& error) {
      const std::vector<std::string> extra = app_.remaining(true);
      if (called_ == nullptr && !extra.empty())
        return refuse("unknown command " + shortened(extra.front()));
      // CLI11 shows all of them, the last first, and at any length.
      if (is_a<CLI::ExtrasError>(error))
        return refuse("unexpected argument '" + shortened(unmarked(extra.front())) + "'");
      return refuse(escaped(words_of(error)));
    }
    return std::nullopt;
  }

 private:
  /// Points to the help of the command, or of the program where none is named.
  [[nodiscard]] int refuse(const std::string& message) const {
    report(message + " (try '" + program_->name_ +
           (called_ != nullptr ? ' ' + called_->name_ : "") + " --help')");
    return exit_bad_input;
  }

  /// What is wrong, where CLI11's own words would speak of its parts.
  [[nodiscard]] std::string words_of(const CLI::ParseError& error) const {
    std::string words = error.what();
    if (called_ == nullptr) return is_a<CLI::RequiredError>(error) ? "no command is given" : words;
    if (is_a<CLI::ExcludesError>(error)) {  // "--strict excludes --no-check"
      const std::size_t end = words.find(' ');
      return words.substr(0, end) + " cannot be given with" + words.substr(words.rfind(' '));
    }
    const std::string name = words.substr(0, words.find(':'));
    const CLI::Option* const option =
        app_.get_subcommand(called_->name_)->get_option_no_throw(name);
    if (!is_a<CLI::ArgumentMismatch>(error) || option == nullptr) return words;
    if (option->count() > 1) return name + " is given more than once";
    return name + ": expected a value behind it, " + option->get_type_name();
  }

  CLI::Option* add(CLI::App& app, const command::entry& entry) {
    if (bool* const* flag = std::get_if<bool*>(&entry.into))
      return add_flag(app, entry.about, **flag);
    if (std::string* const* value = std::get_if<std::string*>(&entry.into))
      return add_option(app, entry.about, **value);
    if (const auto* const value = std::get_if<std::optional<std::string>*>(&entry.into))
      return add_option(app, entry.about, **value);
    CLI::Option* const added = add_option(app, entry.about, values_.emplace_back());
    takers_.emplace(added, &std::get<value_taker>(entry.into));
    return added;
  }

  void hand_out_values(const CLI::App& app) const {
    std::map<const CLI::Option*, std::size_t> handed_out;
    for (const CLI::Option* const option : app.parse_order())
      if (const auto found = takers_.find(option); found != takers_.end())
        (*found->second)(unmarked(option->results().at(handed_out[option]++)));
  }

  /// True for an option that takes a value, or for one that takes none.
  static bool is_option(const CLI::App& app, const std::string& argument, bool takes_value) {
    if (!argument.starts_with('-')) return false;
    const CLI::Option* const option = app.get_option_no_throw(argument);
    return option != nullptr && (option->get_items_expected_max() > 0) == takes_value;
  }

  /// The arguments in CLI11's order, the last first. Behind `--` every argument is
  /// to be taken literally, which CLI11 does only as long as a positional is
  /// missing: each goes to the command's literal option, and so does what it would
  /// not take as it is. `--option=` has an empty value, which CLI11 takes for none;
  /// and of `--flag=true` it takes the value that no flag here has.
  std::vector<std::string> arguments() const {
    std::vector<std::string> reversed;
    const bool is_literal = called_ != nullptr && !called_->literal_.empty();
    const CLI::App& app = called_ != nullptr ? *app_.get_subcommand(called_->name_) : app_;
    bool behind_dashes = false;
    bool is_value = false;
    for (std::string argument : given_) {
      if (behind_dashes || is_value) {
        if (behind_dashes && is_literal) reversed.push_back(called_->literal_);
        is_value = false;
      } else {
        behind_dashes = argument == "--";
        if (behind_dashes && is_literal) continue;
        if (is_literal && has_meaning_to_parser(argument)) reversed.push_back(called_->literal_);
        is_value = is_option(app, argument, true);
        if (const std::size_t equals = argument.find('='); equals != argument.npos) {
          const std::string name = argument.substr(0, equals);
          std::string value = argument.substr(equals + 1);
          if (is_option(app, name, false)) throw CLI::ArgumentMismatch(name + " takes no value");
          if ((value.empty() || value.starts_with('[')) && is_option(app, name, true)) {
            reversed.push_back(name);
            argument = std::move(value);
          }
        }
      }
      reversed.push_back(marked(std::move(argument)));
    }
    std::reverse(reversed.begin(), reversed.end());
    return reversed;
  }

  const command_line* program_;
  std::span<char* const> given_;
  const command* called_ = nullptr;  // the one that the user has named
  CLI::App app_;
  std::deque<std::vector<std::string>> values_;  // where CLI11 puts what takers get
  std::map<const CLI::Option*, const value_taker*> takers_;
};

command::command(std::string name, std::string help, std::string details)
    : name_(std::move(name)), help_(std::move(help)), details_(std::move(details)) {}

command_line::command_line(std::string name, std::string version, std::string description,
                           std::string details)
    : name_(std::move(name)),
      version_(std::move(version)),
      description_(std::move(description)),
      details_(std::move(details)) {}

command& command_line::add(std::string name, std::string help, std::string details) {
  return commands_.emplace_back(std::move(name), std::move(help), std::move(details));
}

int command_line::run(int argc, char** argv) {
  int exit_status = exit_good;
  // A caller may leave out even the name of the program.
  const std::span<char* const> given(argv + (argc > 0), argv + argc);
  parser parsing(*this, given, exit_status);
  return parsing.parse().value_or(exit_status);
}

}  // namespace vmnet::cli
