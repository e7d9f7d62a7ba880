#include "snapshot_oracle.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "plan_oracle.hpp"
#include "pool_oracle.hpp"
#include "probe_oracle.hpp"

namespace {

using fuzz::interval;
using fuzz::slow_damage;

/// The pieces of a text between separators.
std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

bool is_hex(const std::string& text) {
  return text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// A number that is written as std::to_string would.
std::optional<std::uint64_t> number(const std::string& text) {
  const std::uint64_t value = std::strtoull(text.c_str(), nullptr, 10);
  if (std::to_string(value) != text) return std::nullopt;
  return value;
}

/// An address that is written as inet_ntop would.
std::optional<std::uint32_t> address(const std::string& text) {
  in_addr raw{};
  if (inet_pton(AF_INET, text.c_str(), &raw) != 1) return std::nullopt;
  if (fuzz::dotted(ntohl(raw.s_addr)) != text) return std::nullopt;
  return ntohl(raw.s_addr);
}

std::optional<fuzz::slow_subnet> subnet(const std::string& text) {
  const std::vector<std::string> parts = split(text, '/');
  if (parts.size() != 2) return std::nullopt;
  const auto network = address(parts[0]);
  const auto length = number(parts[1]);
  if (!network || !length || *length > 30) return std::nullopt;
  const fuzz::slow_subnet made{*network, static_cast<int>(*length)};
  if (made.all().first != *network) return std::nullopt;
  return made;
}

std::optional<interval> range(const std::string& text) {
  const std::vector<std::string> parts = split(text, '-');
  if (parts.size() != 2) return std::nullopt;
  const auto first = address(parts[0]);
  const auto last = address(parts[1]);
  if (!first || !last || *first > *last) return std::nullopt;
  return interval{.first = *first, .end = *last + std::uint64_t{1}};
}

std::optional<std::uint64_t> mac(const std::string& text) {
  const std::vector<std::string> parts = split(text, ':');
  std::uint64_t value = 0;
  for (const std::string& part : parts) {
    if (part.size() != 2 || !is_hex(part)) return std::nullopt;
    value = value * 256 + std::strtoull(part.c_str(), nullptr, 16);
  }
  if (parts.size() != 6 || parts[0] != "02") return std::nullopt;
  return value;
}

/// The id that is written so.
std::optional<std::string> unescaped(const std::string& text) {
  std::string id;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') {
      id += text[at];
      continue;
    }
    const std::string digits = text.substr(std::min(at + 2, text.size()), 2);
    if (digits.size() != 2 || !is_hex(digits)) return std::nullopt;
    id += static_cast<char>(std::strtoul(digits.c_str(), nullptr, 16));
    at += 3;
  }
  if (fuzz::escaped(id) != text) return std::nullopt;
  return id;
}

constexpr std::array<const char*, 9> kinds = {
    "vmnet-pool", "epoch", "subnet", "exclude", "reserve", "drain", "lease", "quarantine", "end"};
constexpr std::array<std::size_t, 9> sizes = {2, 2, 2, 2, 2, 2, 6, 4, 2};

class reader {
 public:
  explicit reader(fuzz::slow_pool& pool) : pool_(pool) {}

  [[nodiscard]] bool ended() const { return stage_ == kinds.size() - 1; }

  slow_damage take(std::size_t line, const std::string& text) {
    const std::vector<std::string> f = split(text, '\t');
    if (line == 1)
      return text == "vmnet-pool\t1" ? slow_damage::none : slow_damage::unknown_version;
    const auto at = static_cast<std::size_t>(std::ranges::find(kinds, f[0]) - kinds.begin());
    if (at == kinds.size() || f.size() != sizes[at]) return slow_damage::malformed;
    // The second line is the epoch, and no other is; the first stands once too.
    if ((at == 1) != (line == 2) || at < stage_ || at == 0) return slow_damage::out_of_order;
    if (at != stage_) last_.reset();
    stage_ = at;
    switch (at) {
      case 1:
        return take_epoch(f);
      case 2:
        return take_subnet(f);
      case 3:
        return take_range(f, pool_.excluded);
      case 4:
        return take_range(f, pool_.reserved);
      case 5:
        return take_range(f, pool_.draining);
      case 6:
        return take_lease(f);
      case 7:
        return take_rest(f);
      default:
        return number(f[1]) == line - 1 ? slow_damage::none : slow_damage::wrong_count;
    }
  }

 private:
  using fields = const std::vector<std::string>&;

  slow_damage take_epoch(fields f) {
    const auto epoch = number(f[1]);
    if (!epoch || *epoch >> 63U != 0) return slow_damage::malformed;
    pool_.last_epoch = *epoch;
    return slow_damage::none;
  }

  slow_damage take_subnet(fields f) {
    const auto made = subnet(f[1]);
    if (!made) return slow_damage::malformed;
    if (last_ && made->network <= *last_) return slow_damage::out_of_order;
    last_ = made->network;
    const auto refused = pool_.add_subnet(*made);
    if (!refused) return slow_damage::none;
    constexpr int overlaps = 1;
    return refused->code == overlaps ? slow_damage::conflict : slow_damage::too_many_addresses;
  }

  slow_damage take_range(fields f, fuzz::slow_set& set) {
    const auto made = range(f[1]);
    if (!made) return slow_damage::malformed;
    if (last_ && made->first <= *last_) return slow_damage::out_of_order;
    last_ = made->end;  // a gap of one
    set.change(*made, true);
    return slow_damage::none;
  }

  slow_damage take_lease(fields f) {
    const auto ip = address(f[1]);
    const auto hardware = mac(f[3]);
    const auto epoch = number(f[4]);
    const auto id = unescaped(f[5]);
    if (f[2].size() != 12 || !f[2].starts_with("tap-") || !is_hex(f[2].substr(4)))
      return slow_damage::malformed;
    if (!ip || !hardware || !epoch || *epoch == 0 || !id) return slow_damage::malformed;
    if (last_ && *ip <= *last_) return slow_damage::out_of_order;
    last_ = *ip;
    if (!pool_.is_slot(*ip) || *epoch > pool_.last_epoch || pool_.leases.contains(*id))
      return slow_damage::conflict;
    fuzz::slow_lease made{.subnet = {}, .ip = *ip, .tap = f[2], .mac = *hardware, .epoch = *epoch};
    for (const auto& [other, lease] : pool_.leases)
      if (lease.tap == made.tap || lease.mac == made.mac || lease.epoch == made.epoch)
        return slow_damage::conflict;
    for (const fuzz::slow_subnet& s : pool_.subnets)
      if (s.all().has(*ip)) made.subnet = s;
    pool_.leases[*id] = made;
    return slow_damage::none;
  }

  slow_damage take_rest(fields f) {
    const auto ip = address(f[1]);
    const auto until = number(f[2]);
    const auto id = unescaped(f[3]);
    if (!ip || !until || !id) return slow_damage::malformed;
    if (!pool_.resting.empty() && *until < pool_.resting.back().until)
      return slow_damage::out_of_order;
    if (!pool_.is_slot(*ip) || pool_.owner(*ip) != nullptr || pool_.rest_at(*ip) != nullptr)
      return slow_damage::conflict;
    pool_.resting.push_back({.ip = *ip, .until = *until, .id = *id});
    return slow_damage::none;
  }

  fuzz::slow_pool& pool_;
  std::size_t stage_ = 0;
  std::optional<std::uint64_t> last_;
};

}  // namespace

namespace fuzz {

slow_snapshot read_slowly(std::string_view text, std::uint64_t most_addresses) {
  slow_snapshot read;
  read.pool.most_addresses = most_addresses;
  reader lines(read.pool);
  std::uint64_t digest = fnv1a("");
  for (std::size_t at = 0; at < text.size();) {
    ++read.line;
    const std::size_t end = text.find('\n', at);
    if (lines.ended())
      read.damage = slow_damage::unexpected_text;
    else if (end == std::string_view::npos)
      read.damage = slow_damage::unexpected_end;
    if (read.damage != slow_damage::none) return read;
    const std::string line(text.substr(at, end - at));
    at = end + 1;
    const std::string fields = line.size() > 17 ? line.substr(17) : "";
    digest = fnv1a(fields + "\n", digest);
    read.damage = line == sixteen_digits(digest) + " " + fields && line.size() > 16
                      ? lines.take(read.line, fields)
                      : slow_damage::wrong_digest;
    if (read.damage != slow_damage::none) return read;
  }
  if (!lines.ended()) {
    ++read.line;
    read.damage = slow_damage::unexpected_end;
  }
  return read;
}

}  // namespace fuzz
