#include "tests/core/io/dns_server.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace fleet::testing {
namespace {

constexpr std::size_t kHeader = 12;

/// The question's name and where its type begins.
std::pair<std::string, std::size_t> name_of(const std::string& query) {
  std::string name;
  std::size_t at = kHeader;
  while (at < query.size() && query[at] != 0) {
    auto const length = static_cast<unsigned char>(query[at]);
    if (!name.empty()) name += '.';
    name += query.substr(at + 1, length);
    at += 1u + length;
  }
  for (auto& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return {name, at + 1};
}

}  // namespace

DnsServer::DnsServer(Names names, const std::string& address, std::uint16_t port)
    : names_(std::move(names)),
      socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)),
      wake_(eventfd(0, EFD_CLOEXEC)) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  inet_pton(AF_INET, address.c_str(), &name.sin_addr);
  socklen_t length = sizeof name;
  if (bind(socket_, reinterpret_cast<sockaddr*>(&name), length) != 0 ||
      getsockname(socket_, reinterpret_cast<sockaddr*>(&name), &length) != 0)
    throw std::system_error(errno, std::generic_category(), "bind a DNS server");
  port_ = ntohs(name.sin_port);
  thread_ = std::thread([this] { serve(); });
}

DnsServer::~DnsServer() {
  std::uint64_t const one = 1;
  [[maybe_unused]] auto const written = write(wake_, &one, sizeof one);
  thread_.join();
  close(socket_);
  close(wake_);
}

void DnsServer::serve() {
  for (;;) {
    pollfd ready[2]{{socket_, POLLIN, 0}, {wake_, POLLIN, 0}};
    poll(ready, 2, -1);
    if (ready[1].revents != 0) return;
    char bytes[1500];
    sockaddr_in from{};
    socklen_t length = sizeof from;
    auto const count = recvfrom(socket_, bytes, sizeof bytes, 0, reinterpret_cast<sockaddr*>(&from), &length);
    if (count < static_cast<ssize_t>(kHeader)) continue;
    ++queries_;
    auto const reply = answer(std::string(bytes, static_cast<std::size_t>(count)));
    if (!reply.empty())
      sendto(socket_, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&from), length);
  }
}

std::string DnsServer::answer(const std::string& query) const {
  auto const [name, type_at] = name_of(query);
  if (name.starts_with("silent") || type_at + 4 > query.size()) return {};
  bool const is_a = query[type_at + 1] == 1;
  auto const known = names_.find(name);
  std::string reply = query.substr(0, type_at + 4);
  std::size_t const answers = known != names_.end() && is_a ? known->second.size() : 0;
  reply[2] = static_cast<char>(0x81);  // a response, recursion desired
  reply[3] = static_cast<char>(known == names_.end() ? 0x83 : 0x80);
  for (std::size_t at = 6; at < kHeader; ++at) reply[at] = 0;
  reply[7] = static_cast<char>(answers);
  for (std::size_t i = 0; i < answers; ++i) {
    std::string const fixed("\xC0\x0C\0\1\0\1\0\0\0\0\0\4",
                            12);  // the question's name, A, IN, no caching, 4 bytes
    in_addr address{};
    inet_pton(AF_INET, known->second[i].c_str(), &address);
    reply += fixed + std::string(reinterpret_cast<const char*>(&address), sizeof address);
  }
  return reply;
}

}  // namespace fleet::testing
