// What Alertmanager sent, whatever the channel: plain data and the parsers of each form.
#pragma once

#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace fleet::receiver {

/// A message that is not what Alertmanager sends; what() says what was expected.
class MalformedMessage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One alert in one message, as a person would have received it.
struct Notification {
  std::chrono::system_clock::time_point received;
  std::string channel;    ///< "page", "legal", "slack" or "mail"
  std::string recipient;  ///< Slack channel, mail address, or the name of Alertmanager's receiver
  std::string status;     ///< "firing" or "resolved"
  std::string alertname;
  std::map<std::string, std::string>
      labels;  ///< all of the alert's; empty for Slack and mail, which carry only text
  std::string summary;
  std::string text;  ///< the message's body, for Slack and mail
};

/// Alertmanager's webhook document: one notification an alert. Throws MalformedMessage.
std::vector<Notification> parse_webhook(std::string_view json, std::string_view channel);
/// A Slack message with attachments: one notification an attachment. Throws MalformedMessage.
std::vector<Notification> parse_slack(std::string_view json);
/// A mail message, headers and body, as it came over SMTP with dots unstuffed. Throws MalformedMessage if it
/// has no subject.
Notification parse_mail(std::string_view message, std::string_view recipient);

/// Status and alert name from a title like "[FIRING:2] A2ALatencyHigh SEV2"; both empty if the title has
/// another form.
struct Title {
  std::string status, alertname;
};
Title parse_title(std::string_view title);

/// "2026-11-23 08:00:00 PAGE  firing   SystemDown  instance=... sev=1  The unified interface is down."; one
/// line, whatever was sent.
std::string line(const Notification& notification);
/// The notifications as a JSON array, in the given order.
std::string json(const std::vector<Notification>& notifications);

}  // namespace fleet::receiver
