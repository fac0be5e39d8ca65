#include "tests/servers/liar.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <vector>

#include "tests/servers/process.hpp"

namespace fleet::testing {

GarbageServer::GarbageServer(std::string bytes, Then then, std::uint16_t port)
    : bytes_(std::move(bytes)),
      then_(then),
      port_(port != 0 ? port : free_port()),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      wake_(::eventfd(0, EFD_CLOEXEC)) {
  int const on = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 64) != 0) {
    throw std::runtime_error("cannot listen on port " + std::to_string(port_));
  }
  thread_ = std::thread([this] { serve(); });
}

GarbageServer::~GarbageServer() {
  ::eventfd_write(wake_, 1);
  thread_.join();
  ::close(listener_);
  ::close(wake_);
}

void GarbageServer::serve() {
  std::vector<pollfd> watched{{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
  while (::poll(watched.data(), watched.size(), -1) >= 0 && watched[0].revents == 0) {
    for (std::size_t i = watched.size(); i-- > 2;) {
      if (watched[i].revents == 0) continue;
      char request[4096];
      bool const ended = ::recv(watched[i].fd, request, sizeof request, 0) <= 0;
      if (!ended && !bytes_.empty()) ::send(watched[i].fd, bytes_.data(), bytes_.size(), MSG_NOSIGNAL);
      if (ended || then_ == Then::close) {
        ::close(watched[i].fd);
        watched.erase(watched.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
    if (watched[1].revents != 0) {
      int const accepted = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (accepted >= 0) {
        ++connections_;
        if (then_ == Then::close_at_once) {
          ::close(accepted);
        } else {
          watched.push_back({accepted, POLLIN, 0});
        }
      }
    }
  }
  for (std::size_t i = 2; i < watched.size(); ++i) ::close(watched[i].fd);
}

}  // namespace fleet::testing
