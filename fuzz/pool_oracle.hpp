// A pool by its documentation, slowly: a list of leases, a list of what rests,
// and a look at every address. It knows nothing of the library. It also writes
// and reads the snapshot of a pool, by docs/pool-snapshot.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "interval.hpp"
#include "plan_oracle.hpp"
#include "probe_oracle.hpp"

namespace fuzz {

/// A set of addresses as the last word on each: intervals that were added or removed.
class slow_set {
 public:
  void change(interval which, bool in) { words_.push_back({which, in}); }
  [[nodiscard]] bool has(std::uint64_t address) const {
    for (std::size_t i = words_.size(); i-- > 0;)
      if (words_[i].which.has(address)) return words_[i].in;
    return false;
  }
  /// The runs of its addresses.
  [[nodiscard]] std::vector<interval> runs() const;

 private:
  struct word {
    interval which;
    bool in;
  };
  std::vector<word> words_;
};

struct slow_lease {
  slow_subnet subnet;
  std::uint32_t ip = 0;
  std::string tap;
  std::uint64_t mac = 0;
  std::uint64_t epoch = 0;
};

struct slow_rest {
  std::uint32_t ip = 0;
  std::uint64_t until = 0;
  std::string id;
};

/// The states of a value, in the order of the documentation.
enum class slow_state : std::uint8_t {
  mine,
  leased,
  quarantined,
  excluded,
  draining,
  reserved,
  free
};

struct slow_holder {
  slow_state state = slow_state::mine;
  std::string id;
};

/// Counts in the order of the documentation: slots, free, used, quarantined,
/// excluded, draining, reserved.
using slow_counts = std::array<std::uint64_t, 7>;

/// Why a pool refuses: the position among the reasons of the documentation, and
/// the sentence.
struct slow_refusal {
  int code = -1;
  std::string sentence;
};

class slow_pool {
 public:
  std::uint64_t k0 = 0, k1 = 0;
  std::uint64_t quarantine = 0;
  std::uint64_t most_addresses = 0;

  std::uint64_t last_epoch = 0;
  std::vector<slow_subnet> subnets;  // as they were added
  slow_set excluded, reserved, draining;
  std::map<std::string, slow_lease> leases;
  std::deque<slow_rest> resting;

  std::optional<slow_refusal> add_subnet(const slow_subnet& subnet);
  /// The reason why not, or nothing: then `leases` has the lease.
  std::optional<slow_refusal> claim(const std::string& id, const slow_subnet& subnet,
                                    std::uint64_t now, std::optional<std::uint32_t> wanted,
                                    bool allow_resting);
  std::optional<slow_refusal> release(const std::string& id, std::uint64_t epoch,
                                      std::uint64_t now);
  void expire(std::uint64_t now);

  /// What has become of the v1 values of a VM that has a lease.
  [[nodiscard]] std::array<slow_holder, num_values> v1_of(const std::string& id) const;
  [[nodiscard]] slow_counts count(interval range) const;
  [[nodiscard]] const std::string* owner(std::uint32_t ip) const;
  [[nodiscard]] const slow_rest* rest_at(std::uint32_t ip) const;
  [[nodiscard]] bool is_slot(std::uint64_t address) const;

  /// The snapshot.
  [[nodiscard]] std::string text() const;

 private:
  [[nodiscard]] slow_state state_of(std::uint32_t ip) const;
  [[nodiscard]] bool is_held_back(std::uint32_t ip) const;
  std::optional<slow_refusal> find(const std::string& id, const prober& probes,
                                   const slow_subnet& subnet, bool allow_resting,
                                   std::uint32_t& found) const;
  std::optional<slow_refusal> take_wanted(const std::string& id, const slow_subnet& subnet,
                                          bool allow_resting, std::uint32_t wanted) const;
};

/// Lines with their digests in front.
std::string with_digests(const std::vector<std::string>& lines);

/// An id as a snapshot writes it.
std::string escaped(std::string_view id);

}  // namespace fuzz
