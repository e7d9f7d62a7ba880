// vmnet net: what a subnet holds.
module;
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "../format.hpp"

module vmnet.cli.commands;

import vmnet;
import vmnet.cli.arguments;
import vmnet.cli.json;
import vmnet.cli.numbers;
import vmnet.cli.report;

namespace vmnet::cli {
namespace {

constexpr const char* examples =
    "Guest addresses are those that scheme v1 gives to VMs: all but the network\n"
    "address, the gateway and the broadcast address. The risks are those of two VMs\n"
    "with one address, for ids with uniform digests.\n"
    "\n"
    "Examples:\n"
    "  vmnet net 172.30.0.0/24\n"
    "  vmnet net 10.0.0.0/8 --json\n";

struct net_options {
  std::string cidr;
  bool json = false;
};

/// What the text and the JSON say; nothing where a subnet has no such address.
struct net_facts {
  ipv4_network subnet;
  std::optional<ipv4_address> broadcast;
  std::optional<ipv4_address> gateway;
  std::uint64_t num_guests = 0;
  std::optional<ipv4_address> first_guest;
  std::optional<ipv4_address> last_guest;
  std::uint64_t vms_at_1_percent = 0;
  std::uint64_t vms_at_50_percent = 0;
};

net_facts facts_of(ipv4_network subnet) {
  net_facts facts;
  facts.subnet = subnet;
  if (subnet.prefix_length() <= 30) facts.broadcast = subnet.broadcast();  // RFC 3021
  if (const auto gateway = gateway_for(subnet)) facts.gateway = *gateway;
  facts.num_guests = num_guest_addresses(subnet);
  if (facts.num_guests > 0) {
    facts.first_guest = subnet.nth(2);
    facts.last_guest = subnet.nth(facts.num_guests + 1);
  }
  facts.vms_at_1_percent = max_ids_at_risk(0.01, facts.num_guests);
  facts.vms_at_50_percent = max_ids_at_risk(0.5, facts.num_guests);
  return facts;
}

/// The class of the subnet and its row of the registry; public space says so,
/// and what overlaps special blocks names them.
std::string space_of(ipv4_network subnet) {
  const std::string described = describe(subnet);
  const std::string space = described.substr(to_string(subnet).size() + std::string(" is ").size());
  return classify(subnet) == address_class::global_unicast ? "public, " + space : space;
}

std::string text_of(const net_facts& facts) {
  std::string text;
  const auto line = [&](const char* label, const std::string& value) {
    text += fmt::format("{:<17} {}\n", label, value);
  };
  const auto address = [](const std::optional<ipv4_address>& a) {
    return a ? to_string(*a) : std::string("none");
  };
  const ipv4_network subnet = facts.subnet;
  const auto hosts = subnet.hosts();
  line("network", to_string(subnet.network()));
  line("prefix length", std::to_string(subnet.prefix_length()));
  line("netmask", to_string(subnet.netmask()));
  line("hostmask", to_string(subnet.hostmask()));
  line("broadcast", address(facts.broadcast));
  line("gateway", address(facts.gateway));
  line("addresses", grouped(subnet.num_addresses()));
  line("usable hosts", grouped(hosts.size()));
  line("first host", to_string(*hosts.begin()));
  line("last host", to_string(*(hosts.end() - 1)));
  line("guest addresses", grouped(facts.num_guests));
  line("first guest", address(facts.first_guest));
  line("last guest", address(facts.last_guest));
  line("address space", space_of(subnet));
  line("VMs at 1 % risk", grouped(facts.vms_at_1_percent));
  line("VMs at 50 % risk", grouped(facts.vms_at_50_percent));
  return text;
}

std::string json_of(const net_facts& facts) {
  const auto address = [](const std::optional<ipv4_address>& a) {
    return a ? json(to_string(*a)) : json();
  };
  const ipv4_network subnet = facts.subnet;
  const auto hosts = subnet.hosts();
  json blocks = json::array();
  for (const special_block& block : special_blocks)
    if (block.network.overlaps(subnet))
      blocks.push_back(json()
                           .set("block", to_string(block.network))
                           .set("name", block.name)
                           .set("rfc", block.rfc));
  json document;
  document.set("subnet", to_string(subnet));
  document.set("network", to_string(subnet.network()));
  document.set("prefix_length", subnet.prefix_length());
  document.set("netmask", to_string(subnet.netmask()));
  document.set("hostmask", to_string(subnet.hostmask()));
  document.set("broadcast", address(facts.broadcast));
  document.set("gateway", address(facts.gateway));
  document.set("num_addresses", subnet.num_addresses());
  document.set("num_hosts", hosts.size());
  document.set("first_host", to_string(*hosts.begin()));
  document.set("last_host", to_string(*(hosts.end() - 1)));
  document.set("num_guest_addresses", facts.num_guests);
  document.set("first_guest", address(facts.first_guest));
  document.set("last_guest", address(facts.last_guest));
  document.set("address_class", to_string(classify(subnet)));
  document.set("globally_reachable", is_globally_reachable(subnet));
  document.set("special_blocks", std::move(blocks));
  document.set("vms_at_1_percent_risk", facts.vms_at_1_percent);
  document.set("vms_at_50_percent_risk", facts.vms_at_50_percent);
  return document.dump() + '\n';
}

int run(const net_options& options) {
  const auto subnet = read_subnet("CIDR", options.cidr);
  if (!subnet) return exit_bad_input;
  const net_facts facts = facts_of(*subnet);
  return print(options.json ? json_of(facts) : text_of(facts));
}

}  // namespace

void add_net(command_line& program) {
  command& added = program.add("net", "Explain a subnet", examples);
  const auto options = std::make_shared<net_options>();
  added.add({.names = "CIDR", .help = "The subnet; host bits are masked", .required = true},
            options->cidr);
  added.add({.names = "--json", .help = "Print one JSON object"}, options->json);
  added.on_run([options] { return run(*options); });
}

}  // namespace vmnet::cli
