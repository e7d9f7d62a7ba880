// The pool as text. Every line begins with the digest of all that stands before
// it and of itself, so that damage is told at the first line that it touches;
// what a digest cannot tell, since anyone can compute it, is checked line by line.
module;
#include <cstdint>

module vmnet.pool;

import vmnet.free_map;
import vmnet.index_table;

namespace vmnet {
namespace {

constexpr std::size_t digest_length = 16;
constexpr std::string_view hex_digits = "0123456789abcdef";

std::string hex(std::uint64_t value) {
  std::string out(digest_length, '0');
  for (std::size_t i = out.size(); i-- > 0; value >>= 4U) out[i] = hex_digits[value & 0xfU];
  return out;
}

bool is_raw(char c) { return c >= ' ' && c < 0x7f && c != '\\'; }

std::string escaped(std::string_view id) {
  std::string out;
  for (const char c : id) {
    if (is_raw(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += "\\x";
      out += hex_digits[byte >> 4U];
      out += hex_digits[byte & 0xfU];
    }
  }
  return out;
}

/// What `escaped` was made of; nothing for any text that it does not make.
std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (is_raw(text[at])) {
      out += text[at];
      continue;
    }
    if (text.size() - at < 4 || text.substr(at, 2) != "\\x") return std::nullopt;
    const std::size_t high = hex_digits.find(text[at + 2]);
    const std::size_t low = hex_digits.find(text[at + 3]);
    if (high == hex_digits.npos || low == hex_digits.npos) return std::nullopt;
    out += static_cast<char>(high << 4U | low);
    if (is_raw(out.back())) return std::nullopt;
    at += 3;
  }
  return out;
}

/// A decimal number without leading zeros.
std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (text.size() > 1 && text[0] == '0') return std::nullopt;
  return value;
}

/// A range as `text_of` writes it.
std::optional<ipv4_range> range_of(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == text.npos) return std::nullopt;
  const auto first = ipv4_address::parse(text.substr(0, dash));
  const auto last = ipv4_address::parse(text.substr(dash + 1));
  if (!first || !last || *first > *last) return std::nullopt;
  return *ipv4_range::make(*first, *last);
}

std::string text_of(const ipv4_range& range) {
  return range.first().to_string() + "-" + range.last().to_string();
}

class snapshot_writer {
 public:
  void line(std::string_view text) {
    digest_.update(text).update("\n");
    text_ += hex(digest_.digest());
    text_ += ' ';
    text_ += text;
    text_ += '\n';
    ++lines_;
  }
  void ranges(std::string_view kind, const ipv4_set& set) {
    for (const ipv4_range& range : set.ranges()) line(std::string(kind) + "\t" + text_of(range));
  }
  std::string end() && {
    line("end\t" + std::to_string(lines_));
    return std::move(text_);
  }

 private:
  std::string text_;
  fnv1a_64_hasher digest_;
  std::size_t lines_ = 0;
};

}  // namespace

std::string pool::snapshot() const {
  snapshot_writer out;
  out.line("vmnet-pool\t1");
  out.line("epoch\t" + std::to_string(epoch_));
  for (const pool_subnet& subnet : subnets_) out.line("subnet\t" + subnet.network.to_string());
  out.ranges("exclude", excluded_);
  out.ranges("reserve", reserved_);
  out.ranges("drain", draining_);
  for (const lease* const each : leases()) {
    const vm_identity& identity = each->identity;
    out.line("lease\t" + identity.guest_ip.to_string() + "\t" + to_string(identity.tap_name) +
             "\t" + identity.mac.to_string() + "\t" + std::to_string(each->epoch) + "\t" +
             escaped(each->id));
  }
  for (const auto& [order, rested] : queue_)
    out.line("quarantine\t" + rested.address.to_string() + "\t" + std::to_string(rested.until) +
             "\t" + escaped(rested.id));
  return std::move(out).end();
}

/// Reads a snapshot into a pool that nobody sees before its last line is good.
class snapshot_reader {
 public:
  explicit snapshot_reader(const pool_options& options) : pool_(options) {}

  result<pool, snapshot_error> read(std::string_view text) && {
    while (!text.empty() && !error_ && !ended_) {
      ++line_;
      const std::size_t end = text.find('\n');
      if (end == text.npos) {
        fail(snapshot_errc::unexpected_end);
        break;
      }
      take_line(text.substr(0, end));
      text.remove_prefix(end + 1);
    }
    if (!error_ && !(ended_ && text.empty())) {
      ++line_;
      fail(ended_ ? snapshot_errc::unexpected_text : snapshot_errc::unexpected_end);
    }
    if (error_) return failure(snapshot_error{.code = *error_, .line = line_});
    return std::move(pool_);
  }

 private:
  using fields = std::span<const std::string_view>;
  struct line_kind {
    std::string_view name;
    std::size_t num_fields;
    void (snapshot_reader::*take)(fields);
    bool once;
  };
  /// In the order in which they stand.
  static constexpr std::size_t num_kinds = 9;
  static constexpr std::size_t first_kind_behind_ranges = 6;
  static const std::array<line_kind, num_kinds> kinds;

  void fail(snapshot_errc code) { error_ = code; }

  void take_line(std::string_view line) {
    if (line.size() <= digest_length) return fail(snapshot_errc::wrong_digest);
    const std::string_view text = line.substr(digest_length + 1);
    digest_.update(text).update("\n");
    if (line.substr(0, digest_length) != hex(digest_.digest()) || line[digest_length] != ' ')
      return fail(snapshot_errc::wrong_digest);

    std::vector<std::string_view> parts;
    std::size_t from = 0;
    for (std::size_t tab = text.find('\t'); tab != text.npos; tab = text.find('\t', from)) {
      parts.push_back(text.substr(from, tab - from));
      from = tab + 1;
    }
    parts.push_back(text.substr(from));

    const auto kind = std::ranges::find(kinds, parts[0], &line_kind::name);
    if (line_ == 1 && (kind != kinds.begin() || text != "vmnet-pool\t1"))
      return fail(snapshot_errc::unknown_version);
    if (kind == kinds.end() || parts.size() != kind->num_fields)
      return fail(snapshot_errc::malformed);
    const auto position = static_cast<std::size_t>(kind - kinds.begin());
    // The first two kinds and the last stand once; the others any number of times.
    const bool skips_epoch = position > 1 && stage_ < 1;
    if (position < stage_ || (position == stage_ && kind->once && line_ > 1) || skips_epoch)
      return fail(snapshot_errc::out_of_order);
    if (position != stage_) previous_.reset();
    if (stage_ < first_kind_behind_ranges && position >= first_kind_behind_ranges) settle_ranges();
    stage_ = position;
    (this->*kind->take)(fields(parts).subspan(1));
  }

  void take_version(fields) {}

  void take_epoch(fields f) {
    const auto epoch = number(f[0]);
    // Half of the range stays for the leases to come.
    if (!epoch || *epoch > INT64_MAX) return fail(snapshot_errc::malformed);
    pool_.epoch_ = *epoch;
  }

  void take_subnet(fields f) {
    const auto subnet = ipv4_network::parse(f[0], cidr_policy::reject_host_bits);
    if (!subnet || num_guest_addresses(*subnet) == 0) return fail(snapshot_errc::malformed);
    if (!ascends(subnet->network())) return;
    const auto added = pool_.add_subnet(*subnet);
    if (!added)
      fail(added.error().code == pool_errc::too_many_addresses ? snapshot_errc::too_many_addresses
                                                               : snapshot_errc::conflict);
  }

  void take_exclude(fields f) { take_range(f, excluded_); }
  void take_reserve(fields f) { take_range(f, reserved_); }
  void take_drain(fields f) { take_range(f, draining_); }

  void take_range(fields f, std::vector<ipv4_range>& into) {
    const auto range = range_of(f[0]);
    if (!range) return fail(snapshot_errc::malformed);
    // Canonical sets have a gap between their ranges.
    if (previous_ &&
        std::uint64_t{range->first().to_uint32()} <= std::uint64_t{previous_->to_uint32()} + 1)
      return fail(snapshot_errc::out_of_order);
    previous_ = range->last();
    into.push_back(*range);
  }

  /// All at once: one by one would be quadratic.
  void settle_ranges() {
    pool_.exclude(ipv4_set::from_ranges(excluded_));
    pool_.reserve(ipv4_set::from_ranges(reserved_));
    pool_.drain(ipv4_set::from_ranges(draining_));
  }

  void take_lease(fields f) {
    const auto address = ipv4_address::parse(f[0]);
    const auto name = interface_name::parse(f[1]);
    const auto mac = mac_address::parse(f[2]);
    const auto epoch = number(f[3]);
    auto id = unescaped(f[4]);
    if (!address || !name || !mac || !epoch || !id || !tap_name_to_uint32(*name) ||
        mac->to_uint64() >> 40U != 0x02 || mac->to_string() != f[2] || *epoch == 0)
      return fail(snapshot_errc::malformed);
    if (!ascends(*address)) return;
    const auto* const subnet = pool_.subnet_at(*address);
    if (subnet == nullptr || *epoch > pool_.epoch_ || pool_.find(*id) != nullptr ||
        pool_.find(*name) != nullptr || pool_.find(*mac) != nullptr ||
        !epochs_.insert(*epoch).second)
      return fail(snapshot_errc::conflict);
    const std::uint64_t digest = fnv1a_64(*id);
    pool_.make_room(1);
    pool_.add_lease({.id = *std::move(id),
                     .identity = {.digest = digest,
                                  .tap_name = *name,
                                  .guest_ip = *address,
                                  .gateway = *gateway_for(subnet->network),
                                  .subnet = subnet->network,
                                  .mac = *mac},
                     .epoch = *epoch});
  }

  void take_quarantine(fields f) {
    const auto address = ipv4_address::parse(f[0]);
    const auto until = number(f[1]);
    auto id = unescaped(f[2]);
    if (!address || !until || !id) return fail(snapshot_errc::malformed);
    if (!pool_.queue_.empty() && pool_.queue_.rbegin()->second.until > *until)
      return fail(snapshot_errc::out_of_order);
    auto* const subnet = pool_.subnet_at(*address);
    if (subnet == nullptr || pool_.find(*address) != nullptr ||
        !pool_.resting_.emplace(*address, pool_.next_resting_).second)
      return fail(snapshot_errc::conflict);
    pool_.queue_.emplace(pool_.next_resting_++,
                         pool::resting{.address = *address, .until = *until, .id = *std::move(id)});
    pool_.occupy(*address);
  }

  void take_end(fields f) {
    if (number(f[0]) != line_ - 1) return fail(snapshot_errc::wrong_count);
    ended_ = true;
  }

  /// Lines of a kind stand in ascending order of their addresses.
  bool ascends(ipv4_address address) {
    if (previous_ && address <= *previous_) {
      fail(snapshot_errc::out_of_order);
      return false;
    }
    previous_ = address;
    return true;
  }

  pool pool_;
  fnv1a_64_hasher digest_;
  std::size_t line_ = 0;
  std::size_t stage_ = 0;
  std::optional<ipv4_address> previous_;
  std::vector<ipv4_range> excluded_;
  std::vector<ipv4_range> reserved_;
  std::vector<ipv4_range> draining_;
  std::set<std::uint64_t> epochs_;
  std::optional<snapshot_errc> error_;
  bool ended_ = false;
};

constinit const std::array<snapshot_reader::line_kind, snapshot_reader::num_kinds>
    snapshot_reader::kinds = {{
        {"vmnet-pool", 2, &snapshot_reader::take_version, true},
        {"epoch", 2, &snapshot_reader::take_epoch, true},
        {"subnet", 2, &snapshot_reader::take_subnet, false},
        {"exclude", 2, &snapshot_reader::take_exclude, false},
        {"reserve", 2, &snapshot_reader::take_reserve, false},
        {"drain", 2, &snapshot_reader::take_drain, false},
        {"lease", 6, &snapshot_reader::take_lease, false},
        {"quarantine", 4, &snapshot_reader::take_quarantine, false},
        {"end", 2, &snapshot_reader::take_end, true},
    }};

result<pool, snapshot_error> pool::restore(std::string_view text, const pool_options& options) {
  return snapshot_reader(options).read(text);
}

}  // namespace vmnet
