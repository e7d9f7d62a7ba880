// IPv4 text through every parser, against the oracle of cidr_oracle.hpp, and
// what comes out of it against inet_ntop.
#include "cidr_check.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <string>
#include <string_view>
#include <system_error>

#include "check.hpp"
#include "cidr_oracle.hpp"

import vmnet.ipv4;
import vmnet.isa;

namespace {

using fuzz::check;
using fuzz::expectation;

constexpr std::string_view has_host_bits = "address bits are set beyond the prefix length";

template <class Result>
void check_error(std::string_view text, const Result& got, const expectation& want) {
  check(got.has_value() == want.error.empty(), "accepts exactly what the oracle accepts");
  if (got) return;
  check(got.error().offset() <= text.size(), "the offset of an error lies in the text");
  check(got.error().offset() == want.offset, "the offset of an error is the oracle's");
  check(to_string(got.error().code()) == want.error, "the sentence of an error is the oracle's");
}

/// to_chars into buffers of all sizes.
template <class Value>
void check_to_chars(const Value& value, std::string_view text) {
  constexpr std::size_t room = Value::max_length + 2;
  check(text.size() <= Value::max_length, "max_length is enough");
  check(value.to_string() == text && to_string(value) == text, "to_string gives the text back");
  for (std::size_t size = 0; size < room; ++size) {
    std::array<char, room> buffer;
    buffer.fill('#');
    const std::to_chars_result written = value.to_chars(buffer.data(), buffer.data() + size);
    check(std::all_of(buffer.data() + size, buffer.data() + room, [](char c) { return c == '#'; }),
          "nothing is written behind the buffer");
    if (size < text.size()) {
      check(written.ec == std::errc::value_too_large, "a small buffer is refused");
      check(written.ptr == buffer.data() + size, "a refusal points to the end of the buffer");
    } else {
      check(written.ec == std::errc() && written.ptr == buffer.data() + text.size(),
            "a buffer that suffices is filled");
      check(std::string_view(buffer.data(), text.size()) == text, "to_chars writes the text");
    }
  }
}

/// What belongs to the types and not to a value.
bool check_types() {
  check(vmnet::ipv4_address::max_length == std::string_view("255.255.255.255").size() &&
            vmnet::ipv4_network::max_length == std::string_view("255.255.255.255/32").size() &&
            vmnet::ipv4_range::max_length ==
                std::string_view("255.255.255.255-255.255.255.255").size(),
        "the longest text is not longer than told");
  check(vmnet::ipv4_address().to_uint32() == 0 && vmnet::ipv4_network().prefix_length() == 0 &&
            vmnet::ipv4_network().num_addresses() == std::uint64_t{1} << 32U,
        "default values are 0.0.0.0 and the whole space");
  check(std::ranges::borrowed_range<vmnet::ipv4_address_view> &&
            std::ranges::borrowed_range<vmnet::ipv4_subnet_view>,
        "iterators outlive their views");
  return true;
}

/// What inet_ntop makes of `address`.
std::string printed(std::uint32_t address) {
  const in_addr raw{htonl(address)};
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, &raw, text.data(), INET_ADDRSTRLEN);
  return text.data();
}

void check_address(std::string_view text) {
  const auto got = vmnet::ipv4_address::parse(text);
  const expectation want = fuzz::expect_address(text);
  check_error(text, got, want);
  check(got.has_value() == fuzz::peer_address(text).has_value(),
        "accepts an address exactly where inet_pton does");
  if (!got) return;
  check(got->to_uint32() == want.address, "the address is inet_pton's");
  check_to_chars(*got, text);
}

void check_network(std::string_view text, vmnet::cidr_policy policy) {
  const bool lenient = policy == vmnet::cidr_policy::lenient;
  expectation want = fuzz::expect_network(text, lenient);
  const std::uint64_t size = std::uint64_t{1} << static_cast<unsigned>(32 - want.prefix_length);
  const std::uint64_t host_bits = want.address % size;
  if (policy == vmnet::cidr_policy::reject_host_bits && want.error.empty() && host_bits != 0)
    want.error = has_host_bits;

  const auto got = vmnet::ipv4_network::parse(text, policy);
  check_error(text, got, want);
  if (!got) return;
  check(got->prefix_length() == want.prefix_length, "the prefix length is the one written");
  check(got->network().to_uint32() == want.address - host_bits, "host bits are masked");

  const in_addr raw{htonl(static_cast<std::uint32_t>(want.address - host_bits))};
  std::array<char, INET_ADDRSTRLEN> peer{};
  inet_ntop(AF_INET, &raw, peer.data(), INET_ADDRSTRLEN);
  const std::string canonical = std::string(peer.data()) + "/" + std::to_string(want.prefix_length);
  check_to_chars(*got, canonical);
  check(vmnet::ipv4_network::parse(canonical) == got, "the text of a network parses to it");
}

void check_range(std::string_view text) {
  const auto got = vmnet::ipv4_range::parse(text);
  const expectation want = fuzz::expect_range(text);
  check_error(text, got, want);
  if (!got) return;
  check(got->first().to_uint32() == want.address && got->last().to_uint32() == want.last,
        "a range is from the first to the last address");
  const std::string canonical = printed(want.address) + "-" + printed(want.last);
  check_to_chars(*got, canonical);
  check(vmnet::ipv4_range::parse(canonical) == got, "the text of a range parses to it");
}

}  // namespace

namespace fuzz {

void check_ipv4_text(std::string_view text) {
  [[maybe_unused]] static const bool once = check_types();
  // The plain code, and the kernel that the better instruction sets share.
  for (const vmnet::isa set : {vmnet::isa::portable, vmnet::supported_isas().back()}) {
    check(vmnet::force_isa(set), "a supported instruction set can be forced");
    check_address(text);
    check_network(text, vmnet::cidr_policy::mask_host_bits);
    check_network(text, vmnet::cidr_policy::reject_host_bits);
    check_network(text, vmnet::cidr_policy::lenient);
  }
  check_range(text);
  const auto strict = vmnet::ipv4_network::parse(text);
  check(strict == vmnet::ipv4_network::parse(text, vmnet::cidr_policy::mask_host_bits),
        "host bits are masked where no policy is named");
  if (strict)
    check(vmnet::ipv4_network::parse(text, vmnet::cidr_policy::lenient) == strict,
          "the lenient policy reads what the strict one reads");
}

}  // namespace fuzz
