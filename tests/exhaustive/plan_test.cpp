// What removing a VM costs the others, against the theory of docs/plan-v1.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "fleets.hpp"

import vmnet.plan;

namespace {

using namespace vmnet::literals;

constexpr auto subnet = "172.30.0.0/20"_ipv4_net;
constexpr double slots = 4093;

std::vector<vmnet::fleet_vm> fleet(const std::vector<std::string>& ids,
                                   vmnet::ipv4_network net = subnet) {
  std::vector<vmnet::fleet_vm> vms;
  for (const std::string& id : ids)
    vms.push_back(
        {.id = id, .subnet = net, .generation = {}, .guest_ip = {}, .tap_name = {}, .mac = {}});
  return vms;
}

/// The mean number of others that move when one of a fleet goes.
double mean_moves(double load, int fleets, int removals, bool keep) {
  std::mt19937_64 random(42);  // fixed: a statement about a mean
  double moved = 0;
  for (int f = 0; f < fleets; ++f) {
    const auto ids = fleets::uuids(random, static_cast<std::size_t>(std::lround(slots * load)));
    const auto vms = fleet(ids);
    const auto before = vmnet::make_plan(vms)->vms();
    for (int r = 0; r < removals; ++r) {
      auto rest = vms;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(random() % rest.size()));
      vmnet::plan_options options;
      if (keep) options.keep = before;
      const auto after = vmnet::make_plan(rest, options)->vms();
      moved += static_cast<double>(vmnet::diff(before, after).moved.size());
    }
  }
  return moved / (fleets * removals);
}

double theory(double load) { return -1 - std::log(1 - load) / load; }

TEST(PlanExhaustive, RemovingAVmMovesAsManyAsTheTheorySays) {
  for (const double load : {0.5, 0.9}) {
    const double measured = mean_moves(load, 40, 100, false);
    std::cout << "load " << load << ": " << measured << " moves, theory " << theory(load) << '\n';
    EXPECT_NEAR(measured, theory(load), theory(load) / 10);
  }
}

TEST(PlanExhaustive, RemovingAVmMovesNobodyWhereThePlanIsKept) {
  for (const double load : {0.5, 0.9}) EXPECT_EQ(mean_moves(load, 4, 100, true), 0);
}

/// True where a value is there twice. By pointers: GCC 16 finds two manglings for
/// the comparison of a vector's iterators that a module uses as well.
template <class T>
bool has_duplicates(std::vector<T> values) {
  T* const first = values.data();
  T* const last = first + values.size();
  std::sort(first, last);
  return std::adjacent_find(first, last) != last;
}

void expect_unique(const vmnet::plan& plan) {
  std::vector<vmnet::interface_name> tap_names;
  std::vector<vmnet::ipv4_address> addresses;
  std::vector<vmnet::mac_address> macs;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const vmnet::vm_identity identity = plan[i].identity;
    tap_names.push_back(identity.tap_name);
    addresses.push_back(identity.guest_ip);
    macs.push_back(identity.mac);
  }
  EXPECT_FALSE(has_duplicates(tap_names));
  EXPECT_FALSE(has_duplicates(addresses));
  EXPECT_FALSE(has_duplicates(macs));
}

TEST(PlanExhaustive, WorksToTheLastAddressOfASlashSixteen) {
  const auto ids = fleets::sequence(1, 65533);
  const auto plan = vmnet::make_plan(fleet(ids, "10.9.0.0/16"_ipv4_net));
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->size(), 65533U);
  expect_unique(*plan);
}

TEST(PlanExhaustive, PlansAMillionVmsInASlashEight) {
  const auto ids = fleets::sequence(1, 1'000'000);
  const auto plan = vmnet::make_plan(fleet(ids, "10.0.0.0/8"_ipv4_net));
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->size(), 1'000'000U);
  expect_unique(*plan);
}

}  // namespace
