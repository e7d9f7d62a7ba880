// vmnet whois: which ids own an address, a TAP name or a MAC address.
module vmnet.cli.commands;

import vmnet;
import vmnet.cli.arguments;
import vmnet.cli.escape;
import vmnet.cli.json;
import vmnet.cli.report;
import vmnet.cli.row_input;
import vmnet.std;

namespace vmnet::cli {
namespace {

constexpr const char* details =
    "Prints the ids that own what was seen on a host, one a line; several where they\n"
    "collide. The files are those of 'vmnet identify', and an id's own subnet counts.\n"
    "An address needs a subnet; a TAP name and a MAC address do not.\n"
    "\n"
    "Exit statuses: 0 somebody owns it, 1 nobody does, 2 bad use or bad input, 3 the\n"
    "system failed.\n"
    "\n"
    "Examples:\n"
    "  vmnet whois --subnet 172.30.0.0/24 --ids fleet.txt 172.30.0.185\n"
    "  vmnet whois --ids fleet.txt tap-1fdcc600\n"
    "  list-vms | vmnet whois --ids - 02:1d:cc:60:0a:ff --json\n";

struct whois_options {
  std::optional<std::string> subnet;
  std::string file;
  std::string name;
  input_names input;
  bool json = false;
};

/// What is looked for: one of the three.
struct wanted {
  std::optional<ipv4_address> address;
  std::optional<mac_address> mac;
  std::optional<interface_name> tap_name;
};

/// The syntax tells which of the three `text` is.
std::optional<wanted> read_wanted(std::string_view text) {
  if (const auto address = ipv4_address::parse(text)) return wanted{*address, {}, {}};
  if (const auto mac = mac_address::parse(text)) return wanted{{}, *mac, {}};
  if (const auto name = interface_name::parse(text); name && tap_name_to_uint32(*name))
    return wanted{{}, {}, *name};
  report("'" + shortened(text) +
         "': expected an address as 172.30.0.2, a TAP name as tap-1fdcc600, or a MAC address as "
         "02:1d:cc:60:0a:ff");
  return std::nullopt;
}

json owner_json(std::string_view id, const std::optional<ipv4_network>& subnet) {
  json owner;
  const json_id written = json_id_of(id);
  owner.set(written.key, written.text).set("subnet", subnet ? json(to_string(*subnet)) : json());
  return owner;
}

int answer(const whois_options& options, const wanted& what, const std::string& text,
           const json& owners) {
  if (text.empty()) report("nobody owns " + escaped(options.name));
  if (options.json) {
    const char* const kind = what.address ? "guest_ip" : what.mac ? "mac" : "tap_name";
    json document;
    document.set(kind, what.mac ? to_string(*what.mac) : options.name);  // as identify writes it
    document.set("owners", owners);
    const int printed = print(document.dump() + '\n');
    if (printed != exit_good) return printed;
  } else if (const int printed = print(text); printed != exit_good) {
    return printed;
  }
  return text.empty() ? exit_answer_is_no : exit_good;
}

int run(const whois_options& options) {
  const auto what = read_wanted(options.name);
  if (!what) return exit_bad_input;
  std::optional<ipv4_network> common;
  if (options.subnet) {
    common = read_guest_subnet("--subnet", *options.subnet);
    if (!common) return exit_bad_input;
  }

  json owners = json::array();
  std::string text;
  const auto take = [&](const input_row& row,
                        const input_line& line) -> std::optional<input_fault> {
    const std::optional<ipv4_network> subnet = row.subnet ? row.subnet : common;
    bool owns = false;
    if (what->address) {
      if (!subnet) return lacks_subnet(line);
      const auto guest_ip = allocate_guest_ip(row.id, *subnet);
      if (!guest_ip)
        return input_fault{row.subnet_column,
                           "expected a larger subnet: " + to_string(guest_ip.error())};
      owns = *guest_ip == *what->address;
    } else if (what->mac) {
      owns = allocate_guest_mac(row.id) == *what->mac;
    } else {
      owns = what->tap_name == tap_name_for(row.id);
    }
    if (!owns) return std::nullopt;
    text += escaped(row.id) + '\n';
    if (options.json) owners.push_back(owner_json(row.id, subnet));
    return std::nullopt;
  };
  const int status = read_rows(options.file, read_input_options(options.input), take);
  if (status != exit_good) return status;
  return answer(options, *what, text, owners);
}

}  // namespace

void add_whois(command_line& program) {
  command& added =
      program.add("whois", "Tell which ids own an address, a TAP name or a MAC address", details);
  const auto options = std::make_shared<whois_options>();
  added.add(
      {.names = "NAME", .help = "The ADDRESS, TAP name or MAC that was seen", .required = true},
      options->name);
  added.add({.names = "--ids",
             .help = "The file of ids; '-' is standard input",
             .value_name = "FILE",
             .required = true},
            options->file);
  added.add({.names = "--subnet",
             .help = "The subnet of ids without one of their own",
             .value_name = "CIDR"},
            options->subnet);
  add_input_options(added, options->input);
  added.add({.names = "--json", .help = "Print one JSON object"}, options->json);
  added.on_run([options] { return run(*options); });
}

}  // namespace vmnet::cli
