#include "bench/probes/target.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <csignal>
#include <deque>
#include <stdexcept>

namespace fleet::bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr char answer[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n";

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

int listen_on_loopback(int flags, std::uint16_t& port) {
  int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  auto address = loopback(0);
  socklen_t length = sizeof address;
  if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd, 4096) != 0)
    throw std::runtime_error("cannot listen on loopback");
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  port = ntohs(address.sin_port);
  return fd;
}

void watch(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

void arm(int timer, Clock::time_point when) {
  auto const at = std::chrono::duration_cast<std::chrono::nanoseconds>(when.time_since_epoch()).count();
  itimerspec spec{};
  spec.it_value.tv_sec = at / 1'000'000'000;
  spec.it_value.tv_nsec = at % 1'000'000'000;
  ::timerfd_settime(timer, TFD_TIMER_ABSTIME, &spec, nullptr);
}

}  // namespace

Target::Target(std::chrono::microseconds delay) : listener_(listen_on_loopback(SOCK_NONBLOCK, port_)) {
  thread_ = std::thread([this, delay] { run(delay); });
}

Target::~Target() {
  stop_ = true;
  thread_.join();
  ::close(listener_);
}

void Target::stall(std::chrono::milliseconds length) { stalled_until_ = Clock::now() + length; }

void Target::run(std::chrono::microseconds delay) {
  int const epoll = ::epoll_create1(EPOLL_CLOEXEC),
            timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  watch(epoll, listener_);
  watch(epoll, timer);
  std::deque<std::pair<Clock::time_point, int>> waiting;  // one delay for all: in the order of their ends
  auto const finish = [](int fd) {
    [[maybe_unused]] auto const sent = ::send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL);
    ::close(fd);
  };
  while (!stop_) {
    epoll_event events[256];
    int const count = ::epoll_wait(epoll, events, 256, 50);
    std::this_thread::sleep_until(stalled_until_.load());
    for (int i = 0; i < count; ++i) {
      int const fd = events[i].data.fd;
      if (fd == listener_) {
        for (int peer; (peer = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;)
          watch(epoll, peer);
      } else if (fd == timer) {
        std::uint64_t expirations = 0;
        [[maybe_unused]] auto const got = ::read(timer, &expirations, sizeof expirations);
        for (; !waiting.empty() && waiting.front().first <= Clock::now(); waiting.pop_front())
          finish(waiting.front().second);
        if (!waiting.empty()) arm(timer, waiting.front().first);
      } else {
        char request[4096];
        auto const got = ::read(fd, request, sizeof request);
        if (got <= 0) {
          ::close(fd);
        } else if (delay.count() == 0) {
          finish(fd);
        } else if (delay.count() > 0) {
          ::epoll_ctl(epoll, EPOLL_CTL_DEL, fd, nullptr);
          waiting.emplace_back(Clock::now() + delay, fd);
          if (waiting.size() == 1) arm(timer, waiting.front().first);
        }
      }
    }
  }
  ::close(timer);
  ::close(epoll);
}

TlsTarget::TlsTarget(const std::string& certificate, const std::string& key)
    : listener_(listen_on_loopback(0, port_)) {
  ::signal(SIGPIPE, SIG_IGN);
  thread_ = std::thread([this, certificate, key] { run(certificate, key); });
}

TlsTarget::~TlsTarget() {
  stop_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void TlsTarget::run(std::string certificate, std::string key) {
  SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_use_certificate_chain_file(context, certificate.c_str());
  SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM);
  while (!stop_) {
    int const fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    timeval limit{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    SSL* const ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    char request[4096];
    if (SSL_accept(ssl) == 1 && SSL_read(ssl, request, sizeof request) > 0) {
      SSL_write(ssl, answer, sizeof answer - 1);
      SSL_shutdown(ssl);
    }
    SSL_free(ssl);
    ::close(fd);
  }
  SSL_CTX_free(context);
}

double bare_probe(std::uint16_t port) {
  auto const begin = Clock::now();
  int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int const on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  int const epoll = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLET;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  auto const address = loopback(port);
  ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  bool sent = false, done = false;
  while (!done) {
    if (::epoll_wait(epoll, &event, 1, 10'000) <= 0) break;
    if (!sent && (event.events & EPOLLOUT) != 0) {
      constexpr char request[] = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      sent = ::send(fd, request, sizeof request - 1, MSG_NOSIGNAL) > 0;
    }
    char buffer[4096];
    for (ssize_t got; (got = ::read(fd, buffer, sizeof buffer)) >= 0;) {
      done = got == 0;
      if (done) break;
    }
  }
  auto const end = Clock::now();
  ::close(epoll);
  ::close(fd);
  if (!done) throw std::runtime_error("the target did not answer");
  return std::chrono::duration<double>(end - begin).count();
}

}  // namespace fleet::bench
