// Addresses and networks as text against inet_pton and inet_ntop, Boost.Asio,
// fmt, std::to_chars, Rust's core::net and Go's netip.
//
// 131,072 distinct texts: of a few thousand the branch predictor learns the
// answers by heart.
#include <arpa/inet.h>
#include <fmt/compile.h>
#include <fmt/format.h>

#include <array>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "ids.hpp"
#include "peers/peers.hpp"
#include "suite.hpp"

import vmnet.ipv4;

namespace {

using vmnet::ipv4_address;
using vmnet::ipv4_network;
using views = std::vector<std::string_view>;

constexpr std::size_t count = 131'072;
const std::string size_and_who = "/random/" + std::to_string(count) + "/";

/// A sum over all results, which every peer must reach.
using parse_all = std::uint64_t(const views& texts);

std::uint64_t ours_addresses(const views& texts) {
  std::uint64_t sum = 0;
  for (const std::string_view text : texts) sum += ipv4_address::parse(text)->to_uint32();
  return sum;
}
std::uint64_t ours_networks(const views& texts) {
  std::uint64_t sum = 0;
  for (const std::string_view text : texts) {
    const auto network = *ipv4_network::parse(text);
    sum += network.network().to_uint32() + static_cast<std::uint64_t>(network.prefix_length());
  }
  return sum;
}
// The texts have a NUL behind them, which inet_pton wants.
std::uint64_t inet_pton_addresses(const views& texts) {
  std::uint64_t sum = 0;
  for (const std::string_view text : texts) {
    in_addr address{};
    if (inet_pton(AF_INET, text.data(), &address) == 1) sum += ntohl(address.s_addr);
  }
  return sum;
}
std::uint64_t asio_addresses(const views& texts) {
  std::uint64_t sum = 0;
  for (const std::string_view text : texts)
    sum += boost::asio::ip::make_address_v4(text.data()).to_uint();
  return sum;
}
std::uint64_t asio_networks(const views& texts) {
  std::uint64_t sum = 0;
  for (const std::string_view text : texts) {
    const auto network = boost::asio::ip::make_network_v4(text.data());
    sum += network.network().to_uint() + network.prefix_length();
  }
  return sum;
}

void add_parser(const std::string& what, const char* who, const views& texts, parse_all& parse,
                std::uint64_t want) {
  bench::require(parse(texts) == want, what + " by " + who);
  bench::add(what + size_and_who + who, texts.size(),
             [texts, &parse] { benchmark::DoNotOptimize(parse(texts)); });
}

void add_foreign(const std::string& what, const char* who, const views& texts,
                 std::uint64_t (*parse)(const peer_text*, std::size_t), std::uint64_t want) {
  const auto made = bench::peer_texts(texts);
  bench::require(parse(made.data(), made.size()) == want, what + " by " + who);
  bench::add(what + size_and_who + who, texts.size(),
             [made, parse] { benchmark::DoNotOptimize(parse(made.data(), made.size())); });
}

/// Each writes one address into 16 bytes and returns how many it wrote.
std::size_t ours_write(std::uint32_t address, char* out) {
  return static_cast<std::size_t>(ipv4_address::from_uint32(address).to_chars(out, out + 16).ptr -
                                  out);
}
std::size_t fmt_write(std::uint32_t a, char* out) {
  return static_cast<std::size_t>(fmt::format_to(out, FMT_COMPILE("{}.{}.{}.{}"), a >> 24U,
                                                 a >> 16U & 255U, a >> 8U & 255U, a & 255U) -
                                  out);
}
std::size_t to_chars_write(std::uint32_t a, char* out) {
  char* at = out;
  for (unsigned shift = 32; shift > 0;) {
    shift -= 8;
    at = std::to_chars(at, out + 16, a >> shift & 255U).ptr;
    if (shift > 0) *at++ = '.';
  }
  return static_cast<std::size_t>(at - out);
}
std::size_t inet_ntop_write(std::uint32_t a, char* out) {
  const in_addr address{htonl(a)};
  return std::strlen(inet_ntop(AF_INET, &address, out, 16));
}

template <auto Write>
void add_writer(const char* who, const std::vector<std::uint32_t>& addresses, const views& want) {
  std::array<char, 16> out{};
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const std::size_t size = Write(addresses[i], out.data());
    bench::require(std::string_view(out.data(), size) == want[i],
                   std::string("format_address by ") + who);
  }
  bench::add("format_address" + size_and_who + who, addresses.size(), [addresses] {
    std::array<char, 16> buffer;
    std::uint64_t sum = 0;
    for (const std::uint32_t address : addresses) {
      sum += Write(address, buffer.data());
      benchmark::DoNotOptimize(buffer);
    }
    benchmark::DoNotOptimize(sum);
  });
}

}  // namespace

int main(int argc, char** argv) {
  std::mt19937_64 random(1);
  static bench::texts address_texts;
  static bench::texts network_texts;
  std::vector<std::uint32_t> addresses;
  std::uint64_t address_sum = 0;
  std::uint64_t network_sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto address = ipv4_address::from_uint32(static_cast<std::uint32_t>(random()));
    const auto network = *ipv4_network::make(address, static_cast<int>(random() % 33));
    addresses.push_back(address.to_uint32());
    address_texts.add(to_string(address) + '\0');
    network_texts.add(to_string(address) + '/' + std::to_string(network.prefix_length()) + '\0');
    address_sum += address.to_uint32();
    network_sum +=
        network.network().to_uint32() + static_cast<std::uint64_t>(network.prefix_length());
  }
  const auto without_nul = [](const bench::texts& made) {
    views texts = made.views();
    for (std::string_view& text : texts) text.remove_suffix(1);
    return texts;
  };
  const views address_views = without_nul(address_texts);
  const views network_views = without_nul(network_texts);

  add_parser("parse_address", "vmnet", address_views, ours_addresses, address_sum);
  add_parser("parse_address", "inet_pton", address_views, inet_pton_addresses, address_sum);
  add_parser("parse_address", "asio", address_views, asio_addresses, address_sum);
  add_parser("parse_cidr", "vmnet", network_views, ours_networks, network_sum);
  add_parser("parse_cidr", "asio", network_views, asio_networks, network_sum);
  add_writer<ours_write>("vmnet", addresses, address_views);
  add_writer<fmt_write>("fmt", addresses, address_views);
  add_writer<to_chars_write>("to_chars", addresses, address_views);
  add_writer<inet_ntop_write>("inet_ntop", addresses, address_views);
#if VMNET_BENCH_RUST
  add_foreign("parse_address", "rust", address_views, rust_parse_addresses, address_sum);
  add_foreign("parse_cidr", "rust", network_views, rust_parse_networks, network_sum);
  std::uint64_t text_size = 0;
  for (const std::string_view text : address_views) text_size += text.size();
  bench::require(rust_format_addresses(addresses.data(), addresses.size()) == text_size,
                 "format_address by rust");
  bench::add("format_address" + size_and_who + "rust", count, [addresses] {
    benchmark::DoNotOptimize(rust_format_addresses(addresses.data(), addresses.size()));
  });
#else
  bench::absent("Rust's core::net", "rustc");
#endif
#if VMNET_BENCH_GO
  add_foreign("parse_address", "go", address_views, go_parse_addresses, address_sum);
  add_foreign("parse_cidr", "go", network_views, go_parse_networks, network_sum);
#else
  bench::absent("Go's netip", "go");
#endif
  return bench::run(argc, argv);
}
