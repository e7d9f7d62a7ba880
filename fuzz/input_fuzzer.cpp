// The program's own readers, plain and JSON Lines, fed with any bytes, however
// they arrive and wherever the source breaks off.
//
// Input: a byte each for the format and what is read, the longest line, the bytes a read gives,
// the first buffer (small, so that short lines outgrow it) and where the source
// fails; then the text. The oracle (input_oracle.hpp) cuts lines by hand and
// reads JSON with a grammar of its own.
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "input_oracle.hpp"

import vmnet.cli.input;
import vmnet.placement;

namespace {

using fuzz::check;
using vmnet::cli::input_event;

/// A text that arrives in pieces and may end in a fault, and sees how much the
/// reader asks for at once: its buffer.
class watched_source final : public vmnet::cli::byte_source {
 public:
  watched_source(std::string_view text, std::size_t step, int error)
      : text_(text), step_(step), error_(error) {}

  std::ptrdiff_t read(char* into, std::size_t size) override {
    check(size > 0, "a reader asks for something");
    largest_ = std::max(largest_, size);
    const std::size_t count = std::min({size, step_, text_.size()});
    if (count == 0) return -error_;
    std::copy_n(text_.data(), count, into);
    // What was not given is not there, whatever the buffer holds.
    std::fill_n(into + count, std::min(size - count, std::size_t{16}), '\n');
    text_.remove_prefix(count);
    return static_cast<std::ptrdiff_t>(count);
  }

  [[nodiscard]] std::size_t largest() const { return largest_; }

 private:
  std::string_view text_;
  std::size_t step_;
  int error_;
  std::size_t largest_ = 0;
};

void check_row(const vmnet::cli::id_reader& reader, const fuzz::input_expectation& want) {
  const vmnet::cli::input_row& row = reader.row();
  check(row.id == want.id, "the id is the oracle's");
  check(row.subnet.has_value() == want.subnet.has_value(), "a subnet is there where one stands");
  if (!row.subnet) return;
  check(row.subnet->prefix_length() == want.subnet->prefix_length &&
            row.subnet->contains(vmnet::ipv4_address::from_uint32(want.subnet->address)),
        "the subnet is the oracle's");
  check(row.subnet_column == want.column, "the subnet stands where the oracle found it");
}

/// How a value came about, as a plan writes it.
std::string way_of(const vmnet::placement& placed) {
  switch (placed.kind) {
    case vmnet::placement_kind::v1:
      return "v1";
    case vmnet::placement_kind::pinned:
      return "pinned";
    case vmnet::placement_kind::kept:
      return "kept";
    case vmnet::placement_kind::probed:
      return "probe " + std::to_string(placed.probe);
  }
  return {};
}

void check_planned(const vmnet::cli::planned_fields& got, const fuzz::expected_plan_fields& want) {
  check(got.version == want.version, "the version is the oracle's");
  check(got.generation == want.generation, "the generation is the oracle's");
  check(got.tap_name.has_value() == want.tap_name.has_value() &&
            (!got.tap_name || got.tap_name->view() == *want.tap_name),
        "the TAP name is the oracle's");
  const auto is_same = [](const auto& address, const auto& number) {
    return address.has_value() == number.has_value() &&
           (!address || address->to_uint32() == *number);
  };
  check(is_same(got.guest_ip, want.guest_ip), "the address is the oracle's");
  check(is_same(got.gateway, want.gateway), "the gateway is the oracle's");
  check(got.mac.has_value() == want.mac.has_value() &&
            (!got.mac || got.mac->to_uint64() == *want.mac),
        "the MAC address is the oracle's");
  for (std::size_t i = 0; i < want.ways.size(); ++i)
    check(way_of(got.placements[i]) == (want.ways[i].empty() ? "v1" : want.ways[i]),
          "a value came about as the oracle has it");
}

void check_fault(const vmnet::cli::id_reader& reader, const fuzz::input_expectation& want) {
  constexpr std::size_t longest_message = 200;
  const vmnet::cli::input_fault& fault = reader.fault();
  check(fault.column >= 1 && fault.column <= reader.line().text.size() + 1,
        "a fault stands in its line or behind it");
  check(want.column == 0 || fault.column == want.column, "a fault stands where the oracle's does");
  check(!fault.message.empty() && fault.message.size() <= longest_message,
        "a message is there and short");
  check(std::ranges::all_of(fault.message, [](char c) { return c >= ' ' && c <= '~'; }),
        "a message holds no byte of the input that a terminal would obey");
}

/// What the reader gives, event by event, against what the oracle expects; with a
/// `batch` up to so many ids at once where it has them.
void check_events(vmnet::cli::id_reader& reader,
                  const std::vector<fuzz::input_expectation>& expected, int error,
                  std::size_t batch) {
  std::vector<std::string_view> ids(batch);
  for (std::size_t at = 0; at < expected.size();) {
    const std::size_t count = reader.next_ids(ids);
    for (std::size_t i = 0; i < count; ++i, ++at)
      check(at < expected.size() && expected[at].is_row && !expected[at].subnet &&
                expected[at].id == ids[i],
            "the ids of a batch are those of rows in their order");
    if (count > 0) continue;
    const fuzz::input_expectation& want = expected[at++];
    const input_event event = reader.next();
    check(event == (want.is_row ? input_event::row : input_event::fault),
          "a line is accepted exactly where the oracle accepts it");
    check(reader.line().number == want.line, "lines are counted from 1");
    check(reader.line().text == want.text, "the line is shown as it stands");
    if (want.is_row) {
      check_row(reader, want);
      check_planned(reader.row().planned, want.planned);
    } else {
      check_fault(reader, want);
    }
  }
  for (int again = 0; again < 2; ++again) {
    check(reader.next() == (error != 0 ? input_event::failed : input_event::end),
          "the end comes behind the last line, and stays");
    check(reader.error() == error, "the error is the source's");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::reader in(data, size);
  const unsigned mode = in.byte();
  const std::size_t longest = in.byte();
  const std::size_t step = in.byte();
  const std::size_t buffer = in.byte() + std::size_t{1};
  const std::size_t kept = in.byte();

  vmnet::cli::input_options options;
  fuzz::input_rules rules;
  if (mode % 3U == 1) options.format = vmnet::cli::input_format::plain;
  if (mode % 3U == 2) options.format = vmnet::cli::input_format::jsonl;
  if (mode / 3U % 2U == 1) options.encoding = vmnet::cli::id_encoding::hex;
  options.max_line = longest < 128 ? longest : longest * 10'000;
  options.buffer = buffer;
  rules.max_line = options.max_line;
  rules.hex = options.encoding == vmnet::cli::id_encoding::hex;

  std::string text(in.rest());
  const bool fails = mode / 6U % 2U == 1;
  rules.planned = mode / 12U % 2U == 1;
  options.with_planned_fields = rules.planned;
  if (fails) text.resize(std::min(text.size(), kept));
  const int error = fails ? EIO : 0;

  rules.detected = options.format == vmnet::cli::input_format::detect;
  if (rules.detected)
    rules.json = fuzz::looks_like_json(text, options.max_line);
  else
    rules.json = options.format == vmnet::cli::input_format::jsonl;
  watched_source source(text, step == 0 ? text.size() + 1 : step, error);
  vmnet::cli::id_reader reader(source, options);
  check_events(reader, fuzz::expect_input(text, rules, fails), error, mode / 24U % 4U);
  check(source.largest() <= 2 * std::max(buffer, options.max_line + 1),
        "memory is bounded by the longest line");
  return 0;
}
