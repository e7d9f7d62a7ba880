module vmnet.alloc;

namespace vmnet {

std::string to_string(const subnet_error& error) {
  const ipv4_network subnet = error.subnet();
  const bool one = subnet.num_addresses() == 1;
  std::string out = "subnet " + subnet.to_string();
  out += error.code() == subnet_errc::too_small ? " too small: need /30 or larger (got "
                                                : " has no gateway: need /31 or larger (got ";
  out += std::to_string(subnet.num_addresses());
  out += one ? " address)" : " addresses)";
  return out;
}

}  // namespace vmnet
