#include "exporters/compliance/dashboard.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <utility>

namespace fleet::exporters::compliance {

namespace {

namespace json = boost::json;

const json::value& member(const json::object& object, std::string_view key, const std::string& path) {
  auto const* const value = object.if_contains(key);
  if (!value) throw DashboardError("missing key `" + path + std::string(key) + "`");
  return *value;
}

std::string text(const json::object& object, std::string_view key, const std::string& path) {
  auto const* const value = member(object, key, path).if_string();
  if (!value) throw DashboardError("`" + path + std::string(key) + "`: expected a text");
  return std::string(value->data(), value->size());
}

double number(const json::object& object, std::string_view key, const std::string& path) {
  auto const& value = member(object, key, path);
  double const result = value.is_number() ? value.to_number<double>() : -1;
  if (!(result >= 0))
    throw DashboardError("`" + path + std::string(key) + "`: expected a number of at least 0");
  return result;
}

}  // namespace

Dashboard parse_dashboard(std::string_view body) {
  json::error_code error;
  auto const document = json::parse(json::string_view(body.data(), body.size()), error);
  if (error) throw DashboardError("expected JSON: " + error.message());
  auto const* const root = document.if_object();
  if (!root) throw DashboardError("expected a JSON object");
  Dashboard dashboard;
  dashboard.status = text(*root, "status", "");
  dashboard.last_check_unix = number(*root, "last_check_unix", "");
  dashboard.checks_total = number(*root, "checks_total", "");
  auto const* const frameworks = member(*root, "frameworks", "").if_array();
  if (!frameworks) throw DashboardError("`frameworks`: expected a list");
  for (std::size_t i = 0; i < frameworks->size(); ++i) {
    auto const place = "frameworks[" + std::to_string(i) + "]";
    auto const* const entry = (*frameworks)[i].if_object();
    if (!entry) throw DashboardError("`" + place + "`: expected an object");
    Dashboard::Framework framework;
    framework.name = text(*entry, "name", place + ".");
    framework.status = text(*entry, "status", place + ".");
    framework.open_violations = number(*entry, "open_violations", place + ".");
    dashboard.frameworks.push_back(std::move(framework));
  }
  return dashboard;
}

bool is_stale(const Dashboard& dashboard, std::chrono::milliseconds stale_after,
              std::chrono::system_clock::time_point now) {
  std::chrono::duration<double> const limit = now.time_since_epoch() - stale_after;
  return dashboard.last_check_unix < limit.count();
}

void publish_dashboard(const Dashboard& dashboard, const std::vector<std::string>& compliant_statuses,
                       exporters::LabelLimit& frameworks, Families& out) {
  auto const compliant = [&](const std::string& status) {
    return std::find(compliant_statuses.begin(), compliant_statuses.end(), status) != compliant_statuses.end();
  };
  struct State {
    bool compliant = true;
    double open = 0;
  };
  std::map<std::string, State> states;
  for (auto const& framework : dashboard.frameworks) {
    auto& state = states[frameworks.label(framework.name)];
    state.compliant = state.compliant && compliant(framework.status);
    state.open += framework.open_violations;
  }
  out.gauge("compliance_monitor_compliant",
            "Whether the compliance monitor's overall status is a compliant one.")
      .add(compliant(dashboard.status) ? 1 : 0);
  out.gauge("compliance_monitor_last_check_timestamp_seconds",
            "When the compliance monitor last checked, Unix time.")
      .add(dashboard.last_check_unix);
  out.counter("compliance_monitor_checks_total", "Checks that the compliance monitor has made.")
      .add(dashboard.checks_total);
  auto& per_framework = out.gauge("compliance_monitor_framework_compliant",
                                  "Whether the compliance monitor finds the framework complied with.");
  auto& open =
      out.gauge("compliance_monitor_open_violations",
                "Open violations as the compliance monitor counts them; compare compliance_violations_open.");
  for (auto const& [framework, state] : states) {
    per_framework.add({{"framework", framework}}, state.compliant ? 1 : 0);
    open.add({{"framework", framework}}, state.open);
  }
}

}  // namespace fleet::exporters::compliance
