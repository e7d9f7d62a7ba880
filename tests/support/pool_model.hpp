// Random operations on a pool and on the slow one, which must not differ. It
// imports vmnet.pool: include it behind all others.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "slow_pool.hpp"

import vmnet.pool;

namespace pool_model {

inline const vmnet::ipv4_network subnet = *vmnet::ipv4_network::parse("10.0.0.32/27");
inline constexpr std::uint32_t num_slots = 29;
inline constexpr std::size_t num_ids = 48;

class model {
 public:
  explicit model(std::uint64_t seed)
      : random_(seed),
        options_{.key = {.k0 = seed, .k1 = 1}, .quarantine = seed % 3 == 0 ? 0U : 20U},
        real_(options_),
        slow_(num_slots, options_.quarantine) {
    EXPECT_TRUE(real_.add_subnet(subnet));
    for (std::size_t i = 0; i < num_ids; ++i) add_id("vm-" + std::to_string(i));
  }

  void step() {
    now_ += random_() % 3;
    if (random_() % 64 == 0 && now_ > 5) now_ -= 5;  // clocks step back
    switch (random_() % 16) {
      case 0:
      case 1:
        return change_ranges();
      case 2:
        return claim_many();
      case 3:
      case 4:
      case 5:
      case 6:
      case 7:
        return release();
      default:
        return claim();
    }
  }

  /// Compares every lease and every count.
  void compare_all() {
    ASSERT_EQ(real_.size(), slow_.leases.size());
    for (const auto& [id, lease] : slow_.leases) {
      const vmnet::lease* const real = real_.find(std::string_view(id));
      ASSERT_NE(real, nullptr);
      expect_same(*real, lease);
      ASSERT_EQ(real_.find(real->identity.guest_ip), real);
      ASSERT_EQ(real_.find(real->identity.tap_name), real);
      ASSERT_EQ(real_.find(real->identity.mac), real);
    }
    ASSERT_EQ(real_.utilization(subnet), slow_utilization());
    const auto resting = real_.quarantined();
    ASSERT_EQ(resting.size(), slow_.queue.size());
    for (std::size_t i = 0; i < resting.size(); ++i)
      ASSERT_EQ(resting[i], address(slow_.queue[i].slot));
  }

  /// Goes on with a pool that was saved and restored.
  void restore() {
    auto restored = vmnet::pool::restore(real_.snapshot(), options_);
    ASSERT_TRUE(restored) << to_string(restored.error());
    ASSERT_EQ(*restored, real_);
    real_ = *std::move(restored);
  }

 private:
  void add_id(const std::string& id) {
    ids_.push_back(id);
    const std::uint64_t digest = vmnet::fnv1a_64(id);
    const std::uint64_t rank = vmnet::siphash_2_4(id, options_.key);
    slow::pool_probes probes;
    vmnet::slot_walk walk(digest, rank, num_slots);
    for (int i = 0; i < 32; ++i, walk.next())
      probes.slots.push_back(static_cast<std::uint32_t>(walk.slot()));
    for (std::uint64_t k = 0; k < 4; ++k) {
      probes.taps.push_back(vmnet::tap_probe(digest, rank, k));
      probes.macs.push_back(vmnet::mac_probe(digest, rank, k));
    }
    probes_.push_back(probes);
  }

  static vmnet::ipv4_address address(std::uint32_t slot) { return *subnet.nth(slot + 2); }

  void expect_same(const vmnet::lease& real, const slow::pool_lease& lease) {
    ASSERT_EQ(real.identity.guest_ip, address(lease.slot));
    ASSERT_EQ(real.identity.tap_name, vmnet::tap_name_from_uint32(lease.tap));
    ASSERT_EQ(real.identity.mac.to_uint64(), lease.mac);
    ASSERT_EQ(real.epoch, lease.epoch);
  }

  vmnet::claim_options some_options(std::optional<std::uint32_t>& wanted) {
    vmnet::claim_options options;
    options.allow_quarantined = random_() % 4 == 0;
    if (random_() % 4 == 0) {
      wanted = static_cast<std::uint32_t>(random_() % num_slots);
      options.wanted = address(*wanted);
    }
    return options;
  }

  void claim() {
    const std::size_t i = random_() % num_ids;
    std::optional<std::uint32_t> wanted;
    const auto options = some_options(wanted);
    const bool had = slow_.leases.contains(ids_[i]);
    const auto real = real_.claim(ids_[i], subnet, now_, options);
    const auto slow = slow_.claim(ids_[i], probes_[i], now_, wanted, options.allow_quarantined);
    ASSERT_EQ(real.has_value(), slow.has_value());
    if (!real) return;
    expect_same(real->lease, *slow);
    ASSERT_EQ(real->is_new, !had);
    const bool v1 = slow->slot == probes_[i].slots[0] && slow->tap == probes_[i].taps[0] &&
                    slow->mac == probes_[i].macs[0];
    ASSERT_EQ(real->is_v1(), v1);
    const std::string* const holder = slow_.owner(probes_[i].slots[0]);
    if (slow->slot != probes_[i].slots[0] && holder != nullptr) {
      ASSERT_EQ(real->v1[1].id, *holder);
    }
  }

  void claim_many() {
    std::vector<vmnet::claim_request> requests;
    slow_.expire(now_);  // also where nothing is asked for
    slow::pool after = slow_;
    bool all = true;
    for (std::size_t count = random_() % 5; count > 0; --count) {
      const std::size_t i = random_() % num_ids;
      std::optional<std::uint32_t> wanted;
      const auto options = some_options(wanted);
      requests.push_back({.id = ids_[i], .subnet = subnet, .options = options});
      all = all && after.claim(ids_[i], probes_[i], now_, wanted, options.allow_quarantined);
    }
    const auto real = real_.claim_all(requests, now_);
    ASSERT_EQ(real.has_value(), all);
    if (all) slow_ = after;
    ASSERT_EQ(real_.size(), slow_.leases.size());
  }

  void release() {
    const std::size_t i = random_() % num_ids;
    const auto held = slow_.leases.find(ids_[i]);
    std::uint64_t epoch = held == slow_.leases.end() ? 1 : held->second.epoch;
    if (random_() % 8 == 0) --epoch;
    ASSERT_EQ(real_.release(ids_[i], epoch, now_).has_value(), slow_.release(ids_[i], epoch, now_));
  }

  void change_ranges() {
    const auto first = static_cast<std::uint32_t>(random_() % num_slots);
    const auto last =
        std::min<std::uint32_t>(num_slots - 1, first + static_cast<std::uint32_t>(random_() % 4));
    const auto range = *vmnet::ipv4_range::make(address(first), address(last));
    const auto mark = [&](std::set<std::uint32_t>& set, bool in) {
      for (std::uint32_t slot = first; slot <= last; ++slot) {
        if (in)
          set.insert(slot);
        else
          set.erase(slot);
      }
    };
    // Twice as often given back as held back, so that the pool stays in use.
    switch (random_() % 9) {
      case 0:
        mark(slow_.excluded, true);
        return real_.exclude(range);
      case 1:
        mark(slow_.reserved, true);
        return real_.reserve(range);
      case 2: {
        mark(slow_.draining, true);
        std::size_t there = 0;
        for (const auto& [id, lease] : slow_.leases)
          if (lease.slot >= first && lease.slot <= last) ++there;
        ASSERT_EQ(real_.drain(range).size(), there);
        return;
      }
      case 3:
      case 4:
        mark(slow_.excluded, false);
        return real_.include(range);
      case 5:
      case 6:
        mark(slow_.reserved, false);
        return real_.unreserve(range);
      default:
        mark(slow_.draining, false);
        return real_.undrain(range);
    }
  }

  vmnet::pool_utilization slow_utilization() const {
    vmnet::pool_utilization u;
    for (std::uint32_t slot = 0; slot < num_slots; ++slot) {
      ++u.slots;
      if (slow_.owner(slot) != nullptr)
        ++u.used;
      else if (slow_.resting(slot) != nullptr)
        ++u.quarantined;
      else if (slow_.excluded.contains(slot))
        ++u.excluded;
      else if (slow_.draining.contains(slot))
        ++u.draining;
      else if (slow_.reserved.contains(slot))
        ++u.reserved;
      else
        ++u.free;
    }
    return u;
  }

  std::mt19937_64 random_;
  vmnet::pool_options options_;
  vmnet::pool real_;
  slow::pool slow_;
  std::vector<std::string> ids_;
  std::vector<slow::pool_probes> probes_;
  std::uint64_t now_ = 0;
};

/// `steps` steps, all compared now and then.
inline void run(std::uint64_t seed, std::uint64_t steps) {
  model m(seed);
  for (std::uint64_t i = 1; i <= steps; ++i) {
    m.step();
    if (i % 64 == 0) m.compare_all();
    if (i % 4096 == 0) m.restore();
    if (testing::Test::HasFatalFailure()) FAIL() << "at step " << i << " of seed " << seed;
  }
}

}  // namespace pool_model
