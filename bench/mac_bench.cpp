// MAC addresses as text against the reference scheme in Rust and fmt.
#include <fmt/compile.h>
#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "peers/peers.hpp"
#include "suite.hpp"

import vmnet.alloc;
import vmnet.mac;

namespace {

constexpr std::size_t count = 2048;

std::string_view by_fmt(vmnet::mac_address mac, std::array<char, 17>& buffer) {
  const auto& o = mac.octets();
  const char* const end =
      fmt::format_to(buffer.data(), FMT_COMPILE("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}"), o[0],
                     o[1], o[2], o[3], o[4], o[5]);
  return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
}

}  // namespace

int main(int argc, char** argv) {
  std::mt19937_64 random(1);
  std::vector<vmnet::mac_address> macs;
  for (std::size_t i = 0; i < count; ++i) macs.push_back(vmnet::mac_address::from_uint64(random()));
  std::array<char, 17> buffer{};
  for (const vmnet::mac_address mac : macs)
    bench::require(vmnet::format_mac(mac) == by_fmt(mac, buffer), "format_mac");

  const std::string size = std::to_string(count);
  bench::add("format_mac/random/" + size + "/vmnet", count, [macs] {
    for (const vmnet::mac_address mac : macs) benchmark::DoNotOptimize(vmnet::format_mac(mac));
  });
  std::vector<vmnet::mac_text> texts(count, vmnet::format_mac({}));
  vmnet::format_mac_batch(macs, texts).value();
  for (std::size_t i = 0; i < count; ++i)
    bench::require(texts[i] == vmnet::format_mac(macs[i]), "format_mac_batch");
  bench::add("format_mac_batch/random/" + size + "/vmnet", count, [macs, texts]() mutable {
    vmnet::format_mac_batch(macs, texts).value();
    benchmark::DoNotOptimize(texts.data());
    benchmark::ClobberMemory();
  });
  bench::add("format_mac/random/" + size + "/fmt", count, [macs, buffer]() mutable {
    for (const vmnet::mac_address mac : macs) benchmark::DoNotOptimize(by_fmt(mac, buffer));
  });
#if VMNET_BENCH_RUST
  // Its text is compared by the suite of vmnet.alloc, which gives it ids.
  static_assert(sizeof(vmnet::mac_address) == 6);
  for (const char* what : {"format_mac", "format_mac_batch"})
    bench::add(what + ("/random/" + size + "/rust"), count, [macs] {
      rust_format_macs(reinterpret_cast<const std::uint8_t (*)[6]>(macs.data()), macs.size());
    });
#else
  bench::absent("the reference scheme in Rust", "rustc");
#endif
  return bench::run(argc, argv);
}
