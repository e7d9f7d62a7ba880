#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "guarded.hpp"

import vmnet.alloc;
import vmnet.isa;

namespace {

using namespace vmnet::literals;
using views = std::vector<std::string_view>;

constexpr auto usual = "172.30.0.0/20"_ipv4_net;

class IdentifyBatch : public testing::TestWithParam<vmnet::isa> {
 protected:
  void SetUp() override { ASSERT_TRUE(vmnet::force_isa(GetParam())); }
};
INSTANTIATE_TEST_SUITE_P(, IdentifyBatch, testing::ValuesIn(vmnet::supported_isas()),
                         [](const auto& set) { return std::string(to_string(set.param)); });

/// Rows and columns of the batch against one id after the other.
void expect_equal_to_singles(const views& ids, vmnet::ipv4_network subnet) {
  std::vector<vmnet::vm_identity> rows(ids.size());
  std::vector<vmnet::interface_name> tap_names(ids.size());
  std::vector<vmnet::ipv4_address> guest_ips(ids.size());
  std::vector<vmnet::mac_address> macs(ids.size());
  ASSERT_TRUE(vmnet::identify_batch(ids, subnet, rows));
  ASSERT_TRUE(vmnet::identify_batch(
      ids, subnet, {.tap_names = tap_names, .guest_ips = guest_ips, .macs = macs}));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const vmnet::vm_identity want = *vmnet::identify(ids[i], subnet);
    ASSERT_EQ(rows[i], want) << i;
    ASSERT_EQ(tap_names[i], want.tap_name) << i;
    ASSERT_EQ(guest_ips[i], want.guest_ip) << i;
    ASSERT_EQ(macs[i], want.mac) << i;
  }
}

TEST_P(IdentifyBatch, TakesIdsOfEverySizeAtEveryAlignmentUpToTheLastReadableByte) {
  const guarded::pages pages(4096);
  std::mt19937_64 random(1);
  for (char& c : pages.bytes()) c = static_cast<char>(random());
  const char* const end = pages.bytes().data() + pages.bytes().size();
  for (std::size_t size = 0; size <= 300; ++size) {
    views ids;
    for (std::size_t i = 0; i < 64; ++i) ids.emplace_back(end - size - i, size);
    expect_equal_to_singles(ids, usual);
  }
}

TEST_P(IdentifyBatch, TakesAnyNumberOfIds) {
  std::vector<std::string> texts;
  for (int i = 0; i < 600; ++i) texts.push_back("vm-" + std::to_string(i));
  const views all(texts.begin(), texts.end());
  for (std::size_t count = 0; count <= all.size(); count += count < 40 ? 1 : 31)
    expect_equal_to_singles({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count)}, usual);
}

TEST_P(IdentifyBatch, TakesEverySubnetThatHasAnAddressToGive) {
  std::vector<std::string> texts = {"!0IC=VloaY", "QvXtM>@Fp%", ""};  // digests of 0 and the basis
  for (int i = 0; i < 100; ++i) texts.push_back("host-" + std::to_string(i * i));
  const views ids(texts.begin(), texts.end());
  for (int length = 0; length <= 30; ++length)
    expect_equal_to_singles(ids, *vmnet::ipv4_network::make("255.255.255.255"_ipv4, length));
}

TEST_P(IdentifyBatch, RefusesSubnetsAndSizesAndWritesNothing) {
  const std::array<std::string_view, 3> ids = {"a", "b", "c"};
  std::array<vmnet::vm_identity, 4> rows{};
  std::array<vmnet::mac_address, 4> macs{};
  std::array<vmnet::ipv4_address, 3> guest_ips{};
  std::array<vmnet::interface_name, 3> tap_names{};
  for (const std::size_t outputs : {0U, 2U, 4U}) {
    const auto done = vmnet::identify_batch(ids, usual, std::span(rows).first(outputs));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error(), (vmnet::batch_error{vmnet::size_mismatch{3, outputs}, {}}));
  }
  const auto column = vmnet::identify_batch(ids, usual, {.tap_names = tap_names, .macs = macs});
  ASSERT_FALSE(column);
  EXPECT_EQ(to_string(column.error()), "4 outputs for 3 inputs");
  const auto small = "10.0.0.0/31"_ipv4_net;
  const auto row = vmnet::identify_batch(ids, small, std::span(rows).first(3));
  ASSERT_FALSE(row);
  EXPECT_EQ(row.error().subnet, vmnet::subnet_error(vmnet::subnet_errc::too_small, small));
  EXPECT_EQ(to_string(row.error()), to_string(*row.error().subnet));
  EXPECT_FALSE(vmnet::identify_batch(ids, small, {.tap_names = tap_names, .guest_ips = guest_ips}));
  EXPECT_EQ(rows, (std::array<vmnet::vm_identity, 4>{}));
  EXPECT_EQ(tap_names, (std::array<vmnet::interface_name, 3>{}));
  // Names and MACs do not depend on the subnet.
  EXPECT_TRUE(vmnet::identify_batch(ids, small, {.tap_names = tap_names}));
  EXPECT_EQ(tap_names[0], vmnet::tap_name_for("a"));
}

}  // namespace
