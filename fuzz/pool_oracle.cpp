#include "pool_oracle.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "interval.hpp"
#include "plan_oracle.hpp"
#include "probe_oracle.hpp"

namespace {

using fuzz::interval;
using fuzz::slow_refusal;
using fuzz::slow_subnet;

/// The positions of the reasons.
enum code : int {
  too_small,
  overlaps,
  unknown_subnet,
  full,
  other_subnet,
  other_address,
  outside,
  leased,
  excluded,
  draining,
  quarantined,
  unknown_id,
  stale,
  too_many
};

constexpr std::uint32_t direct_probes = 32;

std::string quoted(const std::string& id) { return "'" + id + "'"; }

slow_refusal refusal(int code, std::string sentence) { return {code, std::move(sentence)}; }

}  // namespace

namespace fuzz {

std::vector<interval> slow_set::runs() const {
  std::set<std::uint64_t> cuts = {0, space};
  for (const word& w : words_) cuts.insert({w.which.first, w.which.end});
  std::vector<interval> out;
  for (auto at = cuts.begin(); std::next(at) != cuts.end(); ++at) {
    if (!has(*at)) continue;
    if (!out.empty() && out.back().end == *at)
      out.back().end = *std::next(at);
    else
      out.push_back({.first = *at, .end = *std::next(at)});
  }
  return out;
}

std::optional<slow_refusal> slow_pool::add_subnet(const slow_subnet& subnet) {
  if (subnet.slots() == 0)
    return refusal(too_small, "subnet " + subnet.text() + " too small: need /30 or larger (got " +
                                  (subnet.length == 32 ? "1 address" : "2 addresses") + ")");
  std::uint64_t sum = subnet.all().size();
  // Of several that overlap, any may be named: the sentence tells which.
  std::string sentence;
  for (const slow_subnet& other : subnets) {
    sum += other.all().size();
    if (subnet.all().meets(other.all()))
      sentence += "subnet " + subnet.text() + " overlaps subnet " + other.text() + " of the pool\n";
  }
  if (!sentence.empty()) return refusal(overlaps, sentence);
  if (sum > most_addresses)
    return refusal(too_many,
                   "subnet " + subnet.text() +
                       " is too large: the pool would have more addresses than its options allow");
  subnets.push_back(subnet);
  return std::nullopt;
}

const std::string* slow_pool::owner(std::uint32_t ip) const {
  for (const auto& [id, lease] : leases)
    if (lease.ip == ip) return &id;
  return nullptr;
}

const slow_rest* slow_pool::rest_at(std::uint32_t ip) const {
  const auto at = std::ranges::find(resting, ip, &slow_rest::ip);
  return at == resting.end() ? nullptr : &*at;
}

bool slow_pool::is_slot(std::uint64_t address) const {
  return std::ranges::any_of(subnets, [&](const slow_subnet& s) {
    return address >= s.all().first + 2 && address + 1 < s.all().end;
  });
}

bool slow_pool::is_held_back(std::uint32_t ip) const {
  return excluded.has(ip) || reserved.has(ip) || draining.has(ip);
}

slow_state slow_pool::state_of(std::uint32_t ip) const {
  if (owner(ip) != nullptr) return slow_state::leased;
  if (rest_at(ip) != nullptr) return slow_state::quarantined;
  if (excluded.has(ip)) return slow_state::excluded;
  if (draining.has(ip)) return slow_state::draining;
  return reserved.has(ip) ? slow_state::reserved : slow_state::free;
}

slow_counts slow_pool::count(interval range) const {
  slow_counts counts{};
  for (const slow_subnet& subnet : subnets) {
    const std::uint64_t first = std::max(subnet.all().first + 2, range.first);
    const std::uint64_t end = std::min(subnet.all().end - 1, range.end);
    for (std::uint64_t ip = first; ip < end; ++ip) {
      ++counts[0];
      switch (state_of(static_cast<std::uint32_t>(ip))) {
        case slow_state::free:
          ++counts[1];
          break;
        case slow_state::quarantined:
          ++counts[3];
          break;
        case slow_state::excluded:
          ++counts[4];
          break;
        case slow_state::draining:
          ++counts[5];
          break;
        case slow_state::reserved:
          ++counts[6];
          break;
        default:
          ++counts[2];
      }
    }
  }
  return counts;
}

void slow_pool::expire(std::uint64_t now) {
  while (!resting.empty() && resting.front().until <= now) resting.pop_front();
}

std::optional<slow_refusal> slow_pool::claim(const std::string& id, const slow_subnet& subnet,
                                             std::uint64_t now, std::optional<std::uint32_t> wanted,
                                             bool allow_resting) {
  expire(now);
  if (const auto had = leases.find(id); had != leases.end()) {
    const slow_lease& lease = had->second;
    if (lease.subnet != subnet)
      return refusal(other_subnet, quoted(id) + " has a lease in " + lease.subnet.text() +
                                       " and wants one in " + subnet.text());
    if (wanted && *wanted != lease.ip)
      return refusal(other_address,
                     quoted(id) + " has " + dotted(lease.ip) + " and wants " + dotted(*wanted));
    return std::nullopt;
  }
  if (std::ranges::find(subnets, subnet) == subnets.end())
    return refusal(unknown_subnet, "subnet " + subnet.text() + ", wanted by " + quoted(id) +
                                       ", is not of this pool");
  const prober probes(id, k0, k1);
  slow_lease made{.subnet = subnet, .ip = wanted.value_or(0), .tap = {}, .mac = 0, .epoch = 0};
  auto why_not = wanted ? take_wanted(id, subnet, allow_resting, *wanted)
                        : find(id, probes, subnet, allow_resting, made.ip);
  if (why_not) return why_not;
  const auto is_taken = [&](auto member, const auto& value) {
    return std::ranges::any_of(leases, [&](const auto& l) { return l.second.*member == value; });
  };
  std::uint64_t probe = 0;
  do made.tap = probes.tap(probe++);
  while (is_taken(&slow_lease::tap, made.tap));
  probe = 0;
  do made.mac = probes.mac(probe++);
  while (is_taken(&slow_lease::mac, made.mac));
  made.epoch = ++last_epoch;
  std::erase_if(resting, [&](const slow_rest& rest) { return rest.ip == made.ip; });
  leases[id] = made;
  return std::nullopt;
}

std::optional<slow_refusal> slow_pool::take_wanted(const std::string& id, const slow_subnet& subnet,
                                                   bool allow_resting, std::uint32_t wanted) const {
  const std::string wants = quoted(id) + " wants " + dotted(wanted) + ", ";
  const interval all = subnet.all();
  if (wanted < all.first + 2 || wanted + std::uint64_t{1} >= all.end)
    return refusal(outside, wants + "no guest address of " + subnet.text());
  if (const std::string* const other = owner(wanted))
    return refusal(leased, wants + "which " + quoted(*other) + " has");
  if (excluded.has(wanted)) return refusal(code::excluded, wants + "which is excluded");
  if (draining.has(wanted)) return refusal(code::draining, wants + "which is being drained");
  const slow_rest* const rest = rest_at(wanted);
  if (rest != nullptr && rest->id != id && !allow_resting)
    return refusal(code::quarantined,
                   wants + "which rests since " + quoted(rest->id) + " released it");
  return std::nullopt;
}

std::optional<slow_refusal> slow_pool::find(const std::string& id, const prober& probes,
                                            const slow_subnet& subnet, bool allow_resting,
                                            std::uint32_t& found) const {
  const interval all = subnet.all();
  const auto take = [&](std::uint32_t ip) {
    found = ip;
    return std::nullopt;
  };
  const auto is_own = [&](const slow_rest& rest) {
    return rest.id == id && !is_held_back(rest.ip);
  };
  const std::uint64_t slots = subnet.slots();
  const std::uint64_t first = probes.digest % slots;
  const std::uint64_t step = stride(probes.rank, slots);
  for (std::uint64_t k = 0; k < direct_probes; ++k) {
    const auto ip = static_cast<std::uint32_t>(all.first + 2 + (first + k * step) % slots);
    const slow_rest* const rest = rest_at(ip);
    if (state_of(ip) == slow_state::free || (rest != nullptr && is_own(*rest))) return take(ip);
  }
  for (std::uint64_t i = 0; i < slots; ++i) {
    const auto ip = static_cast<std::uint32_t>(all.first + 2 + (first + i) % slots);
    if (state_of(ip) == slow_state::free) return take(ip);
  }
  const auto in_subnet = [&](const slow_rest& rest) {
    return all.has(rest.ip) && !is_held_back(rest.ip);
  };
  for (const slow_rest& rest : resting)
    if (in_subnet(rest) && is_own(rest)) return take(rest.ip);
  for (const slow_rest& rest : resting)
    if (in_subnet(rest) && allow_resting) return take(rest.ip);
  const slow_counts counts = count(all);
  std::string sentence = "no address for " + quoted(id) + ": subnet " + subnet.text() + " has " +
                         std::to_string(counts[0]) + " address" + (counts[0] == 1 ? "" : "es") +
                         ", " + std::to_string(counts[2]) + " used";
  constexpr std::array<const char*, 4> names = {"quarantined", "excluded", "draining", "reserved"};
  for (std::size_t i = 0; i < names.size(); ++i)
    if (counts[i + 3] > 0) sentence += ", " + std::to_string(counts[i + 3]) + " " + names[i];
  return refusal(full, sentence);
}

std::optional<slow_refusal> slow_pool::release(const std::string& id, std::uint64_t epoch,
                                               std::uint64_t now) {
  expire(now);
  const auto held = leases.find(id);
  if (held == leases.end()) return refusal(unknown_id, quoted(id) + " has no lease");
  if (held->second.epoch != epoch)
    return refusal(stale, "the lease of " + quoted(id) + " has epoch " +
                              std::to_string(held->second.epoch) + ", not " +
                              std::to_string(epoch) + ": nothing was released");
  if (quarantine > 0) {
    std::uint64_t until = UINT64_MAX - now < quarantine ? UINT64_MAX : now + quarantine;
    if (!resting.empty()) until = std::max(until, resting.back().until);
    resting.push_back({.ip = held->second.ip, .until = until, .id = id});
  }
  leases.erase(held);
  return std::nullopt;
}

std::array<slow_holder, num_values> slow_pool::v1_of(const std::string& id) const {
  const slow_lease& own = leases.at(id);
  const prober probes(id, k0, k1);
  const auto holder = [&](auto member, const auto& value) -> slow_holder {
    for (const auto& [other, lease] : leases)
      if (lease.*member == value)
        return {other == id ? slow_state::mine : slow_state::leased, other == id ? "" : other};
    return {slow_state::free, ""};
  };
  const interval all = own.subnet.all();
  const std::uint32_t home = probes.address(0, own.subnet.network, all.size());
  slow_holder address = holder(&slow_lease::ip, home);
  if (address.state == slow_state::free) {
    address.state = state_of(home);
    if (address.state == slow_state::quarantined) address.id = rest_at(home)->id;
  }
  return {holder(&slow_lease::tap, probes.tap(0)), address,
          holder(&slow_lease::mac, probes.mac(0))};
}

// --- snapshots

std::string escaped(std::string_view id) {
  std::string out;
  for (const char c : id) {
    const unsigned byte = static_cast<std::uint8_t>(c);
    if (byte >= 32 && byte < 127 && byte != '\\') {
      out += c;
      continue;
    }
    std::array<char, 8> buffer;
    out.append(buffer.data(), static_cast<std::size_t>(
                                  std::snprintf(buffer.data(), buffer.size(), "\\x%02x", byte)));
  }
  return out;
}

std::string with_digests(const std::vector<std::string>& lines) {
  std::string out;
  std::uint64_t digest = fnv1a("");
  for (const std::string& line : lines) {
    digest = fnv1a(line + "\n", digest);
    out += sixteen_digits(digest) + " " + line + "\n";
  }
  return out;
}

std::string slow_pool::text() const {
  std::vector<std::string> lines = {"vmnet-pool\t1", "epoch\t" + std::to_string(last_epoch)};
  std::vector<slow_subnet> sorted = subnets;
  std::ranges::sort(sorted);
  for (const slow_subnet& subnet : sorted) lines.push_back("subnet\t" + subnet.text());
  const auto tell = [&](const std::string& kind, const slow_set& set) {
    for (const interval run : set.runs())
      lines.push_back(kind + "\t" + dotted(static_cast<std::uint32_t>(run.first)) + "-" +
                      dotted(static_cast<std::uint32_t>(run.end - 1)));
  };
  tell("exclude", excluded);
  tell("reserve", reserved);
  tell("drain", draining);
  std::map<std::uint32_t, std::string> by_address;
  for (const auto& [id, lease] : leases)
    by_address[lease.ip] = "lease\t" + dotted(lease.ip) + "\t" + lease.tap + "\t" +
                           colons(lease.mac) + "\t" + std::to_string(lease.epoch) + "\t" +
                           escaped(id);
  for (const auto& [ip, line] : by_address) lines.push_back(line);
  for (const slow_rest& rest : resting)
    lines.push_back("quarantine\t" + dotted(rest.ip) + "\t" + std::to_string(rest.until) + "\t" +
                    escaped(rest.id));
  lines.push_back("end\t" + std::to_string(lines.size()));
  return with_digests(lines);
}

}  // namespace fuzz
