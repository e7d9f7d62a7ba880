module;
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

module vmnet.cli.machines;

import vmnet;
import vmnet.cli.escape;
import vmnet.cli.input;

namespace vmnet::cli {
namespace {

using json = nlohmann::json;

/// The string at `key`, or nothing where there is none.
std::optional<std::string> text_at(const json& row, const char* key) {
  const auto found = row.find(key);
  if (found == row.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

/// Reads the value at `key` into `into`: what was expected, or nothing.
template <class Value>
std::string read_field(const json& row, const char* key, Value& into) {
  const auto text = text_at(row, key);
  if (!text) return "expected \"" + std::string(key) + "\" with a string";
  const auto value = Value::parse(*text);
  if (!value)
    return std::string(key) + " '" + shortened(*text) +
           "': " + std::string(to_string(value.error().code()));
  into = *value;
  return {};
}

std::string read_id(const json& row, std::string& id) {
  const bool has_hex = row.contains("id_hex");
  if (row.contains("id") == has_hex) return "expected one \"id\" or \"id_hex\"";
  const auto text = text_at(row, has_hex ? "id_hex" : "id");
  if (!text) return "expected an id as a string";
  if (!has_hex) {
    id = *text;
  } else if (const auto offset = decode_hex(*text, id)) {
    return "id_hex: " + std::string(hex_fault(*text, *offset));
  }
  return {};
}

/// What does not hold between the fields of an identity.
std::string check_identity(const vm_identity& identity) {
  const ipv4_network& subnet = identity.subnet;
  const auto is_host = [&](ipv4_address address) {
    return subnet.contains(address) && address != subnet.network() && address != subnet.broadcast();
  };
  if (subnet.prefix_length() > 30) return "expected a larger subnet, a /30 at least";
  if (!is_host(identity.gateway))
    return "expected a gateway within " + to_string(subnet) + ", not " +
           to_string(identity.gateway);
  if (!is_host(identity.guest_ip) || identity.guest_ip == identity.gateway)
    return "expected a guest's address of " + to_string(subnet) + ", not " +
           to_string(identity.guest_ip);
  if (identity.mac.is_multicast() || identity.mac.to_uint64() == 0)
    return "expected the MAC address of one interface, not " + to_string(identity.mac);
  return {};
}

/// Reads one row: what is wrong with it, or nothing.
std::string read_row(std::string_view text, machine& into) {
  const json row = json::parse(text, nullptr, false);
  if (!row.is_object()) return "expected a JSON object with the fields of an identity";
  vm_identity& identity = into.identity;
  std::string fault = read_id(row, into.id);
  if (fault.empty()) fault = read_field(row, "subnet", identity.subnet);
  if (fault.empty()) fault = read_field(row, "gateway", identity.gateway);
  if (fault.empty()) fault = read_field(row, "guest_ip", identity.guest_ip);
  if (fault.empty()) fault = read_field(row, "tap_name", identity.tap_name);
  if (fault.empty()) fault = read_field(row, "mac", identity.mac);
  if (fault.empty()) fault = check_identity(identity);
  identity.digest = fnv1a_64(into.id);
  return fault;
}

}  // namespace

int read_plan(const std::string& path, std::vector<machine>& machines) {
  file_source source(path);
  if (source.error() != 0) return report_unreadable(path, source.error());
  line_reader lines(source, default_max_line);
  while (const auto line = lines.next()) {
    if (line->text.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    machine read;
    const std::string fault =
        line->too_long ? "expected the end of the line" : read_row(line->text, read);
    if (!fault.empty()) {
      report_fault({path, line->number, 1}, fault, line->text);
      return exit_bad_input;
    }
    machines.push_back(std::move(read));
  }
  if (lines.error() != 0) return report_unreadable(path, lines.error());
  return exit_good;
}

}  // namespace vmnet::cli
