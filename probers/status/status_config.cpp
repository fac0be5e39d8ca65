#include "probers/status/status_config.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/config/date_time.hpp"
#include "core/config/nearest.hpp"
#include "probers/discovery/target_list.hpp"
#include "probers/windows.hpp"

namespace fleet::probers::status {

namespace {

using namespace std::chrono_literals;
using config::Mapping;
using config::Value;

constexpr std::array<std::string_view, 12> month_names{"january",   "february", "march",    "april",
                                                       "may",       "june",     "july",     "august",
                                                       "september", "october",  "november", "december"};

HttpServer read_server(const Value& value) {
  auto const keys = value.mapping({"url", "basic_auth", "authorization", "tls_config"});
  auto server = read_http_server(keys);
  auto const& target = server.url.target;
  if (target.find_first_of("?#") != target.npos)
    keys.required("url").fail("expected a URL without query, like http://host:9090");
  return server;
}

std::string known_name(const Value& value, const std::set<std::string>& names, std::string_view what) {
  auto name = value.non_empty_text();
  if (names.contains(name)) return name;
  std::vector<std::string_view> const known(names.begin(), names.end());
  auto const near = config::nearest(name, known);
  value.fail("expected the name of a " + std::string(what) + " of this file, got `" + name + "`" +
             (near.empty() ? "" : ", did you mean `" + std::string(near) + "`?"));
}

LabelSet read_label_set(const Value& value) {
  LabelSet labels;
  for (auto const& [name, text] : value.entries()) {
    if (!is_label_name(name.text())) name.fail("expected a label name, got `" + name.text() + "`");
    labels[name.text()] = text.text();
  }
  if (labels.empty()) value.fail("expected labels, like {component: database}");
  return labels;
}

ServiceConfig read_service(const Value& value, const std::set<std::string>& probes) {
  auto const keys = value.mapping({"name", "description", "probes", "objectives", "alerts", "public"});
  ServiceConfig service;
  service.name = keys.required("name").non_empty_text();
  service.description = keys.text_or("description", "");
  service.is_public = keys.boolean_or("public", true);
  if (auto const list = keys.optional("probes"))
    for (auto const& entry : list->list()) service.probes.push_back(known_name(entry, probes, "probe"));
  if (auto const list = keys.optional("objectives"))
    for (auto const& entry : list->list()) service.objectives.push_back(entry.non_empty_text());
  if (auto const list = keys.optional("alerts"))
    for (auto const& entry : list->list()) service.alerts.push_back(read_label_set(entry));
  if (service.probes.empty() && service.objectives.empty() && service.alerts.empty()) {
    value.fail("expected `probes`, `objectives` or `alerts`, by which the service is judged");
  }
  return service;
}

std::chrono::seconds read_zone(const Value& value) {
  auto const zone = config::parse_zone(value.text());
  if (!zone) value.fail("expected an offset from UTC such as \"+10:00\", got `" + value.text() + "`");
  return *zone;
}

std::chrono::sys_seconds read_instant(const Value& value) {
  auto const instant = config::parse_date_time(value.text());
  if (!instant || value.text().find('T') == std::string::npos) {
    value.fail("expected an instant such as 2026-12-06T02:00:00+10:00, got `" + value.text() + "`");
  }
  return *instant;
}

int read_minute(const Value& value) {
  int const minute = parse_minute_of_day(value.text());
  if (minute < 0) value.fail("expected a time of day from 00:00 to 24:00, got `" + value.text() + "`");
  return minute;
}

std::uint8_t read_weekdays(const Value& list) {
  unsigned days = 0;
  for (auto const& entry : list.list()) {
    auto const some = parse_days(entry.text());
    if (some == 0) entry.fail("expected days like mon, sat-sun or Friday, got `" + entry.text() + "`");
    days |= some;
  }
  return static_cast<std::uint8_t>(days);
}

std::uint16_t read_months(const Value& list) {
  unsigned months = 0;
  for (auto const& entry : list.list()) {
    auto name = entry.text();
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    auto const found = std::find(month_names.begin(), month_names.end(), name);
    if (found == month_names.end()) entry.fail("expected a month such as january, got `" + entry.text() + "`");
    months |= 1U << (found - month_names.begin());
  }
  return static_cast<std::uint16_t>(months);
}

Recurrence read_recurrence(const Value& value, std::chrono::seconds offset) {
  auto const keys = value.mapping({"weekdays", "days_of_month", "months", "from", "to", "utc_offset"});
  Recurrence when;
  when.utc_offset = offset;
  if (auto const days = keys.optional("weekdays")) when.weekdays = read_weekdays(*days);
  if (auto const months = keys.optional("months")) when.months = read_months(*months);
  if (auto const zone = keys.optional("utc_offset")) when.utc_offset = read_zone(*zone);
  if (auto const days = keys.optional("days_of_month")) {
    auto const bounds = days->list();
    if (bounds.size() != 2) days->fail("expected the first and the last day, like [1, 7]");
    when.first_day = static_cast<unsigned>(bounds[0].integer(1, 31));
    when.last_day = static_cast<unsigned>(bounds[1].integer(when.first_day, 31));
  }
  when.from = read_minute(keys.required("from"));
  when.to = read_minute(keys.required("to"));
  if (when.from == 24 * 60) keys.required("from").fail("expected a time of day before 24:00");
  if (when.from == when.to) keys.required("to").fail("expected `to` to differ from `from`");
  return when;
}

Maintenance read_maintenance(const Value& value, const std::set<std::string>& services,
                             std::chrono::seconds offset) {
  auto const keys = value.mapping({"title", "description", "services", "public", "from", "to", "every"});
  Maintenance maintenance;
  maintenance.title = keys.required("title").non_empty_text();
  maintenance.description = keys.text_or("description", "");
  maintenance.is_public = keys.boolean_or("public", true);
  if (auto const list = keys.optional("services"))
    for (auto const& entry : list->list())
      maintenance.services.push_back(known_name(entry, services, "service"));
  if (auto const every = keys.optional("every")) {
    for (auto const* const key : {"from", "to"})
      if (auto const extra = keys.optional(key)) extra->fail("expected either `every`, or `from` and `to`");
    maintenance.recurrence = read_recurrence(*every, offset);
    return maintenance;
  }
  Span const span{read_instant(keys.required("from")), read_instant(keys.required("to"))};
  if (span.end <= span.begin) keys.required("to").fail("expected an instant behind `from`");
  maintenance.once = span;
  return maintenance;
}

void read_services(const Value& list, const std::set<std::string>& probes, StatusConfig& config,
                   std::set<std::string>& names) {
  for (auto const& entry : list.list()) {
    auto service = read_service(entry, probes);
    if (!names.insert(service.name).second)
      entry.fail("expected a service name used once, `" + service.name + "` is used twice");
    config.services.push_back(std::move(service));
  }
}

}  // namespace

StatusConfig read_status(const Value& value, const std::set<std::string>& probes) {
  auto const keys =
      value.mapping({"title", "prometheus", "alertmanager", "refresh", "timeout", "announce_after",
                     "utc_offset", "public_url", "incidents", "services", "maintenance"});
  StatusConfig config;
  config.title = keys.text_or("title", config.title);
  if (auto const server = keys.optional("prometheus")) config.prometheus = read_server(*server);
  if (auto const server = keys.optional("alertmanager")) config.alertmanager = read_server(*server);
  config.refresh = keys.duration_or("refresh", config.refresh, 200ms);
  config.timeout = keys.duration_or("timeout", config.timeout, 100ms);
  config.announce_after = keys.duration_or("announce_after", config.announce_after, 0ms);
  if (auto const zone = keys.optional("utc_offset")) config.utc_offset = read_zone(*zone);
  if (auto const url = keys.optional("public_url")) config.public_url = url->http_url();
  if (auto const labels = keys.optional("incidents")) config.incidents = read_label_set(*labels);
  std::set<std::string> services;
  if (auto const list = keys.optional("services")) read_services(*list, probes, config, services);
  if (auto const list = keys.optional("maintenance"))
    for (auto const& entry : list->list())
      config.maintenance.push_back(read_maintenance(entry, services, config.utc_offset));
  return config;
}

}  // namespace fleet::probers::status
