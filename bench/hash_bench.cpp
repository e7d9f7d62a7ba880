// Digests against the plain loop: one short id after the other, long inputs,
// and batches by every instruction set.
#include <cstddef>
#include <cstdint>
#include <list>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "ids.hpp"
#include "suite.hpp"

import vmnet.hash;
import vmnet.isa;

namespace {

using views = std::vector<std::string_view>;

std::uint64_t plain_digest(std::string_view bytes) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const char c : bytes) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return h;
}

void plain_batch(const views& ids, std::vector<std::uint64_t>& digests) {
  for (std::size_t i = 0; i < ids.size(); ++i) digests[i] = plain_digest(ids[i]);
}

void one_by_one(const views& ids, std::vector<std::uint64_t>& digests) {
  for (std::size_t i = 0; i < ids.size(); ++i) digests[i] = vmnet::fnv1a_64(ids[i]);
}

void batch(vmnet::isa set, const views& ids, std::vector<std::uint64_t>& digests) {
  static_cast<void>(vmnet::force_isa(set));
  vmnet::fnv1a_64_batch(ids, digests).value();
}

/// Ids with room for their digests, kept for the benchmarks that use them.
struct id_set {
  id_set(bench::id_kind kind, std::size_t count)
      : made(bench::make_ids(kind, count)), ids(made.views()), digests(count), want(count) {
    plain_batch(ids, want);
  }
  void require_equal(const std::string& what) {
    bench::require(digests == want, what);
    digests.assign(digests.size(), 0);
  }

  bench::texts made;
  views ids;
  std::vector<std::uint64_t> digests;
  std::vector<std::uint64_t> want;
};

void add_ids(bench::id_kind kind, std::size_t count) {
  static std::list<id_set> kept;
  id_set& set = kept.emplace_back(kind, count);
  const std::string data = std::string("/") + bench::name_of(kind) + "/" + std::to_string(count);

  if (count <= 2048) {
    one_by_one(set.ids, set.digests);
    set.require_equal("digest" + data);
    bench::add("digest" + data + "/vmnet", count, [&set] { one_by_one(set.ids, set.digests); });
    bench::add("digest" + data + "/plain", count, [&set] { plain_batch(set.ids, set.digests); });
  }
  const auto supported = vmnet::supported_isas();
  for (const vmnet::isa isa : supported) {
    batch(isa, set.ids, set.digests);
    set.require_equal("digest_batch" + data);
    // The fastest is what a user gets, the others are named.
    const std::string who = isa == supported.back() ? "vmnet" : std::string(to_string(isa));
    bench::add("digest_batch" + data + "/" + who, count,
               [&set, isa] { batch(isa, set.ids, set.digests); });
  }
  bench::add("digest_batch" + data + "/plain", count,
             [&set] { plain_batch(set.ids, set.digests); });
}

void add_long(std::size_t size) {
  std::mt19937_64 random(1);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  bench::require(vmnet::fnv1a_64(bytes) == plain_digest(bytes), "digest_bytes");
  const std::string name = "digest_bytes/random/" + std::to_string(size);
  bench::add(name + "/vmnet", size, [bytes] { benchmark::DoNotOptimize(vmnet::fnv1a_64(bytes)); });
  bench::add(name + "/plain", size, [bytes] { benchmark::DoNotOptimize(plain_digest(bytes)); });
}

}  // namespace

int main(int argc, char** argv) {
  for (const bench::id_kind kind : bench::all_kinds)
    for (const std::size_t count : {2048U, 1'000'000U}) add_ids(kind, count);
  for (const std::size_t size : {64U, 128U, 256U, 512U, 1024U, 4096U, 65'536U}) add_long(size);
  return bench::run(argc, argv);
}
