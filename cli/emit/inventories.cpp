// What tells others about all VMs at once.
module vmnet.cli.emit;

import vmnet;
import vmnet.cli.escape;
import vmnet.cli.json;

namespace vmnet::cli {
namespace {

/// Puts the id under `key` where it is UTF-8, else in hexadecimal under
/// `key`_hex.
void put_id(json& into, const std::string& key, const std::string& id) {
  if (is_utf8(id)) {
    into.set(key, id);
    return;
  }
  std::string hex(id.size() * 2, '\0');
  hex_to(hex.data(), id);
  into.set(key + "_hex", hex);
}

/// An array with an object a line.
class json_list {
 public:
  void add(const json& object) {
    text_ += text_.empty() ? "[\n" : ",\n";
    text_ += object.dump();
  }
  [[nodiscard]] std::string finish() && { return text_.empty() ? "[]\n" : text_ + "\n]\n"; }

 private:
  std::string text_;
};

}  // namespace

std::string dnsmasq_hosts(std::span<const machine> machines, const emit_settings& settings) {
  std::string text;
  for (const machine& vm : machines) {
    text += "dhcp-host=" + to_string(vm.identity.mac) + ',' + to_string(vm.identity.guest_ip);
    const std::string name = host_name(vm, settings.hostname);
    if (!name.empty()) text += ',' + name;
    text += ",infinite\n";
  }
  return text;
}

std::string etc_hosts(std::span<const machine> machines, const emit_settings& settings) {
  std::string text;
  for (const machine& vm : machines)
    text += to_string(vm.identity.guest_ip) + ' ' + host_name(vm, settings.hostname) + '\n';
  return text;
}

std::string prometheus_targets(std::span<const machine> machines, const emit_settings& settings) {
  json_list list;
  for (const machine& vm : machines) {
    json labels;
    put_id(labels, "vm_id", vm.id);
    labels.set("vm_tap_name", to_string(vm.identity.tap_name));
    labels.set("vm_mac", to_string(vm.identity.mac));
    labels.set("vm_subnet", to_string(vm.identity.subnet));
    json group;
    group.set("targets",
              json::array({to_string(vm.identity.guest_ip) + ':' + std::to_string(settings.port)}));
    group.set("labels", labels);
    list.add(group);
  }
  return std::move(list).finish();
}

std::string json_inventory(std::span<const machine> machines, const emit_settings& settings) {
  json_list list;
  for (const machine& vm : machines) {
    json object;
    put_id(object, "id", vm.id);
    const std::string name = host_name(vm, settings.hostname);
    if (!name.empty()) object.set("hostname", name);
    object.set("tap_name", to_string(vm.identity.tap_name));
    object.set("guest_ip", to_string(vm.identity.guest_ip));
    object.set("prefix_length", vm.identity.subnet.prefix_length());
    object.set("netmask", to_string(vm.identity.subnet.netmask()));
    object.set("gateway", to_string(vm.identity.gateway));
    object.set("subnet", to_string(vm.identity.subnet));
    object.set("mac", to_string(vm.identity.mac));
    list.add(object);
  }
  return std::move(list).finish();
}

}  // namespace vmnet::cli
