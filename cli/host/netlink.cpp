// The questions, and the sockets that they go through.
module;
#include <libmnl/libmnl.h>
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

namespace vmnet::cli {
namespace {

/// A kernel dumps into what the reader has room for, up to 32 KiB; an interface
/// with many virtual functions takes more.
constexpr std::size_t room = std::size_t{128} << 10U;
/// How often a host that changes while it is read is read anew.
constexpr int max_attempts = 10;

/// A request for one thing or, with NLM_F_DUMP, for all of a kind.
class request {
 public:
  template <class Header>
  request(int type, int flags, const Header& header) {
    nlmsghdr* const message = mnl_nlmsg_put_header(buffer_.data());
    message->nlmsg_type = static_cast<std::uint16_t>(type);
    // One thing has no end of its own: the acknowledgement is it.
    message->nlmsg_flags =
        static_cast<std::uint16_t>(NLM_F_REQUEST | (flags == 0 ? NLM_F_ACK : flags));
    *static_cast<Header*>(mnl_nlmsg_put_extra_header(message, sizeof header)) = header;
  }

  // Names of bridges and tables are short: the room is more than enough.
  request& with(int type, const std::string& text) {
    mnl_attr_put_strz(message(), static_cast<std::uint16_t>(type), text.c_str());
    return *this;
  }
  request& with(int type, std::uint32_t value) {
    mnl_attr_put_u32(message(), static_cast<std::uint16_t>(type), value);
    return *this;
  }

  [[nodiscard]] std::span<const char> bytes(std::uint32_t sequence) {
    message()->nlmsg_seq = sequence;
    return {buffer_.data(), message()->nlmsg_len};
  }

 private:
  nlmsghdr* message() { return reinterpret_cast<nlmsghdr*>(buffer_.data()); }

  alignas(nlmsghdr) std::array<char, 1024> buffer_{};
};

/// A socket to a part of the kernel. It waits for nothing: the answer is made while
/// the request is sent or the one before is read, and none is a fault.
class kernel {
 public:
  kernel(int bus, const guard_names& guard, host_state& into)
      : socket_(mnl_socket_open2(bus, SOCK_CLOEXEC | SOCK_NONBLOCK)),
        guard_(&guard),
        into_(&into),
        buffer_(room) {
    if (!socket_ || mnl_socket_bind(socket_.get(), 0, MNL_SOCKET_AUTOPID) < 0) error_ = errno;
  }

  /// The errno of why it cannot be used, or 0.
  [[nodiscard]] int error() const { return error_; }

  /// Takes the answer: 0 or an errno; EINTR where it is not of one moment.
  int ask(request question) {
    const auto sent = question.bytes(++sequence_);
    if (mnl_socket_sendto(socket_.get(), sent.data(), sent.size()) < 0) return errno;
    bool is_interrupted = false;
    for (;;) {
      const ssize_t size = mnl_socket_recvfrom(socket_.get(), buffer_.data(), buffer_.size());
      if (size < 0 && errno == EINTR) continue;  // a signal: nothing was read
      if (size < 0) return errno;                // ENOSPC: longer than the buffer
      const datagram_answer answer =
          take_datagram({buffer_.data(), static_cast<std::size_t>(size)}, sequence_,
                        mnl_socket_get_portid(socket_.get()), *guard_, *into_);
      is_interrupted = is_interrupted || answer.is_interrupted;
      if (answer.error != 0) return answer.error;
      if (answer.is_end) return is_interrupted ? EINTR : 0;
    }
  }

 private:
  struct closer {
    void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
  };

  std::unique_ptr<mnl_socket, closer> socket_;
  const guard_names* guard_;
  host_state* into_;
  std::vector<std::byte> buffer_;
  std::uint32_t sequence_ = 0;
  int error_ = 0;
};

template <class Header>
Header of_ipv4(std::uint8_t Header::* family) {
  Header header{};
  header.*family = AF_INET;
  return header;
}

request forwarding_of(std::uint32_t link) {
  return request(RTM_GETNETCONF, 0, of_ipv4(&netconfmsg::ncm_family)).with(NETCONFA_IFINDEX, link);
}

std::optional<host_fault> read_routing(const std::string& bridge, const guard_names& guard,
                                       host_state& into) {
  kernel routing(NETLINK_ROUTE, guard, into);
  if (routing.error() != 0) return host_fault{"a netlink socket", routing.error()};
  const auto ask = [&](const char* what, const request& question) -> std::optional<host_fault> {
    const int error = routing.ask(question);
    return error == 0 ? std::nullopt : std::optional(host_fault{what, error});
  };
  auto fault = ask("interfaces", request(RTM_GETLINK, NLM_F_DUMP, ifinfomsg{}));
  if (!fault)
    fault = ask("addresses", request(RTM_GETADDR, NLM_F_DUMP, of_ipv4(&ifaddrmsg::ifa_family)));
  if (!fault) fault = ask("routes", request(RTM_GETROUTE, NLM_F_DUMP, of_ipv4(&rtmsg::rtm_family)));
  if (!fault)
    fault = ask("neighbours", request(RTM_GETNEIGH, NLM_F_DUMP, of_ipv4(&ndmsg::ndm_family)));
  constexpr auto all = static_cast<std::uint32_t>(NETCONFA_IFINDEX_ALL);
  if (!fault) fault = ask("net.ipv4.ip_forward", forwarding_of(all));
  for (const host_link& link : into.links)
    if (!fault && link.name == bridge) fault = ask("forwarding", forwarding_of(link.index));
  return fault;
}

request of_guard(int type, int flags) {
  nfgenmsg header{};
  header.nfgen_family = NFPROTO_BRIDGE;
  header.version = NFNETLINK_V0;
  return request(NFNL_SUBSYS_NFTABLES << 8 | type, flags, header);
}

/// 0 where it was read, whether it is there or not.
int read_guard(const guard_names& names, host_state& into) {
  host_guard& guard = into.guard;
  for (const std::string& name : names.sets) guard.sets.push_back({name, false, {}});
  kernel tables(NETLINK_NETFILTER, names, into);
  if (tables.error() != 0) return tables.error();
  int error = tables.ask(of_guard(NFT_MSG_GETTABLE, 0).with(NFTA_TABLE_NAME, names.table));
  // EINVAL: this kernel has no nftables, or has never used it.
  if (error == ENOENT || error == EINVAL) return 0;
  for (const std::string* const chain : {&names.hook_chain, &names.verdict_chain}) {
    if (error != 0) return error;
    error = tables.ask(of_guard(NFT_MSG_GETCHAIN, 0)
                           .with(NFTA_CHAIN_TABLE, names.table)
                           .with(NFTA_CHAIN_NAME, *chain));
    if (error == ENOENT) error = 0;
  }
  for (host_set& set : guard.sets) {
    if (error != 0) return error;
    error = tables.ask(of_guard(NFT_MSG_GETSETELEM, NLM_F_DUMP)
                           .with(NFTA_SET_ELEM_LIST_TABLE, names.table)
                           .with(NFTA_SET_ELEM_LIST_SET, set.name));
    set.is_there = error == 0;
    if (error == ENOENT) error = 0;
  }
  return error;
}

/// Errors after which the same question may get an answer: the host has changed
/// under it, or the answer came faster than it was read.
bool is_worth_another(int error) { return error == EINTR || error == ENOBUFS || error == EAGAIN; }

}  // namespace

std::optional<host_fault> read_host(const std::string& bridge, const guard_names& guard,
                                    host_state& into) {
  for (int attempt = 1;; ++attempt) {
    into = {};
    const auto fault = read_routing(bridge, guard, into);
    into.guard.error = fault ? 0 : read_guard(guard, into);
    const int error = fault ? fault->error : into.guard.error;
    if (!is_worth_another(error) || attempt == max_attempts) return fault;
  }
}

}  // namespace vmnet::cli
