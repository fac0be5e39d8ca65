#include "demo/receiver/notification.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cctype>
#include <ctime>

#include "demo/receiver/mail.hpp"

namespace fleet::receiver {
namespace {

namespace js = boost::json;

js::object parse_object(std::string_view text) {
  boost::system::error_code error;
  js::value const value = js::parse(js::string_view(text.data(), text.size()), error);
  if (error) throw MalformedMessage("expected JSON: " + error.message());
  if (!value.is_object()) throw MalformedMessage("expected a JSON object");
  return value.as_object();
}

std::string text_of(const js::object& object, std::string_view key) {
  auto const* value = object.if_contains(js::string_view(key.data(), key.size()));
  if (!value || !value->is_string()) return {};
  return std::string(value->as_string().c_str(), value->as_string().size());
}

const js::array& array_of(const js::object& object, std::string_view key) {
  auto const* value = object.if_contains(js::string_view(key.data(), key.size()));
  if (!value || !value->is_array()) throw MalformedMessage("expected a list `" + std::string(key) + "`");
  return value->as_array();
}

const js::object& object_in(const js::value& value, std::string_view what) {
  if (!value.is_object()) throw MalformedMessage("expected an object in `" + std::string(what) + "`");
  return value.as_object();
}

std::string stamp(std::chrono::system_clock::time_point when, const char* form) {
  std::time_t const seconds = std::chrono::system_clock::to_time_t(when);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char buffer[40];
  return {buffer, std::strftime(buffer, sizeof buffer, form, &parts)};
}

std::string one_line(std::string_view text) {
  std::string out;
  for (char const c : text) {
    bool const space = std::iscntrl(static_cast<unsigned char>(c)) || c == ' ';
    if (!space)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  return out;
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

/// Labels that say what the alert's name says already.
bool routine_label(std::string_view name) {
  constexpr std::array<std::string_view, 5> routine{"alertname", "cluster", "component", "severity", "team"};
  return std::find(routine.begin(), routine.end(), name) != routine.end();
}

std::string first_line(std::string_view text) { return std::string(text.substr(0, text.find('\n'))); }

}  // namespace

std::vector<Notification> parse_webhook(std::string_view json, std::string_view channel) {
  js::object const document = parse_object(json);
  std::vector<Notification> out;
  for (js::value const& entry : array_of(document, "alerts")) {
    js::object const& alert = object_in(entry, "alerts");
    Notification notification;
    notification.received = std::chrono::system_clock::now();
    notification.channel = channel;
    notification.recipient = text_of(document, "receiver");
    notification.status = text_of(alert, "status");
    if (notification.status.empty()) throw MalformedMessage("expected `status` in each of `alerts`");
    if (auto const* labels = alert.if_contains("labels"); labels && labels->is_object()) {
      for (auto const& [name, value] : labels->as_object()) {
        if (value.is_string()) notification.labels[std::string(name)] = std::string(value.as_string().c_str());
      }
    }
    notification.alertname = notification.labels["alertname"];
    if (auto const* notes = alert.if_contains("annotations"); notes && notes->is_object()) {
      notification.summary = text_of(notes->as_object(), "summary");
      notification.text = text_of(notes->as_object(), "description");
    }
    out.push_back(std::move(notification));
  }
  return out;
}

std::vector<Notification> parse_slack(std::string_view json) {
  js::object const document = parse_object(json);
  std::vector<Notification> out;
  for (js::value const& entry : array_of(document, "attachments")) {
    js::object const& attachment = object_in(entry, "attachments");
    Notification notification;
    notification.received = std::chrono::system_clock::now();
    notification.channel = "slack";
    notification.recipient = text_of(document, "channel");
    notification.text = text_of(attachment, "text");
    notification.summary = first_line(notification.text);
    Title const title = parse_title(text_of(attachment, "title"));
    notification.status = title.status;
    notification.alertname = title.alertname;
    out.push_back(std::move(notification));
  }
  return out;
}

Notification parse_mail(std::string_view message, std::string_view recipient) {
  Mail const mail = decode_mail(message);
  if (mail.subject.empty()) throw MalformedMessage("expected a mail with a subject");
  Notification notification;
  notification.received = std::chrono::system_clock::now();
  notification.channel = "mail";
  notification.recipient = recipient;
  notification.text = mail.text;
  notification.summary = first_line(mail.text);
  Title const title = parse_title(mail.subject);
  notification.status = title.status;
  notification.alertname = title.alertname;
  return notification;
}

Title parse_title(std::string_view title) {
  auto const close = title.find("] ");
  if (title.empty() || title.front() != '[' || close == std::string_view::npos) return {};
  std::string_view const inside = title.substr(1, close - 1);
  Title out;
  out.status = inside.substr(0, inside.find(':'));
  std::transform(out.status.begin(), out.status.end(), out.status.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string_view const rest = title.substr(close + 2);
  out.alertname = rest.substr(0, rest.find(' '));
  return out;
}

std::string line(const Notification& notification) {
  std::string channel = notification.channel;
  std::transform(channel.begin(), channel.end(), channel.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  std::string const head =
      stamp(notification.received, "%Y-%m-%d %H:%M:%S ") + padded(channel, 6) + padded(notification.status, 9);
  std::string out = notification.alertname + " ";
  for (auto const& [name, value] : notification.labels) {
    if (!routine_label(name)) out += " " + name + "=" + value;
  }
  if (notification.labels.empty() && !notification.recipient.empty()) out += " to " + notification.recipient;
  return head + one_line(out) + "  " + one_line(notification.summary);
}

std::string json(const std::vector<Notification>& notifications) {
  js::array out;
  for (Notification const& notification : notifications) {
    js::object labels;
    for (auto const& [name, value] : notification.labels) labels[name] = value;
    js::object entry;
    entry["time"] = stamp(notification.received, "%Y-%m-%dT%H:%M:%SZ");
    entry["channel"] = notification.channel;
    entry["recipient"] = notification.recipient;
    entry["status"] = notification.status;
    entry["alertname"] = notification.alertname;
    entry["labels"] = std::move(labels);
    entry["summary"] = notification.summary;
    entry["text"] = notification.text;
    out.push_back(std::move(entry));
  }
  return js::serialize(out);
}

}  // namespace fleet::receiver
