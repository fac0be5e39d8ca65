#include "tests/servers/http_get.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace fleet::testing {
namespace {

using Clock = std::chrono::steady_clock;

class Socket {
 public:
  explicit Socket(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      ::close(fd_);
      throw std::runtime_error("nobody listens on port " + std::to_string(port));
    }
  }
  ~Socket() { ::close(fd_); }
  Socket(const Socket&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::string exchange(std::uint16_t port, const std::string& request, Clock::time_point end) {
  Socket const socket(port);
  if (::send(socket.fd(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    throw std::runtime_error("the request could not be sent");
  }
  std::string answer;
  char buffer[65536];
  for (;;) {
    auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd watched{socket.fd(), POLLIN, 0};
    if (left <= 0 || ::poll(&watched, 1, static_cast<int>(left)) <= 0) {
      throw std::runtime_error("no complete HTTP answer in time, got: " + answer.substr(0, 500));
    }
    auto const count = ::recv(socket.fd(), buffer, sizeof buffer, 0);
    if (count < 0) throw std::runtime_error("the connection was reset");
    if (count == 0) return answer;
    answer.append(buffer, static_cast<std::size_t>(count));
  }
}

std::string joined_chunks(const std::string& body) {
  std::string joined;
  for (std::size_t at = 0;;) {
    auto const line_end = body.find("\r\n", at);
    if (line_end == std::string::npos) throw std::runtime_error("the last HTTP chunk is missing");
    auto const size = std::stoul(body.substr(at, line_end - at), nullptr, 16);
    if (size == 0) return joined;
    joined += body.substr(line_end + 2, size);
    at = line_end + 2 + size + 2;
  }
}

HttpAnswer parse(const std::string& text, bool with_body) {
  auto const head_end = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.") || head_end == std::string::npos) {
    throw std::runtime_error("not an HTTP answer: " + text.substr(0, 500));
  }
  HttpAnswer answer;
  answer.status = std::stoi(text.substr(9, 3));
  auto line = text.find("\r\n") + 2;
  while (line < head_end + 2) {
    auto const line_end = text.find("\r\n", line);
    auto const colon = text.find(':', line);
    auto name = text.substr(line, colon - line);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    auto const start = text.find_first_not_of(' ', colon + 1);
    answer.headers[name] = text.substr(start, line_end - start);
    line = line_end + 2;
  }
  answer.body = text.substr(head_end + 4);
  if (!with_body) return answer;
  if (answer.headers.contains("transfer-encoding")) answer.body = joined_chunks(answer.body);
  if (auto const length = answer.headers.find("content-length");
      length != answer.headers.end() && std::stoul(length->second) != answer.body.size()) {
    throw std::runtime_error("the HTTP body has " + std::to_string(answer.body.size()) + " bytes, not " +
                             length->second);
  }
  return answer;
}

}  // namespace

HttpAnswer http_request(const std::string& method, std::uint16_t port, const std::string& path,
                        const std::map<std::string, std::string>& headers, const std::string& body,
                        std::chrono::milliseconds limit) {
  auto request = method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n";
  for (auto const& [name, value] : headers) request += name + ": " + value + "\r\n";
  if (method != "GET") request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  request += "Connection: close\r\n\r\n" + body;
  return parse(exchange(port, request, Clock::now() + limit), method != "HEAD");
}

HttpAnswer http_get(std::uint16_t port, const std::string& path,
                    const std::map<std::string, std::string>& headers, std::chrono::milliseconds limit) {
  return http_request("GET", port, path, headers, "", limit);
}

}  // namespace fleet::testing
