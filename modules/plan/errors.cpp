module vmnet.plan;

namespace vmnet {
namespace {

std::string quoted(std::string_view id) { return "'" + std::string(id) + "'"; }

std::string in(const ipv4_network& subnet) { return " in " + subnet.to_string(); }

/// "guest_ip 10.0.0.7".
std::string what(const plan_error& e) {
  return std::string(to_string(e.resource)) + " " +
         (e.value.empty() ? std::string("(empty)") : e.value);
}

std::string full(const plan_error& e) {
  std::string out = "subnet " + e.subnet.to_string() + " is full: " + std::to_string(e.vms) +
                    " VMs (" + quoted(e.id) + " among them) for " + std::to_string(e.addresses) +
                    (e.addresses == 1 ? " address; " : " addresses; ");
  if (e.prefix_length) return out + "a /" + std::to_string(*e.prefix_length) + " would do";
  return out + "no prefix is short enough";
}

std::string conflict(const plan_error& e, std::string_view verb) {
  return quoted(e.id) + in(e.subnet) + " " + std::string(verb) + " " + what(e) + ", which " +
         quoted(e.other_id) + in(e.other_subnet) + " has";
}

std::string pin(const plan_error& e, std::string_view why) {
  return quoted(e.id) + " is pinned to " + what(e) + ", " + std::string(why);
}

std::string kept(const plan_error& e, std::string_view why) {
  return quoted(e.id) + " can not keep " + what(e) + ", " + std::string(why);
}

}  // namespace

// Here, as the comparisons of vmnet.pool are.
bool plan_error::operator==(const plan_error&) const = default;
std::strong_ordering plan_error::operator<=>(const plan_error&) const = default;

std::string to_string(const plan_error& e) {
  switch (e.code) {
    case plan_errc::subnet_too_small:
      return to_string(subnet_error(subnet_errc::too_small, e.subnet)) + ", wanted by " +
             quoted(e.id);
    case plan_errc::subnets_overlap:
      return "subnet " + e.other_subnet.to_string() + " (" + quoted(e.other_id) +
             ") overlaps subnet " + e.subnet.to_string() + " (" + quoted(e.id) + ")";
    case plan_errc::duplicate_id:
      return "two VMs have the id " + quoted(e.id) + ":" + in(e.subnet) + " and" +
             in(e.other_subnet);
    case plan_errc::duplicate_kept_id:
      return "the previous plan has " + quoted(e.id) + " more than once";
    case plan_errc::missing_generation:
      return quoted(e.id) + " has no generation, and other VMs have one";
    case plan_errc::subnet_full:
      return full(e);
    case plan_errc::pin_outside:
      return pin(e, "outside its subnet " + e.subnet.to_string());
    case plan_errc::pin_reserved:
      return pin(e, "the network, gateway or broadcast address of " + e.subnet.to_string());
    case plan_errc::pin_excluded:
      return pin(e, "which is excluded");
    case plan_errc::pin_invalid:
      return pin(e, "which no interface can have");
    case plan_errc::pin_conflict:
      return conflict(e, "is pinned to");
    case plan_errc::kept_outside:
      return kept(e, "no guest address of its subnet " + e.subnet.to_string());
    case plan_errc::kept_excluded:
      return kept(e, "which is excluded now");
    case plan_errc::kept_invalid:
      return kept(e, "which no interface can have");
    case plan_errc::kept_conflict:
      return conflict(e, "can not keep");
  }
  return "unknown error";
}

}  // namespace vmnet
