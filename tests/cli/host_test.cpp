// The kernel's messages, made by hand: as it sends them, cut short at every byte,
// and with lengths that lie.
#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netconf.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

import vmnet;
import vmnet.cli.host;

namespace {

using vmnet::cli::datagram_answer;
using vmnet::cli::guard_names;
using vmnet::cli::host_state;

constexpr std::uint32_t sequence = 7;
constexpr std::uint32_t port = 4711;

const guard_names& names() {
  static const guard_names all = {"vmnet-br0", "guard", "from_guest", {"taps", "guests"}};
  return all;
}

using bytes = std::vector<std::byte>;

template <class Value>
bytes as_bytes(const Value& value) {
  bytes copy(sizeof value);
  std::memcpy(copy.data(), &value, sizeof value);
  return copy;
}

bytes text(std::string_view value) {
  bytes copy(value.size() + 1);
  std::memcpy(copy.data(), value.data(), value.size());
  return copy;
}

bytes octets(std::initializer_list<unsigned> values) {
  bytes copy;
  for (const unsigned value : values) copy.push_back(static_cast<std::byte>(value));
  return copy;
}

void append(bytes& to, const bytes& more) {
  to.insert(to.end(), more.begin(), more.end());
  to.resize((to.size() + 3) / 4 * 4);
}

bytes attribute(int type, const bytes& payload) {
  bytes whole = as_bytes(nlattr{static_cast<std::uint16_t>(sizeof(nlattr) + payload.size()),
                                static_cast<std::uint16_t>(type)});
  append(whole, payload);
  return whole;
}

bytes joined(const std::vector<bytes>& parts) {
  bytes whole;
  for (const bytes& part : parts) append(whole, part);
  return whole;
}

bytes message(int type, const std::vector<bytes>& parts, unsigned flags = NLM_F_MULTI,
              std::uint32_t of = sequence) {
  const bytes payload = joined(parts);
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + payload.size());
  header.nlmsg_type = static_cast<std::uint16_t>(type);
  header.nlmsg_flags = static_cast<std::uint16_t>(flags);
  header.nlmsg_seq = of;
  header.nlmsg_pid = port;
  return joined({as_bytes(header), payload});
}

datagram_answer take(const bytes& datagram, host_state& into) {
  for (const std::string& set : names().sets) into.guard.sets.push_back({set, false, {}});
  return vmnet::cli::take_datagram(datagram, sequence, port, names(), into);
}

bytes link_message() {
  ifinfomsg header{};
  header.ifi_type = ARPHRD_ETHER;
  header.ifi_index = 5;
  header.ifi_flags = IFF_UP;
  return message(RTM_NEWLINK,
                 {as_bytes(header), attribute(IFLA_IFNAME, text("tap-1fdcc600")),
                  attribute(IFLA_ADDRESS, octets({2, 0, 0, 0, 0, 9})),
                  attribute(IFLA_MASTER, as_bytes(std::uint32_t{3})),
                  attribute(IFLA_LINKINFO | NLA_F_NESTED, attribute(IFLA_INFO_KIND, text("tun"))),
                  attribute(999, octets({1, 2, 3}))});
}

bytes address_message() {
  ifaddrmsg header{};
  header.ifa_family = AF_INET;
  header.ifa_prefixlen = 24;
  header.ifa_index = 3;
  return message(RTM_NEWADDR, {as_bytes(header), attribute(IFA_LOCAL, octets({172, 30, 0, 1}))});
}

bytes route_message(std::uint32_t table = RT_TABLE_MAIN) {
  rtmsg header{};
  header.rtm_family = AF_INET;
  header.rtm_dst_len = 24;
  header.rtm_table = RT_TABLE_MAIN;
  return message(RTM_NEWROUTE, {as_bytes(header), attribute(RTA_TABLE, as_bytes(table)),
                                attribute(RTA_DST, octets({10, 9, 8, 0})),
                                attribute(RTA_OIF, as_bytes(std::uint32_t{3}))});
}

bytes neighbour_message(std::uint16_t state = NUD_STALE) {
  ndmsg header{};
  header.ndm_family = AF_INET;
  header.ndm_ifindex = 3;
  header.ndm_state = state;
  return message(RTM_NEWNEIGH, {as_bytes(header), attribute(NDA_DST, octets({172, 30, 0, 9})),
                                attribute(NDA_LLADDR, octets({2, 0, 0, 0, 0, 1}))});
}

bytes forwarding_message() {
  netconfmsg header{};
  header.ncm_family = AF_INET;
  return message(RTM_NEWNETCONF, {as_bytes(header), attribute(NETCONFA_IFINDEX, as_bytes(-1)),
                                  attribute(NETCONFA_FORWARDING, as_bytes(1))});
}

bytes element(const bytes& key) {
  return attribute(NFTA_LIST_ELEM, attribute(NFTA_SET_ELEM_KEY, attribute(NFTA_DATA_VALUE, key)));
}

bytes elements_message(std::string_view set = "guests") {
  bytes key = text("tap-1fdcc600");
  key.resize(16);
  append(key, octets({2, 0, 0xd9, 0x71, 1, 0xa6, 0, 0}));
  append(key, octets({172, 30, 0, 231}));
  return message(
      NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWSETELEM,
      {as_bytes(nfgenmsg{}), attribute(NFTA_SET_ELEM_LIST_SET, text(set)),
       attribute(NFTA_SET_ELEM_LIST_ELEMENTS, joined({element(key), element(octets({1, 0xab}))}))});
}

bytes done_message() { return message(NLMSG_DONE, {as_bytes(0)}); }

TEST(HostMessages, AreReadIntoPlainData) {
  host_state host;
  const auto answer =
      take(joined({link_message(), address_message(), route_message(), neighbour_message(),
                   forwarding_message(), elements_message(), done_message()}),
           host);
  EXPECT_TRUE(answer.is_end);
  EXPECT_EQ(answer.error, 0);
  ASSERT_EQ(host.links.size(), 1U);
  const auto& link = host.links[0];
  EXPECT_EQ(link.index, 5U);
  EXPECT_EQ(link.master, 3U);
  EXPECT_EQ(link.name, "tap-1fdcc600");
  EXPECT_EQ(link.kind, "tun");
  EXPECT_TRUE(link.is_tap);
  EXPECT_TRUE(link.is_up);
  ASSERT_TRUE(link.mac);
  EXPECT_EQ(to_string(*link.mac), "02:00:00:00:00:09");
  ASSERT_EQ(host.addresses.size(), 1U);
  EXPECT_EQ(to_string(host.addresses[0].address), "172.30.0.1");
  EXPECT_EQ(host.addresses[0].prefix_length, 24);
  ASSERT_EQ(host.routes.size(), 1U);
  EXPECT_EQ(to_string(host.routes[0].to), "10.9.8.0/24");
  EXPECT_EQ(host.routes[0].link, 3U);
  ASSERT_EQ(host.neighbours.size(), 1U);
  EXPECT_EQ(to_string(host.neighbours[0].mac), "02:00:00:00:00:01");
  ASSERT_EQ(host.forwarding.size(), 1U);
  EXPECT_EQ(host.forwarding[0].link, -1);
  EXPECT_TRUE(host.forwarding[0].is_on);
  EXPECT_EQ(
      host.guard.sets[1].elements,
      (std::vector<std::string>{R"("tap-1fdcc600" . 02:00:d9:71:01:a6 . 172.30.0.231)", "0x01ab"}));
}

TEST(HostMessages, OfOtherTablesAndOfNeighboursThatAreNotKnownArePassedOver) {
  host_state host;
  const auto answer = take(joined({route_message(RT_TABLE_LOCAL), neighbour_message(NUD_FAILED),
                                   neighbour_message(NUD_INCOMPLETE), done_message()}),
                           host);
  EXPECT_EQ(answer.error, 0);
  EXPECT_TRUE(host.routes.empty());
  EXPECT_TRUE(host.neighbours.empty());
}

TEST(HostMessages, OfAnotherRequestArePassedOver) {
  host_state host;
  const auto answer = take(message(NLMSG_ERROR, {as_bytes(-EPERM)}, 0, sequence - 1), host);
  EXPECT_FALSE(answer.is_end);
  EXPECT_EQ(answer.error, 0);
}

TEST(HostMessages, TellTheKernelsError) {
  host_state host;
  auto answer = take(message(NLMSG_ERROR, {as_bytes(nlmsgerr{-EPERM, {}})}, 0), host);
  EXPECT_TRUE(answer.is_end);
  EXPECT_EQ(answer.error, EPERM);
  answer = take(message(NLMSG_ERROR, {as_bytes(nlmsgerr{0, {}})}, 0), host);  // acknowledged
  EXPECT_TRUE(answer.is_end);
  EXPECT_EQ(answer.error, 0);
  EXPECT_EQ(take(message(NLMSG_DONE, {as_bytes(-ENOENT)}), host).error, ENOENT);
  EXPECT_EQ(take(message(NLMSG_ERROR, {}), host).error, EBADMSG);
  // Its negation is no int.
  EXPECT_EQ(take(message(NLMSG_ERROR, {as_bytes(std::numeric_limits<int>::min())}), host).error,
            EBADMSG);
  EXPECT_EQ(take(message(NLMSG_OVERRUN, {}), host).error, ENOBUFS);
}

TEST(HostMessages, TellADumpThatWasInterrupted) {
  for (const bool at_the_end : {false, true}) {
    host_state host;
    const unsigned flags = NLM_F_MULTI | NLM_F_DUMP_INTR;
    const auto answer =
        take(joined({message(NLMSG_NOOP, {}, at_the_end ? NLM_F_MULTI : flags),
                     message(NLMSG_DONE, {as_bytes(0)}, at_the_end ? flags : NLM_F_MULTI)}),
             host);
    EXPECT_TRUE(answer.is_end);
    EXPECT_TRUE(answer.is_interrupted);
  }
}

std::vector<bytes> all_messages() {
  return {link_message(),      address_message(),    route_message(),
          neighbour_message(), forwarding_message(), elements_message()};
}

TEST(HostMessages, ThatAreCutAreRefused) {
  for (const bytes& whole : all_messages()) {
    for (std::size_t size = 1; size < whole.size(); ++size) {
      // A vector of its own: a sanitizer sees each byte that is read behind it.
      const bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      host_state host;
      EXPECT_EQ(take(cut, host).error, EBADMSG) << size;
      EXPECT_TRUE(host.links.empty());
    }
  }
}

TEST(HostMessages, ThatAreCutAndSayTheirNewLengthAreReadWithinTheirBounds) {
  for (const bytes& whole : all_messages()) {
    for (std::size_t size = sizeof(nlmsghdr); size < whole.size(); ++size) {
      bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      const auto length = static_cast<std::uint32_t>(size);
      std::memcpy(cut.data(), &length, sizeof length);
      host_state host;
      const int error = take(cut, host).error;
      EXPECT_TRUE(error == 0 || error == EBADMSG) << error;
    }
  }
}

TEST(HostMessages, WithLengthsThatLieAreReadWithinTheirBounds) {
  for (const bytes& whole : all_messages()) {
    for (std::size_t at = sizeof(nlmsghdr); at < whole.size(); ++at) {
      for (const unsigned value : {0U, 1U, 3U, 5U, 0x7fU, 0xffU}) {
        bytes changed = whole;
        changed[at] = static_cast<std::byte>(value);
        host_state host;
        const int error = take(changed, host).error;
        EXPECT_TRUE(error == 0 || error == EBADMSG) << error;
      }
    }
  }
}

TEST(HostMessages, OfASetThatWasNotAskedForAreRefused) {
  host_state host;
  EXPECT_EQ(take(elements_message("other"), host).error, EBADMSG);
}

TEST(HostMessages, OfTheGuardTellWhetherItWorks) {
  const auto chain = [](std::string_view name, std::uint8_t uses, bool is_hooked) {
    std::vector<bytes> parts = {as_bytes(nfgenmsg{}), attribute(NFTA_CHAIN_NAME, text(name)),
                                attribute(NFTA_CHAIN_USE, octets({0, 0, 0, uses}))};
    if (is_hooked) parts.push_back(attribute(NFTA_CHAIN_HOOK | NLA_F_NESTED, {}));
    return message(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWCHAIN, parts);
  };
  const auto table = [](std::uint8_t flags) {
    return message(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE,
                   {as_bytes(nfgenmsg{}), attribute(NFTA_TABLE_FLAGS, octets({0, 0, 0, flags}))});
  };
  host_state host;
  EXPECT_EQ(
      take(joined({table(0), chain("guard", 1, true), chain("from_guest", 7, false)}), host).error,
      0);
  EXPECT_TRUE(host.guard.is_there && host.guard.is_hooked && host.guard.has_verdicts);
  EXPECT_FALSE(host.guard.is_dormant);
  host = {};
  EXPECT_EQ(
      take(joined({table(1), chain("guard", 0, true), chain("from_guest", 1, false)}), host).error,
      0);
  EXPECT_TRUE(host.guard.is_there && host.guard.is_dormant);
  EXPECT_FALSE(host.guard.is_hooked || host.guard.has_verdicts);
}

}  // namespace
