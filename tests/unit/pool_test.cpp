#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

import vmnet.pool;

namespace {

using namespace vmnet::literals;
using vmnet::pool_errc;
using vmnet::value_state;
using vmnet::vm_resource;

constexpr auto subnet_24 = "172.30.0.0/24"_ipv4_net;
constexpr auto subnet_29 = "10.0.0.0/29"_ipv4_net;  // .2 to .6

vmnet::pool pool_of(const vmnet::ipv4_network& subnet, std::uint64_t quarantine = 0) {
  vmnet::pool pool({.key = {}, .quarantine = quarantine});
  EXPECT_TRUE(pool.add_subnet(subnet));
  return pool;
}

vmnet::claim_options wanting(vmnet::ipv4_address address) {
  return {.wanted = address, .allow_quarantined = false};
}
constexpr vmnet::claim_options overruling{.wanted = {}, .allow_quarantined = true};

vmnet::ipv4_range range(std::string_view text) { return *vmnet::ipv4_range::parse(text); }

const vmnet::value_holder& v1_of(const vmnet::claimed& claim, vm_resource resource) {
  return claim.v1[static_cast<std::size_t>(resource)];
}

/// The sentence of the error, or "good".
template <class T>
std::string complaint(const vmnet::result<T, vmnet::pool_error>& result) {
  return result ? "good" : to_string(result.error());
}

TEST(Pool, GivesTheV1IdentityWhereItIsFree) {
  auto pool = pool_of(subnet_24);
  const auto claim = pool.claim("vm-1", subnet_24);
  ASSERT_TRUE(claim);
  EXPECT_TRUE(claim->is_new);
  EXPECT_TRUE(claim->is_v1());
  EXPECT_EQ(claim->lease.identity, *vmnet::identify("vm-1", subnet_24));
  EXPECT_EQ(claim->lease.epoch, 1U);
  EXPECT_EQ(pool.size(), 1U);
}

TEST(Pool, GivesTheSameLeaseToTheSameId) {
  auto pool = pool_of(subnet_24);
  const auto first = pool.claim("vm-1", subnet_24);
  const auto again = pool.claim("vm-1", subnet_24);
  EXPECT_FALSE(again->is_new);
  EXPECT_EQ(again->lease, first->lease);
  EXPECT_TRUE(pool.claim("vm-1", subnet_24, 0, wanting(first->lease.identity.guest_ip)));
}

TEST(Pool, TellsWhoHasTheV1Identity) {
  auto pool = pool_of("10.0.0.0/8"_ipv4_net);
  ASSERT_TRUE(pool.claim("!0IC=VloaY", "10.0.0.0/8"_ipv4_net));
  const auto twin = pool.claim("QvXtM>@Fp%", "10.0.0.0/8"_ipv4_net);
  ASSERT_TRUE(twin);
  EXPECT_FALSE(twin->is_v1());
  for (const auto resource : {vm_resource::tap_name, vm_resource::guest_ip, vm_resource::mac}) {
    EXPECT_EQ(v1_of(*twin, resource).state, value_state::leased);
    EXPECT_EQ(v1_of(*twin, resource).id, "!0IC=VloaY");
  }
  // The probes are those of plan v1.
  EXPECT_EQ(twin->lease.identity.tap_name, "tap-98b2aba1");
  EXPECT_EQ(twin->lease.identity.guest_ip, "10.123.46.186"_ipv4);
  EXPECT_EQ(twin->lease.identity.mac.to_string(), "02:ee:a4:c6:b6:1d");
  ASSERT_TRUE(pool.release("!0IC=VloaY", 1));
  const auto later = pool.claim("QvXtM>@Fp%", "10.0.0.0/8"_ipv4_net);
  EXPECT_EQ(v1_of(*later, vm_resource::guest_ip).state, value_state::free);
  EXPECT_EQ(v1_of(*later, vm_resource::tap_name).state, value_state::free);
}

TEST(Pool, FindsBySeveralNames) {
  auto pool = pool_of(subnet_24);
  const auto claim = pool.claim("vm-1", subnet_24);
  const vmnet::lease* const lease = pool.find(std::string_view("vm-1"));
  ASSERT_NE(lease, nullptr);
  EXPECT_EQ(*lease, claim->lease);
  EXPECT_EQ(pool.find(lease->identity.guest_ip), lease);
  EXPECT_EQ(pool.find(lease->identity.tap_name), lease);
  EXPECT_EQ(pool.find(lease->identity.mac), lease);
  EXPECT_EQ(pool.find(std::string_view("vm-2")), nullptr);
  EXPECT_EQ(pool.find("172.30.0.9"_ipv4), nullptr);
  EXPECT_EQ(pool.find(*vmnet::interface_name::parse("eth0")), nullptr);
  EXPECT_EQ(pool.find(vmnet::mac_address()), nullptr);
}

TEST(Pool, GivesEveryAddressAndThenSaysThatItIsFull) {
  auto pool = pool_of(subnet_29, 10);
  std::set<vmnet::ipv4_address> addresses;
  for (const char* id : {"a", "b", "c", "d"})
    addresses.insert(pool.claim(id, subnet_29)->lease.identity.guest_ip);
  EXPECT_EQ(addresses.size(), 4U);
  ASSERT_TRUE(pool.release("a", 1));
  pool.exclude(subnet_29);
  pool.include(range("10.0.0.0-10.0.0.7"));
  pool.reserve(vmnet::ipv4_range(*addresses.begin()));
  for (const char* id : {"e", "f"}) static_cast<void>(pool.claim(id, subnet_29));
  EXPECT_EQ(complaint(pool.claim("g", subnet_29)),
            "no address for 'g': subnet 10.0.0.0/29 has 5 addresses, 4 used, 1 quarantined");
}

TEST(Pool, FindsTheOneFreeAddressThatNoProbeMeets) {
  const auto net = "10.0.0.0/22"_ipv4_net;
  for (const std::uint32_t slot : {0U, 300U, 600U, 1020U}) {  // before v1's slot and behind it
    auto pool = pool_of(net);
    pool.exclude(net);
    pool.include(vmnet::ipv4_set(*net.nth(slot + 2)));
    const auto claim = pool.claim("vm-1", net);
    ASSERT_TRUE(claim);
    EXPECT_EQ(claim->lease.identity.guest_ip, *net.nth(slot + 2));
    EXPECT_FALSE(claim->is_v1());
    EXPECT_FALSE(pool.claim("vm-2", net));
  }
}

TEST(Pool, SaysWhatHoldsAddressesBackWhenItIsFull) {
  auto pool = pool_of(subnet_29);
  pool.exclude(range("10.0.0.2-10.0.0.3"));
  pool.drain(range("10.0.0.3-10.0.0.4"));
  pool.reserve(range("10.0.0.4-10.0.0.6"));
  EXPECT_EQ(complaint(pool.claim("g", subnet_29)),
            "no address for 'g': subnet 10.0.0.0/29 has 5 addresses, 0 used, 2 excluded, "
            "1 draining, 2 reserved");
  auto small = pool_of("10.0.0.0/30"_ipv4_net);
  ASSERT_TRUE(small.claim("a", "10.0.0.0/30"_ipv4_net));
  EXPECT_EQ(complaint(small.claim("b", "10.0.0.0/30"_ipv4_net)),
            "no address for 'b': subnet 10.0.0.0/30 has 1 address, 1 used");
}

TEST(Pool, RefusesWhatContradictsALease) {
  auto pool = pool_of(subnet_24);
  ASSERT_TRUE(pool.add_subnet(subnet_29));
  ASSERT_TRUE(pool.claim("vm-1", subnet_24));
  EXPECT_EQ(complaint(pool.claim("vm-1", subnet_29)),
            "'vm-1' has a lease in 172.30.0.0/24 and wants one in 10.0.0.0/29");
  EXPECT_EQ(complaint(pool.claim("vm-1", subnet_24, 0, wanting("172.30.0.5"_ipv4))),
            "'vm-1' has 172.30.0.231 and wants 172.30.0.5");
  EXPECT_EQ(complaint(pool.claim("vm-2", "10.9.0.0/24"_ipv4_net)),
            "subnet 10.9.0.0/24, wanted by 'vm-2', is not of this pool");
}

TEST(Pool, RefusesSubnetsThatAreSmallOrOverlap) {
  auto pool = pool_of(subnet_24);
  EXPECT_EQ(complaint(pool.add_subnet("10.0.0.0/31"_ipv4_net)),
            "subnet 10.0.0.0/31 too small: need /30 or larger (got 2 addresses)");
  EXPECT_EQ(complaint(pool.add_subnet("172.30.0.0/16"_ipv4_net)),
            "subnet 172.30.0.0/16 overlaps subnet 172.30.0.0/24 of the pool");
  EXPECT_EQ(complaint(pool.add_subnet("172.30.0.128/25"_ipv4_net)),
            "subnet 172.30.0.128/25 overlaps subnet 172.30.0.0/24 of the pool");
  EXPECT_EQ(complaint(pool.add_subnet(subnet_24)),
            "subnet 172.30.0.0/24 overlaps subnet 172.30.0.0/24 of the pool");
  EXPECT_EQ(complaint(pool.add_subnet("10.0.0.0/24"_ipv4_net)), "good");
  EXPECT_EQ(pool.subnets(), (std::vector{"10.0.0.0/24"_ipv4_net, subnet_24}));
}

TEST(Pool, RefusesMoreAddressesThanItsOptionsAllow) {
  vmnet::pool pool(vmnet::pool_options{.key = {}, .quarantine = 0, .max_addresses = 260});
  EXPECT_EQ(complaint(pool.add_subnet("10.0.0.0/23"_ipv4_net)),
            "subnet 10.0.0.0/23 is too large: the pool would have more addresses than its options "
            "allow");
  EXPECT_EQ(complaint(pool.add_subnet(subnet_24)), "good");
  EXPECT_EQ(complaint(pool.add_subnet("10.0.0.0/29"_ipv4_net)),
            "subnet 10.0.0.0/29 is too large: the pool would have more addresses than its options "
            "allow");
  EXPECT_EQ(complaint(pool.add_subnet("10.0.0.0/30"_ipv4_net)), "good");
  EXPECT_EQ(pool.utilization().slots, 254U);
}

TEST(Pool, GivesAWantedAddressOrSaysWhyNot) {
  auto pool = pool_of(subnet_24, 10);
  pool.reserve(range("172.30.0.10-172.30.0.19"));
  pool.exclude(range("172.30.0.20-172.30.0.29"));
  EXPECT_TRUE(pool.drain(range("172.30.0.30-172.30.0.39")).empty());
  const auto claim = [&](std::string_view id, vmnet::ipv4_address address) {
    return complaint(pool.claim(id, subnet_24, 0, wanting(address)));
  };
  EXPECT_EQ(claim("a", "172.30.0.10"_ipv4), "good");
  EXPECT_EQ(claim("b", "172.30.0.10"_ipv4), "'b' wants 172.30.0.10, which 'a' has");
  EXPECT_EQ(claim("b", "172.30.0.20"_ipv4), "'b' wants 172.30.0.20, which is excluded");
  EXPECT_EQ(claim("b", "172.30.0.30"_ipv4), "'b' wants 172.30.0.30, which is being drained");
  for (const auto address : {"172.30.0.0"_ipv4, "172.30.0.1"_ipv4, "172.30.0.255"_ipv4,
                             "172.30.1.0"_ipv4, "172.29.255.255"_ipv4})
    EXPECT_EQ(claim("b", address),
              "'b' wants " + to_string(address) + ", no guest address of 172.30.0.0/24");
  ASSERT_TRUE(pool.release("a", 1));
  EXPECT_EQ(claim("b", "172.30.0.10"_ipv4),
            "'b' wants 172.30.0.10, which rests since 'a' released it");
  EXPECT_TRUE(
      pool.claim("b", subnet_24, 0, {.wanted = "172.30.0.10"_ipv4, .allow_quarantined = true}));
}

TEST(Pool, TellsWhyTheV1AddressWasNotGiven) {
  struct {
    value_state state;
    void (*hold)(vmnet::pool&);
  } const cases[] = {
      {value_state::excluded, [](vmnet::pool& p) { p.exclude("172.30.0.231"_ipv4); }},
      {value_state::draining, [](vmnet::pool& p) { p.drain("172.30.0.231"_ipv4); }},
      {value_state::reserved, [](vmnet::pool& p) { p.reserve("172.30.0.231"_ipv4); }},
      {value_state::quarantined,
       [](vmnet::pool& p) {
         EXPECT_TRUE(p.claim("x", subnet_24, 0, wanting("172.30.0.231"_ipv4)));
         EXPECT_TRUE(p.release("x", 1));
       }},
      {value_state::leased,
       [](vmnet::pool& p) {
         EXPECT_TRUE(p.claim("x", subnet_24, 0, wanting("172.30.0.231"_ipv4)));
       }},
  };
  for (const auto& c : cases) {
    auto pool = pool_of(subnet_24, 10);
    c.hold(pool);
    const auto claim = pool.claim("vm-1", subnet_24);
    ASSERT_TRUE(claim);
    EXPECT_EQ(v1_of(*claim, vm_resource::guest_ip).state, c.state);
    EXPECT_EQ(v1_of(*claim, vm_resource::mac).state, value_state::mine);
  }
}

TEST(PoolRelease, NeedsTheEpochOfTheLease) {
  auto pool = pool_of(subnet_24);
  ASSERT_TRUE(pool.claim("vm-1", subnet_24));
  ASSERT_TRUE(pool.release("vm-1", 1));
  ASSERT_TRUE(pool.claim("vm-1", subnet_24));
  EXPECT_EQ(complaint(pool.release("vm-1", 1)),
            "the lease of 'vm-1' has epoch 2, not 1: nothing was released");
  EXPECT_EQ(pool.size(), 1U);
  EXPECT_EQ(complaint(pool.release("vm-1", 2)), "good");
  EXPECT_EQ(complaint(pool.release("vm-1", 2)), "'vm-1' has no lease");
}

TEST(PoolQuarantine, KeepsAnAddressFromOthersForItsTime) {
  auto pool = pool_of("10.0.0.0/30"_ipv4_net, 10);
  ASSERT_TRUE(pool.claim("a", "10.0.0.0/30"_ipv4_net, 100));
  ASSERT_TRUE(pool.release("a", 1, 100));
  EXPECT_FALSE(pool.claim("b", "10.0.0.0/30"_ipv4_net, 109));
  EXPECT_EQ(pool.quarantined(), std::vector{"10.0.0.2"_ipv4});
  EXPECT_TRUE(pool.claim("b", "10.0.0.0/30"_ipv4_net, 110));
  EXPECT_TRUE(pool.quarantined().empty());
}

TEST(PoolQuarantine, LetsTheSameVmComeBack) {
  auto pool = pool_of("10.0.0.0/30"_ipv4_net, 10);
  ASSERT_TRUE(pool.claim("a", "10.0.0.0/30"_ipv4_net));
  ASSERT_TRUE(pool.release("a", 1));
  EXPECT_TRUE(pool.claim("a", "10.0.0.0/30"_ipv4_net));
}

TEST(PoolQuarantine, DoesNotLetTheSameVmComeBackToWhatIsHeldBack) {
  auto pool = pool_of(subnet_24, 10);
  ASSERT_TRUE(pool.claim("a", subnet_24)->is_v1());
  ASSERT_TRUE(pool.release("a", 1));
  pool.exclude(vmnet::ipv4_set(*vmnet::allocate_guest_ip("a", subnet_24)));
  const auto back = pool.claim("a", subnet_24);
  ASSERT_TRUE(back);
  EXPECT_EQ(v1_of(*back, vm_resource::guest_ip).state, value_state::quarantined);
}

TEST(PoolQuarantine, LetsTheSameVmComeBackToTheAddressThatItWants) {
  auto pool = pool_of(subnet_24, 10);
  ASSERT_TRUE(pool.claim("a", subnet_24, 0, wanting("172.30.0.9"_ipv4)));
  ASSERT_TRUE(pool.release("a", 1));
  EXPECT_TRUE(pool.claim("a", subnet_24, 0, wanting("172.30.0.9"_ipv4)));
  EXPECT_TRUE(pool.quarantined().empty());
}

TEST(PoolQuarantine, LetsTheSameVmComeBackToAnAddressThatIsNoneOfItsProbes) {
  // Addresses all over the subnet, so that most are none of the probes of `a`.
  const auto net = "10.0.0.0/22"_ipv4_net;
  auto pool = pool_of(net, 10);
  int walks_elsewhere = 0;
  for (std::uint32_t slot = 0; slot < 1021; slot += 100) {
    const auto address = *net.nth(slot + 2);
    const auto epoch = pool.claim("a", net, 0, wanting(address))->lease.epoch;
    ASSERT_TRUE(pool.release("a", epoch, 1));
    pool.exclude(net);
    EXPECT_FALSE(pool.claim("a", net, 2));
    pool.include(vmnet::ipv4_set(address));
    EXPECT_FALSE(pool.claim("b", net, 2));
    const auto back = pool.claim("a", net, 2);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->lease.identity.guest_ip, address);
    walks_elsewhere += v1_of(*back, vm_resource::guest_ip).state == value_state::mine ? 0 : 1;
    ASSERT_TRUE(pool.release("a", back->lease.epoch, 2));
    pool.include(net);
    pool.expire(100);
  }
  EXPECT_GT(walks_elsewhere, 0);
}

TEST(PoolQuarantine, IsOverruledFromTheOldestOnAndOnlyWhenNothingElseIsFree) {
  auto pool = pool_of(subnet_29, 10);
  std::vector<vmnet::ipv4_address> order;
  for (const char* id : {"a", "b", "c", "d", "e"})
    order.push_back(pool.claim(id, subnet_29)->lease.identity.guest_ip);
  ASSERT_TRUE(pool.release("c", 3, 1));
  ASSERT_TRUE(pool.release("a", 1, 2));
  ASSERT_TRUE(pool.release("b", 2, 3));
  pool.exclude(vmnet::ipv4_set(order[2]));
  EXPECT_EQ(pool.claim("f", subnet_29, 4, overruling)->lease.identity.guest_ip, order[0]);
  EXPECT_EQ(pool.claim("g", subnet_29, 4, overruling)->lease.identity.guest_ip, order[1]);
  EXPECT_FALSE(pool.claim("h", subnet_29, 4, overruling));
  pool.include(vmnet::ipv4_set(order[2]));
  EXPECT_FALSE(pool.claim("h", subnet_29, 4));
  EXPECT_EQ(pool.claim("h", subnet_29, 4, overruling)->lease.identity.guest_ip, order[2]);
}

TEST(PoolQuarantine, OfAnotherSubnetIsNotOverruled) {
  auto pool = pool_of("10.0.0.0/30"_ipv4_net, 10);
  ASSERT_TRUE(pool.add_subnet("10.0.0.4/30"_ipv4_net));
  ASSERT_TRUE(pool.claim("a", "10.0.0.0/30"_ipv4_net));
  ASSERT_TRUE(pool.release("a", 1));
  ASSERT_TRUE(pool.claim("b", "10.0.0.4/30"_ipv4_net));
  EXPECT_EQ(complaint(pool.claim("c", "10.0.0.4/30"_ipv4_net, 0, overruling)),
            "no address for 'c': subnet 10.0.0.4/30 has 1 address, 1 used");
}

TEST(PoolQuarantine, IsNotShortenedByAClockThatStepsBackOrEnds) {
  auto pool = pool_of(subnet_29, 10);
  ASSERT_TRUE(pool.claim("a", subnet_29));
  ASSERT_TRUE(pool.claim("b", subnet_29));
  ASSERT_TRUE(pool.claim("c", subnet_29));
  ASSERT_TRUE(pool.release("a", 1, 100));
  ASSERT_TRUE(pool.release("b", 2, 50));
  pool.expire(109);
  EXPECT_EQ(pool.quarantined().size(), 2U);
  pool.expire(110);
  EXPECT_TRUE(pool.quarantined().empty());
  ASSERT_TRUE(pool.release("c", 3, UINT64_MAX - 1));
  pool.expire(UINT64_MAX - 1);
  EXPECT_EQ(pool.quarantined().size(), 1U);
}

TEST(PoolRanges, KeepLeasesThatAreThere) {
  auto pool = pool_of(subnet_29);
  const auto address = pool.claim("a", subnet_29)->lease.identity.guest_ip;
  const auto still = pool.drain(subnet_29);
  ASSERT_EQ(still.size(), 1U);
  EXPECT_EQ(still[0].id, "a");
  EXPECT_TRUE(pool.claim("a", subnet_29));
  EXPECT_FALSE(pool.claim("b", subnet_29));
  ASSERT_TRUE(pool.release("a", 1));
  EXPECT_FALSE(pool.claim("a", subnet_29));
  EXPECT_TRUE(pool.draining().contains(address));
  pool.undrain(subnet_29);
  pool.unreserve(subnet_29);
  EXPECT_TRUE(pool.draining().empty());
  EXPECT_TRUE(pool.claim("a", subnet_29));
  EXPECT_TRUE(pool.excluded().empty());
  EXPECT_TRUE(pool.reserved().empty());
}

TEST(PoolRanges, CanBeGivenBackByTheSetsOfThePoolItself) {
  auto pool = pool_of(subnet_29);
  pool.exclude(range("10.0.0.2-10.0.0.3"));
  pool.reserve(range("10.0.0.4-10.0.0.5"));
  pool.drain(vmnet::ipv4_set("10.0.0.6"_ipv4));
  EXPECT_EQ(pool.utilization().free, 0U);
  pool.include(pool.excluded());
  EXPECT_EQ(pool.utilization().free, 2U);
  pool.unreserve(pool.reserved());
  EXPECT_EQ(pool.utilization().free, 4U);
  pool.undrain(pool.draining());
  EXPECT_EQ(pool.utilization().free, 5U);
  EXPECT_TRUE(pool.excluded().empty() && pool.reserved().empty() && pool.draining().empty());
}

TEST(PoolRanges, HoldBackAddressesOfSubnetsThatAreAddedLater) {
  vmnet::pool pool;
  pool.exclude(range("10.0.0.4-10.0.0.13"));
  for (const auto& subnet : {"10.0.0.16/29"_ipv4_net, subnet_29, "10.0.0.8/29"_ipv4_net})
    ASSERT_TRUE(pool.add_subnet(subnet));
  EXPECT_EQ(pool.utilization(), (vmnet::pool_utilization{.slots = 15, .free = 8, .excluded = 7}));
  EXPECT_EQ(pool.utilization(subnet_29),
            (vmnet::pool_utilization{.slots = 5, .free = 2, .excluded = 3}));
}

TEST(PoolRanges, MayHoldAddressesThatAreNoGuests) {
  auto pool = pool_of(subnet_29);
  pool.exclude(range("10.0.0.0-10.0.0.1"));
  pool.reserve(vmnet::ipv4_set("10.0.0.7"_ipv4));
  EXPECT_EQ(pool.utilization(), (vmnet::pool_utilization{.slots = 5, .free = 5}));
}

TEST(PoolUtilization, CountsEachAddressOnce) {
  auto pool = pool_of(subnet_29, 10);
  ASSERT_TRUE(pool.add_subnet("10.0.0.8/29"_ipv4_net));
  for (const char* id : {"a", "b"}) ASSERT_TRUE(pool.claim(id, subnet_29));
  ASSERT_TRUE(pool.release("a", 1));
  pool.exclude(vmnet::ipv4_network());
  EXPECT_EQ(pool.utilization(),
            (vmnet::pool_utilization{.slots = 10, .used = 1, .quarantined = 1, .excluded = 8}));
  EXPECT_EQ(pool.utilization(range("10.0.0.8-10.0.0.10")),
            (vmnet::pool_utilization{.slots = 1, .excluded = 1}));
  EXPECT_EQ(pool.utilization(range("10.9.0.0-10.9.0.10")), vmnet::pool_utilization());
}

TEST(PoolClaimAll, GivesAllOrNone) {
  auto pool = pool_of(subnet_29, 10);
  ASSERT_TRUE(pool.claim("a", subnet_29));
  ASSERT_TRUE(pool.claim("b", subnet_29));
  ASSERT_TRUE(pool.release("a", 1));
  const std::string before = pool.snapshot();
  const std::vector<vmnet::claim_request> many = {
      {.id = "a", .subnet = subnet_29}, {.id = "b", .subnet = subnet_29},
      {.id = "c", .subnet = subnet_29}, {.id = "d", .subnet = subnet_29},
      {.id = "e", .subnet = subnet_29}, {.id = "f", .subnet = subnet_29}};
  EXPECT_EQ(complaint(pool.claim_all(many)),
            "no address for 'f': subnet 10.0.0.0/29 has 5 addresses, 5 used");
  EXPECT_EQ(pool.snapshot(), before);
  const auto some = pool.claim_all(std::span(many).first(5));
  ASSERT_TRUE(some);
  EXPECT_EQ(some->size(), 5U);
  EXPECT_FALSE((*some)[1].is_new);
  EXPECT_EQ(pool.size(), 5U);
}

TEST(PoolReconcile, TellsWhatLeakedAndWhatIsUnknown) {
  auto pool = pool_of(subnet_24);
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(pool.claim(id, subnet_24));
  const std::vector<std::string_view> live = {"z", "b", "y", "z"};
  const auto report = pool.reconcile(live);
  ASSERT_EQ(report.leaked.size(), 2U);
  EXPECT_EQ(report.unknown, (std::vector<std::string>{"y", "z"}));
  EXPECT_EQ(pool.size(), 3U);
  for (const vmnet::lease& leaked : report.leaked)
    EXPECT_TRUE(pool.release(leaked.id, leaked.epoch));
  EXPECT_EQ(pool.leases().size(), 1U);
}

TEST(PoolWords, AreThereForEveryEnumerator) {
  std::set<std::string> errors;
  for (int code = 0; code <= static_cast<int>(pool_errc::too_many_addresses); ++code)
    errors.insert(to_string(vmnet::pool_error{.code = static_cast<pool_errc>(code)}));
  EXPECT_EQ(errors.size(), 14U);
  EXPECT_EQ(to_string(vmnet::pool_error{.code = static_cast<pool_errc>(99)}), "unknown error");
  std::set<std::string_view> states;
  for (int state = 0; state <= static_cast<int>(value_state::free); ++state)
    states.insert(to_string(static_cast<value_state>(state)));
  EXPECT_EQ(states.size(), 7U);
  EXPECT_EQ(to_string(static_cast<value_state>(99)), "unknown state");
  std::set<std::string_view> faults;
  for (int code = 0; code <= static_cast<int>(vmnet::snapshot_errc::too_many_addresses); ++code)
    faults.insert(to_string(static_cast<vmnet::snapshot_errc>(code)));
  EXPECT_EQ(faults.size(), 9U);
  EXPECT_EQ(to_string(static_cast<vmnet::snapshot_errc>(99)), "unknown error");
}

TEST(PoolAnswers, EqualThoseThatTellTheSame) {
  const vmnet::value_holder holder{.state = value_state::leased, .id = "a"};
  EXPECT_TRUE(holder == vmnet::value_holder(holder));
  EXPECT_FALSE(holder == vmnet::value_holder());

  const vmnet::claimed answer{.lease = {}, .is_new = true, .v1 = {}};
  vmnet::claimed other = answer;
  EXPECT_TRUE(answer == other);
  other.v1[0] = holder;
  EXPECT_FALSE(answer == other);

  const vmnet::pool_error error{.code = pool_errc::wanted_leased, .id = "a"};
  EXPECT_TRUE(error == vmnet::pool_error(error));
  EXPECT_FALSE(error == vmnet::pool_error{.code = pool_errc::wanted_leased});
}

}  // namespace
