// What hypervisors and the guest's kernel take, by their own schemas: fields
// that they do not know would be refused.
module vmnet.cli.emit;

import vmnet;
import vmnet.cli.json;

namespace vmnet::cli {
namespace {

std::string line(const json& document) { return document.dump() + '\n'; }

json interface_body(const machine& vm, const emit_settings& settings) {
  json body;
  body.set("iface_id", settings.interface);
  body.set("host_dev_name", to_string(vm.identity.tap_name));
  body.set("guest_mac", to_string(vm.identity.mac));
  if (settings.mtu) body.set("mtu", *settings.mtu);
  return body;
}

}  // namespace

std::string firecracker_config(const machine& vm, const emit_settings& settings) {
  json document;
  document.set("network-interfaces", json::array({interface_body(vm, settings)}));
  return line(document);
}

std::string firecracker_interface(const machine& vm, const emit_settings& settings) {
  return line(interface_body(vm, settings));
}

std::string firecracker_snapshot(const machine& vm, const emit_settings& settings) {
  json override;
  override.set("iface_id", settings.interface);
  override.set("host_dev_name", to_string(vm.identity.tap_name));
  json document;
  document.set("network_overrides", json::array({override}));
  return line(document);
}

std::string cloud_hypervisor_arguments(const machine& vm, const emit_settings& settings) {
  std::string text = "--net tap=" + to_string(vm.identity.tap_name) +
                     ",mac=" + to_string(vm.identity.mac) + ",id=" + settings.interface;
  if (settings.mtu) text += ",mtu=" + std::to_string(*settings.mtu);
  return text + '\n';
}

std::string cloud_hypervisor_json(const machine& vm, const emit_settings& settings) {
  json body;
  body.set("id", settings.interface);
  body.set("tap", to_string(vm.identity.tap_name));
  body.set("mac", to_string(vm.identity.mac));
  if (settings.mtu) body.set("mtu", *settings.mtu);
  return line(body);
}

std::string qemu_arguments(const machine& vm, const emit_settings& settings) {
  std::string text = "-netdev tap,id=" + settings.interface +
                     ",ifname=" + to_string(vm.identity.tap_name) + ",script=no,downscript=no" +
                     " -device " + settings.device + ",netdev=" + settings.interface +
                     ",mac=" + to_string(vm.identity.mac);
  if (settings.mtu) text += ",host_mtu=" + std::to_string(*settings.mtu);
  return text + '\n';
}

std::string kernel_argument(const machine& vm, const emit_settings& settings) {
  std::string text = "ip=" + to_string(vm.identity.guest_ip) +
                     "::" + to_string(vm.identity.gateway) + ':' +
                     to_string(vm.identity.subnet.netmask()) + ':' +
                     host_name(vm, settings.hostname) + ':' + settings.interface + ":off";
  for (const ipv4_address server : settings.dns) text += ':' + to_string(server);
  return text + '\n';
}

}  // namespace vmnet::cli
