#include <gtest/gtest.h>

#include <cstdint>
#include <string_view>
#include <vector>

import vmnet.pool;

namespace {

using namespace vmnet::literals;

TEST(Surface, OfVmnetPool) {
  const vmnet::pool_options options{.key = vmnet::siphash_key(), .quarantine = 5};
  vmnet::pool pool(options);
  const vmnet::result<void, vmnet::pool_error> added = pool.add_subnet("10.0.0.0/24"_ipv4_net);
  ASSERT_TRUE(added);
  const vmnet::result<vmnet::claimed, vmnet::pool_error> claim =
      pool.claim("vm-1", "10.0.0.0/24"_ipv4_net, 1, vmnet::claim_options());
  const vmnet::lease lease = claim->lease;
  const vmnet::value_holder holder = claim->v1[0];
  EXPECT_EQ(to_string(holder.state), to_string(vmnet::value_state::mine));
  EXPECT_EQ(pool.subnets().size(), 1U);
  EXPECT_EQ(pool.leases().size(), pool.size());
  EXPECT_EQ(pool.find(lease.identity.guest_ip), pool.find(std::string_view(lease.id)));
  EXPECT_EQ(pool.find(lease.identity.tap_name), pool.find(lease.identity.mac));

  const std::vector<vmnet::claim_request> requests = {
      {.id = "vm-2", .subnet = "10.0.0.0/24"_ipv4_net}};
  EXPECT_TRUE(pool.claim_all(requests, 1));
  pool.exclude("10.0.0.2"_ipv4);
  pool.include("10.0.0.2"_ipv4);
  pool.reserve("10.0.0.2"_ipv4);
  pool.unreserve("10.0.0.2"_ipv4);
  EXPECT_TRUE(pool.drain("10.0.0.2"_ipv4).empty());
  pool.undrain("10.0.0.2"_ipv4);
  EXPECT_TRUE(pool.excluded().empty() && pool.reserved().empty() && pool.draining().empty());

  const vmnet::reconciliation report = pool.reconcile({});
  EXPECT_EQ(report.leaked.size(), 2U);
  EXPECT_TRUE(report.unknown.empty());
  EXPECT_TRUE(pool.release("vm-1", lease.epoch, 2));
  EXPECT_EQ(pool.quarantined().size(), 1U);
  pool.expire(7);
  const vmnet::pool_utilization all = pool.utilization();
  EXPECT_EQ(all, pool.utilization("10.0.0.0/24"_ipv4_net));
  EXPECT_EQ(all, pool.utilization(vmnet::ipv4_range("10.0.0.0/24"_ipv4_net)));

  const vmnet::result<vmnet::pool, vmnet::snapshot_error> restored =
      vmnet::pool::restore(pool.snapshot(), options);
  ASSERT_TRUE(restored);
  EXPECT_EQ(*restored, pool);
  const vmnet::pool_error error{.code = vmnet::pool_errc::full};
  EXPECT_NE(to_string(error), to_string(vmnet::snapshot_error()));
  EXPECT_NE(to_string(vmnet::snapshot_errc::conflict), "");
}

}  // namespace
