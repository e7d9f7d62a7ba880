// Scheme v1 for any id in networks of all 33 prefix lengths.
//
// Input: four bytes of an address, one of a prefix length, then the id, which for the batch is
// cut into many. The oracle counts in 128 bits, writes hexadecimal with printf, and hashes by
// shift and add; a batch, by each instruction set, has to equal the single function.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"

import vmnet.alloc;
import vmnet.isa;

namespace {

using fuzz::check;
__extension__ using wide = unsigned __int128;

std::uint64_t oracle_digest(std::string_view id) {
  std::uint64_t digest = 14695981039346656037U;
  for (const char c : id) {
    const std::uint64_t mixed = digest ^ static_cast<std::uint8_t>(c);
    digest = (mixed << 40U) + (mixed << 8U) + mixed * 0xb3U;
  }
  return digest;
}

template <class... Numbers>
std::string printed(const char* format, Numbers... numbers) {
  std::array<char, 128> buffer;
  const int size = std::snprintf(buffer.data(), buffer.size(), format, numbers...);
  return {buffer.data(), static_cast<std::size_t>(size)};
}

/// What belongs to the id alone.
void check_names(std::string_view id, std::uint64_t digest) {
  const std::string hex = printed("%016llx", static_cast<unsigned long long>(digest));
  const vmnet::short_hash hash = vmnet::vm_short_hash(id);
  check(hash == std::string_view(hex).substr(0, 8), "the short hash is the top half in hex");
  check(std::string_view(hash.c_str()) == hash.view() && hash.size() == 8,
        "the short hash has a NUL behind it");
  const vmnet::interface_name tap = vmnet::tap_name_for(id);
  check(tap == "tap-" + hex.substr(0, 8), "the TAP name is tap- and the short hash");
  check(vmnet::interface_name::parse(tap.view()) == tap, "the TAP name is an interface name");

  const vmnet::mac_address mac = vmnet::allocate_guest_mac(id);
  check(mac.to_uint64() == (std::uint64_t{2} << 40U) + (digest << 24U >> 24U),
        "the MAC carries the low 40 bits of the digest");
  check(mac.is_unicast() && mac.is_locally_administered(), "the MAC is local and unicast");
  std::string text = "02";
  for (std::size_t i = 6; i < 16; i += 2) text += ":" + hex.substr(i, 2);
  const vmnet::mac_text formatted = vmnet::format_mac(mac);
  check(formatted == text && formatted.size() == text.size(), "the MAC in words is canonical");
  check(std::hash<vmnet::mac_text>()(formatted) == std::hash<std::string_view>()(text),
        "a text hashes as its view does");
}

/// The refusal in words; `need` and `got` as literals.
void check_sentence(const vmnet::subnet_error& error, const char* need, const char* got) {
  const std::uint32_t network = error.subnet().network().to_uint32();
  check(to_string(error) == printed("subnet %u.%u.%u.%u/%d %s (got %s)", network >> 24U,
                                    network >> 16U & 255U, network >> 8U & 255U, network & 255U,
                                    error.subnet().prefix_length(), need, got),
        "a refusal names the subnet, what is needed and what it got");
}

void check_gateway(vmnet::ipv4_network subnet) {
  const auto gateway = vmnet::gateway_for(subnet);
  check(gateway.has_value() == (subnet.prefix_length() < 32), "only a /32 has no gateway");
  if (gateway) {
    check(gateway->to_uint32() == subnet.network().to_uint32() + 1, "the gateway is the second");
    return;
  }
  check(gateway.error() == vmnet::subnet_error(vmnet::subnet_errc::no_gateway, subnet),
        "the refusal of a gateway names code and subnet");
  check_sentence(gateway.error(), "has no gateway: need /31 or larger", "1 address");
}

void check_allocation(std::string_view id, std::uint64_t digest, vmnet::ipv4_network subnet) {
  const wide addresses = wide{1} << static_cast<unsigned>(32 - subnet.prefix_length());
  const wide slots = addresses > 3 ? addresses - 3 : 0;
  check(vmnet::num_guest_addresses(subnet) == slots, "all but three addresses are for guests");
  const auto ip = vmnet::allocate_guest_ip(id, subnet);
  check(ip.has_value() == (slots > 0), "a /30 or larger has an address for every id");
  if (!ip) {
    const bool one = subnet.prefix_length() == 32;
    check(ip.error() == vmnet::subnet_error(vmnet::subnet_errc::too_small, subnet),
          "the refusal names code and subnet");
    check(ip.error() != vmnet::subnet_error(vmnet::subnet_errc::no_gateway, subnet),
          "refusals for other reasons differ");
    check_sentence(ip.error(), "too small: need /30 or larger", one ? "1 address" : "2 addresses");
    return;
  }
  const wide offset = wide{ip->to_uint32()} - wide{subnet.network().to_uint32()};
  check(offset == 2 + wide{digest} % slots, "the offset is 2 + H mod (N - 3)");
  check(offset >= 2 && offset <= addresses - 2, "never network, gateway or broadcast");
}

void check_identity(std::string_view id, std::uint64_t digest, vmnet::ipv4_network subnet) {
  const auto identity = vmnet::identify(id, subnet);
  const auto ip = vmnet::allocate_guest_ip(id, subnet);
  check(identity.has_value() == ip.has_value(), "identify has a value where an address is");
  if (!identity) {
    check(identity.error() == ip.error(), "identify refuses as allocate_guest_ip does");
    return;
  }
  check(identity->digest == digest && identity->guest_ip == *ip &&
            identity->gateway == *vmnet::gateway_for(subnet) && identity->subnet == subnet &&
            identity->mac == vmnet::allocate_guest_mac(id) &&
            identity->tap_name == vmnet::tap_name_for(id),
        "identify equals the single functions");
  check(*identity == *vmnet::identify(id, subnet) && *identity != vmnet::vm_identity(),
        "an identity equals itself and not the default value");
}

/// Whole identities and single columns of `ids`, by the instruction set that is forced.
void check_batch_of(std::span<const std::string_view> ids, vmnet::ipv4_network subnet) {
  const bool fits = subnet.prefix_length() <= 30;
  std::vector<vmnet::vm_identity> identities(ids.size() + 1);
  const auto whole = vmnet::identify_batch(ids, subnet, std::span(identities).first(ids.size()));
  check(whole.has_value() == fits, "a batch has values where single ids have");
  if (ids.empty()) return;  // and columns of nothing are not wanted
  std::vector<vmnet::interface_name> tap_names(ids.size());
  std::vector<vmnet::ipv4_address> addresses(ids.size());
  std::vector<vmnet::mac_address> macs(ids.size());
  vmnet::identity_columns columns;
  columns.tap_names = tap_names;
  columns.guest_ips = addresses;
  columns.macs = macs;
  check(vmnet::identify_batch(ids, subnet, columns).has_value() == whole.has_value(),
        "columns are there where identities are");
  if (!fits) return;
  std::vector<vmnet::mac_text> texts(ids.size() + 1, vmnet::format_mac({}));
  check(vmnet::format_mac_batch(macs, std::span(texts).first(ids.size())).has_value(),
        "as many texts as addresses are written");
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto one = vmnet::identify(ids[i], subnet);
    check(identities[i] == *one, "an identity of a batch is that of its id");
    check(tap_names[i] == one->tap_name && addresses[i] == one->guest_ip && macs[i] == one->mac,
          "and so are its columns");
    check(texts[i] == vmnet::format_mac(macs[i]), "a text of a batch is that of its address");
  }
  check(texts.back() == vmnet::format_mac({}), "nothing is written behind the texts");
  check(!vmnet::format_mac_batch(macs, texts), "texts of another number are refused");
  check(identities.back() == vmnet::vm_identity(), "nothing is written behind the identities");
  check(!vmnet::identify_batch(ids, subnet, identities), "spans of different sizes are refused");
}

void check_batch(std::string_view bytes, vmnet::ipv4_network subnet) {
  std::vector<std::unique_ptr<char[]>> blocks;  // of the size of their id, for ASan to see
  std::vector<std::string_view> ids;
  for (std::string_view left = bytes; !left.empty() && ids.size() < 40;) {
    const std::string_view part = left.substr(0, static_cast<std::uint8_t>(left[0]) % 72U);
    left.remove_prefix(std::max<std::size_t>(part.size(), 1));
    blocks.push_back(std::make_unique<char[]>(part.size()));
    part.copy(blocks.back().get(), part.size());
    ids.emplace_back(blocks.back().get(), part.size());
  }
  for (const vmnet::isa set : vmnet::supported_isas()) {
    check(vmnet::force_isa(set), "a supported set can be forced");
    check_batch_of(ids, subnet);
  }
}

bool is_near(double got, double want) { return std::abs(got - want) <= 1e-9 * want; }

/// Collision mathematics, which no input steers: closed forms for few ids in up to 2^46
/// slots, and numbers that do not fit 32 bits.
bool check_collisions() {
  for (unsigned bits = 1; bits <= 46; ++bits) {
    const std::uint64_t slots = (std::uint64_t{1} << bits) + 1;
    const double share = 1 / static_cast<double>(slots);
    check(vmnet::collision_probability(1, slots) == 0 &&
              vmnet::collision_probability(slots + 1, slots) == 1,
          "one id collides with nobody, and one too many with somebody");
    check(is_near(vmnet::collision_probability(2, slots), share) &&
              is_near(vmnet::collision_probability(3, slots), 3 * share - 2 * share * share),
          "the probability for two ids and three");
    check(is_near(vmnet::expected_colliding_ids(2, slots), 2 * share), "two ids share as often");
    const std::uint64_t most = vmnet::max_ids_at_risk(0.01, slots);
    check(vmnet::collision_probability(most, slots) <= 0.01 &&
              vmnet::collision_probability(most + 1, slots) > 0.01,
          "the most ids at a risk, and no more");
  }
  constexpr std::uint64_t crowd = (std::uint64_t{1} << 32U) + 2;
  constexpr std::uint64_t slots = std::uint64_t{1} << 46U;
  check(vmnet::collision_probability(crowd, slots) == 1 &&
            vmnet::expected_colliding_ids(crowd, slots) > 0x1p17,
        "a crowd of more than 32 bits collides");
  check(!vmnet::longest_prefix_at_risk(crowd, 0.99) && !vmnet::longest_prefix_at_risk(10'000, 0.01),
        "no prefix is enough for it, nor for 10,000 at 1 %");
  for (const std::uint64_t ids : {2U, 10U, 1000U}) {
    const std::optional<int> length = vmnet::longest_prefix_at_risk(ids, 0.01);
    const auto risk = [ids](int prefix_length) {
      return vmnet::collision_probability(
          ids, vmnet::num_guest_addresses(*vmnet::ipv4_network::make({}, prefix_length)));
    };
    check(length && risk(*length) <= 0.01 && risk(*length + 1) > 0.01,
          "the longest prefix at a risk, and no longer");
  }
  return true;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  [[maybe_unused]] static const bool once = check_collisions();
  check(vmnet::num_tap_names == 4294967296U && vmnet::num_macs == 1099511627776U &&
            vmnet::tap_name_prefix == "tap-" && vmnet::tap_hash_length == 8 &&
            vmnet::vm_identity().digest == 0,
        "as many TAP names and MACs as their digits can tell apart");
  fuzz::reader in(data, size);
  const vmnet::ipv4_address address = vmnet::ipv4_address::from_uint32(in.u32());
  const int chosen = in.byte() % 33;
  const std::string_view id = in.rest();
  const std::uint64_t digest = oracle_digest(id);
  check_names(id, digest);
  for (int prefix_length = 0; prefix_length <= 32; ++prefix_length) {
    const vmnet::ipv4_network subnet = *vmnet::ipv4_network::make(address, prefix_length);
    check_gateway(subnet);
    check_allocation(id, digest, subnet);
    if (prefix_length == chosen || prefix_length >= 30) check_identity(id, digest, subnet);
    if (prefix_length == chosen) check_batch(id, subnet);
  }
  return 0;
}
