module;
#include <memory_resource>

module vmnet.cli.plan_file;

import vmnet.cli.row_input;
import vmnet.plan;

namespace vmnet::cli {
namespace {

constexpr std::array resources = {vm_resource::tap_name, vm_resource::guest_ip, vm_resource::mac};

/// How a value came about: `v1`, `probe 3`, `pinned`, `kept`.
std::string how(const placement& placed) {
  if (placed.kind == placement_kind::probed) return "probe " + std::to_string(placed.probe);
  return std::string(to_string(placed.kind));
}

/// What of an identity is not v1's: "guest_ip: probe 1 (vm-54 has v1's)".
record_value moved(const planned_vm& vm) {
  std::string text;
  for (const vm_resource resource : resources) {
    const placement& placed = vm.placed(resource);
    if (placed.kind == placement_kind::v1) continue;
    text.append(text.empty() ? "" : ", ").append(to_string(resource)).append(": ");
    text += how(placed);
    if (placed.holder) text.append(" (").append(*placed.holder).append(" has v1's)");
  }
  return text;
}

/// What does not hold between the values of an identity; empty where nothing.
std::string conflict_of(const vm_identity& identity) {
  const ipv4_network& subnet = identity.subnet;
  const auto is_host = [&](ipv4_address address) {
    return subnet.contains(address) && address != subnet.network() && address != subnet.broadcast();
  };
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

/// Reads the identity of `row`; `end` is the column of its closing brace.
std::optional<input_fault> read_identity(const input_row& row, std::size_t end, vm_identity& into) {
  const auto lacks = [&](std::string_view field) {
    return input_fault{end, "expected \"" + std::string(field) + "\" in the object"};
  };
  if (!row.subnet) return lacks("subnet");
  if (!row.planned.tap_name) return lacks("tap_name");
  if (!row.planned.guest_ip) return lacks("guest_ip");
  if (!row.planned.mac) return lacks("mac");
  if (num_guest_addresses(*row.subnet) == 0)
    return input_fault{row.subnet_column, "expected a larger subnet, a /30 at least"};
  into = {.digest = fnv1a_64(row.id),
          .tap_name = *row.planned.tap_name,
          .guest_ip = *row.planned.guest_ip,
          .gateway = row.planned.gateway.value_or(*gateway_for(*row.subnet)),
          .subnet = *row.subnet,
          .mac = *row.planned.mac};
  if (std::string conflict = conflict_of(into); !conflict.empty())
    return input_fault{1, std::move(conflict)};
  return std::nullopt;
}

}  // namespace

std::string_view id_store::keep(std::string_view id) {
  char* const copy = static_cast<char*>(memory_.allocate(id.size() + 1, 1));
  std::copy(id.begin(), id.end(), copy);
  return {copy, id.size()};
}

int read_identities(const std::string& path, const identity_reader& read) {
  const input_options how{.format = input_format::jsonl, .with_planned_fields = true};
  return read_rows(path, how, [&](const input_row& row, const input_line& line) {
    vm_identity identity;
    auto fault = read_identity(row, line.text.find_last_of('}') + 1, identity);
    return fault ? fault : read(row, identity);
  });
}

int read_plan(const std::string& path, id_store& ids, std::vector<planned_vm>& vms) {
  std::unordered_set<std::string_view> seen;
  return read_identities(
      path, [&](const input_row& row, const vm_identity& identity) -> std::optional<input_fault> {
        if (!row.planned.version)
          return input_fault{1, "expected \"plan\": 1 in the object: this is no row of a plan"};
        const std::string_view id = ids.keep(row.id);
        if (!seen.insert(id).second)
          return input_fault{1, "expected no id that an earlier row has"};
        vms.push_back({.id = id,
                       .generation = row.planned.generation,
                       .identity = identity,
                       .placements = row.planned.placements});
        return std::nullopt;
      });
}

std::vector<record_field> plan_fields(row_format format) {
  std::vector<record_field> fields = {
      {"id", field_kind::bytes}, {"tap_name"}, {"guest_ip"}, {"gateway"}, {"subnet"}, {"mac"}};
  if (format == row_format::table) {
    fields.push_back({"moved", field_kind::bytes});
    return fields;
  }
  fields.push_back({"plan", field_kind::number});
  fields.push_back({"generation", field_kind::number});
  for (const std::string_view name : {"tap_name_by", "guest_ip_by", "mac_by"})
    fields.push_back({name});
  for (const std::string_view name : {"tap_name_holder", "guest_ip_holder", "mac_holder"})
    fields.push_back({name, field_kind::bytes});
  return fields;
}

void write_planned(row_format format, const planned_vm& vm, record_writer& to) {
  std::vector<record_value> values = {std::string(vm.id),
                                      std::string(vm.identity.tap_name.view()),
                                      to_string(vm.identity.guest_ip),
                                      to_string(vm.identity.gateway),
                                      to_string(vm.identity.subnet),
                                      to_string(vm.identity.mac)};
  if (format == row_format::table) {
    values.push_back(moved(vm));
    return to.record(values);
  }
  values.emplace_back(std::to_string(plan_version));
  values.push_back(vm.generation ? record_value(std::to_string(*vm.generation)) : std::nullopt);
  for (const vm_resource resource : resources) values.emplace_back(how(vm.placed(resource)));
  for (const vm_resource resource : resources) {
    const auto& holder = vm.placed(resource).holder;
    values.push_back(holder ? record_value(std::string(*holder)) : std::nullopt);
  }
  to.record(values);
}

}  // namespace vmnet::cli
