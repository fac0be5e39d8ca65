#include "tests/core/web/raw_connection.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace fleet::testing {
namespace {

int connected(std::uint16_t port, const std::string& address) {
  bool const v6 = address.find(':') != address.npos;
  int const fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "socket");
  sockaddr_in v4_name{};
  v4_name.sin_family = AF_INET;
  v4_name.sin_port = htons(port);
  sockaddr_in6 v6_name{};
  v6_name.sin6_family = AF_INET6;
  v6_name.sin6_port = htons(port);
  void* const bits = v6 ? static_cast<void*>(&v6_name.sin6_addr) : static_cast<void*>(&v4_name.sin_addr);
  inet_pton(v6 ? AF_INET6 : AF_INET, address.c_str(), bits);
  auto const* const name = v6 ? reinterpret_cast<sockaddr*>(&v6_name) : reinterpret_cast<sockaddr*>(&v4_name);
  if (connect(fd, name, v6 ? sizeof v6_name : sizeof v4_name) != 0) {
    int const error = errno;
    close(fd);
    throw std::system_error(error, std::generic_category(), "connect");
  }
  return fd;
}

}  // namespace

RawConnection::RawConnection(std::uint16_t port, const std::string& address) : fd_(connected(port, address)) {}

RawConnection::RawConnection(RawConnection&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), pending_(std::move(other.pending_)) {}

RawConnection::~RawConnection() {
  if (fd_ >= 0) close(fd_);
}

bool RawConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    auto const count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void RawConnection::finish_sending() { shutdown(fd_, SHUT_WR); }

bool RawConnection::read_some(std::chrono::milliseconds patience) {
  pollfd waiting{fd_, POLLIN, 0};
  if (poll(&waiting, 1, static_cast<int>(patience.count())) <= 0)
    throw std::runtime_error("the server is silent");
  char bytes[16 * 1024];
  auto const count = recv(fd_, bytes, sizeof bytes, 0);
  if (count <= 0) return false;
  pending_.append(bytes, static_cast<std::size_t>(count));
  return true;
}

std::string RawConnection::read_response(bool head) {
  std::size_t end;
  while ((end = pending_.find("\r\n\r\n")) == pending_.npos)
    if (!read_some()) throw std::runtime_error("closed before a response; got: " + pending_);
  std::size_t length = end + 4;
  auto const field = pending_.find("Content-Length: ");
  if (!head && field < end) length += std::stoul(pending_.substr(field + 16));
  while (pending_.size() < length)
    if (!read_some()) throw std::runtime_error("closed within a response; got: " + pending_);
  auto response = pending_.substr(0, length);
  pending_.erase(0, length);
  return response;
}

std::string RawConnection::read_to_end() {
  while (read_some()) {
  }
  return std::exchange(pending_, {});
}

std::string ask(std::uint16_t port, std::string_view request) {
  RawConnection connection(port);
  connection.send(request);
  return connection.read_to_end();
}

std::string body_of(const std::string& response) {
  auto const end = response.find("\r\n\r\n");
  return end == response.npos ? std::string() : response.substr(end + 4);
}

}  // namespace fleet::testing
