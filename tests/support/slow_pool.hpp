// The pool's rules once more, over plain maps and with a look at every address:
// the oracle of vmnet.pool, for one subnet. It knows nothing of the library: the
// probes of an id are given to it.
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace slow {

struct pool_lease {
  std::uint32_t slot = 0;
  std::uint32_t tap = 0;
  std::uint64_t mac = 0;
  std::uint64_t epoch = 0;
};

struct pool_rest {
  std::uint32_t slot;
  std::uint64_t until;
  std::string id;
};

/// Where an id looks.
struct pool_probes {
  std::vector<std::uint32_t> slots;  // the first 32
  std::vector<std::uint32_t> taps;
  std::vector<std::uint64_t> macs;
};

class pool {
 public:
  pool(std::uint32_t slots, std::uint64_t quarantine) : slots_(slots), quarantine_(quarantine) {}

  std::map<std::string, pool_lease> leases;
  std::vector<pool_rest> queue;
  std::set<std::uint32_t> excluded, reserved, draining;

  const std::string* owner(std::uint32_t slot) const {
    for (const auto& [id, lease] : leases)
      if (lease.slot == slot) return &id;
    return nullptr;
  }
  const pool_rest* resting(std::uint32_t slot) const {
    for (const pool_rest& rest : queue)
      if (rest.slot == slot) return &rest;
    return nullptr;
  }
  bool held_back(std::uint32_t slot) const {
    return excluded.contains(slot) || reserved.contains(slot) || draining.contains(slot);
  }
  bool is_free(std::uint32_t slot) const {
    return owner(slot) == nullptr && resting(slot) == nullptr && !held_back(slot);
  }

  void expire(std::uint64_t now) {
    while (!queue.empty() && queue.front().until <= now) queue.erase(queue.begin());
  }

  /// The lease, or nothing where the pool would refuse.
  std::optional<pool_lease> claim(const std::string& id, const pool_probes& probes,
                                  std::uint64_t now, std::optional<std::uint32_t> wanted,
                                  bool allow_quarantined) {
    expire(now);
    if (const auto had = leases.find(id); had != leases.end()) {
      if (wanted && *wanted != had->second.slot) return std::nullopt;
      return had->second;
    }
    const auto slot = wanted ? take_wanted(id, *wanted, allow_quarantined)
                             : find_slot(id, probes, allow_quarantined);
    if (!slot) return std::nullopt;
    std::erase_if(queue, [&](const pool_rest& rest) { return rest.slot == *slot; });
    pool_lease lease{.slot = *slot, .epoch = ++epoch_};
    lease.tap = *std::ranges::find_if(probes.taps, [&](std::uint32_t tap) {
      return std::ranges::none_of(leases, [&](const auto& l) { return l.second.tap == tap; });
    });
    lease.mac = *std::ranges::find_if(probes.macs, [&](std::uint64_t mac) {
      return std::ranges::none_of(leases, [&](const auto& l) { return l.second.mac == mac; });
    });
    return leases[id] = lease;
  }

  bool release(const std::string& id, std::uint64_t epoch, std::uint64_t now) {
    expire(now);
    const auto held = leases.find(id);
    if (held == leases.end() || held->second.epoch != epoch) return false;
    if (quarantine_ > 0) {
      std::uint64_t until = now + quarantine_;
      if (!queue.empty()) until = std::max(until, queue.back().until);
      queue.push_back({held->second.slot, until, id});
    }
    leases.erase(held);
    return true;
  }

 private:
  std::optional<std::uint32_t> take_wanted(const std::string& id, std::uint32_t slot,
                                           bool allow_quarantined) const {
    if (slot >= slots_ || owner(slot) != nullptr) return std::nullopt;
    if (excluded.contains(slot) || draining.contains(slot)) return std::nullopt;
    const pool_rest* const rest = resting(slot);
    if (rest != nullptr && rest->id != id && !allow_quarantined) return std::nullopt;
    return slot;
  }

  std::optional<std::uint32_t> find_slot(const std::string& id, const pool_probes& probes,
                                         bool allow_quarantined) const {
    for (const std::uint32_t slot : probes.slots) {
      if (is_free(slot)) return slot;
      const pool_rest* const rest = resting(slot);
      if (rest != nullptr && rest->id == id && !held_back(slot)) return slot;
    }
    for (std::uint32_t i = 0; i < slots_; ++i) {
      const std::uint32_t slot = (probes.slots[0] + i) % slots_;
      if (is_free(slot)) return slot;
    }
    for (const bool own : {true, false})
      for (const pool_rest& rest : queue)
        if (!held_back(rest.slot) && (own ? rest.id == id : allow_quarantined)) return rest.slot;
    return std::nullopt;
  }

  std::uint32_t slots_;
  std::uint64_t quarantine_;
  std::uint64_t epoch_ = 0;
};

}  // namespace slow
