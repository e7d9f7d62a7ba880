// Batch digests for any machine: six chains at a time.
//
// One chain waits for its multiply (4 cycles a byte), six of them keep the
// multiplier busy. The chains must end together to stay interleaved, so a chunk
// of ids is sorted by size first; the few bytes by which neighbours still
// differ are done one by one. Chains of short ids overlap by themselves.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kernels.hpp"

namespace vmnet::kernels {
namespace {

constexpr std::size_t chunk = 512;
constexpr std::size_t streams = 6;
/// Ids of this size and more sort as one: their order is worth nothing.
constexpr std::size_t size_classes = 64;
/// Below this mean size the processor overlaps the plain loops well enough.
constexpr std::size_t worthwhile_mean_size = 16;

using order_type = std::array<std::uint16_t, chunk>;

bool same_size(const std::string_view* ids, std::size_t size) noexcept {
  return std::all_of(ids, ids + size,
                     [&](std::string_view id) { return id.size() == ids[0].size(); });
}

/// Fills `order` with the indices of the ids, the shortest first.
void sort_by_size(const std::string_view* ids, std::size_t size, order_type& order) noexcept {
  std::array<std::uint16_t, size_classes + 1> start{};
  const auto class_of = [](std::string_view id) { return std::min(id.size(), size_classes - 1); };
  for (std::size_t i = 0; i < size; ++i) ++start[class_of(ids[i]) + 1];
  for (std::size_t c = 1; c < size_classes; ++c)
    start[c] = static_cast<std::uint16_t>(start[c] + start[c - 1]);
  for (std::size_t i = 0; i < size; ++i)
    order[start[class_of(ids[i])]++] = static_cast<std::uint16_t>(i);
}

void digest_six(const std::array<std::string_view, streams>& ids,
                std::array<std::uint64_t, streams>& out) noexcept {
  std::size_t common = ids[0].size();
  for (const std::string_view id : ids) common = std::min(common, id.size());
  const char *a = ids[0].data(), *b = ids[1].data(), *c = ids[2].data(), *d = ids[3].data(),
             *e = ids[4].data(), *f = ids[5].data();
  // Six names rather than an array: each must live in a register.
  std::uint64_t u = offset_basis, v = u, w = u, x = u, y = u, z = u;
  const auto step = [](std::uint64_t& state, char byte) {
    state = (state ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  };
  for (std::size_t i = 0; i < common; ++i) {
    step(u, a[i]);
    step(v, b[i]);
    step(w, c[i]);
    step(x, d[i]);
    step(y, e[i]);
    step(z, f[i]);
  }
  out = {u, v, w, x, y, z};
  for (std::size_t s = 0; s < streams; ++s) {
    out[s] = digest_plain(out[s], {ids[s].data() + common, ids[s].size() - common});
  }
}

void digest_chunk(const std::string_view* ids, std::uint64_t* digests, std::size_t size) noexcept {
  std::size_t total = 0;
  for (std::size_t i = 0; i < size; ++i) total += ids[i].size();
  if (total < worthwhile_mean_size * size) {
    for (std::size_t i = 0; i < size; ++i) digests[i] = digest_plain(offset_basis, ids[i]);
    return;
  }
  order_type order;
  if (same_size(ids, size)) {
    for (std::size_t i = 0; i < size; ++i) order[i] = static_cast<std::uint16_t>(i);
  } else {
    sort_by_size(ids, size, order);
  }
  std::size_t at = 0;
  for (; at + streams <= size; at += streams) {
    std::array<std::string_view, streams> group;
    std::array<std::uint64_t, streams> out;
    for (std::size_t s = 0; s < streams; ++s) group[s] = ids[order[at + s]];
    digest_six(group, out);
    for (std::size_t s = 0; s < streams; ++s) digests[order[at + s]] = out[s];
  }
  for (; at < size; ++at) digests[order[at]] = digest_plain(offset_basis, ids[order[at]]);
}

}  // namespace

void digest_batch_portable(const std::string_view* ids, std::uint64_t* digests,
                           std::size_t size) noexcept {
  for (std::size_t at = 0; at < size; at += chunk)
    digest_chunk(ids + at, digests + at, std::min(chunk, size - at));
}

}  // namespace vmnet::kernels
