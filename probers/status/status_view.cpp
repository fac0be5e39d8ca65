#include "probers/status/status_view.hpp"

#include <algorithm>

#include "core/report/figures.hpp"
#include "probers/shown_target.hpp"
#include "probers/status/html.hpp"

namespace fleet::probers::status {

namespace {

using html::text;
using std::chrono::floor;
using std::chrono::seconds;

// A probe of few targets is shown whole; of many, those that are well are folded away, and listed up to a
// limit.
constexpr std::size_t few_targets = 15, most_folded = 500, most_failing = 200;

std::string_view look_of(Standing standing) {
  if (standing == Standing::good || standing == Standing::bad || standing == Standing::paused)
    return to_string(standing);
  return "unknown";
}

std::string time(const Picture& picture, Instant when) {
  return html::time(floor<seconds>(when), picture.config.utc_offset);
}

/// "connect 0.3 ms, processing 12 ms".
std::string phases_of(const LastResult& last) {
  std::string words;
  for (auto const& [phase, length] : last.phases) {
    if (!words.empty()) words += ", ";
    words += std::string(phase) + " " + report::human_seconds(length);
  }
  return words;
}

std::string labels_of(const WatchedTarget& target) {
  std::string words;
  for (auto const& [name, value] : target.labels) {
    if (name == "vantage") continue;  // the whole page's
    words += (words.empty() ? "" : ", ") + name + "=" + value;
  }
  return words;
}

/// What a row says of why: "timeout at connect: no answer"; "" if all is well.
std::string reason_of(const Board::Row& row, Standing standing) {
  if (standing == Standing::waiting) return "not tried yet";
  if (standing == Standing::paused) return "outside of its hours";
  if (standing == Standing::silent) return "no result lately";
  if (!row.last || row.last->outcome == Outcome::good) return "";
  std::string words = "<b>" + text(to_string(row.last->reason)) + "</b>";
  if (!row.last->step.empty()) words += " at <b>" + text(row.last->step) + "</b>";
  if (!row.last->detail.empty()) words += ": " + text(row.last->detail);
  return words;
}

std::string row_html(const Picture& picture, const Board::Row& row, bool names_probe) {
  auto const standing = row.standing(picture.now);
  auto const name = shown_target(row.target.target);
  auto const labels = labels_of(row.target);
  std::string out = "<tr class=\"" + std::string(look_of(standing)) + "\" data-name=\"" +
                    text(row.target.probe + "/" + name + " " + labels) + "\"><td>" +
                    html::badge(look_of(standing), to_string(standing)) + "</td><th scope=\"row\">";
  if (names_probe) out += text(row.target.probe) + "/";
  out += text(name);
  if (!labels.empty()) out += " <small>" + text(labels) + "</small>";
  out += "</th><td class=\"why\">" + reason_of(row, standing);
  bool const failing = standing == Standing::bad && row.failing_since;
  if (failing) out += " <small>since " + time(picture, *row.failing_since) + "</small>";
  if (row.last && !row.last->trace_id.empty()) out += " <small>trace " + text(row.last->trace_id) + "</small>";
  out += "</td><td class=\"number\">";
  if (row.last) out += report::human_seconds(row.last->duration);
  out += "</td><td class=\"phases\">";
  if (row.last) out += text(phases_of(*row.last));
  out += "</td><td>";
  if (row.last) out += time(picture, row.last->at);
  return out + "</td></tr>\n";
}

std::string table_of(const std::string& rows) {
  return "<div class=\"wide\"><table><thead><tr><th scope=\"col\">State</th><th scope=\"col\">Target</th><th "
         "scope=\"col\">Why"
         "</th><th scope=\"col\">Took</th><th scope=\"col\">Phases</th><th "
         "scope=\"col\">Last</th></tr></thead><tbody>\n" +
         rows + "</tbody></table></div>\n";
}

std::string failing_section(const Picture& picture) {
  std::string rows;
  std::size_t failing = 0;
  for (auto const& [key, row] : picture.board.rows()) {
    if (row.standing(picture.now) != Standing::bad) continue;
    if (++failing <= most_failing) rows += row_html(picture, row, true);
  }
  if (failing == 0) return "";
  auto out = "<section id=\"failing\"><h2>Failing now</h2>\n" + table_of(rows);
  if (failing > most_failing) out += "<p>and " + std::to_string(failing - most_failing) + " more</p>\n";
  return out + "</section>\n";
}

std::string service_card(const ServiceState& state) {
  std::string out = "<li class=\"card " + std::string(look_of(state.health)) + "\"><h3>" +
                    text(state.service->name) + "</h3><p>" +
                    html::badge(look_of(state.health), title_of(state.health));
  if (state.maintenance) out += " " + html::badge("paused", "Maintenance");
  out += "</p><p class=\"small\">";
  auto const& targets = state.targets;
  if (targets.total > 0)
    out += std::to_string(targets.good) + " of " + std::to_string(targets.total) + " targets well";
  if (state.alerts > 0) {
    if (targets.total > 0) out += ", ";
    out += std::to_string(state.alerts) + (state.alerts == 1 ? " alert" : " alerts");
  }
  return out + "</p></li>\n";
}

std::string services_section(const Picture& picture) {
  auto const states = service_states(picture, std::chrono::milliseconds(0));
  if (states.empty()) return "";
  std::string out = "<section id=\"services\"><h2>Services</h2>\n<ul class=\"cards\">\n";
  for (auto const& state : states) out += service_card(state);
  return out + "</ul></section>\n";
}

/// One probe's rows as HTML; `listed` of its targets.
struct ProbeRows {
  Tally tally;
  std::string failing, well;
  std::size_t listed = 0;
};

std::string probe_html(const std::string& name, const ProbeRows& rows, const WatchedTarget& any) {
  auto const& tally = rows.tally;
  bool const open = tally.total <= few_targets;
  std::string out = "<details id=\"probe-" + text(name) + "\"" + (open ? " open=\"\"" : "") + "><summary><h3>" +
                    text(name) + "</h3> " +
                    html::badge(tally.bad > 0    ? "bad"
                                : tally.good > 0 ? "good"
                                                 : "unknown",
                                std::to_string(tally.good) + "/" + std::to_string(tally.total)) +
                    " <small>" + text(any.kind) + " every " + config::format_duration(any.interval);
  if (tally.bad > 0) out += ", " + std::to_string(tally.bad) + " failing";
  if (tally.unknown > 0) out += ", " + std::to_string(tally.unknown) + " not known";
  if (tally.paused > 0) out += ", " + std::to_string(tally.paused) + " paused";
  out += "</small></summary>\n" + table_of(rows.failing + rows.well);
  auto const left = tally.total - rows.listed;
  if (left > 0) out += "<p>and " + std::to_string(left) + " more that are well; /status.json has all</p>\n";
  return out + "</details>\n";
}

std::string probes_section(const Picture& picture) {
  std::string out = "<section id=\"probes\"><h2>Probes</h2>\n";
  auto const& rows = picture.board.rows();
  if (rows.empty()) out += "<p>This prober has no targets of its own.</p>\n";
  for (auto row = rows.begin(); row != rows.end();) {
    auto const first = row;
    ProbeRows probe;
    std::size_t folded = 0;
    for (; row != rows.end() && row->first.first == first->first.first; ++row) {
      auto const standing = row->second.standing(picture.now);
      probe.tally.add(standing);
      bool const well = standing == Standing::good || standing == Standing::paused;
      if (well && ++folded > most_folded) continue;
      (well ? probe.well : probe.failing) += row_html(picture, row->second, false);
      ++probe.listed;
    }
    out += probe_html(first->first.first, probe, first->second.target);
  }
  return out + "</section>\n";
}

}  // namespace

std::string status_headline(const Picture& picture) {
  auto const tally = tally_of(picture);
  if (tally.total == 0) return "No targets";
  if (tally.total == 1 && tally.good == 1) return "The one target is well";
  auto const all = std::to_string(tally.total) + (tally.total == 1 ? " target" : " targets");
  if (tally.bad > 0) return std::to_string(tally.bad) + " of " + all + " failing";
  if (tally.good + tally.paused == tally.total) return "All " + all + " well";
  return std::to_string(tally.good) + " of " + all + " well, " + std::to_string(tally.unknown) + " not known";
}

std::string status_body(const Picture& picture) {
  auto const tally = tally_of(picture);
  std::string_view const look = tally.bad > 0                           ? "bad"
                                : tally.unknown > 0 || tally.total == 0 ? "unknown"
                                                                        : "good";
  std::string out = "<header class=\"top " + std::string(look) + "\"><h1>" + text(picture.config.title) +
                    "</h1><p class=\"verdict\">" + html::badge(look, status_headline(picture)) +
                    "</p><p class=\"small\">";
  if (!picture.config.vantage.empty()) out += "Seen from <b>" + text(picture.config.vantage) + "</b>. ";
  out += "<a href=\"status/public\">What clients see</a></p></header>\n";
  out += sources_section(picture) + failing_section(picture) + alerts_section(picture) +
         services_section(picture) + objectives_section(picture) + silences_section(picture) +
         probes_section(picture);
  return out;
}

}  // namespace fleet::probers::status
