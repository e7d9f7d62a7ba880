module vmnet.cli.collisions;

namespace vmnet::cli {
namespace {

constexpr unsigned id_block_bits = 20;
constexpr std::size_t id_block_size = std::size_t{1} << id_block_bits;
constexpr std::size_t max_length_bytes = 10;
constexpr std::uint64_t mac_bits = num_macs - 1;

}  // namespace

/// Puts the id behind its length (7 bits a byte, low bits first) and gives back
/// where. An id that is longer than a block gets one of its own.
std::uint64_t collision_check::store(std::string_view id) {
  const std::size_t needed = id.size() + max_length_bytes;
  if (id_blocks_.empty() || needed > id_block_size - id_block_used_) {
    id_blocks_.push_back(std::make_unique_for_overwrite<char[]>(std::max(needed, id_block_size)));
    id_block_used_ = 0;
  }
  const std::uint64_t place =
      std::uint64_t{id_blocks_.size() - 1} << id_block_bits | id_block_used_;
  char* const begin = id_blocks_.back().get() + id_block_used_;
  char* out = begin;
  std::size_t length = id.size();
  for (; length >= 0x80; length >>= 7U) *out++ = static_cast<char>((length & 0x7fU) | 0x80U);
  *out++ = static_cast<char>(length);
  out = std::copy(id.begin(), id.end(), out);
  id_block_used_ = std::min(id_block_used_ + static_cast<std::size_t>(out - begin), id_block_size);
  return place;
}

std::string_view collision_check::id_of(const entry& of) const noexcept {
  const std::uint64_t place = of.place;
  const char* at = id_blocks_[place >> id_block_bits].get() + (place & (id_block_size - 1));
  std::size_t length = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(*at++);
    length |= std::size_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return {at, length};
  }
}

set_member collision_check::member_of(const entry& of) const {
  return {id_of(of), *ipv4_network::make(ipv4_address::from_uint32(of.network),
                                         static_cast<std::int64_t>(of.prefix_length))};
}

void collision_check::add(std::string_view id, const vm_identity& identity) {
  entry added{};
  added.digest = identity.digest;
  added.place = store(id) & ((std::uint64_t{1} << 58U) - 1);
  added.prefix_length = static_cast<unsigned>(identity.subnet.prefix_length()) & 0x3fU;
  added.network = identity.subnet.network().to_uint32();
  added.guest_ip = identity.guest_ip.to_uint32();
  entries_.push_back(added);
}

void collision_check::drop_duplicates(collision_sink& sink) {
  const auto key = [](const entry& e) {
    return std::tuple(e.digest, e.network, std::uint64_t{e.prefix_length});
  };
  std::sort(entries_.begin(), entries_.end(), [&](const entry& a, const entry& b) {
    if (key(a) != key(b)) return key(a) < key(b);
    const int order = id_of(a).compare(id_of(b));
    return order != 0 ? order < 0 : a.place < b.place;
  });
  auto kept = entries_.begin();
  for (auto first = entries_.begin(); first != entries_.end();) {
    const auto last = std::find_if(first + 1, entries_.end(), [&](const entry& e) {
      return key(e) != key(*first) || id_of(e) != id_of(*first);
    });
    if (last - first > 1)
      sink.duplicate(member_of(*first), static_cast<std::uint64_t>(last - first));
    *kept++ = *first;
    first = last;
  }
  entries_.erase(kept, entries_.end());
}

void collision_check::report_groups(shared_field field, collision_sink& sink) {
  const auto key = [field](const entry& e) {
    switch (field) {
      case shared_field::tap_name:
        return std::tuple(e.digest >> 32U, std::uint64_t{0});
      case shared_field::mac:
        return std::tuple(e.digest & mac_bits, std::uint64_t{0});
      case shared_field::guest_ip:
        break;
    }
    return std::tuple(std::uint64_t{e.network} << 6U | std::uint64_t{e.prefix_length},
                      std::uint64_t{e.guest_ip});
  };
  std::sort(entries_.begin(), entries_.end(), [&](const entry& a, const entry& b) {
    return key(a) != key(b) ? key(a) < key(b) : a.place < b.place;
  });
  for (auto first = entries_.begin(); first != entries_.end();) {
    const auto last = std::find_if(first + 1, entries_.end(),
                                   [&](const entry& e) { return key(e) != key(*first); });
    if (last - first > 1) {
      const set_member one = member_of(*first);
      sink.begin_collision(field, *identify(one.id, one.subnet));
      std::for_each(first, last, [&](const entry& e) { sink.collides(member_of(e)); });
      sink.end_collision();
    }
    first = last;
  }
}

void collision_check::run(collision_sink& sink) {
  drop_duplicates(sink);
  for (const shared_field field :
       {shared_field::tap_name, shared_field::mac, shared_field::guest_ip})
    report_groups(field, sink);
  entries_ = {};
  id_blocks_.clear();
}

}  // namespace vmnet::cli
