#include <gtest/gtest.h>

#include <charconv>
#include <cstddef>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

import vmnet.alloc;

namespace {

struct row {
  std::string id;
  std::string subnet, short_hash, tap_name, guest_ip, gateway, mac;
};

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    unsigned value = 0;
    std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16);
    bytes += static_cast<char>(value);
  }
  return bytes;
}

std::vector<row> golden_rows() {
  std::vector<row> rows;
  std::ifstream file(VMNET_VECTORS);
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string hex;
    row r;
    for (std::string* field :
         {&hex, &r.subnet, &r.short_hash, &r.tap_name, &r.guest_ip, &r.gateway, &r.mac})
      std::getline(fields, *field, '\t');
    r.id = from_hex(hex);
    rows.push_back(r);
  }
  return rows;
}

template <class Result>
std::string text_or_error(const Result& r) {
  return r ? to_string(*r) : "error";
}

TEST(GoldenVectors, AreAllThere) { EXPECT_EQ(golden_rows().size(), 3000U); }

TEST(GoldenVectors, AgreeWithEverySingleFunction) {
  for (const row& r : golden_rows()) {
    const auto subnet = vmnet::ipv4_network::parse(r.subnet);
    ASSERT_TRUE(subnet) << r.subnet;
    EXPECT_EQ(vmnet::ipv4_network::parse(r.subnet, vmnet::cidr_policy::lenient), subnet);
    EXPECT_EQ(vmnet::vm_short_hash(r.id), r.short_hash);
    EXPECT_EQ(vmnet::tap_name_for(r.id), r.tap_name);
    EXPECT_EQ(text_or_error(vmnet::allocate_guest_ip(r.id, *subnet)), r.guest_ip);
    EXPECT_EQ(text_or_error(vmnet::gateway_for(*subnet)), r.gateway);
    EXPECT_EQ(vmnet::format_mac(vmnet::allocate_guest_mac(r.id)), r.mac);
    EXPECT_EQ(vmnet::mac_address::parse(r.mac), vmnet::allocate_guest_mac(r.id));
  }
}

TEST(GoldenVectors, AgreeWithIdentify) {
  int errors = 0;
  for (const row& r : golden_rows()) {
    const auto subnet = vmnet::ipv4_network::parse(r.subnet);
    ASSERT_TRUE(subnet) << r.subnet;
    const auto identity = vmnet::identify(r.id, *subnet);
    ASSERT_EQ(identity.has_value(), r.guest_ip != "error") << r.subnet;
    if (!identity) {
      ++errors;
      continue;
    }
    EXPECT_EQ(identity->digest, vmnet::fnv1a_64(r.id));
    EXPECT_EQ(identity->tap_name, r.tap_name);
    EXPECT_EQ(to_string(identity->guest_ip), r.guest_ip);
    EXPECT_EQ(to_string(identity->gateway), r.gateway);
    EXPECT_EQ(identity->subnet, *subnet);
    EXPECT_EQ(to_string(identity->mac), r.mac);
  }
  EXPECT_GT(errors, 0);
}

}  // namespace
