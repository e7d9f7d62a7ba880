// The order of seniority: who comes before whom in a plan, and who was in the
// previous one.
module vmnet.plan;

import vmnet.big_vector;

namespace vmnet {
namespace {

/// How many VMs ahead memory is asked for.
constexpr std::size_t prefetch_distance = 12;

/// Sorts by `bits` bits of `key_of` from `shift` on, keeping the order where they
/// are equal. A few thousand buckets at most: with more of them than a cache has
/// lines, each write is a wait for memory. `spare` has the size of `items`.
template <class Item, class KeyOf>
void sort_by_digit(detail::big_vector<Item>& items, detail::big_vector<Item>& spare, unsigned shift,
                   unsigned bits, KeyOf key_of) {
  const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
  std::vector<std::uint32_t> at(mask + 1);
  for (const Item& item : items) ++at[key_of(item) >> shift & mask];
  std::uint32_t sum = 0;
  for (std::uint32_t& count : at) sum += std::exchange(count, sum);
  for (const Item& item : items) spare[at[key_of(item) >> shift & mask]++] = item;
  items.swap(spare);
}

}  // namespace

void plan_builder::rank_vms() {
  hash_ids();
  sort_by_rank();
  find_duplicates();
  find_kept();
  make_records();
}

/// Takes what is wanted of the VMs while they stand in the order of memory. Later
/// on each would be a wait.
void plan_builder::hash_ids() {
  constexpr std::size_t chunk = 256;
  std::array<std::string_view, chunk> ids;
  std::array<std::uint64_t, chunk> digests;
  bool some_have_none = false;
  std::uint32_t subnet = 0;
  order_.reserve(vms_.size());
  for (std::size_t i = 0; i < vms_.size(); ++i) {
    const std::size_t in_chunk = i % chunk;
    if (in_chunk == 0) {
      const auto next = vms_.subspan(i, std::min(chunk, vms_.size() - i));
      std::ranges::transform(next, ids.begin(), &fleet_vm::id);
      fnv1a_64_batch(std::span(ids).first(next.size()), std::span(digests).first(next.size()))
          .value();
    }
    const fleet_vm& vm = vms_[i];
    if (plan_.subnets_[subnet].subnet != vm.subnet) subnet = subnet_index(vm.subnet);
    ++plan_.subnets_[subnet].vms;
    order_.push_back({.rank = siphash_2_4(vm.id, options_.key),
                      .digest = digests[in_chunk],
                      .vm = static_cast<std::uint32_t>(i),
                      .subnet = subnet});
    pinned_ = pinned_ || vm.guest_ip || vm.tap_name || vm.mac;
    (vm.generation ? plan_.has_generations_ : some_have_none) = true;
  }
  if (plan_.has_generations_ && some_have_none)
    for (const fleet_vm& vm : vms_)
      if (!vm.generation)
        errors_.push_back(
            {.code = plan_errc::missing_generation, .id = std::string(vm.id), .subnet = vm.subnet});
}

/// Ranks are uniform, so their top bits leave about one VM in each bucket.
void plan_builder::sort_by_rank() {
  const auto bits = static_cast<unsigned>(std::bit_width(order_.size())) / 2 + 1;
  detail::big_vector<ranked> spare(order_.size());
  for (const unsigned shift : {64 - 2 * bits, 64 - bits})
    sort_by_digit(order_, spare, shift, bits, [](const ranked& r) { return r.rank; });
  const auto top = [&](const ranked& r) { return r.rank >> (64 - 2 * bits); };
  for (auto first = order_.begin(); first != order_.end();) {
    auto end = first + 1;
    while (end != order_.end() && top(*end) == top(*first)) ++end;
    if (end - first > 1)
      std::sort(first, end, [&](const ranked& a, const ranked& b) {
        if (a.rank != b.rank) return a.rank < b.rank;
        const fleet_vm& one = vms_[a.vm];
        const fleet_vm& other = vms_[b.vm];
        // Equal ids are a fault, which is told the same for any order of input.
        return one.id != other.id ? one.id < other.id : one.subnet < other.subnet;
      });
    first = end;
  }
}

/// A stable sort, byte by byte; most bytes are the same in all generations.
void plan_builder::sort_by_generation() {
  struct aged {
    std::uint64_t generation;
    std::uint32_t position;  // in order_
  };
  detail::big_vector<aged> by_age;
  by_age.reserve(order_.size());
  std::uint64_t ones = 0;
  std::uint64_t zeros = 0;
  for (const ranked& r : order_) {
    const std::uint64_t generation = vms_[r.vm].generation.value_or(0);
    by_age.push_back({generation, static_cast<std::uint32_t>(by_age.size())});
    ones |= generation;
    zeros |= ~generation;
  }
  detail::big_vector<aged> spare(by_age.size());
  for (unsigned shift = 0; shift < 64; shift += 8)
    if (((ones & zeros) >> shift & 0xffU) != 0)
      sort_by_digit(by_age, spare, shift, 8, [](const aged& a) { return a.generation; });
  detail::big_vector<ranked> sorted;
  sorted.reserve(order_.size());
  for (const aged& a : by_age) sorted.push_back(order_[a.position]);
  order_.swap(sorted);
}

void plan_builder::find_duplicates() {
  for (std::size_t i = 1; i < order_.size(); ++i) {
    if (order_[i - 1].rank != order_[i].rank) continue;
    const fleet_vm& one = vms_[order_[i - 1].vm];
    const fleet_vm& other = vms_[order_[i].vm];
    if (one.id != other.id) continue;
    const auto [low, high] = std::minmax(one.subnet, other.subnet);
    errors_.push_back({.code = plan_errc::duplicate_id,
                       .id = std::string(one.id),
                       .other_id = std::string(one.id),
                       .subnet = low,
                       .other_subnet = high});
  }
}

/// The position of `id` in `order_` while that is sorted by rank, or nothing.
std::optional<std::uint32_t> plan_builder::vm_of(std::string_view id) const {
  const std::uint64_t rank = siphash_2_4(id, options_.key);
  auto at = std::ranges::lower_bound(order_, rank, {}, &ranked::rank);
  for (; at != order_.end() && at->rank == rank; ++at)
    if (vms_[at->vm].id == id) return at->vm;
  return std::nullopt;
}

void plan_builder::find_kept() {
  if (options_.keep.empty()) return;
  kept_.assign(vms_.size(), nullptr);
  pinned_ = true;
  for (const planned_vm& old : options_.keep) {
    const auto vm = vm_of(old.id);
    if (!vm) continue;
    if (kept_[*vm] != nullptr)
      errors_.push_back({.code = plan_errc::duplicate_kept_id,
                         .id = std::string(old.id),
                         .subnet = vms_[*vm].subnet});
    kept_[*vm] = &old;
  }
  may_move_.assign(vms_.size(), false);
  for (const std::string_view id : options_.allow_move)
    if (const auto vm = vm_of(id)) may_move_[*vm] = true;
}

void plan_builder::make_records() {
  if (!errors_.empty()) return;
  if (plan_.has_generations_) sort_by_generation();
  plan_.records_.reserve(order_.size());
  ranks_.reserve(order_.size());
  for (std::size_t i = 0; i < order_.size(); ++i) {
    if (order_.size() - i > prefetch_distance) {
      const fleet_vm& ahead = vms_[order_[i + prefetch_distance].vm];
      __builtin_prefetch(&ahead.id);
      if (plan_.has_generations_) __builtin_prefetch(&ahead.generation);
    }
    const ranked& r = order_[i];
    const fleet_vm& vm = vms_[r.vm];
    ranks_.push_back(r.rank);
    plan_.records_.push_back({.id = vm.id,
                              .digest = r.digest,
                              .generation = plan_.has_generations_ ? vm.generation.value_or(0) : 0,
                              .mac = 0,
                              .tap = plan::no_tap,
                              .ip = 0,
                              .subnet = r.subnet});
  }
}

}  // namespace vmnet
