// Promises that hold where this file compiles: constexpr, noexcept, triviality,
// sizes and concepts.
#include <array>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

import vmnet;

namespace {

using namespace vmnet::literals;
using vmnet::ipv4_address;
using vmnet::ipv4_address_view;
using vmnet::ipv4_network;

// A value type: cheap to copy, with nothing to clean up.
template <class T>
concept plain_value = std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T> &&
                      std::is_standard_layout_v<T> && std::equality_comparable<T>;
template <class T>
concept ordered_value = plain_value<T> && std::three_way_comparable<T, std::strong_ordering> &&
                        requires(const T& value) {
                          { std::hash<T>()(value) } noexcept -> std::same_as<std::size_t>;
                        };

static_assert(ordered_value<ipv4_address> && sizeof(ipv4_address) == 4);
static_assert(ordered_value<ipv4_network> && sizeof(ipv4_network) == 8);
static_assert(ordered_value<vmnet::ipv4_range> && sizeof(vmnet::ipv4_range) == 8);
static_assert(plain_value<vmnet::ipv4_network_list> && sizeof(vmnet::ipv4_network_list) <= 512);
static_assert(plain_value<vmnet::ipv4_subnet_view::iterator>);
static_assert(plain_value<vmnet::ipv4_set_network_view::iterator>);
static_assert(plain_value<vmnet::special_block>);
static_assert(ordered_value<vmnet::mac_address> && sizeof(vmnet::mac_address) == 6);
static_assert(ordered_value<vmnet::interface_name> && sizeof(vmnet::interface_name) == 16);
static_assert(ordered_value<vmnet::short_hash> && sizeof(vmnet::short_hash) == 9);
static_assert(ordered_value<vmnet::mac_text> && sizeof(vmnet::mac_text) == 18);
static_assert(plain_value<vmnet::vm_identity> && sizeof(vmnet::vm_identity) <= 48);
static_assert(plain_value<vmnet::parse_error> && plain_value<vmnet::subnet_error>);
static_assert(plain_value<vmnet::fnv1a_64_hasher> && sizeof(vmnet::fnv1a_64_hasher) == 8);
static_assert(plain_value<ipv4_address_view::iterator>);

// Results of plain values are plain; others are what their parts allow.
using trivial = vmnet::result<ipv4_address, vmnet::parse_error>;
static_assert(std::is_trivially_copyable_v<trivial>);
static_assert(std::is_trivially_destructible_v<trivial>);
static_assert(std::is_trivially_copyable_v<vmnet::result<void, int>>);
static_assert(std::is_trivially_copyable_v<vmnet::result<vmnet::vm_identity, vmnet::subnet_error>>);
static_assert(!std::is_trivially_copyable_v<vmnet::result<std::string, int>>);
static_assert(!std::is_trivially_destructible_v<vmnet::result<int, std::string>>);
static_assert(!std::is_copy_constructible_v<vmnet::result<std::unique_ptr<int>, int>>);
static_assert(std::is_nothrow_move_constructible_v<vmnet::result<std::unique_ptr<int>, int>>);
static_assert(!std::is_default_constructible_v<vmnet::result<vmnet::short_hash, int>>);
static_assert(std::is_convertible_v<int, vmnet::result<int, char>>);
static_assert(!std::is_convertible_v<vmnet::result<int, char>, bool>);
static_assert(!std::is_convertible_v<vmnet::result<int, char>, vmnet::result<bool, char>>);

// The views of addresses are what range algorithms want of them.
static_assert(std::ranges::random_access_range<ipv4_address_view>);
static_assert(std::ranges::sized_range<ipv4_address_view>);
static_assert(std::ranges::common_range<ipv4_address_view>);
static_assert(std::ranges::borrowed_range<ipv4_address_view>);
static_assert(std::ranges::view<ipv4_address_view>);
static_assert(std::same_as<std::ranges::range_value_t<ipv4_address_view>, ipv4_address>);
static_assert(std::sized_sentinel_for<ipv4_address_view::iterator, ipv4_address_view::iterator>);
static_assert(std::same_as<decltype(ipv4_address_view().size()), std::uint64_t>);

static_assert(std::ranges::forward_range<vmnet::ipv4_set_network_view>);
static_assert(std::ranges::view<vmnet::ipv4_set_network_view>);
static_assert(std::same_as<std::ranges::range_value_t<vmnet::ipv4_set_network_view>, ipv4_network>);

// A set owns memory: it moves without copying it, and lends it only while it lives.
using vmnet::ipv4_set;
template <class Set>
concept lends_its_ranges = requires(Set&& set) { std::forward<Set>(set).ranges(); };
template <class Set>
concept lends_its_networks = requires(Set&& set) { std::forward<Set>(set).networks(); };
static_assert(std::regular<ipv4_set> && std::is_nothrow_move_constructible_v<ipv4_set>);
static_assert(lends_its_ranges<const ipv4_set&> && !lends_its_ranges<ipv4_set>);
static_assert(lends_its_networks<const ipv4_set&> && !lends_its_networks<ipv4_set>);

// No function of the library throws.
constexpr std::string_view id = "vm-1";
constexpr auto subnet = "172.30.0.0/24"_ipv4_net;
static_assert(noexcept(vmnet::fnv1a_64(id)));
static_assert(noexcept(vmnet::fnv1a_64(std::span<const std::byte>())));
static_assert(noexcept(vmnet::vm_short_hash(id)) && noexcept(vmnet::tap_name_for(id)));
static_assert(noexcept(vmnet::allocate_guest_ip(id, subnet)));
static_assert(noexcept(vmnet::allocate_guest_mac(id)) && noexcept(vmnet::gateway_for(subnet)));
static_assert(noexcept(vmnet::identify(id, subnet)) && noexcept(vmnet::format_mac({})));
static_assert(noexcept(ipv4_address::parse(id)) && noexcept(ipv4_network::parse(id)));
static_assert(noexcept(ipv4_network::make({}, 0)) && noexcept(vmnet::mac_address::parse(id)));
static_assert(noexcept(vmnet::interface_name::parse(id)));
static_assert(noexcept(subnet.nth(0)) && noexcept(subnet.hosts()) && noexcept(subnet.overlaps({})));
static_assert(noexcept(vmnet::collision_probability(2, 3)));
static_assert(noexcept(ipv4_set().contains(ipv4_address())) &&
              noexcept(ipv4_set().overlaps(vmnet::ipv4_range())) &&
              noexcept(ipv4_set().is_subset_of(ipv4_set())));
static_assert(noexcept(vmnet::classify(subnet)) && noexcept(vmnet::is_private(subnet)) &&
              noexcept(vmnet::is_globally_reachable(subnet)));
static_assert(noexcept(vmnet::longest_prefix_at_risk(2, 0.5)));

// All of scheme v1 lives in constant expressions, and so allocates nothing that
// outlives one.
constexpr auto identity = *vmnet::identify(id, subnet);
static_assert(identity.digest == vmnet::fnv1a_64("vm-1"));
static_assert(identity.tap_name == "tap-1fdcc600");
static_assert(identity.gateway == "172.30.0.1"_ipv4);
static_assert(identity.guest_ip == *vmnet::allocate_guest_ip(id, subnet));
static_assert(identity.subnet == subnet && identity.mac == vmnet::allocate_guest_mac(id));
static_assert(vmnet::vm_short_hash("vm-1") == "1fdcc600");
static_assert(vmnet::format_mac(identity.mac).view().starts_with("02:"));
static_assert(vmnet::fnv1a_64("foobar") == 0x85944171f73967e8);
static_assert(vmnet::identify(id, "10.0.0.0/31"_ipv4_net).error().code() ==
              vmnet::subnet_errc::too_small);

// So do texts, parsed and written.
static_assert(ipv4_network::parse("10.0.0.256/8").error().offset() == 7);
static_assert(vmnet::mac_address::parse("02-1D-CC-60-0A-FF")->to_uint64() == 0x021dcc600aff);
static_assert(vmnet::interface_name::parse("eth 0").error().offset() == 3);
// (By to_chars: libstdc++ 12 has no std::string that clang can evaluate.)
template <class T>
constexpr bool is_written(const T& value, std::string_view text) {
  std::array<char, T::max_length> buffer{};
  const auto end = value.to_chars(buffer.data(), buffer.data() + buffer.size()).ptr;
  return std::string_view(buffer.data(), static_cast<std::size_t>(end - buffer.data())) == text;
}
static_assert(is_written("10.0.0.1"_ipv4, "10.0.0.1"));
static_assert(is_written("10.1.2.3/8"_ipv4_net, "10.0.0.0/8"));
static_assert(is_written(identity.mac, vmnet::format_mac(identity.mac)));
static_assert(subnet.hosts().size() == 254 && subnet.hosts().back() == "172.30.0.254"_ipv4);
static_assert(subnet.contains("172.30.0.42"_ipv4) && !subnet.nth(256));

// So do the registry and sets.
static_assert(vmnet::classify("100.64.0.1"_ipv4) == vmnet::address_class::shared);
static_assert(vmnet::is_private(subnet) && !vmnet::is_globally_reachable(subnet));
static_assert((ipv4_set(subnet) - ipv4_set("172.30.0.0/25"_ipv4_net)) ==
              ipv4_set("172.30.0.128/25"_ipv4_net));
static_assert((~ipv4_set()).num_addresses() == std::uint64_t{1} << 32U && (~~ipv4_set()).empty());

// And results, with types that need destructors too.
class owner {
 public:
  constexpr explicit owner(int value) : value_(new int(value)) {}
  constexpr owner(const owner& other) : value_(new int(*other.value_)) {}
  constexpr owner(owner&& other) noexcept : value_(other.value_) { other.value_ = nullptr; }
  owner& operator=(const owner&) = delete;
  constexpr ~owner() { delete value_; }
  constexpr int operator*() const { return *value_; }

 private:
  int* value_;
};
constexpr bool results_work_at_compile_time() {
  using owned = vmnet::result<owner, owner>;
  owned value = owner(1);
  const owned error = vmnet::failure(owner(2));
  owned copy(value);
  copy = error;
  const bool is_error = *copy.error() == 2 && *copy.value_or(owner(3)) == 3;
  copy = std::move(value);
  const auto read = [](const owner& o) { return *o; };
  return is_error && *copy.transform(read) == 1 && *error.transform(read).error() == 2 &&
         vmnet::result<void, owner>().has_value();
}
static_assert(results_work_at_compile_time());

}  // namespace
