#include <boost/json.hpp>

#include "core/app/build_info.hpp"
#include "core/report/figures.hpp"
#include "core/report/json_text.hpp"
#include "probers/shown_target.hpp"
#include "probers/status/status_view.hpp"

namespace fleet::probers::status {

namespace json = boost::json;

namespace {

using report::number;
using report::rfc3339;
using report::text;

json::value number_or_null(const std::optional<double>& value) {
  return value ? number(*value) : json::value(nullptr);
}

json::object labels_json(const LabelSet& labels) {
  json::object out;
  for (auto const& [name, value] : labels) out[text(name)] = text(value);
  return out;
}

json::object source_json(const Source& source) {
  static constexpr std::string_view words[] = {"unused", "waiting", "answering", "failing"};
  json::object out;
  out["state"] = words[static_cast<std::size_t>(source.kind)];
  if (source.kind == Source::Kind::unused) return out;
  out["where"] = text(source.where);
  out["since"] = rfc3339(source.since);
  // While it answers this would be another every second, and the page with it.
  bool const silent = source.kind != Source::Kind::answering;
  if (silent && source.last_answer) out["last_answer"] = rfc3339(*source.last_answer);
  if (!source.why.empty()) out["why"] = text(source.why);
  return out;
}

json::object target_json(const Board::Row& row, Instant now) {
  json::object out;
  out["probe"] = text(row.target.probe);
  out["target"] = text(shown_target(row.target.target));
  out["kind"] = row.target.kind;
  json::object labels;
  for (auto const& [name, value] : row.target.labels) labels[text(name)] = text(value);
  out["labels"] = std::move(labels);
  out["interval_seconds"] = std::chrono::duration<double>(row.target.interval).count();
  out["state"] = to_string(row.standing(now));
  if (row.failing_since) out["failing_since"] = rfc3339(*row.failing_since);
  if (!row.last) return out;
  auto const& last = *row.last;
  out["result"] = to_string(last.outcome);
  out["reason"] = to_string(last.reason);
  out["step"] = text(last.step);
  out["detail"] = text(last.detail);
  out["duration_seconds"] = number(std::chrono::duration<double>(last.duration).count());
  json::object phases;
  for (auto const& [phase, length] : last.phases) phases[phase] = number(length);
  out["phases"] = std::move(phases);
  out["at"] = rfc3339(last.at);
  if (!last.trace_id.empty()) out["trace_id"] = last.trace_id;
  return out;
}

json::object service_json(const ServiceState& state) {
  json::object out;
  out["name"] = text(state.service->name);
  out["state"] = to_string(state.health);
  out["maintenance"] = state.maintenance.has_value();
  out["targets"] = state.targets.total;
  out["targets_well"] = state.targets.good;
  out["targets_failing"] = state.targets.bad;
  out["alerts"] = state.alerts;
  if (state.since) out["since"] = rfc3339(*state.since);
  return out;
}

json::object objective_json(const Objective& objective) {
  json::object out;
  out["service"] = text(objective.service);
  out["name"] = text(objective.name);
  out["objective"] = number_or_null(objective.objective);
  out["budget_left"] = number_or_null(objective.budget_left);
  out["burn_rate"] = number_or_null(objective.burn_rate);
  out["period_days"] = number_or_null(objective.period_days);
  return out;
}

json::object alert_json(const Alert& alert) {
  json::object out;
  out["labels"] = labels_json(alert.labels);
  out["annotations"] = labels_json(alert.annotations);
  out["since"] = rfc3339(alert.since);
  out["state"] = alert.silenced ? "silenced" : alert.inhibited ? "inhibited" : "firing";
  return out;
}

json::object silence_json(const Silence& silence) {
  json::object out;
  out["matchers"] = text(silence.matchers);
  out["author"] = text(silence.author);
  out["comment"] = text(silence.comment);
  out["from"] = rfc3339(silence.begin);
  out["to"] = rfc3339(silence.end);
  out["state"] = silence.pending ? "pending" : "active";
  return out;
}

template <class List, class Make>
json::array array_of(const List& list, Make make) {
  json::array out;
  for (auto const& item : list) out.push_back(make(item));
  return out;
}

json::array maintenance_json(const Picture& picture) {
  json::array out;
  auto const now = std::chrono::floor<std::chrono::seconds>(picture.now);
  for (auto const& maintenance : picture.config.maintenance) {
    auto const span = maintenance.next(now, announced_ahead);
    if (!span) continue;
    json::object one;
    one["title"] = text(maintenance.title);
    one["description"] = text(maintenance.description);
    one["services"] =
        array_of(maintenance.services, [](const std::string& name) { return json::value(text(name)); });
    one["from"] = rfc3339(span->begin);
    one["to"] = rfc3339(span->end);
    one["under_way"] = span->begin <= now;
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

std::string status_json(const Picture& picture) {
  auto const& findings = picture.findings;
  json::object out;
  out["title"] = text(picture.config.title);
  out["vantage"] = text(picture.config.vantage);
  out["version"] = app::build_info().version;
  out["headline"] = status_headline(picture);
  json::object sources;
  sources["prometheus"] = source_json(findings.prometheus);
  sources["alertmanager"] = source_json(findings.alertmanager);
  out["sources"] = std::move(sources);
  out["services"] = array_of(service_states(picture, std::chrono::milliseconds(0)), service_json);
  out["objectives"] = array_of(findings.objectives, objective_json);
  out["alerts"] = array_of(findings.alerts, alert_json);
  out["silences"] = array_of(findings.silences, silence_json);
  out["maintenance"] = maintenance_json(picture);
  json::array targets;
  for (auto const& [key, row] : picture.board.rows()) targets.push_back(target_json(row, picture.now));
  out["targets"] = std::move(targets);
  return json::serialize(out) + "\n";
}

}  // namespace fleet::probers::status
