module vmnet.special;

namespace vmnet {
namespace {

std::string words(const special_block& block) {
  std::string out = block.network.to_string() + ", ";
  out += block.name;
  out += " (";
  out += block.rfc;
  out += block.globally_reachable == registry_fact::yes ? "), globally reachable"
                                                        : "), not globally reachable";
  return out;
}

std::string described(const std::string& subject, ipv4_network network) {
  const address_class kind = classify(network);
  std::string out = subject + " is ";
  out += to_string(kind);
  if (const special_block* const block = special_block_of(network))
    return out + ": " + words(*block);
  if (kind == address_class::multicast) return out + ": 224.0.0.0/4 (RFC 5771)";
  if (kind != address_class::mixed) return out;
  std::string_view separator = ": ";
  if (network.overlaps(detail::multicast_block)) {
    out += ": 224.0.0.0/4, Multicast (RFC 5771)";
    separator = "; ";
  }
  for (const special_block& block : special_blocks)
    if (network.contains(block.network)) {
      out += separator;
      out += words(block);
      separator = "; ";
    }
  return out;
}

}  // namespace

std::string describe(ipv4_address address) {
  return described(address.to_string(), *ipv4_network::make(address, 32));
}

std::string describe(ipv4_network network) { return described(network.to_string(), network); }

}  // namespace vmnet
