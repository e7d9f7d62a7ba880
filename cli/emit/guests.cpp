// What is read inside the guest, and what CNI tells of it.
//
// YAML is written with every value of the user's in double quotes, which JSON's
// rules fill: a plain `off`, `1e3` or `2026-11-25` would be something else.
module vmnet.cli.emit;

import vmnet;
import vmnet.cli.json;

namespace vmnet::cli {
namespace {

std::string quoted(const std::string& text) { return json(text).dump(); }

std::string address_with_prefix(const vm_identity& identity) {
  return to_string(identity.guest_ip) + '/' + std::to_string(identity.subnet.prefix_length());
}

/// Version 2 of cloud-init's network-config, which is netplan's format; `indent`
/// is what every line begins with. `0.0.0.0/0` rather than `default`, which old
/// versions do not know.
std::string network(const machine& vm, const emit_settings& settings, std::string_view indent) {
  std::string text;
  const auto add = [&](std::string_view line) {
    text += indent;
    text += line;
    text += '\n';
  };
  add("version: 2");
  add("ethernets:");
  add("  " + settings.interface + ":");
  add("    match:");
  add("      macaddress: " + quoted(to_string(vm.identity.mac)));
  if (settings.mtu) add("    mtu: " + std::to_string(*settings.mtu));
  add("    dhcp4: false");
  add("    addresses:");
  add("      - " + quoted(address_with_prefix(vm.identity)));
  add("    routes:");
  add("      - to: \"0.0.0.0/0\"");
  add("        via: " + quoted(to_string(vm.identity.gateway)));
  if (settings.dns.empty()) return text;
  add("    nameservers:");
  add("      addresses:");
  for (const ipv4_address server : settings.dns) add("        - " + quoted(to_string(server)));
  return text;
}

}  // namespace

std::string cloud_init_network(const machine& vm, const emit_settings& settings) {
  return network(vm, settings, "");
}

/// The instance's id names a directory in the guest, so it is encoded.
std::string cloud_init_meta_data(const machine& vm, const emit_settings& settings) {
  std::string text = "instance-id: " + quoted(encoded_id(vm.id)) + '\n';
  const std::string name = host_name(vm, settings.hostname);
  if (!name.empty()) text += "local-hostname: " + quoted(name) + '\n';
  return text;
}

std::vector<emitted_file> cloud_init_folder(const machine& vm, const emit_settings& settings) {
  return {{"meta-data", cloud_init_meta_data(vm, settings)},
          {"network-config", cloud_init_network(vm, settings)},
          {"user-data", "#cloud-config\n{}\n"}};
}

std::string netplan(const machine& vm, const emit_settings& settings) {
  return "network:\n" + network(vm, settings, "  ");
}

/// The host's interfaces have no sandbox; the guest's has one, and addresses
/// belong to it, by its index.
std::string cni_result(const machine& vm, const emit_settings& settings) {
  const vm_identity& identity = vm.identity;
  json bridge;
  bridge.set("name", settings.bridge);
  json tap;
  tap.set("name", to_string(identity.tap_name));
  json guest;
  guest.set("name", settings.interface);
  guest.set("mac", to_string(identity.mac));
  guest.set("sandbox", encoded_id(vm.id));
  if (settings.mtu)
    for (json* const one : {&bridge, &tap, &guest}) one->set("mtu", *settings.mtu);

  json address;
  address.set("interface", 2);
  address.set("address", address_with_prefix(identity));
  address.set("gateway", to_string(identity.gateway));
  json route;
  route.set("dst", "0.0.0.0/0");
  route.set("gw", to_string(identity.gateway));
  json servers = json::array();
  for (const ipv4_address server : settings.dns) servers.push_back(to_string(server));
  json dns = json::object();
  if (!settings.dns.empty()) dns.set("nameservers", servers);

  json result;
  result.set("cniVersion", "1.1.0");
  result.set("interfaces", json::array({bridge, tap, guest}));
  result.set("ips", json::array({address}));
  result.set("routes", json::array({route}));
  result.set("dns", dns);
  return result.dump() + '\n';
}

}  // namespace vmnet::cli
