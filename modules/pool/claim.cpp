// Claiming and releasing.
module;
#include <cstdint>

module vmnet.pool;

import vmnet.free_map;
import vmnet.index_table;
import vmnet.slots;

namespace vmnet {
namespace {

using detail::address_of_slot;
using detail::index_table;
using detail::is_guest_address;
using detail::slot_of;

/// The probes of plan v1 that a claim tries before it takes the next free slot:
/// probing alone misses 10,000 times where 99.99 % are taken.
constexpr int num_address_probes = 32;

/// The bits of a lease's TAP name, which always has some.
std::uint32_t tap_bits_of(const lease& held) {
  return tap_name_to_uint32(held.identity.tap_name).value_or(0);
}

}  // namespace

pool::pool(const pool_options& options)
    : options_(options), seed_(mix64(options.key.k0 ^ mix64(options.key.k1))) {}

std::uint64_t pool::hash_of(std::uint64_t value) const { return mix64(value ^ seed_); }

// --- subnets

const pool::pool_subnet* pool::subnet_at(ipv4_address address) const {
  const auto behind = std::ranges::upper_bound(
      subnets_, address, {}, [](const pool_subnet& s) { return s.network.network(); });
  if (behind == subnets_.begin() || !is_guest_address((behind - 1)->network, address))
    return nullptr;
  return &*(behind - 1);
}

pool::pool_subnet* pool::subnet_at(ipv4_address address) {
  return const_cast<pool_subnet*>(std::as_const(*this).subnet_at(address));
}

// --- who has what

std::uint32_t pool::lease_of(std::string_view id) const {
  return ids_.find(siphash_2_4(id, options_.key),
                   [&](std::uint32_t index) { return leases_[index].id == id; });
}
std::uint32_t pool::lease_of(ipv4_address address) const {
  return addresses_.find(hash_of(address.to_uint32()), [&](std::uint32_t index) {
    return leases_[index].identity.guest_ip == address;
  });
}
std::uint32_t pool::lease_of(const interface_name& tap_name) const {
  const auto bits = tap_name_to_uint32(tap_name);
  if (!bits) return index_table::none;
  return taps_.find(hash_of(*bits), [&](std::uint32_t index) {
    return leases_[index].identity.tap_name == tap_name;
  });
}
std::uint32_t pool::lease_of(mac_address mac) const {
  return macs_.find(hash_of(mac.to_uint64()),
                    [&](std::uint32_t index) { return leases_[index].identity.mac == mac; });
}

bool pool::is_held_back(ipv4_address address) const { return held_back_.contains(address); }

/// Allocates what `count` more leases need, and what their ends will need, so
/// that adding and removing them cannot fail half-way.
void pool::make_room(std::size_t count) {
  const std::size_t needed = size() + count;
  if (needed > leases_.capacity()) leases_.reserve(std::max(needed, 2 * leases_.capacity()));
  holes_.reserve(leases_.capacity());
  for (index_table* const table : {&ids_, &addresses_, &taps_, &macs_}) table->reserve(needed);
}

std::uint32_t pool::add_lease(lease&& made) noexcept {
  std::uint32_t index = 0;
  if (holes_.empty()) {
    index = static_cast<std::uint32_t>(leases_.size());
    leases_.push_back(std::move(made));
  } else {
    index = holes_.back();
    holes_.pop_back();
    leases_[index] = std::move(made);
  }
  const lease& added = leases_[index];
  ids_.insert(siphash_2_4(added.id, options_.key), index);
  addresses_.insert(hash_of(added.identity.guest_ip.to_uint32()), index);
  taps_.insert(hash_of(tap_bits_of(added)), index);
  macs_.insert(hash_of(added.identity.mac.to_uint64()), index);
  occupy(added.identity.guest_ip);
  return index;
}

void pool::occupy(ipv4_address address) noexcept {
  pool_subnet& subnet = *subnet_at(address);
  subnet.free.take(slot_of(subnet.network, address));
}

void pool::remove_lease(std::uint32_t index) noexcept {
  lease& gone = leases_[index];
  ids_.erase(siphash_2_4(gone.id, options_.key), index);
  addresses_.erase(hash_of(gone.identity.guest_ip.to_uint32()), index);
  taps_.erase(hash_of(tap_bits_of(gone)), index);
  macs_.erase(hash_of(gone.identity.mac.to_uint64()), index);
  gone = {};
  holes_.push_back(index);
}

void pool::give_back(ipv4_address address) noexcept {
  if (is_held_back(address)) return;
  pool_subnet& subnet = *subnet_at(address);
  subnet.free.give(slot_of(subnet.network, address));
}

// --- claims

result<claimed, pool_error> pool::claim(std::string_view id, const ipv4_network& subnet,
                                        std::uint64_t now, const claim_options& options) {
  expire(now);
  return claim_one({.id = id, .subnet = subnet, .options = options}, nullptr);
}

/// Takes back the claims of one call, the last first, unless all were good: on
/// the way out of an error and of std::bad_alloc alike.
struct pool::rollback {
  explicit rollback(pool& changed) : of(changed), epoch(changed.epoch_) {}
  rollback(const rollback&) = delete;
  rollback& operator=(const rollback&) = delete;
  ~rollback() {
    if (all_good) return;
    for (; !undos.empty(); undos.pop_back()) of.take_back(undos.back());
    of.epoch_ = epoch;
  }

  pool& of;
  std::uint64_t epoch;
  std::vector<undo> undos;
  bool all_good = false;
};

void pool::take_back(undo& last) noexcept {
  const ipv4_address address = leases_[last.lease].identity.guest_ip;
  remove_lease(last.lease);
  if (last.rested.empty()) return give_back(address);
  queue_.insert(std::move(last.rested));
  resting_.insert(std::move(last.number));
}

result<std::vector<claimed>, pool_error> pool::claim_all(std::span<const claim_request> requests,
                                                         std::uint64_t now) {
  expire(now);
  rollback done(*this);
  done.undos.reserve(requests.size());
  std::vector<claimed> answers;
  answers.reserve(requests.size());
  for (const claim_request& request : requests) {
    auto answer = claim_one(request, &done.undos);
    if (!answer) return failure(std::move(answer).error());
    answers.push_back(*std::move(answer));
  }
  done.all_good = true;
  return answers;
}

result<claimed, pool_error> pool::claim_one(const claim_request& request,
                                            std::vector<undo>* undos) {
  pool_error error{.id = std::string(request.id), .subnet = request.subnet};
  if (const lease* const had = lease_or_null(lease_of(request.id))) {
    error.other_subnet = had->identity.subnet;
    error.other_address = had->identity.guest_ip;
    error.address = request.options.wanted.value_or(error.other_address);
    if (error.other_subnet != request.subnet)
      error.code = pool_errc::other_subnet;
    else if (error.address != error.other_address)
      error.code = pool_errc::other_address;
    else
      return answer(*had, false);
    return failure(std::move(error));
  }
  const auto subnet = std::ranges::lower_bound(subnets_, request.subnet, {}, &pool_subnet::network);
  if (subnet == subnets_.end() || subnet->network != request.subnet) {
    error.code = pool_errc::unknown_subnet;
    return failure(std::move(error));
  }
  const std::uint64_t digest = fnv1a_64(request.id);
  const std::uint64_t rank = siphash_2_4(request.id, options_.key);
  const auto found = request.options.wanted ? check_wanted(request, *subnet)
                                            : find_address(request, *subnet, digest, rank);
  if (!found) return failure(found.error());

  lease made{.id = std::string(request.id),
             .identity = {.digest = digest,
                          .tap_name = {},
                          .guest_ip = found->address,
                          .gateway = *gateway_for(request.subnet),
                          .subnet = request.subnet,
                          .mac = {}},
             .epoch = epoch_ + 1};
  std::uint64_t probe = 0;
  do made.identity.tap_name = tap_name_from_uint32(tap_probe(digest, rank, probe++));
  while (lease_of(made.identity.tap_name) != index_table::none);
  probe = 0;
  do made.identity.mac = mac_address::from_uint64(mac_probe(digest, rank, probe++));
  while (lease_of(made.identity.mac) != index_table::none);

  make_room(1);
  claimed out = answer(made, true);
  // Nothing below allocates: a claim is done or it is not.
  undo back{.lease = 0, .rested = {}, .number = {}};
  if (found->resting) {
    back.rested = queue_.extract(*found->resting);
    back.number = resting_.extract(found->address);
  }
  back.lease = add_lease(std::move(made));
  ++epoch_;
  if (undos != nullptr) undos->push_back(std::move(back));
  return out;
}

result<pool::finding, pool_error> pool::find_address(const claim_request& request,
                                                     const pool_subnet& subnet,
                                                     std::uint64_t digest,
                                                     std::uint64_t rank) const {
  const std::uint64_t slots = num_guest_addresses(subnet.network);
  slot_walk walk(digest, rank, slots);
  const std::uint64_t home = walk.slot();
  for (int probe = 0; probe < num_address_probes; ++probe, walk.next()) {
    const ipv4_address address = address_of_slot(subnet.network, walk.slot());
    if (subnet.free.is_free(walk.slot())) return finding{.address = address, .resting = {}};
    const auto rests = resting_.find(address);
    if (rests != resting_.end() && queue_.at(rests->second).id == request.id &&
        !is_held_back(address))
      return finding{.address = address, .resting = rests->second};
  }
  const std::uint64_t next = subnet.free.next_around(home);
  if (next != free_map::none)
    return finding{.address = address_of_slot(subnet.network, next), .resting = {}};
  if (const auto rested = resting_for(request, subnet)) return *rested;
  return failure(pool_error{.code = pool_errc::full,
                            .id = std::string(request.id),
                            .subnet = request.subnet,
                            .utilization = utilization(request.subnet)});
}

/// A resting address for a VM that finds no other: its own, else the oldest one
/// where it may overrule.
std::optional<pool::finding> pool::resting_for(const claim_request& request,
                                               const pool_subnet& subnet) const {
  std::optional<finding> oldest;
  for (const auto& [number, rested] : queue_) {
    if (!subnet.network.contains(rested.address) || is_held_back(rested.address)) continue;
    const finding found{.address = rested.address, .resting = number};
    if (rested.id == request.id) return found;
    if (!oldest && request.options.allow_quarantined) oldest = found;
  }
  return oldest;
}

result<pool::finding, pool_error> pool::check_wanted(const claim_request& request,
                                                     const pool_subnet& subnet) const {
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): whoever calls has looked.
  const ipv4_address wanted = *request.options.wanted;
  pool_error error{.id = std::string(request.id), .subnet = request.subnet, .address = wanted};
  finding found{.address = wanted, .resting = {}};
  const lease* const holder = lease_or_null(lease_of(wanted));
  if (const auto rests = resting_.find(wanted); rests != resting_.end())
    found.resting = rests->second;
  if (!is_guest_address(subnet.network, wanted)) {
    error.code = pool_errc::wanted_outside;
  } else if (holder != nullptr) {
    error.code = pool_errc::wanted_leased;
    error.other_id = holder->id;
  } else if (excluded_.contains(wanted)) {
    error.code = pool_errc::wanted_excluded;
  } else if (draining_.contains(wanted)) {
    error.code = pool_errc::wanted_draining;
  } else if (found.resting && queue_.at(*found.resting).id != request.id &&
             !request.options.allow_quarantined) {
    error.code = pool_errc::wanted_quarantined;
    error.other_id = queue_.at(*found.resting).id;
  } else {
    return found;
  }
  return failure(std::move(error));
}

claimed pool::answer(const lease& of, bool is_new) const {
  claimed out{.lease = of, .is_new = is_new, .v1 = {}};
  const vm_identity v1 = *identify(of.id, of.identity.subnet);
  const auto holder = [&](std::uint32_t index) {
    if (index == index_table::none) return value_holder{.state = value_state::free};
    return value_holder{.state = value_state::leased, .id = leases_[index].id};
  };
  if (v1.tap_name != of.identity.tap_name)
    out.v1[static_cast<std::size_t>(vm_resource::tap_name)] = holder(lease_of(v1.tap_name));
  if (v1.guest_ip != of.identity.guest_ip)
    out.v1[static_cast<std::size_t>(vm_resource::guest_ip)] = state_of(v1.guest_ip);
  if (v1.mac != of.identity.mac)
    out.v1[static_cast<std::size_t>(vm_resource::mac)] = holder(lease_of(v1.mac));
  return out;
}

value_holder pool::state_of(ipv4_address address) const {
  if (const lease* const other = lease_or_null(lease_of(address)))
    return {.state = value_state::leased, .id = other->id};
  if (const auto rests = resting_.find(address); rests != resting_.end())
    return {.state = value_state::quarantined, .id = queue_.at(rests->second).id};
  if (excluded_.contains(address)) return {.state = value_state::excluded};
  if (draining_.contains(address)) return {.state = value_state::draining};
  if (reserved_.contains(address)) return {.state = value_state::reserved};
  return {.state = value_state::free};
}

// --- release

result<void, pool_error> pool::release(std::string_view id, std::uint64_t epoch,
                                       std::uint64_t now) {
  expire(now);
  pool_error error{.id = std::string(id), .epoch = epoch};
  const std::uint32_t index = lease_of(id);
  if (index == index_table::none) {
    error.code = pool_errc::unknown_id;
    return failure(std::move(error));
  }
  const lease& held = leases_[index];
  if (held.epoch != epoch) {
    error.code = pool_errc::stale_epoch;
    error.other_epoch = held.epoch;
    return failure(std::move(error));
  }
  const ipv4_address address = held.identity.guest_ip;
  make_room(0);
  if (options_.quarantine == 0) {
    remove_lease(index);
    give_back(address);
    return {};
  }
  // Never earlier than the one before, so that the queue is in order of time
  // even where the clock stepped back; the end of time is the end.
  std::uint64_t until =
      now > UINT64_MAX - options_.quarantine ? UINT64_MAX : now + options_.quarantine;
  if (!queue_.empty()) until = std::max(until, queue_.rbegin()->second.until);
  decltype(queue_) rested;
  rested.emplace(next_resting_,
                 resting{.address = address, .until = until, .id = std::move(error.id)});
  decltype(resting_) number;
  number.emplace(address, next_resting_);
  // Nothing below allocates: a release is done or it is not.
  remove_lease(index);
  queue_.merge(rested);
  resting_.merge(number);
  ++next_resting_;
  return {};
}

void pool::expire(std::uint64_t now) {
  while (!queue_.empty() && queue_.begin()->second.until <= now) {
    const ipv4_address address = queue_.begin()->second.address;
    resting_.erase(address);
    queue_.erase(queue_.begin());
    give_back(address);
  }
}

}  // namespace vmnet
