// The receiving side of one SMTP conversation (RFC 5321) as a state machine without a socket.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace fleet::receiver {

/// Takes every mail and delivers it nowhere but to a callback. No authentication and no TLS: it listens on
/// loopback.
class SmtpSession {
 public:
  struct Limits {
    std::size_t message_bytes = 1024 * 1024;
    std::size_t recipients = 100;
  };
  /// `message` has its headers and body, dots unstuffed, lines ended by CRLF. Called once per recipient.
  using Deliver = std::function<void(const std::string& message, const std::string& recipient)>;

  explicit SmtpSession(Deliver deliver);
  SmtpSession(Deliver deliver, Limits limits);

  /// What to send when the connection opens.
  static std::string greeting();
  /// Takes one line without its end and returns what to send, "" inside a message.
  std::string line(std::string_view line);
  /// True after QUIT: send the last reply and close.
  bool ended() const { return ended_; }

 private:
  std::string command(std::string_view line);
  std::string mail(std::string_view argument);
  std::string recipient(std::string_view argument);
  std::string data();
  std::string data_line(std::string_view line);
  void reset();

  Deliver deliver_;
  Limits limits_;
  bool greeted_ = false, has_sender_ = false, in_data_ = false, too_big_ = false, ended_ = false;
  std::vector<std::string> recipients_;
  std::string message_;
};

}  // namespace fleet::receiver
