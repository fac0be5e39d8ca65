#include <cstdio>

#include "core/report/figures.hpp"
#include "probers/status/html.hpp"
#include "probers/status/status_view.hpp"

namespace fleet::probers::status {

namespace {

using html::text;

constexpr double budget_is_low = 0.25;

std::string complaint(const Picture& picture, const Source& source, std::string_view name,
                      std::string_view lost) {
  auto const offset = picture.config.utc_offset;
  std::string out = "<p class=\"notice bad\" role=\"status\"><b>" + std::string(name) + "</b> at " +
                    text(source.where) + " does not answer since " + html::time(source.since, offset) + " (" +
                    text(source.why) + "). ";
  if (source.last_answer)
    out += std::string(lost) + " below are as of " + html::time(*source.last_answer, offset) + ".";
  else
    out += std::string(lost) + " are not known.";
  return out + " What this prober tries itself is current.</p>\n";
}

std::string old_class(const Source& source) {
  return source.kind == Source::Kind::failing ? " class=\"old\"" : "";
}

std::string_view look_of_severity(const std::string& sev) {
  if (sev == "1") return "bad";
  return sev == "2" ? "warn" : "unknown";
}

std::string alert_row(const Picture& picture, const Alert& alert) {
  auto const sev = label_of(alert.labels, "sev");
  std::string details;
  for (auto const& [name, value] : alert.labels) {
    if (name == "alertname" || name == "sev" || name == "severity") continue;
    details += (details.empty() ? "" : ", ") + name + "=" + value;
  }
  std::string const state = alert.silenced ? "silenced" : alert.inhibited ? "inhibited" : "firing";
  auto const look = alert.active() ? look_of_severity(sev) : std::string_view("paused");
  auto const name = html::camel_case(label_of(alert.labels, "alertname"));
  return "<tr class=\"" + std::string(look) + "\"><td>" + html::badge(look, sev.empty() ? "-" : "SEV" + sev) +
         "</td><th scope=\"row\">" + html::link(label_of(alert.annotations, "runbook_url"), name) +
         "</th><td>" + text(label_of(alert.annotations, "summary")) + " <small>" + text(details) +
         "</small></td><td>" + state + "</td><td>" + html::time(alert.since, picture.config.utc_offset) +
         "</td></tr>\n";
}

std::string alerts_table(const std::string& rows) {
  return "<div class=\"wide\"><table><thead><tr><th scope=\"col\">Sev</th><th scope=\"col\">Alert</th><th "
         "scope=\"col\">What"
         "</th><th scope=\"col\">State</th><th scope=\"col\">Since</th></tr></thead><tbody>\n" +
         rows + "</tbody></table></div>\n";
}

std::string budget_cells(const Objective& objective) {
  if (!objective.budget_left) return "<td colspan=\"2\">no events yet</td>";
  auto const left = *objective.budget_left;
  std::string_view const look = left <= 0 ? "bad" : left < budget_is_low ? "warn" : "good";
  auto const says = html::percent(left) + " of the budget left";
  return "<td class=\"number\">" + html::badge(look, html::percent(left)) + "</td><td>" +
         html::bar(left, look, says) + "</td>";
}

std::string objective_row(const Objective& objective) {
  std::string out = "<tr><th scope=\"row\">" + text(objective.name) + " <small>" + text(objective.service) +
                    "</small></th><td class=\"number\">";
  if (objective.objective) out += html::percent(*objective.objective);
  out += "</td>" + budget_cells(objective) + "<td class=\"number\">";
  if (objective.burn_rate) {
    char rate[48];
    std::snprintf(rate, sizeof rate, "%.3g", *objective.burn_rate);
    out += rate;
  }
  out += "</td><td>";
  if (objective.burn_down.size() > 1) {
    auto const length =
        static_cast<double>(objective.burn_down.back().first - objective.burn_down.front().first);
    auto const span = "last " + report::human_age(length);
    out += html::curve(objective.burn_down, "Budget left over the " + span + ": from " +
                                                html::percent(objective.burn_down.front().second) + " to " +
                                                html::percent(objective.burn_down.back().second)) +
           " <small>" + span + "</small>";
  }
  return out + "</td></tr>\n";
}

std::string silence_item(const Picture& picture, const Silence& silence) {
  auto const offset = picture.config.utc_offset;
  return "<li>" + html::badge("paused", silence.pending ? "planned" : "silence") + " <code>" +
         text(silence.matchers) + "</code> " + html::time(silence.begin, offset) + " to " +
         html::time(silence.end, offset) + " <small>" + text(silence.author) +
         (silence.comment.empty() ? "" : ": ") + text(silence.comment) + "</small></li>\n";
}

std::string maintenance_items(const Picture& picture) {
  std::string items;
  auto const now = std::chrono::floor<std::chrono::seconds>(picture.now);
  auto const offset = picture.config.utc_offset;
  for (auto const& maintenance : picture.config.maintenance) {
    auto const span = maintenance.next(now, announced_ahead);
    if (!span) continue;
    bool const under_way = span->begin <= now;
    items += "<li>" + html::badge(under_way ? "warn" : "paused", under_way ? "under way" : "planned") + " <b>" +
             text(maintenance.title) + "</b> " + html::time(span->begin, offset) + " to " +
             html::time(span->end, offset) + " <small>" + text(maintenance.description) + "</small></li>\n";
  }
  return items;
}

}  // namespace

std::string sources_section(const Picture& picture) {
  auto const& prometheus = picture.findings.prometheus;
  auto const& alertmanager = picture.findings.alertmanager;
  std::string out;
  if (prometheus.kind == Source::Kind::failing)
    out += complaint(picture, prometheus, "Prometheus", "Objectives");
  if (alertmanager.kind == Source::Kind::failing)
    out += complaint(picture, alertmanager, "Alertmanager", "Alerts and silences");
  return out;
}

std::string alerts_section(const Picture& picture) {
  auto const& findings = picture.findings;
  if (findings.alertmanager.kind == Source::Kind::unused) return "";
  std::string rows, notes;
  std::size_t noted = 0;
  for (auto const& alert : findings.alerts) {
    bool const note = label_of(alert.labels, "severity") == "info" || !alert.active();
    (note ? notes : rows) += alert_row(picture, alert);
    noted += note ? 1 : 0;
  }
  std::string out = "<section id=\"alerts\"" + old_class(findings.alertmanager) + "><h2>Alerts</h2>\n";
  if (!rows.empty()) out += alerts_table(rows);
  if (rows.empty() && findings.alertmanager.last_answer) out += "<p>None fires.</p>\n";
  if (!notes.empty()) {
    out += "<details id=\"quiet-alerts\"><summary>" + std::to_string(noted) +
           " silenced, inhibited or informational</summary>\n" + alerts_table(notes) + "</details>\n";
  }
  return out + "</section>\n";
}

std::string silences_section(const Picture& picture) {
  auto items = maintenance_items(picture);
  for (auto const& silence : picture.findings.silences) items += silence_item(picture, silence);
  if (items.empty()) return "";
  return "<section id=\"silences\"><h2>Maintenance and silences</h2>\n<ul class=\"plain\">\n" + items +
         "</ul></section>\n";
}

std::string objectives_section(const Picture& picture) {
  auto const& findings = picture.findings;
  if (findings.prometheus.kind == Source::Kind::unused) return "";
  std::string out = "<section id=\"objectives\"" + old_class(findings.prometheus) + "><h2>Objectives</h2>\n";
  if (findings.objectives.empty()) return out + "<p>None is recorded.</p></section>\n";
  out +=
      "<div class=\"wide\"><table><thead><tr><th scope=\"col\">Objective</th><th scope=\"col\">At "
      "least</th><th scope=\"col\""
      " colspan=\"2\">Budget left</th><th scope=\"col\">Burn rate</th><th "
      "scope=\"col\">Burn-down</th></tr></thead><tbody>\n";
  for (auto const& objective : findings.objectives) out += objective_row(objective);
  return out + "</tbody></table></div></section>\n";
}

}  // namespace fleet::probers::status
