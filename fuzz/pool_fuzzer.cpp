// Programs over a pool, against a slow one (pool_oracle.hpp): every answer,
// every refusal, and the whole state as a snapshot, which is restored and
// compared. In some steps memory runs out first, which is to change nothing.
//
// Input: a byte each for the key, the quarantine and the addresses that are
// allowed; then operations, each a byte with what it needs behind it.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "check.hpp"
#include "fleet_input.hpp"
#include "interval.hpp"
#include "plan_oracle.hpp"
#include "pool_oracle.hpp"
#include "probe_oracle.hpp"

import vmnet.pool;

namespace {

using fuzz::check;
using fuzz::interval;
using fuzz::slow_counts;
using fuzz::slow_lease;
using fuzz::slow_pool;
using fuzz::slow_refusal;
using fuzz::slow_subnet;
using vmnet::ipv4_address;
using vmnet::ipv4_network;
using vmnet::ipv4_range;

constexpr int most_steps = 60;
constexpr int most_shortages = 5;
constexpr std::size_t without_limit = std::numeric_limits<std::size_t>::max();

/// How many allocations are still granted.
std::size_t granted = without_limit;

}  // namespace

// ThreadSanitizer links operators that cannot be replaced, and so does OSS-Fuzz, unless
// it is for AddressSanitizer: there, memory never runs short.
#if __has_feature(address_sanitizer) || \
    !(__has_feature(thread_sanitizer) || defined(FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION))
// Not inline: GCC would take the malloc of one for the partner of the other's
// operator (-Wmismatched-new-delete).
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (granted == 0) throw std::bad_alloc();
  if (granted != without_limit) --granted;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}
// A sanitizer's own would be a mismatch of the operators below.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace {

/// Does `act` with a limited number of allocations: false where they did not suffice.
template <class Act>
bool with_memory(std::size_t allocations, Act act) {
  granted = allocations;
  bool sufficed = true;
  try {
    act();
  } catch (const std::bad_alloc&) {
    sufficed = false;
  }
  granted = without_limit;
  return sufficed;
}

ipv4_address address_of(std::uint64_t ip) {
  return ipv4_address::from_uint32(static_cast<std::uint32_t>(ip));
}
ipv4_network network_of(const slow_subnet& subnet) {
  return *ipv4_network::make(address_of(subnet.network), subnet.length);
}
ipv4_range range_of(interval i) {
  return *ipv4_range::make(address_of(i.first), address_of(i.end - 1));
}

slow_counts counts_of(const vmnet::pool_utilization& u) {
  return {u.slots, u.free, u.used, u.quarantined, u.excluded, u.draining, u.reserved};
}

void check_lease(const vmnet::lease& got, const std::string& id, const slow_lease& want) {
  const vmnet::vm_identity& identity = got.identity;
  check(got.id == id && got.epoch == want.epoch, "a lease has its id and epoch");
  check(identity.guest_ip.to_uint32() == want.ip, "a lease has the oracle's address");
  check(identity.tap_name == std::string_view(want.tap), "a lease has the oracle's TAP name");
  check(identity.mac.to_uint64() == want.mac, "a lease has the oracle's MAC");
  check(identity.digest == fuzz::fnv1a(id) && identity.subnet == network_of(want.subnet) &&
            identity.gateway.to_uint32() == want.subnet.network + 1,
        "a lease has its digest, subnet and gateway");
}

class program {
 public:
  program(fuzz::reader& in, slow_pool nothing)
      : in_(in),
        options_({.key = {.k0 = nothing.k0, .k1 = nothing.k1},
                  .quarantine = nothing.quarantine,
                  .max_addresses = nothing.most_addresses}),
        real_(options_),
        slow_(std::move(nothing)) {}

  void run() {
    add_subnet();
    for (int step = 0; step < most_steps && !in_.empty(); ++step) {
      const std::uint8_t what = in_.byte();
      move_clock(what / 16U);
      switch (what % 16U) {
        case 0:
          add_subnet();
          break;
        case 1:
          ask();
          break;
        case 2:
          change_ranges();
          break;
        case 3:
          claim_many();
          break;
        case 4:
          expire();
          break;
        case 5:
          reconcile();
          break;
        case 6:
          restore();
          break;
        case 7:
        case 8:
        case 9:
          release();
          break;
        default:
          claim();
      }
      check(real_.size() == slow_.leases.size(), "as many leases as the oracle has");
    }
    check_all();
    restore();
  }

 private:
  void move_clock(unsigned by) {
    if (by < 8) now_ += by;
    if (by == 8) now_ -= now_ / 2;  // clocks step back
    if (by == 9) now_ = in_.any_length();
    // Not often: each time takes many copies of the pool.
    short_of_memory_ = by == 13 && shortages_++ < most_shortages;
  }

  /// Tries `act` on copies of the pool, with one allocation more each time until
  /// they suffice. Before that it changes nothing.
  template <class Act>
  void run_out_of_memory_in(Act act) const {
    if (!short_of_memory_) return;
    vmnet::pool pool = real_;
    pool.expire(now_);
    const std::string before = pool.snapshot();
    const vmnet::pool_utilization used = pool.utilization();
    for (std::size_t allocations = 0; !with_memory(allocations, [&] { act(pool); });
         ++allocations) {
      check(pool.snapshot() == before && pool.utilization() == used,
            "where memory runs out nothing is done");
      pool = real_;
      pool.expire(now_);
    }
  }

  std::string some_id() {
    std::string id = fuzz::id_of(in_, in_.byte() % 16U, seen_);
    seen_.push_back(id);
    return id;
  }
  const slow_subnet& some_subnet() {
    const std::uint8_t choice = in_.byte();
    if (choice >= 250) return odd_ = fuzz::subnet_of(in_.byte());
    return known_[choice % known_.size()];
  }
  vmnet::claim_options some_options(const slow_subnet& subnet,
                                    std::optional<std::uint32_t>& wanted) {
    vmnet::claim_options options;
    const std::uint8_t choice = in_.byte();
    options.allow_quarantined = choice % 2U == 1;
    if (choice >= 160) {
      wanted = static_cast<std::uint32_t>(fuzz::range_in(in_, subnet).first);
      options.wanted = address_of(*wanted);
    }
    return options;
  }

  static void check_refusal(const vmnet::pool_error& got, const slow_refusal& want) {
    check(static_cast<int>(got.code) == want.code, "a refusal has the oracle's reason");
    check(to_string(got) == want.sentence, "the sentence of a refusal is the oracle's");
  }

  void add_subnet() {
    const slow_subnet subnet = fuzz::subnet_of(in_.byte());
    known_.push_back(subnet);
    const auto refused = slow_.add_subnet(subnet);
    const auto got = real_.add_subnet(network_of(subnet));
    check(got.has_value() == !refused, "a subnet is taken where the oracle takes it");
    if (!refused) return;
    check(static_cast<int>(got.error().code) == refused->code &&
              got.error().subnet == network_of(subnet),
          "a refusal has the oracle's reason");
    const std::string sentence = to_string(got.error());
    check(refused->sentence == sentence ||
              refused->sentence.find(sentence + "\n") != std::string::npos,
          "the sentence of a refusal is the oracle's");
  }

  void check_claimed(const vmnet::claimed& got, const std::string& id, bool is_new) {
    check_lease(got.lease, id, slow_.leases.at(id));
    check(got.is_new == is_new, "a lease is new where the VM had none");
    bool all_mine = true;
    const auto want = slow_.v1_of(id);
    for (std::size_t i = 0; i < want.size(); ++i) {
      check(static_cast<int>(got.v1[i].state) == static_cast<int>(want[i].state) &&
                got.v1[i].id == want[i].id,
            "what has become of the values of v1");
      all_mine = all_mine && want[i].state == fuzz::slow_state::mine;
    }
    check(got.is_v1() == all_mine, "a lease is v1's where all its values are");
  }

  void claim() {
    const std::string id = some_id();
    const slow_subnet subnet = some_subnet();
    std::optional<std::uint32_t> wanted;
    const auto options = some_options(subnet, wanted);
    const bool had = slow_.leases.contains(id);
    run_out_of_memory_in([&](vmnet::pool& pool) {
      static_cast<void>(pool.claim(id, network_of(subnet), now_, options));
    });
    const auto refused = slow_.claim(id, subnet, now_, wanted, options.allow_quarantined);
    const auto got = real_.claim(id, network_of(subnet), now_, options);
    check(got.has_value() == !refused, "a claim is good where the oracle's is");
    if (refused)
      check_refusal(got.error(), *refused);
    else
      check_claimed(*got, id, !had);
  }

  void claim_many() {
    struct wish {
      std::string id;
      slow_subnet subnet;
      std::optional<std::uint32_t> wanted;
      vmnet::claim_options options;
    };
    std::vector<wish> wishes;
    for (unsigned left = in_.byte() % 5U; left > 0; --left) {
      wish& w = wishes.emplace_back();
      w.id = some_id();
      w.subnet = some_subnet();
      w.options = some_options(w.subnet, w.wanted);
    }
    slow_.expire(now_);
    slow_pool after = slow_;
    std::optional<slow_refusal> refused;
    std::vector<vmnet::claim_request> requests;
    for (const wish& w : wishes) {
      requests.push_back({.id = w.id, .subnet = network_of(w.subnet), .options = w.options});
      if (!refused)
        refused = after.claim(w.id, w.subnet, now_, w.wanted, w.options.allow_quarantined);
    }
    run_out_of_memory_in(
        [&](vmnet::pool& pool) { static_cast<void>(pool.claim_all(requests, now_)); });
    const auto got = real_.claim_all(requests, now_);
    check(got.has_value() == !refused, "all claims are good or none");
    if (refused) {
      check_refusal(got.error(), *refused);
      check_all();
      return;
    }
    check(got->size() == wishes.size(), "an answer for each claim");
    slow_ = after;
    for (std::size_t i = 0; i < wishes.size(); ++i)
      check_lease((*got)[i].lease, wishes[i].id, slow_.leases.at(wishes[i].id));
  }

  void release() {
    const std::string id = seen_.empty() ? some_id() : seen_[in_.byte() % seen_.size()];
    const auto held = slow_.leases.find(id);
    std::uint64_t epoch = held == slow_.leases.end() ? 1 : held->second.epoch;
    if (in_.byte() >= 240) epoch += in_.byte() - std::uint64_t{128};
    run_out_of_memory_in(
        [&](vmnet::pool& pool) { static_cast<void>(pool.release(id, epoch, now_)); });
    const auto refused = slow_.release(id, epoch, now_);
    const auto got = real_.release(id, epoch, now_);
    check(got.has_value() == !refused, "a release is good where the oracle's is");
    if (refused) check_refusal(got.error(), *refused);
  }

  void expire() {
    slow_.expire(now_);
    real_.expire(now_);
    check_all();
  }

  void change_ranges() {
    const std::uint8_t what = in_.byte();
    interval range = fuzz::range_in(in_, some_subnet());
    if (what >= 250) range = {.first = 0, .end = fuzz::space};
    const vmnet::ipv4_set set(range_of(range));
    const bool in = what % 2U == 0;
    switch (what / 2U % 3U) {
      case 0:
        slow_.excluded.change(range, in);
        return in ? real_.exclude(set) : real_.include(set);
      case 1:
        slow_.reserved.change(range, in);
        return in ? real_.reserve(set) : real_.unreserve(set);
      default:
        slow_.draining.change(range, in);
        if (!in) return real_.undrain(set);
        check_leases_in(range, real_.drain(set));
    }
  }

  /// The leases in a range, by address.
  void check_leases_in(interval range, const std::vector<vmnet::lease>& got) {
    std::vector<std::pair<std::uint32_t, std::string>> want;
    for (const auto& [id, lease] : slow_.leases)
      if (range.has(lease.ip)) want.emplace_back(lease.ip, id);
    std::ranges::sort(want);
    check(got.size() == want.size(), "who is still there");
    for (std::size_t i = 0; i < want.size(); ++i)
      check_lease(got[i], want[i].second, slow_.leases.at(want[i].second));
  }

  void reconcile() {
    std::vector<std::string> live;
    for (unsigned left = in_.byte() % 8U; left > 0; --left) live.push_back(some_id());
    const std::vector<std::string_view> views(live.begin(), live.end());
    const vmnet::reconciliation got = real_.reconcile(views);
    slow_pool leaked = slow_;
    std::vector<std::string> unknown;
    std::ranges::sort(live);
    for (const std::string& id : live)
      if (leaked.leases.erase(id) == 0 && !slow_.leases.contains(id) &&
          (unknown.empty() || unknown.back() != id))
        unknown.push_back(id);
    check(got.unknown == unknown, "who lives without a lease");
    std::swap(slow_, leaked);
    check_leases_in({.first = 0, .end = fuzz::space}, got.leaked);
    std::swap(slow_, leaked);
  }

  /// How a range is used, and what is found by a value.
  void ask() {
    interval range = fuzz::range_in(in_, some_subnet());
    range.end = std::min(range.end + in_.byte(), fuzz::space);
    check(counts_of(real_.utilization(range_of(range))) == slow_.count(range),
          "each address of a range counts once");
    const auto ip = static_cast<std::uint32_t>(range.first);
    const std::string* const owner = slow_.owner(ip);
    const vmnet::lease* const found = real_.find(address_of(ip));
    check((found != nullptr) == (owner != nullptr) && (owner == nullptr || found->id == *owner),
          "a lease is found by its address");
    const std::string id = some_id();
    check((real_.find(std::string_view(id)) != nullptr) == slow_.leases.contains(id),
          "a lease is found by its id");
    check(real_.find(*vmnet::interface_name::parse("eth0")) == nullptr &&
              real_.find(*vmnet::interface_name::parse("tap-")) == nullptr &&
              real_.find(vmnet::mac_address::from_uint64(ip)) == nullptr,
          "nothing is found by another's values");
  }

  void check_all() {
    for (const auto& [id, lease] : slow_.leases) {
      const vmnet::lease* const got = real_.find(std::string_view(id));
      check(got != nullptr, "a lease is found by its id");
      check_lease(*got, id, lease);
      check(real_.find(got->identity.guest_ip) == got &&
                real_.find(got->identity.tap_name) == got && real_.find(got->identity.mac) == got,
            "a lease is found by each of its values");
    }
    const std::vector<const vmnet::lease*> all = real_.leases();
    check(all.size() == slow_.leases.size() &&
              std::ranges::is_sorted(all, {},
                                     [](const vmnet::lease* l) { return l->identity.guest_ip; }),
          "all leases, by address");
    const std::vector<ipv4_address> resting = real_.quarantined();
    check(std::ranges::equal(resting, slow_.resting, {}, &ipv4_address::to_uint32,
                             &fuzz::slow_rest::ip),
          "what rests, the oldest first");
    slow_counts sum{};
    for (const ipv4_network& subnet : real_.subnets()) {
      const std::uint64_t first = subnet.network().to_uint32();
      const slow_counts counts = counts_of(real_.utilization(subnet));
      if (subnet.num_addresses() <= 256)
        check(counts == slow_.count({first, first + subnet.num_addresses()}),
              "each address of a subnet counts once");
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += counts[i];
    }
    check(counts_of(real_.utilization()) == sum, "the pool is used as its subnets are");
  }

  void restore() {
    const std::string text = real_.snapshot();
    check(text == slow_.text(), "the snapshot is the oracle's");
    run_out_of_memory_in([&](const vmnet::pool& /*pool*/) {
      static_cast<void>(vmnet::pool::restore(text, options_));
    });
    auto restored = vmnet::pool::restore(text, options_);
    check(restored.has_value(), "a snapshot can be restored");
    check(*restored == real_ && restored->snapshot() == text, "a pool restored is the pool saved");
    real_ = *std::move(restored);
    check_all();
  }

  fuzz::reader& in_;
  vmnet::pool_options options_;
  vmnet::pool real_;
  slow_pool slow_;
  std::vector<std::string> seen_;
  std::vector<slow_subnet> known_;
  slow_subnet odd_;
  std::uint64_t now_ = 0;
  bool short_of_memory_ = false;
  int shortages_ = 0;
};

void check_words() {
  constexpr std::array<std::string_view, 8> states = {
      "mine", "leased", "quarantined", "excluded", "draining", "reserved", "free", "unknown state"};
  for (std::size_t i = 0; i < states.size(); ++i)
    check(to_string(static_cast<vmnet::value_state>(i)) == states[i], "the word for a state");
  check(to_string(vmnet::pool_error{.code = static_cast<vmnet::pool_errc>(14)}) == "unknown error",
        "no other reason");
  const vmnet::pool nothing;
  check(nothing.size() == 0 && nothing.subnets().empty() &&
            nothing == vmnet::pool(vmnet::pool_options()) &&
            nothing != vmnet::pool(vmnet::pool_options{.key = {}, .quarantine = 1}),
        "a pool of nothing");
  vmnet::pool usual;
  const auto too_large = usual.add_subnet(ipv4_network());
  check(!too_large && too_large.error().code == vmnet::pool_errc::too_many_addresses &&
            vmnet::pool_options().max_addresses == 4 * network_of({10U << 24U, 8}).num_addresses(),
        "four /8 where nothing else is said");
}

/// What holds where a caller leaves things out.
void check_defaults() {
  check(!vmnet::claimed().is_new && vmnet::lease().epoch == 0 && vmnet::pool_error().epoch == 0 &&
            vmnet::pool_error().other_epoch == 0 && vmnet::snapshot_error().line == 0,
        "answers and errors of nothing");
  const ipv4_network one = network_of({10U << 24U, 30});
  vmnet::pool pool({.key = {}, .quarantine = 1, .max_addresses = fuzz::space});
  check(pool.add_subnet(one).has_value(), "2^32 addresses are allowed");
  const auto held = pool.claim("a", one);
  check(held.has_value() && pool.release("a", held->lease.epoch).has_value(),
        "a claim and a release at time 0");
  check(!pool.claim("b", one) &&
            !pool.claim_all(std::array{vmnet::claim_request{.id = "b", .subnet = one}}) &&
            pool.quarantined().size() == 1,
        "what was released at time 0 rests still");
  pool.expire(1);
  check(pool.quarantined().empty(), "what was released at time 0 has rested at 1");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  [[maybe_unused]] static const bool once = (check_words(), check_defaults(), true);
  fuzz::reader in(data, size);
  slow_pool nothing;
  if (const std::uint8_t key = in.byte(); key != 0) {
    nothing.k0 = fuzz::splitmix(key);
    nothing.k1 = key % 2U == 0 ? 0 : fuzz::splitmix(key + 256U);
  }
  nothing.quarantine = in.byte();
  if (nothing.quarantine >= 250) nothing.quarantine = UINT64_MAX - (nothing.quarantine - 250);
  // Few enough that the oracle can look at each.
  const std::uint8_t most = in.byte();
  nothing.most_addresses = std::uint64_t{1} << (most < 128 ? 12U : most % 13U);
  program(in, std::move(nothing)).run();
  return 0;
}
