// The special-purpose registry: addresses and networks at and around its blocks.
//
// Input: a byte for a block, one for how far from it, one for a prefix length,
// four for any address. The oracle has the registry as text and asks it for each
// place where something begins.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "check.hpp"
#include "interval.hpp"
#include "probe_oracle.hpp"

import vmnet.special;

namespace {

using fuzz::check;
using fuzz::interval;
using vmnet::ipv4_address;
using vmnet::ipv4_network;

struct row {
  const char* first;
  int length;
  std::string_view kind, name, rfc, dates, facts;
};

/// As IANA lists it; multicast, which has a registry of its own, is the last.
constexpr std::array<row, 27> rows = {{
    {"0.0.0.0", 8, "this network", "\"This network\"", "RFC 791, section 3.2", "1981-09/", "TFFFT"},
    {"0.0.0.0", 32, "this network", "\"This host on this network\"", "RFC 1122, section 3.2.1.3",
     "1981-09/", "TFFFT"},
    {"10.0.0.0", 8, "private use", "Private-Use", "RFC 1918", "1996-02/", "TTTFF"},
    {"100.64.0.0", 10, "shared", "Shared Address Space", "RFC 6598", "2012-04/", "TTTFF"},
    {"127.0.0.0", 8, "loopback", "Loopback", "RFC 1122, section 3.2.1.3", "1981-09/", "FFFFT"},
    {"169.254.0.0", 16, "link local", "Link Local", "RFC 3927", "2005-05/", "TTFFT"},
    {"172.16.0.0", 12, "private use", "Private-Use", "RFC 1918", "1996-02/", "TTTFF"},
    {"192.0.0.0", 24, "IETF protocol assignments", "IETF Protocol Assignments",
     "RFC 6890, section 2.1", "2010-01/", "FFFFF"},
    {"192.0.0.0", 29, "IETF protocol assignments", "IPv4 Service Continuity Prefix", "RFC 7335",
     "2011-06/", "TTTFF"},
    {"192.0.0.8", 32, "IETF protocol assignments", "IPv4 dummy address", "RFC 7600", "2015-03/",
     "TFFFF"},
    {"192.0.0.9", 32, "IETF protocol assignments", "Port Control Protocol Anycast", "RFC 7723",
     "2015-10/", "TTTTF"},
    {"192.0.0.10", 32, "IETF protocol assignments", "Traversal Using Relays around NAT Anycast",
     "RFC 8155", "2017-02/", "TTTTF"},
    {"192.0.0.170", 32, "IETF protocol assignments", "NAT64/DNS64 Discovery",
     "RFC 8880; RFC 7050, section 2.2", "2013-02/", "FFFFT"},
    {"192.0.0.171", 32, "IETF protocol assignments", "NAT64/DNS64 Discovery",
     "RFC 8880; RFC 7050, section 2.2", "2013-02/", "FFFFT"},
    {"192.0.2.0", 24, "documentation", "Documentation (TEST-NET-1)", "RFC 5737", "2010-01/",
     "FFFFF"},
    {"192.31.196.0", 24, "anycast service", "AS112-v4", "RFC 7535", "2014-12/", "TTTTF"},
    {"192.52.193.0", 24, "anycast service", "AMT", "RFC 7450", "2014-12/", "TTTTF"},
    {"192.88.99.0", 24, "anycast service", "Deprecated (6to4 Relay Anycast)", "RFC 7526",
     "2001-06/2015-03", "-----"},
    {"192.88.99.2", 32, "anycast service", "6a44-relay anycast address", "RFC 6751", "2012-10/",
     "TTTFF"},
    {"192.168.0.0", 16, "private use", "Private-Use", "RFC 1918", "1996-02/", "TTTFF"},
    {"192.175.48.0", 24, "anycast service", "Direct Delegation AS112 Service", "RFC 7534",
     "1996-01/", "TTTTF"},
    {"198.18.0.0", 15, "benchmarking", "Benchmarking", "RFC 2544", "1999-03/", "TTTFF"},
    {"198.51.100.0", 24, "documentation", "Documentation (TEST-NET-2)", "RFC 5737", "2010-01/",
     "FFFFF"},
    {"203.0.113.0", 24, "documentation", "Documentation (TEST-NET-3)", "RFC 5737", "2010-01/",
     "FFFFF"},
    {"240.0.0.0", 4, "reserved", "Reserved", "RFC 1112, section 4", "1989-08/", "FFFFT"},
    {"255.255.255.255", 32, "limited broadcast", "Limited Broadcast",
     "RFC 8190; RFC 919, section 7", "1984-10/", "FTFFT"},
    {"224.0.0.0", 4, "multicast", "Multicast", "RFC 5771", "", "-----"},
}};
constexpr std::size_t multicast = rows.size() - 1;

interval block_of(const row& r) { return fuzz::block(ntohl(inet_addr(r.first)), r.length); }

/// The smallest block around all of `part`, or null.
const row* around(interval part) {
  const row* found = nullptr;
  for (const row& r : rows)
    if (block_of(r).covers(part) && (found == nullptr || r.length > found->length)) found = &r;
  return found;
}

/// The addresses of `part` at which a block begins, or one has ended.
std::set<std::uint64_t> places(interval part) {
  std::set<std::uint64_t> out = {part.first};
  for (const row& r : rows)
    for (const std::uint64_t at : {block_of(r).first, block_of(r).end})
      if (part.has(at)) out.insert(at);
  return out;
}

std::string_view kind_of(interval part) {
  std::set<std::string_view> kinds;
  for (const std::uint64_t at : places(part)) {
    const row* const r = around({.first = at, .end = at + 1});
    kinds.insert(r == nullptr ? "global unicast" : r->kind);
  }
  return kinds.size() == 1 ? *kinds.begin() : "mixed";
}

bool is_reachable(interval part) {
  return std::ranges::all_of(places(part), [](std::uint64_t at) {
    const row* const r = around({.first = at, .end = at + 1});
    return r == nullptr || r->facts[3] == 'T';
  });
}

std::string words(const row& r) {
  if (&r == &rows[multicast]) return "224.0.0.0/4, Multicast (RFC 5771)";
  return std::string(r.first) + "/" + std::to_string(r.length) + ", " + std::string(r.name) + " (" +
         std::string(r.rfc) + ")" +
         (r.facts[3] == 'T' ? ", globally reachable" : ", not globally reachable");
}

std::string sentence(const std::string& subject, interval part) {
  const std::string_view kind = kind_of(part);
  std::string out = subject + " is " + std::string(kind);
  const row* const r = around(part);
  if (r == &rows[multicast]) return out + ": 224.0.0.0/4 (RFC 5771)";
  if (r != nullptr) return out + ": " + words(*r);
  if (kind != "mixed") return out;
  std::string separator = ": ";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    // Multicast stands first.
    const row& each = rows[(i + multicast) % rows.size()];
    if (!part.covers(block_of(each))) continue;
    out += separator + words(each);
    separator = "; ";
  }
  return out;
}

char letter(vmnet::registry_fact fact) {
  constexpr std::string_view letters = "FT-";
  return letters[static_cast<std::size_t>(fact)];
}

void check_row(const vmnet::special_block* got, const row* want) {
  if (want == &rows[multicast]) want = nullptr;
  check((got != nullptr) == (want != nullptr), "a block is around what the registry's is");
  if (got == nullptr) return;
  check(fuzz::with_length(got->network.network().to_uint32(), got->network.prefix_length()) ==
            std::string(want->first) + "/" + std::to_string(want->length),
        "the smallest block");
  check(to_string(got->kind) == want->kind && got->name == want->name && got->rfc == want->rfc,
        "a block has its words");
  check(std::string(got->allocated) + "/" + std::string(got->terminated) == want->dates,
        "a block has its dates");
  check(std::string{letter(got->source), letter(got->destination), letter(got->forwardable),
                    letter(got->globally_reachable),
                    letter(got->reserved_by_protocol)} == want->facts,
        "a block has its facts");
}

template <class Part>
void check_predicates(const Part& part, std::string_view kind) {
  check(is_private(part) == (kind == "private use"), "private");
  check(is_shared(part) == (kind == "shared"), "shared");
  check(is_loopback(part) == (kind == "loopback"), "loopback");
  check(is_link_local(part) == (kind == "link local"), "link local");
  check(is_documentation(part) == (kind == "documentation"), "documentation");
  check(is_benchmarking(part) == (kind == "benchmarking"), "benchmarking");
  check(is_multicast(part) == (kind == "multicast"), "multicast");
  check(is_reserved(part) == (kind == "reserved"), "reserved");
}

void check_around(std::uint64_t at, int length) {
  const auto address = ipv4_address::from_uint32(static_cast<std::uint32_t>(at));
  const interval one{.first = at, .end = at + 1};
  check(to_string(classify(address)) == kind_of(one), "an address is what the registry says");
  check_predicates(address, kind_of(one));
  check(is_limited_broadcast(address) == (at == fuzz::space - 1), "limited broadcast");
  check(is_globally_reachable(address) == is_reachable(one), "an address is reachable");
  check_row(special_block_of(address), around(one));
  check(describe(address) == sentence(fuzz::dotted(address.to_uint32()), one), "in words");

  const interval part = fuzz::block(at, length);
  const ipv4_network network = *ipv4_network::make(address, length);
  check(to_string(classify(network)) == kind_of(part), "a network is what all of it is");
  check_predicates(network, kind_of(part));
  check(is_globally_reachable(network) == is_reachable(part), "a network is reachable if all is");
  check_row(special_block_of(network), around(part));
  check(describe(network) ==
            sentence(fuzz::with_length(static_cast<std::uint32_t>(part.first), length), part),
        "in words");
}

void check_table() {
  check(vmnet::special_blocks.size() == multicast, "the registry's rows");
  for (std::size_t i = 0; i < multicast; ++i) check_row(&vmnet::special_blocks[i], &rows[i]);
  check(to_string(static_cast<vmnet::address_class>(14)) == "unknown", "no other class");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  [[maybe_unused]] static const bool once = (check_table(), true);
  fuzz::reader in(data, size);
  const std::uint8_t choice = in.byte();
  const std::uint8_t beside = in.byte();
  const int length = in.byte() % 33;
  if (choice >= 128) {
    check_around(in.u32(), length);
    return 0;
  }
  const interval block = block_of(rows[choice % rows.size()]);
  // The upper half counts back from the end.
  const std::uint64_t at = beside < 128 ? block.first + fuzz::space + beside - 4
                                        : block.end + fuzz::space + 4 - (256U - beside);
  check_around(at % fuzz::space, length);
  return 0;
}
