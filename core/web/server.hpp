// HTTP/1.1 server behind a narrow interface; Beast stays in server.cpp.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/io/deadline.hpp"

namespace fleet::web {

/// A request whose head and body have been read completely.
struct Request {
  std::string method;                                        ///< upper case
  std::string path;                                          ///< decoded, without the query: "/metrics"
  std::vector<std::pair<std::string, std::string>> query;    ///< decoded once, in order
  std::vector<std::pair<std::string, std::string>> headers;  ///< as sent, in order
  std::string body;

  /// First header of that name (case-insensitive), or "".
  std::string_view header(std::string_view name) const;
  /// First query parameter of that name, or `fallback`.
  std::string_view parameter(std::string_view name, std::string_view fallback = {}) const;
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Runs on the server's io_context; may suspend. An exception becomes a 500 without detail and a log line.
using Handler = std::function<awaitable<Response>(const Request&)>;

struct Limits {
  std::size_t header_bytes = 16 * 1024;
  std::size_t body_bytes = 1024 * 1024;
  /// Beyond it the one that has kept us waiting for a request for the longest is closed: who holds connections
  /// open and sends nothing keeps nobody out. If all are being answered the new one is closed.
  std::size_t connections = 512;
  std::chrono::milliseconds head_timeout{10'000};   ///< from accept or the first byte to the end of the head
  std::chrono::milliseconds idle_timeout{120'000};  ///< between two requests
  std::chrono::milliseconds body_timeout{30'000};   ///< from the end of the head to the end of the body
  std::chrono::milliseconds write_timeout{30'000};  ///< for a whole response
};

class Gate;

/// Serves routes on any number of addresses. All members are called on the thread that runs `io`, or before it
/// runs. HEAD is answered by the GET route without a body; a known path with another method is 405, an unknown
/// path 404. Destroying the
/// Server is close(): its connections end by themselves, at any time before `io` is destroyed.
class Server {
 public:
  explicit Server(asio::io_context& io, Limits limits = {});
  ~Server();
  Server(const Server&) = delete;

  void route(std::string method, std::string path, Handler handler);
  /// Called for whatever no route takes; default 404.
  void fallback(Handler handler);
  /// Makes the answer to a request that is refused before a handler could see it: a head or body above its
  /// limit, nonsense. Given the status and what is known of the request, never its body. Default: one line of
  /// text.
  void on_refusal(std::function<Response(int status, const Request& head)> answer);
  /// Binds and begins to accept. Address forms: ":9464" (all interfaces, both families), "127.0.0.1:9464",
  /// "[::1]:9464"; port 0 takes a free one. Throws std::system_error whose what() names the address ("listen on
  /// :9464: Address already in use").
  void listen(const std::string& address);
  /// TLS, users and the rest of gate.hpp, for connections that begin from now on. Before listen().
  void set_gate(std::shared_ptr<Gate> gate);
  /// Accepts on a listening socket that somebody else made, systemd say; owns it from now on. Throws
  /// std::system_error if it is none.
  void adopt(int descriptor);
  /// For connections and requests that begin from now on.
  void set_limits(const Limits& limits);
  /// Addresses in use, "127.0.0.1:9464", with the real ports.
  std::vector<std::string> addresses() const;
  std::size_t open_connections() const;
  /// Stops accepting and closes idle connections; busy ones finish their response (with `Connection: close`).
  void stop();
  /// Stops accepting and closes everything now (also: to simulate a killed service).
  void close();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// %XX and + decoding; malformed escapes stay as they are.
std::string url_decode(std::string_view text, bool plus_is_space);
std::string html_escape(std::string_view text);

}  // namespace fleet::web
