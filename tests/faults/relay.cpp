#include "tests/faults/relay.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "tests/servers/process.hpp"

namespace fleet::testing {
namespace {

constexpr std::chrono::milliseconds slow_pace{1000};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool send_all(int fd, const char* bytes, std::size_t size) {
  while (size > 0) {
    auto const sent = ::send(fd, bytes, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

Relay::Relay(std::uint16_t target)
    : target_(target),
      port_(free_port()),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  int const on = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  auto const address = loopback(port_);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 64) != 0) {
    throw std::runtime_error("cannot listen on port " + std::to_string(port_));
  }
  thread_ = std::thread([this] { serve(); });
}

Relay::~Relay() {
  stop_ = true;
  ::eventfd_write(wake_, 1);
  thread_.join();
  ::close(listener_);
  ::close(wake_);
}

void Relay::turn(Mode mode, std::string bytes) {
  std::lock_guard const lock(mutex_);
  mode_ = mode;
  bytes_ = std::move(bytes);
  ::eventfd_write(wake_, 1);
}

void Relay::accept_one() {
  int const client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  int const server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto const address = loopback(target_);
  if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(client);
    ::close(server);
    return;
  }
  pairs_.push_back({.client = client, .server = server, .owed = {}, .next_payment = {}});
}

bool Relay::from_client(const Pair& pair) {
  char buffer[16384];
  auto const count = ::recv(pair.client, buffer, sizeof buffer, 0);
  if (count <= 0) return false;
  if (mode_ == Mode::garbage) return send_all(pair.client, bytes_.data(), bytes_.size());
  if (mode_ == Mode::reset) {
    linger const none{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    return false;
  }
  return send_all(pair.server, buffer, static_cast<std::size_t>(count));
}

bool Relay::from_server(Pair& pair) {
  char buffer[16384];
  auto const count = ::recv(pair.server, buffer, sizeof buffer, 0);
  if (count <= 0) {
    pair.ended = true;
    return !pair.owed.empty();
  }
  auto const size = static_cast<std::size_t>(count);
  if (mode_ == Mode::garbage) return true;
  if (mode_ == Mode::cut) {
    send_all(pair.client, buffer, std::min<std::size_t>(size, 3));
    return false;
  }
  if (mode_ == Mode::spoiled) {
    for (std::size_t n = 0; n < size; n += 7) buffer[n] = static_cast<char>(buffer[n] ^ 0x55);
  }
  pair.owed.append(buffer, size);
  return mode_ == Mode::slow || pay(pair);
}

bool Relay::pay(Pair& pair) const {
  auto size = pair.owed.size();
  if (mode_ == Mode::slow) {
    auto const now = std::chrono::steady_clock::now();
    if (size == 0 || now < pair.next_payment) return true;
    pair.next_payment = now + slow_pace;
    size = 1;
  }
  bool const sent = send_all(pair.client, pair.owed.data(), size);
  pair.owed.erase(0, size);
  return sent && !(pair.ended && pair.owed.empty());
}

void Relay::serve() {
  while (!stop_) {
    std::vector<pollfd> watched{{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (auto const& pair : pairs_) {
      watched.push_back({pair.client, POLLIN, 0});
      watched.push_back({pair.ended ? -1 : pair.server, POLLIN, 0});
    }
    bool const owing = std::ranges::any_of(pairs_, [](auto const& pair) { return !pair.owed.empty(); });
    if (::poll(watched.data(), watched.size(), owing ? static_cast<int>(slow_pace.count()) / 10 : -1) < 0)
      continue;
    std::lock_guard const lock(mutex_);
    eventfd_t count = 0;
    if (::eventfd_read(wake_, &count) == 0 && mode_ == Mode::idle_bytes) {
      for (auto const& pair : pairs_) send_all(pair.client, bytes_.data(), bytes_.size());
    }
    std::vector<Pair> living;
    for (std::size_t n = 0; n < pairs_.size(); ++n) {
      bool alive = watched[2 + 2 * n].revents == 0 || from_client(pairs_[n]);
      alive = alive && (watched[3 + 2 * n].revents == 0 || from_server(pairs_[n])) && pay(pairs_[n]);
      if (alive) {
        living.push_back(std::move(pairs_[n]));
      } else {
        ::close(pairs_[n].client);
        ::close(pairs_[n].server);
      }
    }
    pairs_ = std::move(living);
    if (watched[1].revents != 0) accept_one();
  }
  for (auto const& pair : pairs_) {
    ::close(pair.client);
    ::close(pair.server);
  }
}

}  // namespace fleet::testing
