#include "probers/status/alertmanager_api.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <tuple>

#include "core/config/date_time.hpp"
#include "probers/status/prometheus_api.hpp"

namespace fleet::probers::status {

namespace json = boost::json;

namespace {

std::string text_of(const json::value& value) {
  auto const& text = value.as_string();
  return {text.data(), text.size()};
}

std::chrono::sys_seconds instant_of(const json::value& value) {
  auto const instant = config::parse_date_time(text_of(value));
  if (!instant) throw BadAnswer("a time is none");
  return *instant;
}

LabelSet labels_of(const json::value& value) {
  LabelSet labels;
  for (auto const& [name, text] : value.as_object())
    labels.emplace(std::string(name.data(), name.size()), text_of(text));
  return labels;
}

Alert read_alert(const json::object& item) {
  Alert alert;
  alert.labels = labels_of(item.at("labels"));
  alert.annotations = labels_of(item.at("annotations"));
  alert.since = instant_of(item.at("startsAt"));
  auto const& state = item.at("status").as_object();
  alert.silenced = !state.at("silencedBy").as_array().empty();
  alert.inhibited = !state.at("inhibitedBy").as_array().empty();
  return alert;
}

std::string matcher_text(const json::object& matcher) {
  auto const* const equal = matcher.if_contains("isEqual");
  bool const negated = equal && !equal->as_bool(), regex = matcher.at("isRegex").as_bool();
  std::string const sign = negated ? (regex ? "!~" : "!=") : (regex ? "=~" : "=");
  return text_of(matcher.at("name")) + sign + promql_text(text_of(matcher.at("value")));
}

Silence read_silence(const json::object& item, std::string_view state) {
  Silence silence;
  for (auto const& matcher : item.at("matchers").as_array()) {
    if (!silence.matchers.empty()) silence.matchers += ", ";
    silence.matchers += matcher_text(matcher.as_object());
  }
  silence.author = text_of(item.at("createdBy"));
  silence.comment = text_of(item.at("comment"));
  silence.begin = instant_of(item.at("startsAt"));
  silence.end = instant_of(item.at("endsAt"));
  silence.pending = state == "pending";
  return silence;
}

std::string rank_of(const Alert& alert) {
  auto sev = label_of(alert.labels, "sev");
  return sev.empty() ? "~" : sev;
}

std::tuple<std::string, std::chrono::sys_seconds, const LabelSet&> order_of(const Alert& alert) {
  return {rank_of(alert), alert.since, alert.labels};
}

/// Calls `add` with each object of a list.
template <class Add>
void read_list(std::string_view body, Add add) {
  try {
    auto const list = json::parse(body);
    for (auto const& item : list.as_array()) add(item.as_object());
  } catch (const std::exception&) {
    throw BadAnswer("the answer is not that of an Alertmanager");
  }
}

}  // namespace

std::vector<Alert> read_alerts(std::string_view body) {
  std::vector<Alert> alerts;
  read_list(body, [&](const json::object& item) { alerts.push_back(read_alert(item)); });
  std::sort(alerts.begin(), alerts.end(),
            [](const Alert& a, const Alert& b) { return order_of(a) < order_of(b); });
  return alerts;
}

std::vector<Silence> read_silences(std::string_view body) {
  std::vector<Silence> silences;
  read_list(body, [&](const json::object& item) {
    auto const state = text_of(item.at("status").as_object().at("state"));
    if (state != "expired") silences.push_back(read_silence(item, state));
  });
  std::sort(silences.begin(), silences.end(), [](const Silence& a, const Silence& b) {
    return std::tie(a.end, a.matchers) < std::tie(b.end, b.matchers);
  });
  return silences;
}

}  // namespace fleet::probers::status
