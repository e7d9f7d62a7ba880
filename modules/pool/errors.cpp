module vmnet.pool;

namespace vmnet {
namespace {

std::string quoted(std::string_view id) { return "'" + std::string(id) + "'"; }

std::string full(const pool_error& e) {
  const pool_utilization& u = e.utilization;
  std::string out = "no address for " + quoted(e.id) + ": subnet " + e.subnet.to_string() +
                    " has " + std::to_string(u.slots) +
                    (u.slots == 1 ? " address, " : " addresses, ") + std::to_string(u.used) +
                    " used";
  const auto also = [&](std::uint64_t count, std::string_view what) {
    if (count != 0) out += ", " + std::to_string(count) + " " + std::string(what);
  };
  also(u.quarantined, "quarantined");
  also(u.excluded, "excluded");
  also(u.draining, "draining");
  also(u.reserved, "reserved");
  return out;
}

/// "'vm-1' wants 10.0.0.5, WHY".
std::string wants(const pool_error& e, const std::string& why) {
  return quoted(e.id) + " wants " + e.address.to_string() + ", " + why;
}

}  // namespace

std::string to_string(const pool_error& e) {
  switch (e.code) {
    case pool_errc::subnet_too_small:
      return to_string(subnet_error(subnet_errc::too_small, e.subnet));
    case pool_errc::subnet_overlaps:
      return "subnet " + e.subnet.to_string() + " overlaps subnet " + e.other_subnet.to_string() +
             " of the pool";
    case pool_errc::unknown_subnet:
      return "subnet " + e.subnet.to_string() + ", wanted by " + quoted(e.id) +
             ", is not of this pool";
    case pool_errc::full:
      return full(e);
    case pool_errc::other_subnet:
      return quoted(e.id) + " has a lease in " + e.other_subnet.to_string() + " and wants one in " +
             e.subnet.to_string();
    case pool_errc::other_address:
      return quoted(e.id) + " has " + e.other_address.to_string() + " and wants " +
             e.address.to_string();
    case pool_errc::wanted_outside:
      return wants(e, "no guest address of " + e.subnet.to_string());
    case pool_errc::wanted_leased:
      return wants(e, "which " + quoted(e.other_id) + " has");
    case pool_errc::wanted_excluded:
      return wants(e, "which is excluded");
    case pool_errc::wanted_draining:
      return wants(e, "which is being drained");
    case pool_errc::wanted_quarantined:
      return wants(e, "which rests since " + quoted(e.other_id) + " released it");
    case pool_errc::unknown_id:
      return quoted(e.id) + " has no lease";
    case pool_errc::stale_epoch:
      return "the lease of " + quoted(e.id) + " has epoch " + std::to_string(e.other_epoch) +
             ", not " + std::to_string(e.epoch) + ": nothing was released";
    case pool_errc::too_many_addresses:
      return "subnet " + e.subnet.to_string() +
             " is too large: the pool would have more addresses than its options allow";
  }
  return "unknown error";
}

std::string to_string(const snapshot_error& error) {
  return "line " + std::to_string(error.line) + ": " + std::string(to_string(error.code));
}

}  // namespace vmnet
