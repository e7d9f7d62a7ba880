// vmnet identify: the identities of a set of ids.
//
// One pass: a row is written as soon as its id is read, and the set is kept only
// where it is to be checked for collisions.
module;
#include <unistd.h>

#include <cerrno>

module vmnet.cli.commands;

import vmnet;
import vmnet.cli.arguments;
import vmnet.cli.collision_report;
import vmnet.cli.collisions;
import vmnet.cli.escape;
import vmnet.cli.input;
import vmnet.cli.output;
import vmnet.cli.progress;
import vmnet.cli.report;
import vmnet.cli.rows;
import vmnet.std;

namespace vmnet::cli {
namespace {

struct identify_options {
  std::optional<std::string> subnet;
  std::vector<id_input> inputs;  // in the order of the command line
  input_names input;
  std::optional<std::string> format;
  std::string output = "-";
  bool digest = false;
  bool no_check = false;
  bool strict = false;
  bool keep_going = false;
};

/// A file of ids whose rows go out before it is waited for: whoever writes the ids
/// may wait for the rows. Where ids are there already nothing goes out early, since
/// whole buffers cost less.
class answered_source final : public byte_source {
 public:
  /// `ids` must outlive it; `answer` sends the rows, and is false where that ends the
  /// run, and with it the ids.
  answered_source(file_source& ids, std::function<bool()> answer)
      : ids_(&ids), answer_(std::move(answer)) {}

  std::ptrdiff_t read(char* into, std::size_t size) override {
    if (ids_->would_wait() && !answer_()) return 0;
    return ids_->read(into, size);
  }

 private:
  file_source* ids_;
  std::function<bool()> answer_;
};

/// One run of the command.
class identify_run {
 public:
  identify_run(const identify_options& options, std::optional<ipv4_network> subnet)
      : options_(&options),
        input_(read_input_options(options.input)),
        subnet_(subnet),
        out_(options.output),
        progress_(STDERR_FILENO, out_.is_terminal()) {}

  int run() {
    if (out_.error() != 0) return output_failed();
    const row_format usual = out_.is_terminal() ? row_format::table : row_format::tsv;
    writer_ = make_row_writer(options_->format ? format_named(*options_->format) : usual,
                              options_->digest, out_);
    read_all();
    progress_.clear();
    if (status_ == exit_good || went_on_) end_rows();
    if (output_broke() && out_.error() != EPIPE) return output_failed();
    if (status_ != exit_good && !went_on_) return status_;
    if (!options_->no_check && (options_->strict || !output_broke())) check();
    if (status_ != exit_good && !went_on_) return status_;  // -o FILE stays as it was
    if (out_.commit() != 0 && out_.error() != EPIPE) return output_failed();
    return status_;
  }

 private:
  void read_all() {
    for (const id_input& input : options_->inputs)
      if (!(input.is_file ? read_file(input.text) : read_argument(input.text))) return;
  }

  /// False ends the run, in all that follow.
  bool read_argument(const std::string& id) {
    ++arguments_;
    std::string decoded;
    if (input_.encoding == id_encoding::hex) {
      if (const auto offset = decode_hex(id, decoded))
        return fault({"ID", arguments_, *offset + 1}, hex_fault(id, *offset), id);
    }
    const bool is_hex = input_.encoding == id_encoding::hex;
    return row(is_hex ? decoded : id, std::nullopt, {"ID", arguments_, 1}, id);
  }

  bool read_file(const std::string& path) {
    if (!answer()) return false;  // to open a pipe is to wait for its writer
    file_source file(path);
    if (file.error() != 0) return input_failed(path, file.error());
    progress_.begin(file.size());
    answered_source source(file, [this] { return answer(); });
    id_reader reader(source, input_);
    for (;;) {
      if (!rows(reader)) return false;
      switch (reader.next()) {
        case input_event::row:
          if (!row(reader.row().id, reader.row().subnet,
                   {path, reader.line().number, reader.row().subnet_column}, reader.line().text))
            return false;
          progress_.advance(reader.line().text.size() + 1);
          break;
        case input_event::fault:
          if (!fault({path, reader.line().number, reader.fault().column}, reader.fault().message,
                     reader.line().text))
            return false;
          break;
        case input_event::failed:
          return input_failed(path, reader.error());
        case input_event::end:
          return goes_on();
      }
    }
  }

  bool row(std::string_view id, std::optional<ipv4_network> own_subnet, fault_place place,
           std::string_view line) {
    if (!own_subnet && !subnet_) {
      place.column = line.size() + 1;
      return fault(
          place, "expected a subnet: the id has none of its own, and --subnet is not given", line);
    }
    const auto identity = identify(id, own_subnet ? *own_subnet : *subnet_);
    if (!identity)
      return fault(place, "expected a larger subnet: " + to_string(identity.error()), line);
    take(id, *identity);
    return goes_on();
  }

  /// The ids that the reader can give at once, for which --subnet is enough.
  bool rows(id_reader& reader) {
    if (!subnet_) return true;
    const ipv4_network subnet = *subnet_;
    for (;;) {
      const std::size_t count = reader.next_ids(ids_);
      if (count == 0) return true;
      for (const std::string_view id : std::span(ids_).first(count)) {
        take(id, *identify(id, subnet));
        progress_.advance(id.size() + 1);
      }
      if (!goes_on()) return false;
    }
  }

  void take(std::string_view id, const vm_identity& identity) {
    writer_->row(id, identity);
    if (!options_->no_check) set_.add(id, identity);
  }

  /// Sends the rows to whoever reads them now; false where the output takes no more.
  bool answer() {
    out_.flush_to_reader();
    return goes_on();
  }

  /// False where the output takes no more rows.
  bool goes_on() {
    // A reader that has gone wants no more rows; --strict still wants its answer.
    return !output_broke() || (out_.error() == EPIPE && options_->strict);
  }

  bool fault(const fault_place& place, std::string_view message, std::string_view line) {
    out_.settle();  // what failed before the fault ends the run before it
    if (!goes_on()) return false;
    // The rows before it come first where both go to one place.
    if (options_->keep_going)
      out_.flush();
    else
      end_rows();
    progress_.clear();
    report_fault(place, message, line);
    status_ = exit_bad_input;
    went_on_ = options_->keep_going;
    return went_on_;
  }

  /// What there is of the answer is whole then, also where a fault ends the run.
  void end_rows() {
    writer_->finish();
    out_.flush();
  }

  bool input_failed(const std::string& path, int error) {
    out_.settle();
    if (!goes_on()) return false;
    end_rows();
    progress_.clear();
    status_ = report_unreadable(path, error);
    went_on_ = false;
    return false;
  }

  int output_failed() {
    progress_.clear();
    const bool standard = options_->output == "-";
    report(
        system_fault("cannot write " + (standard ? "standard output" : escaped(options_->output)),
                     out_.error()));
    return exit_system_failed;
  }

  [[nodiscard]] bool output_broke() const noexcept { return out_.error() != 0; }

  void check() {
    collision_report found(progress_);
    set_.run(found);
    if (found.finish() && options_->strict && status_ == exit_good) status_ = exit_answer_is_no;
  }

  const identify_options* options_;
  input_options input_;
  std::optional<ipv4_network> subnet_;
  output out_;
  progress_bar progress_;
  std::unique_ptr<row_writer> writer_;
  collision_check set_;
  std::array<std::string_view, 1024> ids_;
  std::uint64_t arguments_ = 0;
  int status_ = exit_good;
  bool went_on_ = false;  // a bad line was passed over
};

int run(const identify_options& options) {
  if (options.inputs.empty()) {
    report(
        "no ids: give them as arguments, or a file of them with --ids FILE ('-' is standard "
        "input)");
    return exit_bad_input;
  }
  if (!is_read_once(count_standard_input(options.inputs))) return exit_bad_input;
  std::optional<ipv4_network> subnet;
  if (options.subnet) {
    subnet = read_guest_subnet("--subnet", *options.subnet);
    if (!subnet) return exit_bad_input;
  }
  return identify_run(options, subnet).run();
}

constexpr const char* details = R"(Input:
  Plain files have an id a line; a tab and a subnet of its own may follow. Empty
  lines and lines that begin with '#' are skipped, spaces belong to the id. JSON
  Lines have an object a line with "id" or "id_hex", and "subnet" where it has
  its own; what this command prints with --format jsonl can be read back. A lone
  '-' among the IDs is standard input; behind '--' every argument is an id.

  Ids come out in the order of the command line.

Output:
  Rows go out before more ids are waited for, so that a program can write an id
  and read its row; a table is held back for its first 1,000 rows, a file of -o
  until the end. A closed pipe ends the run quietly, with 0. Where a fault ends
  the run, the rows before it come out in every format; a JSON array is closed.
  With -o FILE a file is replaced when the run ends with 0 or went on under
  --keep-going, and else left as it was.

Exit statuses:
  0 good, 1 collisions or duplicates under --strict, 2 bad use or bad input (also
  when --keep-going went on), 3 the system failed.

Examples:
  vmnet identify --subnet 172.30.0.0/24 vm-1 vm-2
  vmnet identify --subnet 172.30.0.0/24 --ids fleet.txt --strict -o fleet.tsv
  list-vms | vmnet identify --subnet 10.0.0.0/16 --ids - --format jsonl
  vmnet identify --subnet 172.30.0.0/24 --id-encoding hex 766d2d31
  vmnet identify --subnet 172.30.0.0/24 -- --odd-id
)";

}  // namespace

void add_identify(command_line& program) {
  command& added = program.add("identify", "Print the network identities of VMs", details);
  const auto options = std::make_shared<identify_options>();
  add_guest_subnet(added, options->subnet);
  add_id_inputs(added, options->inputs);
  add_input_options(added, options->input);
  added.add({.names = "--format",
             .help = "By default table on a terminal, tsv elsewhere",
             .choices = {std::begin(format_names), std::end(format_names)}},
            options->format);
  added.add({.names = "--digest", .help = "Add the field digest: all 64 bits of the hash"},
            options->digest);
  add_output_option(added, options->output);
  added.add({.names = "--keep-going",
             .help = "Report bad lines and pass over them; the exit status is 2 then"},
            options->keep_going);
  added.add({.names = "--strict", .help = "Collisions and duplicates end with exit status 1"},
            options->strict);
  added.add({.names = "--no-check",
             .help = "Do not look for collisions; memory is constant then",
             .excludes = "--strict"},
            options->no_check);
  added.on_run([options] { return run(*options); });
}

}  // namespace vmnet::cli
