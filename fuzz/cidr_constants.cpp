// Networks and addresses in constant expressions, where the switch of a mutant does
// nothing: in a file of its own, which needs few modules and so refuses soon.
#include <array>
#include <cstddef>
#include <string_view>

import vmnet.ipv4_network;

namespace {

using namespace vmnet::literals;

// What a compiler reads, which asks no kernel, and writes, where it sees every access.
static_assert("255.1.20.0"_ipv4.to_uint32() == 0xff01'1400U);
static_assert(vmnet::ipv4_address::parse("255.1.20.0.").error().offset() == 10);
static_assert("10.1.2.3/8"_ipv4_net.network().to_uint32() == 0x0a00'0000U);
static_assert("10.1.2.3/8"_ipv4_net.prefix_length() == 8);
static_assert(vmnet::ipv4_network::parse("10.0.0.0/33").error().offset() == 9);
static_assert([] {
  std::array<char, vmnet::ipv4_network::max_length> text{};
  const char* const end =
      "255.1.20.39/32"_ipv4_net.to_chars(text.data(), text.data() + text.size()).ptr;
  return std::string_view(text.data(), static_cast<std::size_t>(end - text.data())) ==
         "255.1.20.39/32";
}());

}  // namespace
