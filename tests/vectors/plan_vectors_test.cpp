// The golden plans of tests/reference/plan_v1.py, each built from its VMs in
// another order.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <fstream>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

import vmnet.plan;

namespace {

using fields = std::vector<std::string>;

struct golden_plan {
  std::string name;
  vmnet::siphash_key key;
  vmnet::ipv4_set excluded;
  std::vector<fields> rows;
};

fields split(const std::string& line) {
  fields out;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, '\t');) out.push_back(field);
  return out;
}

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    unsigned value = 0;
    std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16);
    bytes += static_cast<char>(value);
  }
  return bytes;
}

std::vector<golden_plan> golden_plans() {
  std::vector<golden_plan> plans;
  std::ifstream file(VMNET_PLAN_VECTORS);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    const fields row = split(line);
    if (row[0] == "case")
      plans.push_back({.name = row[1],
                       .key = *vmnet::siphash_key::parse(row[2]),
                       .excluded = *vmnet::ipv4_set::parse(row[3] == "-" ? "" : row[3]),
                       .rows = {}});
    else
      plans.back().rows.push_back(row);
  }
  return plans;
}

std::optional<vmnet::interface_name> tap(const std::string& text) {
  if (text == "-") return std::nullopt;
  return *vmnet::interface_name::parse(text);
}
std::optional<vmnet::ipv4_address> address(const std::string& text) {
  if (text == "-") return std::nullopt;
  return *vmnet::ipv4_address::parse(text);
}
std::optional<vmnet::mac_address> mac(const std::string& text) {
  if (text == "-") return std::nullopt;
  return *vmnet::mac_address::parse(text);
}

struct input {
  std::deque<std::string> ids;
  std::vector<vmnet::fleet_vm> vms;
  std::vector<vmnet::planned_vm> keep;
  std::vector<std::string_view> may_move;
};

void read_row(const fields& row, input& in) {
  const std::string_view id = in.ids.emplace_back(from_hex(row[1]));
  std::optional<std::uint64_t> generation;
  if (row[3] != "-") generation = std::stoull(row[3]);
  const auto subnet = *vmnet::ipv4_network::parse(row[2]);
  in.vms.push_back({.id = id,
                    .subnet = subnet,
                    .generation = generation,
                    .guest_ip = address(row[5]),
                    .tap_name = tap(row[4]),
                    .mac = mac(row[6])});
  if (row[7] != "-") {
    vmnet::planned_vm old{.id = id, .generation = {}, .identity = {}, .placements = {}};
    old.identity.tap_name = *tap(row[7]);
    old.identity.guest_ip = *address(row[8]);
    old.identity.mac = *mac(row[9]);
    in.keep.push_back(old);
  }
  if (row[10] == "move") in.may_move.push_back(id);
}

void compare(const vmnet::planned_vm& planned, const fields& row) {
  EXPECT_EQ(planned.id, from_hex(row[1]));
  const std::array<std::string, 3> values = {to_string(planned.identity.tap_name),
                                             planned.identity.guest_ip.to_string(),
                                             planned.identity.mac.to_string()};
  for (std::size_t r = 0; r < values.size(); ++r) {
    const std::size_t column = 11 + 4 * r;
    const vmnet::placement& placed = planned.placements[r];
    EXPECT_EQ(values[r], row[column]);
    EXPECT_EQ(to_string(placed.kind), row[column + 1]);
    EXPECT_EQ(std::to_string(placed.probe), row[column + 2]);
    EXPECT_EQ(placed.holder.has_value(), row[column + 3] != "-");
    EXPECT_EQ(placed.holder.value_or(""), from_hex(row[column + 3]));
  }
  EXPECT_EQ(planned.identity.subnet.to_string(), row[2]);
  EXPECT_EQ(planned.identity.digest, vmnet::fnv1a_64(planned.id));
}

TEST(PlanVectors, AreReproducedFromAnyOrder) {
  const auto plans = golden_plans();
  ASSERT_EQ(plans.size(), 22U);
  for (const golden_plan& golden : plans) {
    SCOPED_TRACE(golden.name);
    input in;
    for (const fields& row : golden.rows) read_row(row, in);
    std::mt19937_64 shuffler(golden.rows.size());  // any order will do
    std::ranges::shuffle(in.vms, shuffler);
    const auto plan = vmnet::make_plan(in.vms, {.excluded = golden.excluded,
                                                .key = golden.key,
                                                .keep = in.keep,
                                                .allow_move = in.may_move});
    ASSERT_TRUE(plan) << to_string(plan.error()[0]);
    ASSERT_EQ(plan->size(), golden.rows.size());
    for (std::size_t i = 0; i < plan->size(); ++i) compare((*plan)[i], golden.rows[i]);
  }
}

}  // namespace
