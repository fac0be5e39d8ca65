#include "probers/icmp/echo_socket.hpp"

#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <cstring>
#include <vector>

namespace fleet::probers::icmp {

using net::FailureKind;
using net::Step;

namespace {

net::Failure failure(Step step, int error, const std::string& what) {
  boost::system::error_code const code(error, boost::system::system_category());
  auto const kind = error == EMSGSIZE       ? FailureKind::too_large
                    : error == ECONNREFUSED ? FailureKind::refused
                                            : FailureKind::unreachable;
  return {step, kind, what + ": " + code.message()};
}

/// Closes it unless released.
struct Descriptor {
  int number = -1;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  int release() { return std::exchange(number, -1); }
};

int open_socket(Version version, int kind) {
  int const family = version == Version::v4 ? AF_INET : AF_INET6;
  int const protocol = version == Version::v4 ? IPPROTO_ICMP : static_cast<int>(IPPROTO_ICMPV6);
  return ::socket(family, kind | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
}

/// -1 if neither kind may be opened, with errno.
int open_socket(Version version, bool& raw) {
  int const unprivileged = open_socket(version, SOCK_DGRAM);
  raw = unprivileged < 0;
  return raw ? open_socket(version, SOCK_RAW) : unprivileged;
}

void set(int descriptor, int level, int name, int value) {
  // What cannot be set is known from what then happens: a missing hop limit, a request that is fragmented.
  ::setsockopt(descriptor, level, name, &value, sizeof value);
}

/// A raw socket gets a copy of all that comes from the peer; only echo replies are of use. Errors take another
/// way.
void keep_replies_only(int descriptor, Version version) {
  if (version == Version::v4) {
    icmp_filter filter{~(1u << ICMP_ECHOREPLY)};
    ::setsockopt(descriptor, SOL_RAW, ICMP_FILTER, &filter, sizeof filter);
  } else {
    icmp6_filter filter;
    ICMP6_FILTER_SETBLOCKALL(&filter);
    ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
    ::setsockopt(descriptor, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter);
  }
}

void configure(int descriptor, Version version, const SocketOptions& options) {
  if (version == Version::v4) {
    set(descriptor, IPPROTO_IP, IP_RECVERR, 1);
    set(descriptor, IPPROTO_IP, IP_RECVTTL, 1);
    if (options.ttl > 0) set(descriptor, IPPROTO_IP, IP_TTL, options.ttl);
    if (options.dont_fragment) set(descriptor, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
  } else {
    set(descriptor, IPPROTO_IPV6, IPV6_RECVERR, 1);
    set(descriptor, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
    if (options.ttl > 0) set(descriptor, IPPROTO_IPV6, IPV6_UNICAST_HOPS, options.ttl);
    if (options.dont_fragment) set(descriptor, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO);
    if (options.dont_fragment) set(descriptor, IPPROTO_IPV6, IPV6_DONTFRAG, 1);
  }
}

/// Address, hop limit and queued error of one recvmsg().
struct Received {
  std::string_view octets;
  asio::ip::udp::endpoint from;
  std::optional<int> hop_limit;
  std::optional<sock_extended_err> error;
};

/// nullopt: errno says why.
std::optional<Received> receive_message(int descriptor, int flags) {
  thread_local std::vector<char> buffer(65536 + 128);
  Received received;
  std::array<char, 512> control;
  iovec part{buffer.data(), buffer.size()};
  sockaddr_storage from{};
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  auto const size = ::recvmsg(descriptor, &message, flags | MSG_DONTWAIT);
  if (size < 0) return std::nullopt;
  received.octets = {buffer.data(), static_cast<std::size_t>(size)};
  if (message.msg_namelen > 0 && message.msg_namelen <= received.from.capacity()) {
    std::memcpy(received.from.data(), &from, message.msg_namelen);
    received.from.resize(message.msg_namelen);
  }
  for (auto* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    bool const ip4 = header->cmsg_level == IPPROTO_IP, ip6 = header->cmsg_level == IPPROTO_IPV6;
    if ((ip4 && header->cmsg_type == IP_TTL) || (ip6 && header->cmsg_type == IPV6_HOPLIMIT)) {
      int value = 0;
      std::memcpy(&value, CMSG_DATA(header), sizeof value);
      received.hop_limit = value;
    } else if ((ip4 && header->cmsg_type == IP_RECVERR) || (ip6 && header->cmsg_type == IPV6_RECVERR)) {
      sock_extended_err error{};
      std::memcpy(&error, CMSG_DATA(header), sizeof error);
      received.error = error;
    }
  }
  return received;
}

}  // namespace

struct EchoSocket::State {
  State(const asio::any_io_executor& executor, int opened) : descriptor(executor, opened), timer(executor) {}

  /// The event that a datagram of the ordinary queue is, if it answers us.
  std::optional<EchoEvent> reply_in(const Received& received) const {
    auto octets = std::optional(received.octets);
    if (raw && version == Version::v4) octets = behind_ip4_header(received.octets);
    if (!octets || received.from.address() != peer) return std::nullopt;
    auto const reply = decode_reply(version, *octets);
    // The kernel chooses the identifier of an unprivileged socket, and sees to it itself.
    if (!reply || (raw && reply->id != id) || reply->payload != payload) return std::nullopt;
    return EchoEvent{reply->sequence, Deadline::Clock::now(), received.hop_limit, std::nullopt};
  }

  std::optional<EchoEvent> error_in(const Received& received) const {
    if (!received.error) return std::nullopt;
    auto const request = decode_request(version, received.octets);
    if (!request || (raw && request->id != id)) return std::nullopt;
    auto const& error = *received.error;
    bool const remote = error.ee_origin == SO_EE_ORIGIN_ICMP || error.ee_origin == SO_EE_ORIGIN_ICMP6;
    auto what = failure(Step::processing, static_cast<int>(error.ee_errno), "echo to " + shown);
    if (remote) {
      // Echo has no ports: a router that calls one closed means that there is no way to the target.
      auto const kind = what.kind == FailureKind::too_large ? what.kind : FailureKind::unreachable;
      what = {what.step, kind, "echo to " + shown + ": " + error_text(version, error.ee_type, error.ee_code)};
    }
    return EchoEvent{request->sequence, Deadline::Clock::now(), std::nullopt, std::move(what)};
  }

  asio::posix::stream_descriptor descriptor;
  asio::steady_timer timer;
  asio::ip::address peer;
  std::string shown;
  Version version = Version::v4;
  bool raw = false;
  std::uint16_t id = 0;
  std::string payload;
};

EchoSocket::EchoSocket(asio::any_io_executor executor, const asio::ip::address& peer, std::size_t payload_size,
                       const SocketOptions& options) {
  auto const version = peer.is_v4() ? Version::v4 : Version::v6;
  auto const shown = peer.to_string();
  bool raw = false;
  Descriptor opened{open_socket(version, raw)};
  if (opened.number < 0) {
    if (errno != EPERM && errno != EACCES) throw failure(Step::connect, errno, "ICMP socket for " + shown);
    throw NotPermitted(
        "this process may not open ICMP sockets: give it CAP_NET_RAW, or put one of its groups into the sysctl "
        "net.ipv4.ping_group_range");
  }
  configure(opened.number, version, options);
  if (raw) keep_replies_only(opened.number, version);
  if (options.source) {
    asio::ip::udp::endpoint const local(*options.source, 0);
    if (::bind(opened.number, local.data(), static_cast<socklen_t>(local.size())) != 0) {
      throw failure(Step::connect, errno, "bind " + options.source->to_string());
    }
  }
  asio::ip::udp::endpoint const remote(peer, 0);
  if (::connect(opened.number, remote.data(), static_cast<socklen_t>(remote.size())) != 0) {
    throw failure(Step::connect, errno, "route to " + shown);
  }
  state_ = std::make_shared<State>(executor, opened.number);
  opened.release();
  state_->peer = peer;
  state_->shown = shown;
  state_->version = version;
  state_->raw = raw;
  state_->payload.resize(payload_size);
  // Beyond the first bytes the payload only fills the packet.
  auto const random = std::min<std::size_t>(payload_size, 32);
  if (getentropy(&state_->id, sizeof state_->id) != 0 || getentropy(state_->payload.data(), random) != 0) {
    throw std::runtime_error("the system has no random numbers");
  }
}

EchoSocket::~EchoSocket() { state_->timer.cancel(); }

bool EchoSocket::raw() const { return state_->raw; }

void EchoSocket::send(std::uint16_t sequence) {
  auto const octets = encode_request(state_->version, {state_->id, sequence, state_->payload});
  if (::send(state_->descriptor.native_handle(), octets.data(), octets.size(), MSG_NOSIGNAL) < 0) {
    throw failure(Step::send, errno, "send to " + state_->shown);
  }
}

awaitable<std::optional<EchoEvent>> EchoSocket::receive(Deadline until) {
  auto const state = state_;
  int const number = state->descriptor.native_handle();
  state->timer.expires_at(until.when());
  state->timer.async_wait([weak = std::weak_ptr<State>(state)](const boost::system::error_code& cancelled) {
    auto const waiting = weak.lock();
    boost::system::error_code ignored;
    if (!cancelled && waiting) waiting->descriptor.cancel(ignored);
  });
  while (!until.expired()) {
    // Each message costs a turn of the loop: a peer that floods us does not keep other probes from running.
    boost::system::error_code woken;
    auto token = asio::redirect_error(asio::use_awaitable, woken);
    co_await state->descriptor.async_wait(asio::posix::stream_descriptor::wait_read, std::move(token));
    if (until.expired()) break;
    // The timer of an earlier call may still wake this one; if it is the attempt that was cancelled, the next
    // wait throws.
    if (woken && woken != asio::error::operation_aborted) throw boost::system::system_error(woken);
    if (woken) continue;
    // An error is told once by the socket and once in its queue; the queue's says whose it is.
    std::optional<EchoEvent> event;
    if (auto const received = receive_message(number, 0)) {
      event = state->reply_in(*received);
    } else if (auto const queued = receive_message(number, MSG_ERRQUEUE)) {
      event = state->error_in(*queued);
    }
    if (event) co_return event;
  }
  co_return std::nullopt;
}

}  // namespace fleet::probers::icmp
