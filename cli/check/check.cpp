module vmnet.cli.check;

import vmnet;
import vmnet.cli.emit;
import vmnet.cli.escape;

namespace vmnet::cli {
namespace {

std::string cidr(ipv4_address address, int prefix_length) {
  return to_string(address) + '/' + std::to_string(prefix_length);
}

std::string named(const machine& vm) { return vm.id.empty() ? "the empty id" : shortened(vm.id); }

/// An interface and whose it is: "tap-1fdcc600 of vm-1".
std::string tap_of(const machine& vm) {
  return to_string(vm.identity.tap_name) + " of " + named(vm);
}

/// The name in an element of the guard, which it begins with in quotes.
std::string_view tap_in(std::string_view element) {
  if (!element.starts_with('"')) return {};
  return element.substr(1, element.find('"', 1) - 1);
}

class comparison {
 public:
  comparison(std::span<const machine> machines, const host_state& host,
             const check_settings& settings)
      : machines_(machines), host_(&host), settings_(&settings) {
    for (const host_link& link : host.links) {
      by_index_.emplace(link.index, &link);
      by_name_.emplace(link.name, &link);
    }
    for (const machine& vm : machines) {
      by_tap_.emplace(vm.identity.tap_name, &vm);
      by_address_.emplace(vm.identity.guest_ip.to_uint32(), &vm);
      by_mac_.emplace(vm.identity.mac.to_uint64(), &vm);
      subnets_.emplace(vm.identity.subnet, vm.identity.gateway);
    }
    if (const host_link* const found = link_named(settings.bridge);
        found != nullptr && found->kind == "bridge")
      bridge_ = found;
  }

  host_comparison run() {
    compare_bridge();
    if (wants(check_part::forwarding)) compare_forwarding();
    for (const machine& vm : machines_) compare_tap(vm);
    if (wants(check_part::others)) find_other_taps();
    if (wants(check_part::neighbours)) compare_neighbours();
    compare_addresses();
    if (wants(check_part::routes)) compare_routes();
    if (wants(check_part::guard)) compare_guard();
    return std::move(answer_);
  }

 private:
  [[nodiscard]] bool wants(check_part part) const {
    return (settings_->parts & static_cast<std::uint8_t>(part)) != 0;
  }

  [[nodiscard]] const host_link* link_named(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
  }
  [[nodiscard]] const host_link* link_at(std::uint32_t index) const {
    const auto found = by_index_.find(index);
    return found == by_index_.end() ? nullptr : found->second;
  }
  [[nodiscard]] bool is_bridge(std::uint32_t index) const {
    return bridge_ != nullptr && bridge_->index == index;
  }
  /// An interface for a command; one that has gone meanwhile has a number only.
  [[nodiscard]] std::string name_at(std::uint32_t index) const {
    const host_link* const link = link_at(index);
    return link == nullptr ? "interface " + std::to_string(index) : link->name;
  }

  void tell(std::string_view kind, const machine* vm, std::string interface, std::string found,
            std::string fix) {
    answer_.differences.push_back(
        {kind, vm, std::move(interface), std::move(found), std::move(fix)});
  }
  void tell_bridge(std::string_view kind, std::string found, std::string fix) {
    tell(kind, nullptr, settings_->bridge, std::move(found), std::move(fix));
  }

  void compare_bridge() {
    const std::string& name = settings_->bridge;
    const std::string mac = to_string(bridge_mac(machines_.front().identity.gateway));
    if (bridge_ == nullptr) {
      if (const host_link* const other = link_named(name)) {
        tell_bridge("bridge_kind", name + " is no bridge" + of_kind(*other),
                    "choose another name with --bridge, here and for vmnet emit");
        return;
      }
      std::string fix = "ip link add name " + name + " address " + mac + " type bridge";
      for (const auto& [subnet, gateway] : subnets_)
        fix += " && ip address add " + cidr(gateway, subnet.prefix_length()) + " dev " + name;
      tell_bridge("bridge_missing", "there is no bridge " + name,
                  fix + " && ip link set dev " + name + " up");
      return;
    }
    if (!bridge_->is_up)
      tell_bridge("bridge_down", name + " is down", "ip link set dev " + name + " up");
    if (const machine* const port = port_with(bridge_->mac))
      tell_bridge("bridge_mac",
                  name + " has the MAC address of its port " + tap_of(*port) +
                      ", and another one when that goes",
                  "ip link set dev " + name + " address " + mac);
    else if (const machine* const vm = guest_with(bridge_->mac))
      tell("bridge_mac", vm, name, name + " has the MAC address of the guest " + named(*vm),
           "ip link set dev " + name + " address " + mac);
    for (const auto& [subnet, gateway] : subnets_) compare_gateway(subnet, gateway);
  }

  static std::string of_kind(const host_link& link) {
    return link.kind.empty() ? std::string() : " but of the kind " + escaped(link.kind);
  }

  [[nodiscard]] const machine* guest_with(const std::optional<mac_address>& mac) const {
    if (!mac) return nullptr;
    const auto found = by_mac_.find(mac->to_uint64());
    return found == by_mac_.end() ? nullptr : found->second;
  }
  /// The VM whose TAP in the bridge has that MAC address.
  [[nodiscard]] const machine* port_with(const std::optional<mac_address>& mac) const {
    for (const host_link& link : host_->links) {
      if (!mac || link.mac != mac || !is_bridge(link.master)) continue;
      const auto owner = by_tap_.find(link.name);
      if (owner != by_tap_.end()) return owner->second;
    }
    return nullptr;
  }

  void compare_gateway(const ipv4_network& subnet, ipv4_address gateway) {
    const std::string& name = settings_->bridge;
    const std::string wanted = cidr(gateway, subnet.prefix_length());
    const std::string add = "ip address add " + wanted + " dev " + name;
    const auto has = [&](const host_address& one) {
      return is_bridge(one.link) && one.address == gateway;
    };
    const auto found = std::ranges::find_if(host_->addresses, has);
    if (found == host_->addresses.end()) {
      tell_bridge("gateway_missing", name + " has no address " + wanted, add);
    } else if (std::ranges::none_of(host_->addresses, [&](const host_address& one) {
                 return has(one) && one.prefix_length == subnet.prefix_length();
               })) {
      const std::string other = cidr(gateway, found->prefix_length);
      tell_bridge("gateway_prefix", name + " has " + other + " instead of " + wanted,
                  "ip address del " + other + " dev " + name + " && " + add);
    } else if (bridge_->is_up && std::ranges::none_of(host_->routes, [&](const host_route& one) {
                 return is_bridge(one.link) && one.to == subnet;
               })) {
      tell_bridge(
          "route_missing", "there is no route to " + to_string(subnet) + " by " + name,
          "ip route add " + to_string(subnet) + " dev " + name + " src " + to_string(gateway));
    }
  }

  void compare_forwarding() {
    if (bridge_ == nullptr) return;
    const auto is_on = [&](std::int64_t link) {
      return std::ranges::any_of(host_->forwarding, [&](const host_forwarding& one) {
        return one.link == link && one.is_on;
      });
    };
    if (is_on(bridge_->index)) return;
    const std::string& name = settings_->bridge;
    tell_bridge("forwarding_off",
                "IPv4 from " + name + " is not passed on, so guests reach this host alone",
                is_on(-1) ? "sysctl -w net/ipv4/conf/" + name + "/forwarding=1"
                          : "sysctl -w net.ipv4.ip_forward=1");
  }

  void compare_tap(const machine& vm) {
    const std::string tap = to_string(vm.identity.tap_name);
    const std::string& bridge = settings_->bridge;
    const std::string whose = tap_of(vm);
    const auto told = [&](std::string_view kind, const std::string& what, std::string fix) {
      tell(kind, &vm, tap, whose + what, std::move(fix));
    };
    const host_link* const link = link_named(tap);
    if (link == nullptr) {
      told("tap_missing", " is not there",
           "ip tuntap add dev " + tap + " mode tap && ip link set dev " + tap + " master " +
               bridge + " up");
      return;
    }
    if (!link->is_tap) {
      told("tap_kind", " is no TAP" + of_kind(*link),
           "find out who made it, and take it away: ip link delete dev " + tap);
      return;
    }
    if (!is_bridge(link->master))
      told("tap_elsewhere",
           link->master == 0 ? " is in no bridge"
                             : " is in " + escaped(name_at(link->master)) + " instead of " + bridge,
           "ip link set dev " + tap + " master " + bridge);
    if (!link->is_up) told("tap_down", " is down", "ip link set dev " + tap + " up");
    if (const machine* const guest = guest_with(link->mac)) {
      // Frames to the guest would end in the host.
      const std::uint64_t own =
          0xfe'00'00'00'00'00U | (guest->identity.mac.to_uint64() & 0xff'ff'ff'ff'ffU);
      told("tap_mac",
           std::string(" has the MAC address of the guest ") +
               (guest == &vm ? std::string("itself") : named(*guest)),
           "ip link set dev " + tap + " address " + to_string(mac_address::from_uint64(own)));
    }
  }

  void find_other_taps() {
    for (const host_link& link : host_->links) {
      if (!is_bridge(link.master) || !link.name.starts_with("tap-") || by_tap_.contains(link.name))
        continue;
      tell("tap_foreign", nullptr, link.name,
           escaped(link.name) + " is in " + settings_->bridge + ", and none of the VMs has it",
           "ip link delete dev " + shell_word(link.name));
    }
  }

  void compare_neighbours() {
    for (const host_neighbour& one : host_->neighbours) {
      if (!is_bridge(one.link)) continue;
      const auto found = by_address_.find(one.address.to_uint32());
      if (found == by_address_.end() || found->second->identity.mac == one.mac) continue;
      const machine& vm = *found->second;
      tell("neighbour_wrong", &vm, settings_->bridge,
           to_string(one.address) + " of " + named(vm) + " is remembered at " + to_string(one.mac) +
               " instead of " + to_string(vm.identity.mac),
           "ip neigh del " + to_string(one.address) + " dev " + settings_->bridge);
    }
  }

  void compare_addresses() {
    for (const host_address& one : host_->addresses) {
      const std::string interface = name_at(one.link);
      const std::string what =
          escaped(interface) + " has the address " + cidr(one.address, one.prefix_length);
      const auto guest = by_address_.find(one.address.to_uint32());
      if (guest != by_address_.end()) {
        const machine& vm = *guest->second;
        tell("address_taken", &vm, interface, what + ", which is that of " + named(vm),
             is_bridge(one.link) ? "ip address del " + cidr(one.address, one.prefix_length) +
                                       " dev " + settings_->bridge
                                 : elsewhere());
        continue;
      }
      if (is_bridge(one.link) || !wants(check_part::routes)) continue;
      for (const auto& [subnet, gateway] : subnets_)
        if (subnet.contains(one.address))
          tell("address_overlap", nullptr, interface,
               what + " inside of the guests' " + to_string(subnet), elsewhere());
    }
  }

  /// What to do where the guests' addresses are somebody else's too. No command:
  /// the address may be the one that the operator came in by.
  static std::string elsewhere() {
    return "give the guests another subnet (vmnet carve finds one), or that interface another "
           "address";
  }

  /// The longer prefix has the traffic. As long as the guests' or longer, a route takes
  /// theirs away; a shorter one loses to them, which may be meant.
  void compare_routes() {
    for (const host_route& route : host_->routes) {
      if (is_bridge(route.link) || route.to.prefix_length() == 0) continue;
      const std::string by =
          route.link == 0 ? std::string() : " dev " + shell_word(name_at(route.link));
      for (const auto& [subnet, gateway] : subnets_) {
        if (!subnet.overlaps(route.to)) continue;
        if (!subnet.contains(route.to))
          answer_.notes.push_back("the guests' " + to_string(subnet) + " hides that part of " +
                                  to_string(route.to) + escaped(by));
        else if (!comes_with_an_address(route))
          tell("route_overlap", nullptr, route.link == 0 ? "" : name_at(route.link),
               "the route to " + to_string(route.to) + escaped(by) +
                   " takes traffic of the guests' " + to_string(subnet),
               "ip route del " + to_string(route.to) + by);
      }
    }
  }

  /// True for the route of an address that overlaps the guests', which has been told.
  [[nodiscard]] bool comes_with_an_address(const host_route& route) const {
    return std::ranges::any_of(host_->addresses, [&](const host_address& one) {
      return one.link == route.link && one.prefix_length == route.to.prefix_length() &&
             route.to.contains(one.address) &&
             std::ranges::any_of(
                 subnets_, [&](const auto& entry) { return entry.first.contains(one.address); });
    });
  }

  void compare_guard() {
    const host_guard& guard = host_->guard;
    const std::string table = "bridge " + guard_table(settings_->bridge);
    if (guard.error != 0) {
      answer_.notes.push_back("the table " + table + " of nftables could not be read (" +
                              std::strerror(guard.error) +
                              "): it takes CAP_NET_ADMIN, as root has it");
      return;
    }
    const std::string load = "vmnet emit nftables " + settings_->source + " --bridge " +
                             settings_->bridge + " | nft -f -";
    if (!guard.is_there) {
      tell_bridge("guard_missing",
                  "nftables has no table " + table + ": guests can forge their senders", load);
      return;
    }
    const bool lacks_set =
        std::ranges::any_of(guard.sets, [](const host_set& set) { return !set.is_there; });
    if (guard.is_dormant || !guard.is_hooked || !guard.has_verdicts || lacks_set) {
      tell_bridge("guard_broken",
                  "the table " + table +
                      (guard.is_dormant ? " is dormant" : " lacks chains, rules or sets") +
                      ": guests can forge their senders",
                  load);
      return;
    }
    compare_elements(guard, table);
  }

  /// Elements that are missing, and those that are nobody's; of each TAP in one.
  void compare_elements(const host_guard& guard, const std::string& table) {
    std::array<std::set<std::string_view>, guard_set_names.size()> there;
    for (const host_set& set : guard.sets)
      for (std::size_t i = 0; i < there.size(); ++i)
        if (set.name == guard_set_names[i])
          there[i].insert(set.elements.begin(), set.elements.end());

    for (const machine& vm : machines_) {
      element_change change("add", table);
      const auto elements = guard_elements(vm.identity);
      for (std::size_t i = 0; i < there.size(); ++i) {
        const auto found = there[i].find(elements[i]);
        if (found == there[i].end())
          change.append(guard_set_names[i], elements[i]);
        else
          there[i].erase(found);
      }
      if (!change.is_empty())
        tell("element_missing", &vm, to_string(vm.identity.tap_name),
             tap_of(vm) + " is missing in " + change.sets() + " of " + table, change.command());
    }

    // Wrong ones of a TAP that some VM has let others' addresses pass: they are told
    // even where what belongs to others is not.
    std::map<std::string_view, element_change> foreign;
    for (std::size_t i = 0; i < there.size(); ++i)
      for (const std::string_view element : there[i])
        if (wants(check_part::others) || by_tap_.contains(tap_in(element)))
          foreign.try_emplace(tap_in(element), "delete", table)
              .first->second.append(guard_set_names[i], element);
    for (const auto& [tap, change] : foreign)
      tell("element_foreign", nullptr, std::string(tap),
           escaped(tap) + " has in " + change.sets() + " of " + table + " what none of the VMs has",
           change.command());
  }

  /// A command of nft for elements of several sets.
  class element_change {
   public:
    element_change(std::string_view verb, std::string_view table) : verb_(verb), table_(table) {}

    void append(std::string_view set, std::string_view element) {
      if (!text_.empty()) text_ += "; ";
      text_.append(verb_).append(" element ").append(table_).append(" ");
      text_.append(set).append(" { ").append(element).append(" }");
      if (sets_.empty())
        sets_ = set;
      else if (!sets_.ends_with(set))
        sets_.append(", ").append(set);
    }

    [[nodiscard]] bool is_empty() const { return text_.empty(); }
    [[nodiscard]] const std::string& sets() const { return sets_; }
    [[nodiscard]] std::string command() const { return "nft " + shell_word(text_); }

   private:
    std::string_view verb_;
    std::string_view table_;
    std::string text_;
    std::string sets_;
  };

  std::span<const machine> machines_;
  const host_state* host_;
  const check_settings* settings_;
  const host_link* bridge_ = nullptr;
  std::unordered_map<std::uint32_t, const host_link*> by_index_;
  std::unordered_map<std::string_view, const host_link*> by_name_;
  std::unordered_map<std::string_view, const machine*> by_tap_;
  std::unordered_map<std::uint32_t, const machine*> by_address_;
  std::unordered_map<std::uint64_t, const machine*> by_mac_;
  std::map<ipv4_network, ipv4_address> subnets_;  // with their gateways
  host_comparison answer_;
};

}  // namespace

guard_names guard_names_for(const std::string& bridge) {
  return {guard_table(bridge),
          std::string(guard_hook_chain),
          std::string(guard_verdict_chain),
          {guard_set_names.begin(), guard_set_names.end()}};
}

host_comparison compare_host(std::span<const machine> machines, const host_state& host,
                             const check_settings& settings) {
  return comparison(machines, host, settings).run();
}

std::string shell_word(std::string_view text) {
  constexpr std::string_view safe =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:,+=@%";
  if (!text.empty() && text.find_first_not_of(safe) == std::string_view::npos)
    return std::string(text);
  const bool is_plain = is_printable(text);
  std::string word = is_plain ? "'" : "$'";
  const std::string inside = is_plain ? std::string(text) : escaped(text);
  for (const char c : inside) {
    if (c != '\'')
      word += c;
    else
      word += is_plain ? "'\\''" : "\\'";
  }
  return word + "'";
}

}  // namespace vmnet::cli
