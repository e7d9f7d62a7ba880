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

/// TAP names, addresses and MACs, counted without those that are there twice.
void expect_unique(const vmnet::plan& plan) {
  std::vector<std::vector<std::uint64_t>> values(2);
  std::vector<vmnet::interface_name> taps;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const vmnet::vm_identity identity = plan[i].identity;
    values[0].push_back(identity.guest_ip.to_uint32());
    values[1].push_back(identity.mac.to_uint64());
    taps.push_back(identity.tap_name);
  }
  for (auto& column : values) {
    std::ranges::sort(column);
    EXPECT_EQ(std::ranges::adjacent_find(column), column.end());
  }
  std::ranges::sort(taps);
  EXPECT_EQ(std::ranges::adjacent_find(taps), taps.end());
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
