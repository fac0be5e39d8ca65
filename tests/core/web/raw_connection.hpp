// A client that writes bytes as it pleases, for tests of servers.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace fleet::testing {

/// A blocking TCP connection. Reads wait 10 s at most and then throw, so that a stuck server fails the test.
class RawConnection {
 public:
  explicit RawConnection(std::uint16_t port, const std::string& address = "127.0.0.1");
  ~RawConnection();
  RawConnection(RawConnection&& other) noexcept;
  RawConnection& operator=(RawConnection&&) = delete;

  /// False if the server has closed the connection.
  bool send(std::string_view bytes);
  /// "No more from me."
  void finish_sending();
  /// One response by its Content-Length; without a body if `head`. Throws if the connection ends before.
  std::string read_response(bool head = false);
  /// Everything until the server closes or resets.
  std::string read_to_end();

 private:
  bool read_some(std::chrono::milliseconds patience = std::chrono::seconds(10));

  int fd_;
  std::string pending_;
};

/// send() and read_to_end() on a connection of its own.
std::string ask(std::uint16_t port, std::string_view request);

/// The part after the empty line.
std::string body_of(const std::string& response);

}  // namespace fleet::testing
