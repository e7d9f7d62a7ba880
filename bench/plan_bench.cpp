// The plan of a fleet, beside what others do about collisions: first come, first
// served, with the next free address for who comes late. That is what a runtime
// would write by hand; its outcome depends on the order, a plan's does not.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <unordered_set>
#include <vector>

#include "fleets.hpp"
#include "suite.hpp"

import vmnet.plan;

namespace {

using namespace vmnet::literals;

struct fleet {
  std::vector<std::string> ids;
  std::vector<vmnet::fleet_vm> vms;
};

fleet make_fleet(std::size_t count, vmnet::ipv4_network subnet) {
  std::mt19937_64 random(1);
  fleet made{.ids = fleets::uuids(random, count), .vms = std::vector<vmnet::fleet_vm>(count)};
  for (std::size_t i = 0; i < count; ++i) {
    made.vms[i].id = made.ids[i];
    made.vms[i].subnet = subnet;
  }
  return made;
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

/// Both give every VM an address of its own.
void compare_results(const std::vector<vmnet::fleet_vm>& vms) {
  const auto plan = vmnet::make_plan(vms);
  std::unordered_set<std::uint32_t> ours;
  std::unordered_set<std::uint32_t> peers;
  for (std::size_t i = 0; plan && i < plan->size(); ++i)
    ours.insert((*plan)[i].identity.guest_ip.to_uint32());
  for (const auto& identity : arrival_order(vms)) peers.insert(identity.guest_ip.to_uint32());
  bench::require(ours.size() == vms.size() && peers.size() == ours.size(), "plan");
}

void add_fleet(const std::string& data, std::size_t count, vmnet::ipv4_network subnet) {
  // Made when it is first worked with: a million VMs take seconds, and a run may want
  // others. Shared, since each benchmark has a copy of what it runs.
  const auto vms = [made = std::make_shared<fleet>(), count,
                    subnet]() -> const std::vector<vmnet::fleet_vm>& {
    if (made->vms.empty()) {
      *made = make_fleet(count, subnet);
      compare_results(made->vms);
    }
    return made->vms;
  };
  const std::string name = "plan/" + data + "/" + std::to_string(count) + "/";
  bench::add(name + "vmnet", count, [vms] { benchmark::DoNotOptimize(vmnet::make_plan(vms())); });
  bench::add(name + "arrival", count, [vms] { benchmark::DoNotOptimize(arrival_order(vms())); });
}

}  // namespace

int main(int argc, char** argv) {
  add_fleet("slash-16", 58'979, "10.0.0.0/16"_ipv4_net);  // a load of 0.9
  add_fleet("slash-8", 1'000'000, "10.0.0.0/8"_ipv4_net);
  return bench::run(argc, argv);
}
