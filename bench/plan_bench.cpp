// The plan of a fleet, beside what others do about collisions: first come, first
// served, with the next free address for who comes late. That is what a runtime
// would write by hand; its outcome depends on the order, a plan's does not.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <unordered_set>
#include <vector>

#include "fleets.hpp"

import vmnet.plan;

namespace {

using namespace vmnet::literals;

struct fleet {
  std::vector<std::string> ids;
  std::vector<vmnet::fleet_vm> vms;
};

/// 58,979 VMs in a /16, a load of 0.9; a million in a /8.
const fleet& fleet_of(bool large) {
  static const auto make = [](std::size_t count, vmnet::ipv4_network subnet) {
    std::mt19937_64 random(1);
    fleet made{.ids = fleets::uuids(random, count), .vms = std::vector<vmnet::fleet_vm>(count)};
    for (std::size_t i = 0; i < count; ++i) {
      made.vms[i].id = made.ids[i];
      made.vms[i].subnet = subnet;
    }
    return made;
  };
  static const fleet slash_16 = make(58'979, "10.0.0.0/16"_ipv4_net);
  static const fleet slash_8 = make(1'000'000, "10.0.0.0/8"_ipv4_net);
  return large ? slash_8 : slash_16;
}

std::vector<vmnet::vm_identity> arrival_order(const std::vector<vmnet::fleet_vm>& vms) {
  std::vector<vmnet::vm_identity> identities;
  std::unordered_set<std::uint32_t> addresses;
  std::unordered_set<std::uint64_t> macs;
  std::unordered_set<std::string> names;
  identities.reserve(vms.size());
  for (const vmnet::fleet_vm& vm : vms) {
    vmnet::vm_identity identity = *vmnet::identify(vm.id, vm.subnet);
    const std::uint64_t slots = num_guest_addresses(vm.subnet);
    std::uint64_t slot = identity.digest % slots;
    while (!addresses.insert(identity.guest_ip.to_uint32()).second) {
      slot = slot + 1 == slots ? 0 : slot + 1;
      identity.guest_ip = *vm.subnet.nth(slot + 2);
    }
    std::uint64_t bits = identity.digest;
    while (!names.insert(identity.tap_name.c_str()).second)
      identity.tap_name = vmnet::tap_name_from_uint32(static_cast<std::uint32_t>(++bits >> 8U));
    while (!macs.insert(identity.mac.to_uint64()).second)
      identity.mac = vmnet::mac_address::from_uint64(vmnet::mac_probe(++bits, 0, 0));
    identities.push_back(identity);
  }
  return identities;
}

void finish(benchmark::State& state, std::size_t ids) {
  // The inverse of ids a second: seconds an id, which the report shows as ns.
  state.counters["an_id"] =
      benchmark::Counter(static_cast<double>(ids), benchmark::Counter::kIsIterationInvariantRate |
                                                       benchmark::Counter::kInvert);
}
void plan_ours(benchmark::State& state, bool large) {
  for (auto _ : state) benchmark::DoNotOptimize(vmnet::make_plan(fleet_of(large).vms));
  finish(state, fleet_of(large).vms.size());
}
void plan_peer(benchmark::State& state, bool large) {
  for (auto _ : state) benchmark::DoNotOptimize(arrival_order(fleet_of(large).vms));
  finish(state, fleet_of(large).vms.size());
}

/// Both give every VM an address of its own.
void compare_results() {
  for (const bool large : {false, true}) {
    const auto plan = vmnet::make_plan(fleet_of(large).vms);
    std::unordered_set<std::uint32_t> ours;
    std::unordered_set<std::uint32_t> peers;
    for (std::size_t i = 0; plan && i < plan->size(); ++i)
      ours.insert((*plan)[i].identity.guest_ip.to_uint32());
    for (const auto& identity : arrival_order(fleet_of(large).vms))
      peers.insert(identity.guest_ip.to_uint32());
    if (ours.size() == fleet_of(large).vms.size() && peers.size() == ours.size()) continue;
    std::fputs("two VMs have one address\n", stderr);
    std::abort();
  }
}

}  // namespace

int main(int argc, char** argv) {
  compare_results();
  // Registered by call: the macro needs __COUNTER__, which clang 22 warns of.
  const auto add = [](const char* name, void (*run)(benchmark::State&, bool), bool large) {
    benchmark::RegisterBenchmark(name, run, large)->Unit(benchmark::kMillisecond);
  };
  add("plan_slash_16_at_0.9_ours", plan_ours, false);
  add("plan_slash_16_at_0.9_peer", plan_peer, false);
  add("plan_a_million_in_a_slash_8_ours", plan_ours, true);
  add("plan_a_million_in_a_slash_8_peer", plan_peer, true);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
