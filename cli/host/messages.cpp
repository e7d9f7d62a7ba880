// The kernel's messages, taken apart. Nothing is believed of a length: what does
// not fit ends in EBADMSG, and attributes that are not known are passed over.
module;
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netconf.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>

module vmnet.cli.host;

import vmnet.ipv4;
import vmnet.mac;

namespace vmnet::cli {
namespace {

using bytes = std::span<const std::byte>;

/// The size with what pads it. libmnl's macro for it warns of a sign with GCC.
constexpr std::size_t padded(std::size_t size) { return (size + 3) / 4 * 4; }

bytes payload_of(const nlattr* attribute) {
  return {static_cast<const std::byte*>(mnl_attr_get_payload(attribute)),
          mnl_attr_get_payload_len(attribute)};
}

/// Calls `each` for the attributes in `payload`; false where one does not fit, or
/// `each` says so.
template <class Each>
bool for_each_attribute(bytes payload, Each each) {
  std::size_t at = 0;
  while (at + sizeof(nlattr) <= payload.size()) {
    const auto* const attribute = reinterpret_cast<const nlattr*>(payload.data() + at);
    if (!mnl_attr_ok(attribute, static_cast<int>(payload.size() - at))) return false;
    if (!each(attribute)) return false;
    at += padded(mnl_attr_get_len(attribute));
  }
  return at >= payload.size();
}

/// The attributes of a message or of a nest by their types, up to the last that is
/// asked for. One size serves all: where each had its own, GCC 16 folded their
/// functions, and warned of the bounds of the others' arrays.
class attribute_table {
 public:
  bool read(bytes payload) {
    return for_each_attribute(payload, [this](const nlattr* attribute) {
      const std::size_t type = mnl_attr_get_type(attribute);
      if (type <= last) found_[type] = attribute;
      return true;
    });
  }

  [[nodiscard]] bool has(std::size_t type) const { return found_[type] != nullptr; }

  // Each is false where the attribute is there and is none of its type; where it is
  // not there, `into` stays as it is.
  bool get(std::size_t type, std::uint32_t& into) const {
    if (!has(type)) return true;
    if (mnl_attr_validate(found_[type], MNL_TYPE_U32) < 0) return false;
    into = mnl_attr_get_u32(found_[type]);
    return true;
  }
  bool get(std::size_t type, std::string& into) const {
    if (!has(type)) return true;
    if (mnl_attr_validate(found_[type], MNL_TYPE_NUL_STRING) < 0) return false;
    into = mnl_attr_get_str(found_[type]);
    return true;
  }
  template <std::size_t Size>
  bool get(std::size_t type, std::optional<std::array<std::uint8_t, Size>>& into) const {
    if (!has(type)) return true;
    if (mnl_attr_validate2(found_[type], MNL_TYPE_BINARY, Size) < 0 ||
        mnl_attr_get_payload_len(found_[type]) != Size)
      return false;
    std::memcpy(into.emplace().data(), mnl_attr_get_payload(found_[type]), Size);
    return true;
  }
  /// What is inside of an attribute; nothing where it is not there.
  [[nodiscard]] bytes inside(std::size_t type) const {
    return has(type) ? payload_of(found_[type]) : bytes();
  }

 private:
  static constexpr std::size_t last = IFLA_LINKINFO;
  std::array<const nlattr*, last + 1> found_{};
};

using four_octets = std::optional<std::array<std::uint8_t, 4>>;

ipv4_address address_of(const std::array<std::uint8_t, 4>& octets) {
  std::uint32_t value = 0;
  for (const std::uint8_t octet : octets) value = value << 8U | octet;
  return ipv4_address::from_uint32(value);
}

/// The Ethernet address that `octets` begin with; they are six or more.
mac_address mac_at(bytes octets) {
  mac_address::octets_type copy{};
  std::memcpy(copy.data(), octets.data(), copy.size());
  return mac_address::from_octets(copy);
}

/// An Ethernet address, where `octets` are one.
std::optional<mac_address> mac_of(bytes octets) {
  if (octets.size() != sizeof(mac_address::octets_type)) return std::nullopt;
  return mac_at(octets);
}

/// A message with a header of its own, and attributes behind it.
template <class Header>
struct parsed {
  Header header{};
  attribute_table attributes;

  bool read(const nlmsghdr* message) {
    const std::size_t size = mnl_nlmsg_get_payload_len(message);
    if (size < sizeof(Header)) return false;
    const auto* const payload = static_cast<const std::byte*>(mnl_nlmsg_get_payload(message));
    std::memcpy(&header, payload, sizeof(Header));
    const std::size_t skipped = std::min(padded(sizeof(Header)), size);
    return attributes.read({payload + skipped, size - skipped});
  }
};

bool take_link(const nlmsghdr* message, host_state& into) {
  parsed<ifinfomsg> read;
  host_link link;
  if (!read.read(message) || !read.attributes.has(IFLA_IFNAME) ||
      !read.attributes.get(IFLA_IFNAME, link.name) ||
      !read.attributes.get(IFLA_MASTER, link.master))
    return false;
  attribute_table info;
  if (!info.read(read.attributes.inside(IFLA_LINKINFO)) || !info.get(IFLA_INFO_KIND, link.kind))
    return false;
  link.index = static_cast<std::uint32_t>(read.header.ifi_index);
  link.is_up = (read.header.ifi_flags & std::uint32_t{IFF_UP}) != 0;
  link.is_tap = link.kind == "tun" && read.header.ifi_type == ARPHRD_ETHER;
  if (read.header.ifi_type == ARPHRD_ETHER) link.mac = mac_of(read.attributes.inside(IFLA_ADDRESS));
  into.links.push_back(std::move(link));
  return true;
}

bool take_address(const nlmsghdr* message, host_state& into) {
  parsed<ifaddrmsg> read;
  four_octets local;
  if (!read.read(message)) return false;
  if (read.header.ifa_family != AF_INET) return true;
  if (!read.attributes.get(IFA_LOCAL, local) || !local || read.header.ifa_prefixlen > 32)
    return false;
  into.addresses.push_back({read.header.ifa_index, address_of(*local), read.header.ifa_prefixlen});
  return true;
}

bool take_route(const nlmsghdr* message, host_state& into) {
  parsed<rtmsg> read;
  if (!read.read(message)) return false;
  std::uint32_t table = read.header.rtm_table;
  std::uint32_t link = 0;
  four_octets to;
  if (!read.attributes.get(RTA_TABLE, table) || !read.attributes.get(RTA_OIF, link)) return false;
  if (read.header.rtm_family != AF_INET || table != RT_TABLE_MAIN ||
      (read.header.rtm_flags & std::uint32_t{RTM_F_CLONED}) != 0)
    return true;
  if (!read.attributes.get(RTA_DST, to)) return false;
  const auto network =
      ipv4_network::make(to ? address_of(*to) : ipv4_address(), read.header.rtm_dst_len);
  if (!network) return false;
  into.routes.push_back({*network, link});
  return true;
}

bool take_neighbour(const nlmsghdr* message, host_state& into) {
  parsed<ndmsg> read;
  four_octets address;
  if (!read.read(message)) return false;
  if (read.header.ndm_family != AF_INET) return true;
  if (!read.attributes.get(NDA_DST, address)) return false;
  // One that has failed or is asked for has no MAC address, or an old one.
  constexpr unsigned known = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT;
  const auto mac = mac_of(read.attributes.inside(NDA_LLADDR));
  if (address && mac && (read.header.ndm_state & known) != 0)
    into.neighbours.push_back(
        {static_cast<std::uint32_t>(read.header.ndm_ifindex), address_of(*address), *mac});
  return true;
}

bool take_forwarding(const nlmsghdr* message, host_state& into) {
  parsed<netconfmsg> read;
  std::uint32_t link = 0;
  std::uint32_t is_on = 0;
  if (!read.read(message) || !read.attributes.has(NETCONFA_IFINDEX) ||
      !read.attributes.has(NETCONFA_FORWARDING) || !read.attributes.get(NETCONFA_IFINDEX, link) ||
      !read.attributes.get(NETCONFA_FORWARDING, is_on))
    return false;
  into.forwarding.push_back({static_cast<std::int32_t>(link), is_on != 0});
  return true;
}

bool take_table(const nlmsghdr* message, host_state& into) {
  parsed<nfgenmsg> read;
  std::uint32_t flags = 0;
  if (!read.read(message) || !read.attributes.get(NFTA_TABLE_FLAGS, flags)) return false;
  into.guard.is_there = true;
  into.guard.is_dormant = (ntohl(flags) & std::uint32_t{NFT_TABLE_F_DORMANT}) != 0;
  return true;
}

bool take_chain(const nlmsghdr* message, const guard_names& names, host_state& into) {
  parsed<nfgenmsg> read;
  std::string name;
  std::uint32_t uses = 0;
  if (!read.read(message) || !read.attributes.get(NFTA_CHAIN_NAME, name) ||
      !read.attributes.get(NFTA_CHAIN_USE, uses))
    return false;
  uses = ntohl(uses);
  if (name == names.hook_chain)
    into.guard.is_hooked = read.attributes.has(NFTA_CHAIN_HOOK) && uses > 0;
  else if (name == names.verdict_chain)
    into.guard.has_verdicts = uses > 1;  // the jump to it is one
  return true;
}

/// A key of the guard's sets: a name in sixteen bytes, a MAC address in eight, an
/// address in four; in hexadecimal where it is none.
std::string element_text(bytes key) {
  constexpr std::size_t name_end = 16;
  constexpr std::size_t mac_end = 24;
  constexpr std::size_t address_end = 28;
  if (key.size() != name_end && key.size() != mac_end && key.size() != address_end) {
    std::string text = "0x";
    for (const std::byte one : key)
      for (const unsigned shift : {4U, 0U})
        text += "0123456789abcdef"[std::to_integer<unsigned>(one) >> shift & 15U];
    return text;
  }
  const std::string_view name(reinterpret_cast<const char*>(key.data()), name_end);
  std::string text = '"' + std::string(name.substr(0, name.find('\0'))) + '"';
  if (key.size() >= mac_end) text += " . " + to_string(mac_at(key.subspan(name_end)));
  if (key.size() == address_end) {
    std::array<std::uint8_t, 4> octets{};
    std::memcpy(octets.data(), key.data() + mac_end, octets.size());
    text += " . " + to_string(address_of(octets));
  }
  return text;
}

bool take_elements(const nlmsghdr* message, host_state& into) {
  parsed<nfgenmsg> read;
  std::string name;
  if (!read.read(message) || !read.attributes.get(NFTA_SET_ELEM_LIST_SET, name)) return false;
  host_guard& guard = into.guard;
  const auto set =
      std::ranges::find_if(guard.sets, [&](const host_set& one) { return one.name == name; });
  if (set == guard.sets.end()) return false;
  return for_each_attribute(
      read.attributes.inside(NFTA_SET_ELEM_LIST_ELEMENTS), [&](const nlattr* entry) {
        attribute_table element;
        attribute_table key;
        if (!element.read(payload_of(entry)) || !key.read(element.inside(NFTA_SET_ELEM_KEY)))
          return false;
        if (key.has(NFTA_DATA_VALUE))
          set->elements.push_back(element_text(key.inside(NFTA_DATA_VALUE)));
        return true;
      });
}

constexpr int of_nftables(int type) { return NFNL_SUBSYS_NFTABLES << 8 | type; }

/// False where the message cannot be read.
bool take_message(const nlmsghdr* message, const guard_names& names, host_state& into) {
  switch (message->nlmsg_type) {
    case RTM_NEWLINK:
      return take_link(message, into);
    case RTM_NEWADDR:
      return take_address(message, into);
    case RTM_NEWROUTE:
      return take_route(message, into);
    case RTM_NEWNEIGH:
      return take_neighbour(message, into);
    case RTM_NEWNETCONF:
      return take_forwarding(message, into);
    case of_nftables(NFT_MSG_NEWTABLE):
      return take_table(message, into);
    case of_nftables(NFT_MSG_NEWCHAIN):
      return take_chain(message, names, into);
    case of_nftables(NFT_MSG_NEWSETELEM):
      return take_elements(message, into);
    default:
      return true;
  }
}

/// What NLMSG_ERROR and NLMSG_DONE begin with: 0 or a negative errno. A dump's end
/// may have none.
int error_in(const nlmsghdr* message) {
  int error = 0;
  if (mnl_nlmsg_get_payload_len(message) < sizeof error)
    return message->nlmsg_type == NLMSG_DONE ? 0 : EBADMSG;
  std::memcpy(&error, mnl_nlmsg_get_payload(message), sizeof error);
  if (error == std::numeric_limits<int>::min()) return EBADMSG;
  return error < 0 ? -error : 0;
}

}  // namespace

datagram_answer take_datagram(bytes datagram, std::uint32_t sequence, std::uint32_t port,
                              const guard_names& guard, host_state& into) {
  datagram_answer answer;
  int left = static_cast<int>(datagram.size());
  const auto* message = reinterpret_cast<const nlmsghdr*>(datagram.data());
  for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
    // What is left of a request that was given up.
    if (message->nlmsg_seq != sequence || message->nlmsg_pid != port) continue;
    if ((message->nlmsg_flags & NLM_F_DUMP_INTR) != 0) answer.is_interrupted = true;
    switch (message->nlmsg_type) {
      case NLMSG_NOOP:
        break;
      case NLMSG_OVERRUN:
        answer.error = ENOBUFS;
        return answer;
      case NLMSG_ERROR:
      case NLMSG_DONE:
        answer.error = error_in(message);
        answer.is_end = true;
        return answer;
      default:
        if (!take_message(message, guard, into)) {
          answer.error = EBADMSG;
          return answer;
        }
    }
  }
  if (left > 0) answer.error = EBADMSG;
  return answer;
}

}  // namespace vmnet::cli
