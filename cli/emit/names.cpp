module vmnet.cli.emit;

import vmnet;
import vmnet.cli.escape;

namespace vmnet::cli {
namespace {

constexpr std::size_t max_encoded_id = 180;
constexpr std::size_t kept_of_long_id = 150;
constexpr std::size_t max_label = 63;

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_alphanumeric(char c) noexcept { return is_digit(c) || is_letter(c); }

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), lower);
  return text;
}

/// True for a name that no shell, no batch of ip, no rule set and no list of
/// options takes for anything but a name.
bool is_plain_name(std::string_view name) noexcept {
  return !name.empty() && (is_alphanumeric(name.front()) || name.front() == '_') &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_alphanumeric(c) || c == '_' || c == '-' || c == '.'; });
}

/// What of inet_aton's notation a label can be: a number, decimal or
/// hexadecimal, which resolvers would take for an address.
bool is_number(std::string_view label) noexcept {
  const bool is_hex = label.starts_with("0x") || label.starts_with("0X");
  const std::string_view digits = label.substr(is_hex ? 2 : 0);
  return std::all_of(digits.begin(), digits.end(), [&](char c) {
    return is_digit(c) || (is_hex && lower(c) >= 'a' && lower(c) <= 'f');
  });
}

bool is_label(std::string_view name) noexcept {
  return !name.empty() && name.size() <= max_label && is_alphanumeric(name.front()) &&
         is_alphanumeric(name.back()) && std::all_of(name.begin(), name.end(), [](char c) {
           return is_alphanumeric(c) || c == '-';
         });
}

/// What dnsmasq takes for a lease time or a keyword where a name stands.
bool has_meaning_to_dnsmasq(std::string_view name) noexcept {
  if (name == "infinite" || name == "ignore") return true;
  const bool has_unit =
      std::string_view("smhdw").find(lower(name.back())) != std::string_view::npos;
  return is_number(name.substr(0, name.size() - (has_unit && name.size() > 1 ? 1 : 0)));
}

std::string host_name_fault(const emit_format& format, const std::string& name) {
  if (!is_label(name))
    return "'" + shortened(name) +
           "' is no host name: letters, digits and hyphens between them, 1 to 63 bytes";
  if (is_number(name)) return "'" + name + "' is no host name: it would be read as a number";
  if (lowered(name) == "localhost") return "'" + name + "' is the host's own name";
  if (format.name == "dnsmasq" && has_meaning_to_dnsmasq(name))
    return "'" + name + "' is no host name to dnsmasq, which would read a lease time or a keyword";
  return {};
}

/// The range of --mtu, by who takes it.
std::pair<std::uint64_t, std::uint64_t> mtu_range(std::string_view format) noexcept {
  if (format.starts_with("cloud-hypervisor")) return {1280, 65535};
  if (format == "iproute2") return {68, 65521};
  return {68, 65535};
}

}  // namespace

std::string host_name(const machine& vm, hostname_rule rule) {
  switch (rule) {
    case hostname_rule::id:
      return vm.id;
    case hostname_rule::tap:
      return to_string(vm.identity.tap_name);
    case hostname_rule::ip: {
      std::string name = "ip-" + to_string(vm.identity.guest_ip);
      std::replace(name.begin(), name.end(), '.', '-');
      return name;
    }
    case hostname_rule::none:
      break;
  }
  return {};
}

std::string settings_fault(const emit_format& format, const emit_settings& settings) {
  const std::string& interface = settings.interface;
  // The names that Firecracker, QEMU and Linux all take.
  if (interface.empty() || interface.size() > interface_name::max_length ||
      !is_letter(interface.front()) || !std::all_of(interface.begin(), interface.end(), [](char c) {
        return is_alphanumeric(c) || c == '_';
      }))
    return "--interface: '" + shortened(interface) +
           "': expected a letter and then letters, digits and '_', 15 bytes at most";
  if (!interface_name::parse(settings.bridge) || !is_plain_name(settings.bridge))
    return "--bridge: '" + shortened(settings.bridge) +
           "': expected letters, digits, '_', '-' and '.', a letter, a digit or '_' first, 15 "
           "bytes at most";
  if (settings.mtu) {
    const auto [least, most] = mtu_range(format.name);
    if (*settings.mtu < least || *settings.mtu > most)
      return "--mtu: expected " + std::to_string(least) + " to " + std::to_string(most) + " for " +
             std::string(format.name) + ", not " + std::to_string(*settings.mtu);
  }
  if (settings.port == 0 || settings.port > 65535) return "--port: expected 1 to 65535";
  if (format.name == "kernel-arg" && settings.dns.size() > 2)
    return "--dns: the kernel takes two servers at most";
  if (format.name == "hosts" && settings.hostname == hostname_rule::none)
    return "--hostname none: a line of hosts needs a name";
  return {};
}

std::string machine_fault(const emit_format& format, const emit_settings& settings,
                          const machine& vm) {
  if (!is_plain_name(vm.identity.tap_name))
    return "tap_name '" + shortened(vm.identity.tap_name) +
           "': expected letters, digits, '_', '-' and '.', a letter, a digit or '_' first";
  if (settings.bridge == vm.identity.tap_name && format.uses(setting::bridge))
    return "tap_name '" + settings.bridge + "' is the bridge's name";
  if (format.name == "iproute2" && vm.identity.mac == bridge_mac(vm.identity.gateway))
    return "mac " + to_string(vm.identity.mac) + " is the bridge's";
  if (!format.uses(setting::hostname) || settings.hostname == hostname_rule::none) return {};
  std::string fault = host_name_fault(format, host_name(vm, settings.hostname));
  if (!fault.empty() && settings.hostname != hostname_rule::ip)
    fault += " (--hostname ip makes one of the address)";
  return fault;
}

bool report_shared_names(const emit_format& format, const emit_settings& settings,
                         std::span<const machine> machines) {
  if (format.name != "dnsmasq" && format.name != "hosts") return false;
  std::vector<std::string> names;
  if (settings.hostname == hostname_rule::none) return false;
  for (const machine& vm : machines) names.push_back(lowered(host_name(vm, settings.hostname)));
  std::sort(names.begin(), names.end());
  bool any = false;
  for (auto at = std::adjacent_find(names.begin(), names.end()); at != names.end();
       at = std::adjacent_find(std::upper_bound(at, names.end(), *at), names.end())) {
    report("collision: host name '" + *at + "' (letters of either case are the same)");
    any = true;
  }
  return any;
}

std::string encoded_id(std::string_view id) {
  std::string name;
  for (const char c : id.substr(0, max_encoded_id + 1)) {
    if (is_alphanumeric(c) || c == '-' || c == '_' || (c == '.' && !name.empty())) {
      name += c;
    } else {
      char digits[2];
      hex_to(digits, {&c, 1});
      name += '%';
      name.append(digits, 2);
    }
  }
  if (name.empty()) return "%";
  if (name.size() <= max_encoded_id) return name;
  // Cut behind a whole byte, however that is written.
  std::size_t size = kept_of_long_id;
  while (name[size - 1] == '%' || name[size - 2] == '%') --size;
  return name.substr(0, size) + "%~" + std::to_string(fnv1a_64(id)) + '-' +
         std::to_string(id.size());
}

}  // namespace vmnet::cli
