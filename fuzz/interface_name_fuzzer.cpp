// Any bytes as the name of a network interface, against the kernel's rules as a
// list of bytes: dev_valid_name() of net/core/dev.c, and no `%`.
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "check.hpp"

import vmnet.interface_name;

namespace {

using fuzz::check;

constexpr std::string_view forbidden{"\0/:%\t\n\v\f\r \xa0", 11};

struct expectation {
  std::string_view error;
  std::size_t offset = 0;
};

expectation expect(std::string_view text) {
  if (text.empty()) return {.error = "the text ends too early", .offset = 0};
  const std::size_t at = text.find_first_of(forbidden);
  if (at < 15) return {.error = "an interface name may not contain this byte", .offset = at};
  if (text.size() > 15) return {.error = "an interface name has at most 15 bytes", .offset = 15};
  if (text == "." || text == "..")
    return {.error = "'.' and '..' are not interface names", .offset = text.size()};
  return {};
}

void check_value(const vmnet::interface_name& name, std::string_view text) {
  check(name.view() == text && std::string_view(name) == text, "a name is its text");
  check(name.size() == text.size() && name.empty() == text.empty(), "a name has its size");
  // In a block of its own, so that AddressSanitizer guards the byte behind it.
  const auto alone = std::make_unique<vmnet::interface_name>(name);
  check(std::strlen(alone->c_str()) == text.size(), "a name ends with a NUL");
  check(to_string(name) == text, "to_string gives the text");
  check(name == text && !(name == std::string(text) + "x"), "a name compares with text");
  check(std::hash<vmnet::interface_name>()(name) == std::hash<std::string_view>()(text),
        "a name hashes as its view does");
}

void check_text(std::string_view text) {
  const auto got = vmnet::interface_name::parse(text);
  const expectation want = expect(text);
  check(got.has_value() == want.error.empty(), "accepts exactly what the oracle accepts");
  if (got) {
    check_value(*got, text);
    return;
  }
  check(got.error().offset() == want.offset, "the offset of an error is the oracle's");
  check(to_string(got.error().code()) == want.error, "the sentence of an error is the oracle's");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check(vmnet::interface_name::max_length == 15, "the kernel's buffer has 16 bytes with the NUL");
  const std::string_view text = fuzz::reader::view_of(data, size);
  check_text(text);
  check_value(vmnet::interface_name(), "");

  // A name of right length with one byte of the input's choice in it.
  fuzz::reader in(data, size);
  std::string near(1 + in.byte() % 17U, 'a');
  near[in.byte() % near.size()] = static_cast<char>(in.byte());
  check_text(near);

  const auto left = vmnet::interface_name::parse(text.substr(0, size / 2));
  const auto right = vmnet::interface_name::parse(text.substr(size / 2));
  if (left && right) {
    check((*left == *right) == (left->view() == right->view()), "names are equal as texts are");
    check((*left <=> *right) == (left->view() <=> right->view()), "ordered as texts are");
  }
  return 0;
}
