// What `gate.py ledger` counts: `ledger CASE ITEMS` does one thing ITEMS times by
// the portable path, `ledger` lists the cases. No clock, nothing by chance, no
// thread: the count of instructions is the same every time.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

import vmnet;

namespace {

using namespace vmnet::literals;

constexpr std::size_t distinct = 64;
constexpr auto subnet = "10.0.0.0/8"_ipv4_net;

/// Texts as their indices make them.
template <class Make>
std::vector<std::string> made(Make make) {
  std::vector<std::string> texts;
  for (std::uint64_t i = 0; i < distinct; ++i)
    texts.push_back(make(vmnet::fnv1a_64(std::to_string(i))));
  return texts;
}

std::string uuid_like(std::uint64_t bits) {
  std::array<char, 37> text{};
  std::snprintf(text.data(), text.size(), "%08x-%04x-4%03x-a%03x-%012llx",
                static_cast<unsigned>(bits >> 32U), static_cast<unsigned>(bits & 0xffffU),
                static_cast<unsigned>(bits >> 16U & 0xfffU),
                static_cast<unsigned>(bits >> 28U & 0xfffU),
                static_cast<unsigned long long>(bits & 0xffff'ffff'ffffU));
  return text.data();
}

std::string address(std::uint64_t bits) {
  return to_string(vmnet::ipv4_address::from_uint32(static_cast<std::uint32_t>(bits >> 32U)));
}

/// Keeps the compiler from dropping what nobody reads.
template <class Value>
void keep(const Value& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

template <class Do>
void repeat(std::size_t items, const std::vector<std::string>& texts, Do once) {
  for (std::size_t i = 0; i < items; ++i) once(std::string_view(texts[i % distinct]));
}

struct ledger_case {
  std::string_view name;
  void (*run)(std::size_t items);
};

constexpr ledger_case cases[] = {
    {"digest",
     [](std::size_t items) {
       repeat(items, made(uuid_like), [](std::string_view id) { keep(vmnet::fnv1a_64(id)); });
     }},
    {"digest_batch",
     [](std::size_t items) {
       const auto texts = made(uuid_like);
       std::vector<std::string_view> ids;
       ids.reserve(items);
       repeat(items, texts, [&](std::string_view id) { ids.push_back(id); });
       std::vector<std::uint64_t> digests(items);
       vmnet::fnv1a_64_batch(ids, digests).value();
       keep(digests[0]);
     }},
    {"identity",
     [](std::size_t items) {
       repeat(items, made(uuid_like),
              [](std::string_view id) { keep(vmnet::identify(id, subnet)); });
     }},
    {"parse_address",
     [](std::size_t items) {
       repeat(items, made(address),
              [](std::string_view text) { keep(vmnet::ipv4_address::parse(text)); });
     }},
    {"parse_cidr",
     [](std::size_t items) {
       repeat(items, made([](std::uint64_t bits) { return address(bits) + "/24"; }),
              [](std::string_view text) { keep(vmnet::ipv4_network::parse(text)); });
     }},
    {"format_address",
     [](std::size_t items) {
       const auto texts = made(address);
       std::vector<vmnet::ipv4_address> addresses;
       for (const std::string& text : texts) addresses.push_back(*vmnet::ipv4_address::parse(text));
       std::array<char, vmnet::ipv4_address::max_length> buffer{};
       for (std::size_t i = 0; i < items; ++i)
         keep(addresses[i % distinct].to_chars(buffer.data(), buffer.data() + buffer.size()));
     }},
    {"format_mac",
     [](std::size_t items) {
       for (std::size_t i = 0; i < items; ++i)
         keep(vmnet::format_mac(vmnet::mac_address::from_uint64(i * vmnet::fnv1a_64_prime)));
     }},
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    for (const ledger_case& one : cases) std::puts(std::string(one.name).c_str());
    return 0;
  }
  if (!vmnet::force_isa(vmnet::isa::portable)) return 1;
  for (const ledger_case& one : cases)
    if (one.name == argv[1]) {
      one.run(std::strtoul(argv[2], nullptr, 10));
      return 0;
    }
  return 2;
}
