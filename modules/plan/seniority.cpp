// The order of seniority: who comes before whom in a plan, and who was in the
// previous one.
module;
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

module vmnet.plan;

namespace vmnet {

/// Scatters `from` to `to` by `digit_of`, which is below `digits`, keeping the
/// order of equal digits; returns where each digit's run ends.
template <class DigitOf>
std::vector<std::uint32_t> plan_builder::scatter(const std::vector<ranked>& from,
                                                 std::vector<ranked>& to, std::size_t digits,
                                                 DigitOf digit_of) {
  std::vector<std::uint32_t> at(digits);
  for (const ranked& r : from) ++at[digit_of(r)];
  std::uint32_t sum = 0;
  for (std::uint32_t& count : at) sum += std::exchange(count, sum);
  for (const ranked& r : from) to[at[digit_of(r)]++] = r;
  return at;
}

void plan_builder::rank_vms() {
  order_.reserve(vms_.size());
  bool some_have_none = false;
  for (std::size_t i = 0; i < vms_.size(); ++i) {
    const fleet_vm& vm = vms_[i];
    order_.push_back({.rank = siphash_2_4(vm.id, options_.key),
                      .digest = fnv1a_64(vm.id),
                      .generation = vm.generation.value_or(0),
                      .vm = static_cast<std::uint32_t>(i)});
    (vm.generation ? plan_.has_generations_ : some_have_none) = true;
  }
  sort_by_rank();
  find_duplicates();
  if (plan_.has_generations_ && some_have_none)
    for (const fleet_vm& vm : vms_)
      if (!vm.generation)
        errors_.push_back(
            {.code = plan_errc::missing_generation, .id = std::string(vm.id), .subnet = vm.subnet});
  find_kept();
  make_records();
}

/// Ranks are uniform, so their top bits leave about one VM in each bucket.
void plan_builder::sort_by_rank() {
  const auto bits = std::max(static_cast<unsigned>(std::bit_width(order_.size())), 1U);
  std::vector<ranked> sorted(order_.size());
  const auto ends = scatter(order_, sorted, std::size_t{1} << bits,
                            [&](const ranked& r) { return r.rank >> (64 - bits); });
  std::uint32_t first = 0;
  for (const std::uint32_t end : ends) {
    if (end - first > 1)
      std::sort(sorted.begin() + first, sorted.begin() + end,
                [&](const ranked& a, const ranked& b) {
                  if (a.rank != b.rank) return a.rank < b.rank;
                  const fleet_vm& one = vms_[a.vm];
                  const fleet_vm& other = vms_[b.vm];
                  // Equal ids are a fault, which is told the same for any order of input.
                  return one.id != other.id ? one.id < other.id : one.subnet < other.subnet;
                });
    first = end;
  }
  order_.swap(sorted);
}

/// A stable sort, byte by byte; most bytes are the same in all generations.
void plan_builder::sort_by_generation() {
  std::uint64_t ones = 0;
  std::uint64_t zeros = 0;
  for (const ranked& r : order_) {
    ones |= r.generation;
    zeros |= ~r.generation;
  }
  std::vector<ranked> sorted(order_.size());
  for (unsigned shift = 0; shift < 64; shift += 8) {
    if (((ones & zeros) >> shift & 0xffU) == 0) continue;
    scatter(order_, sorted, 256, [&](const ranked& r) { return r.generation >> shift & 0xffU; });
    order_.swap(sorted);
  }
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
  sort_by_generation();
  plan_.records_.reserve(order_.size());
  std::uint32_t subnet = 0;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const ranked& r = order_[i];
    if (order_.size() - i > prefetch_distance)
      __builtin_prefetch(&vms_[order_[i + prefetch_distance].vm]);
    const fleet_vm& vm = vms_[r.vm];
    if (plan_.subnets_[subnet].subnet != vm.subnet) subnet = subnet_index(vm.subnet);
    ++plan_.subnets_[subnet].vms;
    pinned_ = pinned_ || vm.guest_ip || vm.tap_name || vm.mac || !kept_.empty();
    plan_.records_.push_back({.id = vm.id,
                              .digest = r.digest,
                              .generation = r.generation,
                              .mac = 0,
                              .tap = plan::no_tap,
                              .ip = 0,
                              .subnet = subnet});
  }
}

}  // namespace vmnet
