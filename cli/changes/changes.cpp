module vmnet.cli.changes;

import vmnet.cli.escape;
import vmnet.cli.numbers;

namespace vmnet::cli {

std::string value_text(const planned_vm& vm, vm_resource resource) {
  if (resource == vm_resource::guest_ip) return to_string(vm.identity.guest_ip);
  if (resource == vm_resource::mac) return to_string(vm.identity.mac);
  return to_string(vm.identity.tap_name);
}

std::string count_text(const plan_diff& changes) {
  return grouped(changes.added.size()) + " added, " + grouped(changes.removed.size()) +
         " removed, " + grouped(changes.moved.size()) + " moved";
}

std::string told(const plan_diff& changes, std::string_view old_name) {
  std::string text = "vmnet: against " + std::string(old_name) + ": " + count_text(changes) + '\n';
  for (const plan_change& change : changes.moved) {
    text += "vmnet: moved: " + escaped(change.to->id) + ": " +
            std::string(to_string(change.resource)) + " " +
            value_text(*change.from, change.resource) + " to " +
            value_text(*change.to, change.resource) + ": " + std::string(to_string(change.reason));
    if (change.taker != nullptr) text += ", " + escaped(change.taker->id) + " has it";
    text += '\n';
  }
  return text;
}

}  // namespace vmnet::cli
