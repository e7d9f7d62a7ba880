// What makes the host's end of the network, and guards it.
module;
#include <set>
#include <span>
#include <string>
#include <string_view>

module vmnet.cli.emit;

import vmnet;

namespace vmnet::cli {
namespace {

std::string element_list(std::span<const machine> machines, std::string_view indent,
                         std::string (*element)(const vm_identity&)) {
  std::string text = "{";
  for (const machine& vm : machines) {
    text += text.size() > 1 ? ",\n" : "\n";
    text += indent;
    text += element(vm.identity);
  }
  return text + " }";
}

std::string tap_element(const vm_identity& identity) {
  return '"' + to_string(identity.tap_name) + '"';
}

std::string mac_element(const vm_identity& identity) {
  return tap_element(identity) + " . " + to_string(identity.mac);
}

std::string guest_element(const vm_identity& identity) {
  return mac_element(identity) + " . " + to_string(identity.guest_ip);
}

/// A set of the table: what it holds, and the element of a VM.
struct guard_set {
  const char* name;
  const char* type;
  std::string (*element)(const vm_identity&);
};

constexpr guard_set guard_sets[] = {
    {"taps", "ifname", tap_element},
    {"macs", "ifname . ether_addr", mac_element},
    {"guests", "ifname . ether_addr . ipv4_addr", guest_element},
};

}  // namespace

/// Scheme v1's addresses begin with 02, this with 06; the rest is the gateway's
/// address, so hosts differ where their subnets do.
mac_address bridge_mac(ipv4_address gateway) noexcept {
  return mac_address::from_uint64(0x06'00'00'00'00'00U | gateway.to_uint32());
}

std::string iproute2_batch(std::span<const machine> machines, const emit_settings& settings) {
  const std::string& bridge = settings.bridge;
  std::string text;
  if (settings.undo) {
    for (const machine& vm : machines)
      text += "link delete dev " + to_string(vm.identity.tap_name) + '\n';
    if (!settings.no_shared) text += "link delete dev " + bridge + '\n';
    return text;
  }
  const std::string mtu = settings.mtu ? " mtu " + std::to_string(*settings.mtu) : "";
  if (!settings.no_shared && !machines.empty()) {
    text += "link add name " + bridge + " address " +
            to_string(bridge_mac(machines.front().identity.gateway)) + mtu + " type bridge\n";
    std::set<std::string> gateways;
    for (const machine& vm : machines) {
      const std::string gateway =
          to_string(vm.identity.gateway) + '/' + std::to_string(vm.identity.subnet.prefix_length());
      if (gateways.insert(gateway).second)
        text += "address add " + gateway + " dev " + bridge + '\n';
    }
    text += "link set dev " + bridge + " up\n";
  }
  for (const machine& vm : machines) {
    const std::string tap = to_string(vm.identity.tap_name);
    text += "tuntap add dev " + tap + " mode tap\n";
    text += "link set dev " + tap + mtu + " master " + bridge + " up\n";
  }
  return text;
}

/// Everything that comes out of a VM and is not its own IPv4 or ARP is dropped,
/// IPv6 and tagged frames too. TAP, MAC and address are one element of a set, so
/// that no VM can borrow any of another's; the sender that ARP tells has to be the
/// sender of the frame.
std::string nftables_rules(std::span<const machine> machines, const emit_settings& settings) {
  const std::string table = "bridge vmnet-" + settings.bridge;
  std::string text;
  if (settings.no_shared) {
    for (const guard_set& set : guard_sets)
      text += std::string(settings.undo ? "delete" : "add") + " element " + table + ' ' + set.name +
              ' ' + element_list(machines, "  ", set.element) + '\n';
    return text;
  }
  if (settings.undo) return "delete table " + table + '\n';

  // The table is replaced in one transaction, whether there is one or not.
  text = "add table " + table + "\ndelete table " + table + "\ntable " + table + " {\n";
  for (const guard_set& set : guard_sets)
    text += std::string("  set ") + set.name + " {\n    type " + set.type +
            "\n    elements = " + element_list(machines, "      ", set.element) + "\n  }\n";
  for (const char* const of : {"mac", "ipv4", "arp", "ipv6", "other"})
    text += std::string("  counter dropped_") + of + " {\n  }\n";
  text +=
      "  chain guard {\n"
      "    type filter hook prerouting priority -300; policy accept;\n"
      "    iifname @taps jump from_guest\n"
      "  }\n"
      "  chain from_guest {\n"
      "    iifname . ether saddr != @macs counter name dropped_mac drop\n"
      "    ether type ip iifname . ether saddr . ip saddr @guests accept\n";
  if (settings.allow_dhcp)
    text +=
        "    ether type ip ip saddr 0.0.0.0 ip daddr 255.255.255.255 udp sport 68 udp dport 67 "
        "accept\n";
  text +=
      "    ether type ip counter name dropped_ipv4 drop\n"
      "    ether type arp arp htype 1 arp ptype ip arp hlen 6 arp plen 4 "
      "iifname . ether saddr . arp saddr ip @guests "
      "iifname . arp saddr ether . arp saddr ip @guests accept\n"
      "    ether type arp counter name dropped_arp drop\n";
  text += settings.allow_ipv6 ? "    ether type ip6 accept\n"
                              : "    ether type ip6 counter name dropped_ipv6 drop\n";
  text +=
      "    counter name dropped_other drop\n"
      "  }\n"
      "}\n";
  return text;
}

}  // namespace vmnet::cli
