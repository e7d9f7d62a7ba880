// What makes the host's end of the network, and guards it.
module vmnet.cli.emit;

import vmnet;

namespace vmnet::cli {
namespace {

constexpr std::array<std::string_view, guard_set_names.size()> guard_set_types = {
    "ifname", "ifname . ether_addr", "ifname . ether_addr . ipv4_addr"};

/// What all of the VMs have in the set of that number.
std::string element_list(std::span<const machine> machines, std::string_view indent,
                         std::size_t set) {
  std::string text = "{";
  for (const machine& vm : machines) {
    text += text.size() > 1 ? ",\n" : "\n";
    text += indent;
    text += guard_elements(vm.identity)[set];
  }
  return text + " }";
}

}  // namespace

/// Scheme v1's addresses begin with 02, this with 06; the rest is the gateway's
/// address, so hosts differ where their subnets do.
mac_address bridge_mac(ipv4_address gateway) noexcept {
  return mac_address::from_uint64(0x06'00'00'00'00'00U | gateway.to_uint32());
}

std::string guard_table(std::string_view bridge) { return "vmnet-" + std::string(bridge); }

std::array<std::string, 3> guard_elements(const vm_identity& identity) {
  const std::string tap = '"' + to_string(identity.tap_name) + '"';
  const std::string mac = tap + " . " + to_string(identity.mac);
  return {tap, mac, mac + " . " + to_string(identity.guest_ip)};
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
        text.append("address add ").append(gateway).append(" dev ").append(bridge).append("\n");
    }
    text += "link set dev " + bridge + " up\n";
  }
  for (const machine& vm : machines) {
    const std::string tap = to_string(vm.identity.tap_name);
    text.append("tuntap add dev ").append(tap).append(" mode tap\nlink set dev ");
    text.append(tap).append(mtu).append(" master ").append(bridge).append(" up\n");
  }
  return text;
}

/// Everything that comes out of a VM and is not its own IPv4 or ARP is dropped,
/// IPv6 and tagged frames too. TAP, MAC and address are one element of a set, so
/// that no VM can borrow any of another's; the sender that ARP tells has to be the
/// sender of the frame.
std::string nftables_rules(std::span<const machine> machines, const emit_settings& settings) {
  const std::string table = "bridge " + guard_table(settings.bridge);
  std::string text;
  if (settings.no_shared) {
    for (std::size_t i = 0; i < guard_set_names.size(); ++i)
      text += std::string(settings.undo ? "delete" : "add") + " element " + table + ' ' +
              std::string(guard_set_names[i]) + ' ' + element_list(machines, "  ", i) + '\n';
    return text;
  }
  if (settings.undo) return "delete table " + table + '\n';

  // The table is replaced in one transaction, whether there is one or not.
  text = "add table " + table + "\ndelete table " + table + "\ntable " + table + " {\n";
  for (std::size_t i = 0; i < guard_set_names.size(); ++i)
    text += "  set " + std::string(guard_set_names[i]) + " {\n    type " +
            std::string(guard_set_types[i]) +
            "\n    elements = " + element_list(machines, "      ", i) + "\n  }\n";
  for (const char* const of : {"mac", "ipv4", "arp", "ipv6", "other"})
    text += std::string("  counter dropped_") + of + " {\n  }\n";
  text += "  chain " + std::string(guard_hook_chain) +
          " {\n"
          "    type filter hook prerouting priority -300; policy accept;\n"
          "    iifname @taps jump " +
          std::string(guard_verdict_chain) +
          "\n"
          "  }\n"
          "  chain " +
          std::string(guard_verdict_chain) +
          " {\n"
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
