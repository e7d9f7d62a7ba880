// Scheme v1 against the reference scheme in Rust (peers/reference.rs).
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ids.hpp"
#include "peers/peers.hpp"
#include "suite.hpp"

import vmnet.alloc;

namespace {

using namespace vmnet::literals;
using views = std::vector<std::string_view>;

constexpr auto subnet = "10.0.0.0/8"_ipv4_net;
constexpr std::size_t count = 2048;

std::vector<vmnet::vm_identity> one_by_one(const views& ids) {
  std::vector<vmnet::vm_identity> made;
  for (const std::string_view id : ids) made.push_back(*vmnet::identify(id, subnet));
  return made;
}

#if VMNET_BENCH_RUST
void require_equal_to_rust(const views& ids, const std::vector<vmnet::vm_identity>& ours) {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    peer_identity theirs;
    rust_identity({ids[i].data(), ids[i].size()}, subnet.network().to_uint32(),
                  static_cast<std::uint8_t>(subnet.prefix_length()), &theirs);
    bench::require(ours[i].tap_name == std::string_view(theirs.tap_name) &&
                       vmnet::format_mac(ours[i].mac) == std::string_view(theirs.mac_text) &&
                       ours[i].guest_ip.to_uint32() == theirs.guest_ip &&
                       ours[i].gateway.to_uint32() == theirs.gateway,
                   "identity of " + std::string(ids[i]));
  }
}

void add_rust(const std::string& data, const views& ids) {
  const auto texts = bench::peer_texts(ids);
  constexpr auto network = subnet.network().to_uint32();
  constexpr auto length = static_cast<std::uint8_t>(subnet.prefix_length());
  bench::add("tap_name" + data + "/rust", count,
             [texts] { rust_tap_names(texts.data(), texts.size()); });
  for (const char* what : {"identity", "identity_batch"})
    bench::add(what + data + "/rust", count,
               [texts] { rust_identities(texts.data(), texts.size(), network, length); });
}
#endif

void add_ids(bench::id_kind kind) {
  static std::map<bench::id_kind, bench::texts> kept;
  const bench::texts& made = kept[kind] = bench::make_ids(kind, count);
  const views ids = made.views();
  const std::string data = std::string("/") + bench::name_of(kind) + "/" + std::to_string(count);
  const std::vector<vmnet::vm_identity> identities = one_by_one(ids);

  bench::add("tap_name" + data + "/vmnet", count, [ids] {
    for (const std::string_view id : ids) benchmark::DoNotOptimize(vmnet::tap_name_for(id));
  });
  bench::add("identity" + data + "/vmnet", count, [ids] {
    for (const std::string_view id : ids) benchmark::DoNotOptimize(vmnet::identify(id, subnet));
  });
  std::vector<vmnet::vm_identity> batch(count);
  vmnet::identify_batch(ids, subnet, batch).value();
  bench::require(batch == identities, "identity_batch" + data);
  bench::add("identity_batch" + data + "/vmnet", count,
             [ids, batch]() mutable { vmnet::identify_batch(ids, subnet, batch).value(); });
#if VMNET_BENCH_RUST
  require_equal_to_rust(ids, identities);
  add_rust(data, ids);
#endif
}

}  // namespace

int main(int argc, char** argv) {
#if !VMNET_BENCH_RUST
  bench::absent("the reference scheme in Rust", "rustc");
#endif
  for (const bench::id_kind kind : bench::all_kinds) add_ids(kind);
  return bench::run(argc, argv);
}
