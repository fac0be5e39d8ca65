#include "tests/core/http/raw_server.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

namespace fleet::testing {
namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

int listening_socket(int backlog, std::uint16_t& port) {
  int const fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof name;
  if (bind(fd, reinterpret_cast<sockaddr*>(&name), length) != 0 || listen(fd, backlog) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&name), &length) != 0)
    fail("listen");
  port = ntohs(name.sin_port);
  return fd;
}

Peer::~Peer() { close(fd_); }

std::string Peer::read_head() {
  std::string head;
  char bytes[4096];
  while (head.find("\r\n\r\n") == head.npos) {
    auto const count = recv(fd_, bytes, sizeof bytes, 0);
    if (count <= 0) return {};
    head.append(bytes, static_cast<std::size_t>(count));
  }
  return head;
}

bool Peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    auto const count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool Peer::sees_close() {
  char bytes[4096];
  for (;;) {
    auto const count = recv(fd_, bytes, sizeof bytes, 0);
    if (count == 0) return true;
    if (count < 0) return errno != EAGAIN && errno != EWOULDBLOCK;
  }
}

void Peer::reset_on_close() {
  linger const at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

RawServer::RawServer(std::function<void(Peer&)> serve)
    : serve_(std::move(serve)), listener_(listening_socket(16, port_)) {
  thread_ = std::thread([this] {
    // On this thread only: a server may write to who has gone (OpenSSL does it with write()), its client must
    // not.
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    for (;;) {
      int const fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      timeval const patience{10, 0};
      setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
      Peer peer(fd);
      serve_(peer);
      ++served_;
    }
  });
}

RawServer::~RawServer() {
  shutdown(listener_, SHUT_RDWR);  // wakes accept
  thread_.join();
  close(listener_);
}

}  // namespace fleet::testing
