#include "bench/probes/hostile.hpp"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>

namespace fleet::bench {

namespace {

constexpr const char* names[] = {"silent",       "close",     "reset",   "garbage",       "drip",        "endless_head",
                                 "endless_body", "half_body", "interim", "redirect_loop", "rst_in_body", "tls_garbage"};

int listen_on_loopback(std::uint16_t& port) {
  int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(fd, 4096) != 0)
    throw std::runtime_error("cannot listen on loopback");
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  port = ntohs(address.sin_port);
  return fd;
}

bool say(int fd, const std::string& text) {
  return ::send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT) > 0;
}

void close_with_reset(int fd) {
  linger const hard{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  ::close(fd);
}

}  // namespace

struct HostileServers::Peer {
  std::string behaviour;
  std::size_t said = 0;
  bool asked = false;
};

HostileServers::HostileServers() {
  for (auto const* name : names) {
    std::uint16_t port = 0;
    listeners_[listen_on_loopback(port)] = name;
    ports_[name] = port;
  }
  thread_ = std::thread([this] { run(); });
}

HostileServers::~HostileServers() {
  stop_ = true;
  thread_.join();
  for (auto const& [fd, name] : listeners_) ::close(fd);
}

void HostileServers::run() {
  int const epoll = ::epoll_create1(EPOLL_CLOEXEC);
  auto const watch = [&](int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  };
  for (auto const& [fd, name] : listeners_) watch(fd);
  std::map<int, Peer> peers;
  std::string const head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n";
  std::string const slow = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n";

  // What is said once, when a request (or, for tls_garbage, anything) has come. False: the peer is done with.
  auto const answer = [&](int fd, Peer& peer) {
    auto const& how = peer.behaviour;
    if (how == "garbage" || how == "tls_garbage") return say(fd, std::string(200, '\x16') + "\r\n\r\n");
    if (how == "half_body") return say(fd, head + "half");
    if (how == "redirect_loop")
      return say(fd, "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n") && false;
    if (how == "rst_in_body") {
      say(fd, head + "then");
      peers.erase(fd);
      close_with_reset(fd);
      return true;
    }
    if (how == "endless_body") return say(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    if (how == "endless_head") return say(fd, "HTTP/1.1 200 OK\r\n");
    return true;
  };
  auto const turn = [&](int fd, Peer& peer) {
    auto const& how = peer.behaviour;
    if (!peer.asked) return true;
    if (how == "drip") return peer.said >= slow.size() || say(fd, slow.substr(peer.said++, 1));
    if (how == "endless_head") return say(fd, "X-Again: and again\r\n");
    if (how == "endless_body") return say(fd, "10\r\n0123456789abcdef\r\n");
    if (how == "interim") return say(fd, "HTTP/1.1 100 Continue\r\n\r\n");
    return true;
  };
  auto next_turn = std::chrono::steady_clock::now();
  while (!stop_) {
    epoll_event events[256];
    int const count = ::epoll_wait(epoll, events, 256, 10);
    for (int i = 0; i < count; ++i) {
      int const fd = events[i].data.fd;
      auto const listener = listeners_.find(fd);
      if (listener != listeners_.end()) {
        for (int peer; (peer = ::accept4(fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
          if (listener->second == "close") {
            ::close(peer);
          } else if (listener->second == "reset") {
            close_with_reset(peer);
          } else {
            peers[peer].behaviour = listener->second;
            watch(peer);
          }
        }
        continue;
      }
      auto const found = peers.find(fd);
      if (found == peers.end()) continue;
      char buffer[4096];
      bool const here = ::read(fd, buffer, sizeof buffer) > 0;
      bool const first = !found->second.asked;
      found->second.asked = true;
      if (!here || (first && !answer(fd, found->second))) {
        peers.erase(fd);
        ::close(fd);
      }
    }
    if (std::chrono::steady_clock::now() < next_turn) continue;
    next_turn += std::chrono::milliseconds(50);
    // A client that is slow to read makes say() fail: it is let go, which it has to bear as well.
    for (auto peer = peers.begin(); peer != peers.end();) {
      if (turn(peer->first, peer->second)) {
        ++peer;
      } else {
        ::close(peer->first);
        peer = peers.erase(peer);
      }
    }
  }
  for (auto const& [fd, peer] : peers) ::close(fd);
  ::close(epoll);
}

}  // namespace fleet::bench
