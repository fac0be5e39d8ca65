#include "demo/faults.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <optional>

#include "core/io/parse_number.hpp"
#include "demo/agent_roster.hpp"

namespace fleet::demo {

namespace json = boost::json;

namespace {

constexpr std::array<FaultKind, 18> all_kinds{{
    {"interface-down", "", "", "the unified interface refuses connections"},
    {"agent-down", "AGENT", "", "one agent stops: its HTTP server and its work on the queue"},
    {"agent-delay", "MS or AGENT=MS", "300", "agents take that many milliseconds longer for everything"},
    {"batch-slow", "FACTOR", "6", "documents take FACTOR times as long"},
    {"batch-stall", "", "", "a batch of 500 or more stays in flight"},
    {"documents-fail", "SHARE", "0.5", "that share of the documents fails"},
    {"violation", "FRAMEWORK/SEVERITY", "privacy_act_1988/critical",
     "a compliance violation is recorded and stays open"},
    {"consent-ignored", "", "", "a client withdraws a consent, and processing goes on"},
    {"withdrawal-stuck", "", "", "a client withdraws a consent, and nobody acts on withdrawals"},
    {"withdrawal-ignored", "", "", "a client withdrew a consent 30 hours ago, and nobody has acted on it"},
    {"expiry-ignored", "", "", "a client's consent has expired, and processing goes on"},
    {"form13-missing", "", "", "an old property settlement has no Form 13"},
    {"retention-overdue", "", "", "a document is kept beyond its retention date"},
    {"lock", "SECONDS", "120", "a statement waits for a row lock"},
    {"long-transaction", "SECONDS", "600", "a transaction stays open and idle"},
    {"hops-burst", "PER_SECOND", "2000", "that many more messages between agents"},
    {"monitor-stale", "", "", "the compliance monitor stops checking"},
    {"slot-switch", "", "", "a deployment: the interface moves from its blue slot to its green one"},
}};

const FaultKind& find_kind(std::string_view name) {
  for (auto const& kind : all_kinds) {
    if (kind.name == name) return kind;
  }
  std::string known;
  for (auto const& kind : all_kinds) known.append(known.empty() ? "" : ", ").append(kind.name);
  throw UnknownFault("no fault \"" + std::string(name) + "\"; there are " + known);
}

[[noreturn]] void bad_value(std::string_view name, const std::string& expected) {
  throw BadFaultValue(std::string(name) + ": expected " + expected);
}

std::optional<double> to_number(std::string_view text) {
  auto const number = parse_number<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

struct Range {
  std::string_view name;
  double min, max;
  bool whole;
  std::string_view expected;
};

constexpr std::array<Range, 5> ranges{{
    {"batch-slow", 1, 1000, false, "a factor from 1 to 1000"},
    {"documents-fail", 0, 1, false, "a share from 0 to 1"},
    {"lock", 1, 3600, true, "whole seconds from 1 to 3600"},
    {"long-transaction", 1, 86400, true, "whole seconds from 1 to 86400"},
    {"hops-burst", 1, 20000, true, "messages per second from 1 to 20000"},
}};

void check_range(std::string_view name, std::string_view value) {
  for (auto const& range : ranges) {
    if (range.name != name) continue;
    auto const number = to_number(value);
    if (!number || *number < range.min || *number > range.max ||
        (range.whole && *number != std::floor(*number))) {
      bad_value(name, std::string(range.expected));
    }
  }
}

bool lower_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Faults::Violation parse_violation(std::string_view value) {
  auto const slash = value.find('/');
  auto const framework = value.substr(0, slash);
  auto const severity =
      slash == std::string_view::npos ? std::string_view("critical") : value.substr(slash + 1);
  static constexpr std::array<std::string_view, 4> severities{"critical", "high", "medium", "low"};
  if (!lower_name(framework) || std::find(severities.begin(), severities.end(), severity) == severities.end()) {
    bad_value("violation",
              "FRAMEWORK or FRAMEWORK/critical|high|medium|low, for instance privacy_act_1988/critical");
  }
  return {std::string(framework), std::string(severity)};
}

/// "300" is {"", 300}; "research=300" is {"research", 300}.
std::pair<std::string, std::chrono::milliseconds> parse_delay(std::string_view value) {
  auto const equals = value.find('=');
  std::string const agent(equals == std::string_view::npos ? std::string_view() : value.substr(0, equals));
  auto const number = to_number(equals == std::string_view::npos ? value : value.substr(equals + 1));
  bool const agent_known = equals == std::string_view::npos || agent_index(agent) >= 0;
  if (!agent_known || !number || *number < 1 || *number > 60000 || *number != std::floor(*number)) {
    bad_value("agent-delay",
              "milliseconds from 1 to 60000, or AGENT=MS with one of " + std::string(agent_choices()));
  }
  return {agent, std::chrono::milliseconds(static_cast<long>(*number))};
}

void append(std::string& list, std::string_view item) { list.append(list.empty() ? "" : ",").append(item); }

}  // namespace

std::span<const FaultKind> Faults::kinds() { return all_kinds; }

void Faults::set(std::string_view name, std::string_view given) {
  auto const& kind = find_kind(name);
  if (kind.value.empty() && !given.empty()) bad_value(kind.name, "no value");
  std::string const value(given.empty() ? kind.default_value : given);
  std::string shown = value;
  if (kind.name == "agent-down") {
    if (agent_index(value) < 0) bad_value(kind.name, "one of " + std::string(agent_choices()));
    agents_down_.insert(value);
    shown.clear();
    for (auto const& agent : agents_down_) append(shown, agent);
  } else if (kind.name == "agent-delay") {
    auto const [agent, delay] = parse_delay(value);
    agent_delays_[agent] = delay;
    shown.clear();
    for (auto const& [who, length] : agent_delays_) {
      append(shown, (who.empty() ? "" : who + "=") + std::to_string(length.count()));
    }
  } else if (kind.name == "violation") {
    violations_.push_back(parse_violation(value));
    shown.clear();
    for (auto const& violation : violations_) append(shown, violation.framework + "/" + violation.severity);
  } else {
    check_range(kind.name, value);
  }
  values_[std::string(kind.name)] = shown;
  notify(kind.name);
}

void Faults::forget(std::string_view name) {
  values_.erase(values_.find(name));
  if (name == "agent-down") agents_down_.clear();
  if (name == "agent-delay") agent_delays_.clear();
  if (name == "violation") violations_.clear();
}

void Faults::clear(std::string_view name) {
  auto const& kind = find_kind(name);
  if (!active(kind.name)) return;
  forget(kind.name);
  notify(kind.name);
}

void Faults::clear_all() {
  for (auto const& kind : all_kinds) clear(kind.name);
}

void Faults::notify(std::string_view name) {
  for (auto const& watcher : watchers_) watcher(name);
}

std::string Faults::value(std::string_view name) const {
  auto const place = values_.find(name);
  return place == values_.end() ? std::string() : place->second;
}

std::chrono::milliseconds Faults::agent_delay(std::string_view agent) const {
  auto place = agent_delays_.find(agent);
  if (place == agent_delays_.end()) place = agent_delays_.find(std::string_view());
  return place == agent_delays_.end() ? std::chrono::milliseconds(0) : place->second;
}

double Faults::number(std::string_view name) const { return to_number(value(name)).value_or(0); }

double Faults::batch_slowness() const {
  if (active("batch-stall")) return 0;
  return active("batch-slow") ? number("batch-slow") : 1;
}

double Faults::documents_fail_share() const { return number("documents-fail"); }

std::string Faults::to_json() const {
  json::array list;
  for (auto const& kind : all_kinds) {
    json::object fault;
    fault["name"] = kind.name;
    fault["active"] = active(kind.name);
    fault["value"] = value(kind.name);
    fault["expects"] = kind.value;
    fault["default"] = kind.default_value;
    fault["description"] = kind.description;
    list.push_back(std::move(fault));
  }
  return json::serialize(list);
}

}  // namespace fleet::demo
