#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

import vmnet.pool;

namespace {

using namespace vmnet::literals;
using vmnet::snapshot_errc;

constexpr vmnet::pool_options options{.key = {}, .quarantine = 60};
constexpr auto subnet = "10.0.0.0/24"_ipv4_net;

vmnet::pool sample() {
  vmnet::pool pool(options);
  EXPECT_TRUE(pool.add_subnet("10.1.0.0/16"_ipv4_net));
  EXPECT_TRUE(pool.add_subnet(subnet));
  pool.exclude(*vmnet::ipv4_range::parse("10.0.0.5-10.0.0.9"));
  pool.exclude("10.0.0.200"_ipv4);
  pool.reserve("10.1.0.0/24"_ipv4_net);
  pool.drain("10.1.1.0/24"_ipv4_net);
  for (const std::string_view id : {std::string_view("vm-1"), std::string_view("vm-\xc3\xa9"),
                                    std::string_view("\0\n\\ x", 5), std::string_view("")})
    EXPECT_TRUE(pool.claim(id, subnet, 7));
  for (const char* id : {"gone-1", "gone-2"}) {
    const auto claim = pool.claim(id, "10.1.0.0/16"_ipv4_net, 7);
    EXPECT_TRUE(pool.release(id, claim->lease.epoch, 7));
  }
  return pool;
}

/// A snapshot of these lines, with the digests that they need.
std::string sealed(const std::vector<std::string>& lines) {
  std::string out;
  vmnet::fnv1a_64_hasher digest;
  for (const std::string& line : lines) {
    digest.update(line).update("\n");
    char hex[18];
    std::snprintf(hex, sizeof hex, "%016llx ", static_cast<unsigned long long>(digest.digest()));
    out += hex + line + "\n";
  }
  return out;
}

/// What a snapshot of a pool with these lines between head and end is refused for.
std::string verdict(const std::vector<std::string>& body) {
  std::vector<std::string> lines = {"vmnet-pool\t1", "epoch\t9"};
  lines.insert(lines.end(), body.begin(), body.end());
  lines.push_back("end\t" + std::to_string(lines.size()));
  const auto restored = vmnet::pool::restore(sealed(lines), options);
  return restored ? "good" : to_string(restored.error());
}

std::string refusal(std::size_t line, snapshot_errc code) {
  return to_string(vmnet::snapshot_error{.code = code, .line = line});
}

TEST(PoolSnapshot, RestoresAnEqualPool) {
  const vmnet::pool pool = sample();
  const std::string text = pool.snapshot();
  const auto restored = vmnet::pool::restore(text, options);
  ASSERT_TRUE(restored) << to_string(restored.error());
  EXPECT_EQ(*restored, pool);
  EXPECT_EQ(restored->snapshot(), text);
  EXPECT_EQ(restored->utilization(), pool.utilization());
  EXPECT_EQ(restored->quarantined(), pool.quarantined());
  EXPECT_FALSE(*restored == vmnet::pool(options));
  EXPECT_FALSE(*vmnet::pool::restore(text, {}) == pool);
  const vmnet::pool empty;
  EXPECT_EQ(*vmnet::pool::restore(empty.snapshot(), {}), empty);
}

TEST(PoolSnapshot, IsOneLineAThing) {
  EXPECT_EQ(vmnet::pool().snapshot(), sealed({"vmnet-pool\t1", "epoch\t0", "end\t2"}));
  const std::string text = sample().snapshot();
  EXPECT_NE(text.find("\t\\x00\\x0a\\x5c x\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\tvm-\\xc3\\xa9\n"), std::string::npos) << text;
  EXPECT_NE(text.find("exclude\t10.0.0.200-10.0.0.200\n"), std::string::npos) << text;
}

TEST(PoolSnapshot, WithAnyByteChangedIsRefusedAtItsLine) {
  const std::string text = sample().snapshot();
  std::size_t line = 1;
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string damaged = text;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    const auto restored = vmnet::pool::restore(damaged, options);
    ASSERT_FALSE(restored) << at;
    EXPECT_EQ(restored.error().line, line) << at;
    if (text[at] == '\n') ++line;
  }
}

TEST(PoolSnapshot, CutAnywhereIsRefused) {
  const std::string text = sample().snapshot();
  std::size_t line = 1;
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto restored = vmnet::pool::restore(std::string_view(text).substr(0, size), options);
    ASSERT_FALSE(restored) << size;
    EXPECT_EQ(restored.error(),
              (vmnet::snapshot_error{.code = snapshot_errc::unexpected_end, .line = line}));
    if (text[size] == '\n') ++line;
  }
}

TEST(PoolSnapshot, WithALineDoubledLeftOutOrMovedIsRefused) {
  const std::string text = sample().snapshot();
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = text.find('\n', from) + 1;
    lines.push_back(text.substr(from, end - from));
    from = end;
  }
  const auto joined = [&](auto edit) {
    auto copy = lines;
    edit(copy);
    std::string out;
    for (const std::string& each : copy) out += each;
    return vmnet::pool::restore(out, options);
  };
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    const auto at = static_cast<std::ptrdiff_t>(i);
    const auto doubled = joined([&](auto& l) { l.insert(l.begin() + at, std::string(l[i])); });
    ASSERT_FALSE(doubled);
    EXPECT_EQ(doubled.error().line, i + 2);
    const auto left_out = joined([&](auto& l) { l.erase(l.begin() + at); });
    ASSERT_FALSE(left_out);
    EXPECT_EQ(left_out.error().line, i + 1);
    const auto moved = joined([&](auto& l) { std::swap(l[i], l[i + 1]); });
    ASSERT_FALSE(moved);
    EXPECT_EQ(moved.error().line, i + 1);
  }
  EXPECT_EQ(to_string(joined([](auto& l) { l.push_back("x\n"); }).error()),
            refusal(lines.size() + 1, snapshot_errc::unexpected_text));
}

TEST(PoolSnapshot, OfMoreAddressesThanTheOptionsAllowIsRefused) {
  // Half a gigabyte, from a text of a hundred bytes.
  EXPECT_EQ(verdict({"subnet\t0.0.0.0/0"}), refusal(3, snapshot_errc::too_many_addresses));
  EXPECT_EQ(verdict({"subnet\t0.0.0.0/6", "subnet\t10.0.0.0/30"}),
            refusal(4, snapshot_errc::too_many_addresses));
}

TEST(PoolSnapshot, OfAnotherKindIsRefused) {
  for (const char* first : {"vmnet-pool\t2", "vmnet-pool\t01", "vmnet-pool", "epoch\t1", "x"})
    EXPECT_EQ(to_string(vmnet::pool::restore(sealed({first, "end\t1"}), options).error()),
              refusal(1, snapshot_errc::unknown_version));
  EXPECT_EQ(to_string(vmnet::pool::restore(sealed({"vmnet-pool\t1", "end\t1"}), {}).error()),
            refusal(2, snapshot_errc::out_of_order));
  EXPECT_EQ(
      to_string(vmnet::pool::restore(sealed({"vmnet-pool\t1", "epoch\t1", "end\t3"}), {}).error()),
      refusal(3, snapshot_errc::wrong_count));
}

TEST(PoolSnapshot, WithMalformedLinesIsRefused) {
  const std::string lease = "lease\t10.0.0.7\ttap-00000001\t02:00:00:00:00:01\t1\ta";
  ASSERT_EQ(verdict({"subnet\t10.0.0.0/24", lease}), "good");
  for (const char* line : {"",
                           "x",
                           "epoch",
                           "subnet",
                           "subnet\t10.0.0.1/24",
                           "subnet\t10.0.0.0/31",
                           "subnet\t10.0.0.0/24\t",
                           "exclude\t10.0.0.1",
                           "exclude\t10.0.0.2-10.0.0.1",
                           "exclude\t10.0.0.0/24",
                           "exclude\t-10.0.0.1",
                           "exclude\t10.0.0.1-",
                           "quarantine\t10.0.0.7",
                           "quarantine\t10.0.0\t1\ta",
                           "quarantine\t10.0.0.7\t01\ta",
                           "quarantine\t10.0.0.7\t-1\ta",
                           "quarantine\t10.0.0.7\t1x\ta",
                           "quarantine\t10.0.0.7\t18446744073709551616\ta",
                           "quarantine\t10.0.0.7\t1\t\\",
                           "quarantine\t10.0.0.7\t1\t\\x4",
                           "quarantine\t10.0.0.7\t1\t\\x41",
                           "quarantine\t10.0.0.7\t1\t\\x0g",
                           "quarantine\t10.0.0.7\t1\t\\xg0",
                           "quarantine\t10.0.0.7\t1\t\\y00",
                           "quarantine\t10.0.0.7\t1\t\x7f",
                           "quarantine\t10.0.0.7\t\ta",
                           "lease\t10.0.0\ttap-00000001\t02:00:00:00:00:01\t1\ta",
                           "lease\t10.0.0.7\ttap-0000000g\t02:00:00:00:00:01\t1\ta",
                           "lease\t10.0.0.7\ttun-00000001\t02:00:00:00:00:01\t1\ta",
                           "lease\t10.0.0.7\ttap-0001\t02:00:00:00:00:01\t1\ta",
                           "lease\t10.0.0.7\t\t02:00:00:00:00:01\t1\ta",
                           "lease\t10.0.0.7\ttap-00000001\t06:00:00:00:00:01\t1\ta",
                           "lease\t10.0.0.7\ttap-00000001\t02-00-00-00-00-01\t1\ta",
                           "lease\t10.0.0.7\ttap-00000001\t02:00\t1\ta",
                           "lease\t10.0.0.7\ttap-00000001\t02:00:00:00:00:01\t0\ta",
                           "lease\t10.0.0.7\ttap-00000001\t02:00:00:00:00:01\tx\ta",
                           "lease\t10.0.0.7\ttap-00000001\t02:00:00:00:00:01\t1\t\\"})
    EXPECT_EQ(verdict({line}), refusal(3, snapshot_errc::malformed)) << line;
  for (const char* epoch : {"x", "9223372036854775808", "18446744073709551616"})
    EXPECT_EQ(to_string(vmnet::pool::restore(
                            sealed({"vmnet-pool\t1", "epoch\t" + std::string(epoch)}), {})
                            .error()),
              refusal(2, snapshot_errc::malformed));
}

TEST(PoolSnapshot, WithALineThatIsTooShortForADigestIsRefused) {
  for (const char* text : {"\n", "vmnet-pool\t1\n", "0123456789abcdef\n"})
    EXPECT_EQ(to_string(vmnet::pool::restore(text, {}).error()),
              refusal(1, snapshot_errc::wrong_digest));
}

TEST(PoolSnapshot, WithTheHighestEpochStillGivesLeases) {
  auto pool = vmnet::pool::restore(
      sealed({"vmnet-pool\t1", "epoch\t9223372036854775807", "subnet\t10.0.0.0/24", "end\t3"}), {});
  ASSERT_TRUE(pool);
  EXPECT_EQ(pool->claim("a", subnet)->lease.epoch, 9223372036854775808U);
  EXPECT_EQ(pool->leases().size(), 1U);
}

TEST(PoolSnapshot, WithLinesOutOfOrderIsRefused) {
  const std::string subnet_line = "subnet\t10.0.0.0/24";
  for (const std::vector<std::string>& body : std::vector<std::vector<std::string>>{
           {"exclude\t10.0.0.5-10.0.0.5", subnet_line},
           {subnet_line, "epoch\t9"},
           {subnet_line, "vmnet-pool\t1"},
           {subnet_line, subnet_line},
           {subnet_line, "subnet\t9.0.0.0/24"},
           {"exclude\t10.0.0.5-10.0.0.5", "exclude\t10.0.0.6-10.0.0.6"},
           {"drain\t10.0.0.5-255.255.255.255", "drain\t10.0.0.6-10.0.0.6"},
           {"drain\t10.0.0.5-10.0.0.5", "reserve\t10.0.0.9-10.0.0.9"}})
    EXPECT_EQ(verdict(body), refusal(4, snapshot_errc::out_of_order)) << body[1];
  EXPECT_EQ(verdict({subnet_line, "lease\t10.0.0.7\ttap-00000001\t02:00:00:00:00:01\t1\ta",
                     "lease\t10.0.0.6\ttap-00000002\t02:00:00:00:00:02\t2\tb"}),
            refusal(5, snapshot_errc::out_of_order));
  EXPECT_EQ(verdict({subnet_line, "quarantine\t10.0.0.7\t5\ta", "quarantine\t10.0.0.8\t4\tb"}),
            refusal(5, snapshot_errc::out_of_order));
  EXPECT_EQ(verdict({"epoch\t9"}), refusal(3, snapshot_errc::out_of_order));
  EXPECT_EQ(to_string(vmnet::pool::restore(sealed({"vmnet-pool\t1", "vmnet-pool\t1"}), {}).error()),
            refusal(2, snapshot_errc::out_of_order));
}

TEST(PoolSnapshot, WithLinesThatContradictIsRefused) {
  const std::string subnet_line = "subnet\t10.0.0.0/24";
  const std::string lease = "lease\t10.0.0.7\ttap-00000001\t02:00:00:00:00:01\t1\ta";
  for (const std::string line :
       {"lease\t10.0.0.8\ttap-00000001\t02:00:00:00:00:02\t2\tb",
        "lease\t10.0.0.8\ttap-00000002\t02:00:00:00:00:01\t2\tb",
        "lease\t10.0.0.8\ttap-00000002\t02:00:00:00:00:02\t1\tb",
        "lease\t10.0.0.8\ttap-00000002\t02:00:00:00:00:02\t2\ta",
        "lease\t10.0.0.8\ttap-00000002\t02:00:00:00:00:02\t10\tb",
        "lease\t10.0.1.8\ttap-00000002\t02:00:00:00:00:02\t2\tb",
        "lease\t10.0.0.255\ttap-00000002\t02:00:00:00:00:02\t2\tb", "quarantine\t10.0.0.7\t1\tb",
        "quarantine\t10.0.0.1\t1\tb", "quarantine\t9.0.0.7\t1\tb"})
    EXPECT_EQ(verdict({subnet_line, lease, line}), refusal(5, snapshot_errc::conflict)) << line;
  EXPECT_EQ(verdict({subnet_line, "quarantine\t10.0.0.7\t1\ta", "quarantine\t10.0.0.7\t1\ta"}),
            refusal(5, snapshot_errc::conflict));
  EXPECT_EQ(verdict({"subnet\t10.0.0.0/16", "subnet\t10.0.1.0/24"}),
            refusal(4, snapshot_errc::conflict));
}

}  // namespace
