// Listens for mail on loopback.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "demo/receiver/smtp_session.hpp"

namespace fleet::receiver {

/// Accepts SMTP connections, at most 64 at once, each bounded in line length and idle time. Runs on the thread
/// of `io`.
class SmtpServer {
 public:
  SmtpServer(boost::asio::io_context& io, SmtpSession::Deliver deliver);
  ~SmtpServer();
  /// "127.0.0.1:9741"; port 0 takes a free one. Throws std::system_error naming the address, or
  /// std::invalid_argument.
  void listen(const std::string& address);
  /// "127.0.0.1:9741" with the real port.
  std::string address() const;
  /// Stops accepting and closes every connection.
  void close();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace fleet::receiver
