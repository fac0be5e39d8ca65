#include "demo/receiver/smtp_session.hpp"

#include <cctype>
#include <optional>
#include <utility>

namespace fleet::receiver {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

/// The address in "FROM:<a@b> SIZE=10" after the given word; nullopt if there is none. "<>" is a valid sender.
std::optional<std::string> path_after(std::string_view argument, std::string_view word) {
  if (upper(argument.substr(0, word.size())) != word) return std::nullopt;
  auto const open = argument.find('<'), close = argument.find('>');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
  return std::string(argument.substr(open + 1, close - open - 1));
}

}  // namespace

SmtpSession::SmtpSession(Deliver deliver) : SmtpSession(std::move(deliver), Limits()) {}
SmtpSession::SmtpSession(Deliver deliver, Limits limits) : deliver_(std::move(deliver)), limits_(limits) {}

std::string SmtpSession::greeting() { return "220 localhost alert_receiver ready\r\n"; }

std::string SmtpSession::line(std::string_view line) { return in_data_ ? data_line(line) : command(line); }

std::string SmtpSession::command(std::string_view line) {
  auto const gap = line.find(' ');
  std::string const verb = upper(line.substr(0, gap));
  std::string_view const argument = gap == std::string_view::npos ? std::string_view() : line.substr(gap + 1);
  if (verb == "EHLO") {
    reset();
    greeted_ = true;
    return "250-localhost\r\n250-8BITMIME\r\n250 SIZE " + std::to_string(limits_.message_bytes) + "\r\n";
  }
  if (verb == "HELO") {
    reset();
    greeted_ = true;
    return "250 localhost\r\n";
  }
  if (verb == "MAIL") return mail(argument);
  if (verb == "RCPT") return recipient(argument);
  if (verb == "DATA") return data();
  if (verb == "NOOP") return "250 OK\r\n";
  if (verb == "RSET") {
    reset();
    return "250 OK\r\n";
  }
  if (verb == "QUIT") {
    ended_ = true;
    return "221 Bye\r\n";
  }
  return "500 Expected EHLO, HELO, MAIL, RCPT, DATA, RSET, NOOP or QUIT\r\n";
}

std::string SmtpSession::mail(std::string_view argument) {
  if (!greeted_) return "503 Expected EHLO first\r\n";
  if (has_sender_) return "503 Sender already given\r\n";
  if (!path_after(argument, "FROM:")) return "501 Expected MAIL FROM:<address>\r\n";
  has_sender_ = true;
  return "250 OK\r\n";
}

std::string SmtpSession::recipient(std::string_view argument) {
  if (!has_sender_) return "503 Expected MAIL first\r\n";
  auto address = path_after(argument, "TO:");
  if (!address || address->empty()) return "501 Expected RCPT TO:<address>\r\n";
  if (recipients_.size() >= limits_.recipients) return "452 Too many recipients\r\n";
  recipients_.push_back(std::move(*address));
  return "250 OK\r\n";
}

std::string SmtpSession::data() {
  if (recipients_.empty()) return "503 Expected RCPT first\r\n";
  in_data_ = true;
  return "354 End with <CRLF>.<CRLF>\r\n";
}

std::string SmtpSession::data_line(std::string_view line) {
  if (line != ".") {
    if (line.starts_with('.')) line.remove_prefix(1);
    too_big_ = too_big_ || message_.size() + line.size() + 2 > limits_.message_bytes;
    if (!too_big_) message_.append(line).append("\r\n");
    return {};
  }
  bool const accepted = !too_big_;
  if (accepted) {
    for (std::string const& recipient : recipients_) deliver_(message_, recipient);
  }
  reset();
  return accepted ? "250 OK\r\n" : "552 Message too big\r\n";
}

void SmtpSession::reset() {
  has_sender_ = in_data_ = too_big_ = false;
  recipients_.clear();
  message_.clear();
}

}  // namespace fleet::receiver
