// Snapshots of pools: any bytes, lines whose digests are right, and good
// snapshots with one damage.
//
// Input: a byte for the way, one for what the pool may hold, three for the
// damage, then the text or its lines without digests; `end` alone gets its
// count. The oracle (snapshot_oracle.hpp) reads by the specification.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "check.hpp"
#include "interval.hpp"
#include "plan_oracle.hpp"
#include "pool_oracle.hpp"
#include "probe_oracle.hpp"
#include "snapshot_oracle.hpp"

import vmnet.pool;

namespace {

using fuzz::check;
using fuzz::slow_damage;
using fuzz::slow_snapshot;
using vmnet::snapshot_errc;

/// All bytes that were ever asked for, in builds with AddressSanitizer.
std::uint64_t asked_for = 0;

void count(const volatile void*, std::size_t size) { asked_for += size; }
void ignore(const volatile void*) {}

}  // namespace

extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void*,
                                                                  std::size_t),
                                                         void (*)(const volatile void*))
    __attribute__((weak));

namespace {

/// The lines of `text` with their digests.
std::string with_digests(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.emplace_back(text.substr(at, end - at));
    if (lines.back() == "end") lines.back() += "\t" + std::to_string(lines.size() - 1);
    at = end + 1;
  }
  return fuzz::with_digests(lines);
}

vmnet::result<vmnet::pool, vmnet::snapshot_error> restore(std::string_view text,
                                                          const vmnet::pool_options& options) {
  // Exactly its size: AddressSanitizer guards the ends.
  const auto exact = std::make_unique<char[]>(text.size());
  std::ranges::copy(text, exact.get());
  const std::uint64_t before = asked_for;
  auto restored = vmnet::pool::restore({exact.get(), text.size()}, options);
  constexpr std::uint64_t some = std::uint64_t{1} << 16U;
  check(asked_for - before < some + 256 * text.size() + options.max_addresses,
        "memory is bounded by the text and the options");
  return restored;
}

void check_refusal(const vmnet::snapshot_error& error, slow_damage damage, std::size_t line) {
  check(error.line == line, "the damage is told where it is");
  check(static_cast<int>(error.code) == static_cast<int>(damage), "the reason is the oracle's");
  constexpr std::array<std::string_view, 9> sentences = {
      "the snapshot ends too early",
      "expected the first line of a pool snapshot, version 1",
      "this line was changed, or a line is missing or doubled",
      "this line does not have the fields that it should have",
      "this line may not stand here",
      "this line contradicts an earlier one",
      "the number of lines is not the one that is told",
      "nothing may follow the last line",
      "with this subnet the pool would have more addresses than its options allow"};
  const std::string_view sentence = sentences[static_cast<std::size_t>(damage)];
  check(to_string(error.code) == sentence, "the sentence of a code");
  check(to_string(error) == "line " + std::to_string(line) + ": " + std::string(sentence),
        "the sentence of an error");
  check(to_string(static_cast<snapshot_errc>(sentences.size())) == "unknown error",
        "no other reason");
}

/// That a claim of nobody's subnet takes back the one before it, and that each
/// lease ends with its own epoch and no other.
void check_ends(vmnet::pool pool, fuzz::slow_pool slow) {
  slow.expire(0);
  if (!slow.subnets.empty()) {
    const fuzz::slow_subnet& subnet = slow.subnets.front();
    const auto network =
        *vmnet::ipv4_network::make(vmnet::ipv4_address::from_uint32(subnet.network), subnet.length);
    const std::array requests = {
        vmnet::claim_request{.id = "new", .subnet = network},
        vmnet::claim_request{.id = "new too", .subnet = vmnet::ipv4_network()}};
    check(!pool.claim_all(requests).has_value(), "a claim in no subnet of the pool fails");
    check(pool.snapshot() == slow.text(), "claims that fail change nothing");
  }
  const auto leases = slow.leases;
  for (const auto& [id, lease] : leases)
    for (const std::uint64_t epoch : {lease.epoch + 1, lease.epoch}) {
      const auto refused = slow.release(id, epoch, 0);
      const auto got = pool.release(id, epoch);
      check(got.has_value() == !refused, "a release is good where the oracle's is");
      check(!refused || to_string(got.error()) == refused->sentence,
            "the sentence of a refusal is the oracle's");
    }
  check(pool.size() == 0 && pool.snapshot() == slow.text(), "all leases have ended");
}

/// A pool that was restored: what it holds, and what it gives next.
void check_pool(vmnet::pool pool, fuzz::slow_pool slow, std::string_view text) {
  check_ends(pool, slow);
  check(pool.snapshot() == text, "a text that is read and written again is the same");
  check(pool.size() == slow.leases.size(), "as many leases as the oracle reads");
  for (const auto& [id, lease] : slow.leases) {
    const vmnet::lease* const got = pool.find(std::string_view(id));
    check(got != nullptr && got->identity.guest_ip.to_uint32() == lease.ip,
          "a lease is found by its id");
    check(pool.find(got->identity.tap_name) == got && pool.find(got->identity.mac) == got,
          "a lease is found by its values");
    check(got->identity.digest == fuzz::fnv1a(id) &&
              got->identity.gateway.to_uint32() == lease.subnet.network + 1,
          "what a snapshot does not tell follows from it");
  }
  constexpr std::uint64_t few = 64;  // the oracle looks at each address
  for (const fuzz::slow_subnet& subnet : slow.subnets) {
    if (subnet.slots() > few) continue;
    const auto network =
        *vmnet::ipv4_network::make(vmnet::ipv4_address::from_uint32(subnet.network), subnet.length);
    const vmnet::pool_utilization u = pool.utilization(network);
    check(fuzz::slow_counts{u.slots, u.free, u.used, u.quarantined, u.excluded, u.draining,
                            u.reserved} == slow.count(subnet.all()),
          "each address counts once");
    const std::string id = "new in " + subnet.text();
    const auto refused = slow.claim(id, subnet, 0, {}, true);
    const auto got = pool.claim(id, network, 0, {.allow_quarantined = true});
    check(got.has_value() == !refused, "a pool that was restored goes on");
    if (!refused)
      check(got->lease.identity.guest_ip.to_uint32() == slow.leases[id].ip &&
                got->lease.epoch == slow.last_epoch,
            "and gives what it would have given");
  }
}

/// One damage to a good snapshot: the text, what is told of it, and where.
struct damaged {
  std::string text;
  slow_damage damage = slow_damage::wrong_digest;
  std::size_t line = 0;
};

damaged damage(const std::string& text, unsigned way, std::size_t where, unsigned with) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
    lines.push_back(text.substr(at, text.find('\n', at) + 1 - at));
  damaged out{.text = text};
  const std::size_t which = where % lines.size();
  const bool is_last = which + 1 == lines.size();
  const std::size_t offset = where % text.size();
  const auto line_at =
      static_cast<std::size_t>(
          std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n')) +
      1;
  switch (way % 4U) {
    case 0:  // a byte is another
      out.text[offset] =
          static_cast<char>(static_cast<unsigned char>(text[offset]) ^ (with % 255U + 1));
      if (offset + 1 == text.size()) out.damage = slow_damage::unexpected_end;
      out.line = line_at;
      return out;
    case 1:  // the end is missing
      out.text.resize(offset);
      out.damage = slow_damage::unexpected_end;
      out.line = line_at;
      return out;
    case 2:  // a line stands twice
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(which), lines[which]);
      if (is_last) out.damage = slow_damage::unexpected_text;
      out.line = which + 2;
      break;
    default:  // a line is missing
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(which));
      if (is_last) out.damage = slow_damage::unexpected_end;
      out.line = which + 1;
  }
  out.text.clear();
  for (const std::string& line : lines) out.text += line;
  return out;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  [[maybe_unused]] static const bool counts =
      __sanitizer_install_malloc_and_free_hooks != nullptr &&
      __sanitizer_install_malloc_and_free_hooks(count, ignore) != 0;
  fuzz::reader in(data, size);
  const std::uint8_t way = in.byte();
  vmnet::pool_options options;
  if (const std::uint8_t most = in.byte(); most < 250)
    options.max_addresses = std::uint64_t{1} << most % 17U;
  const std::uint8_t damage_way = in.byte();
  const std::size_t where = in.byte() * std::size_t{256} + in.byte();
  const std::uint8_t with = in.byte();
  const std::string_view rest = in.rest();
  const std::string text = way % 2U == 0 ? with_digests(rest) : std::string(rest);

  slow_snapshot want = fuzz::read_slowly(text, options.max_addresses);
  auto got = restore(text, options);
  check(got.has_value() == (want.damage == slow_damage::none),
        "a text is accepted exactly where the oracle accepts it");
  if (!got) {
    check_refusal(got.error(), want.damage, want.line);
    return 0;
  }
  check_pool(*std::move(got), std::move(want.pool), text);

  const damaged bad = damage(text, damage_way, where, with);
  const auto refused = restore(bad.text, options);
  check(!refused.has_value(), "a damaged snapshot is refused");
  check_refusal(refused.error(), bad.damage, bad.line);
  return 0;
}
