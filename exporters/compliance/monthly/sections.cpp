#include "exporters/compliance/monthly/sections.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/report/figures.hpp"

namespace fleet::exporters::compliance::monthly {

namespace {

/// The known names first, then what else was found, in order.
std::vector<std::string> names_of(const std::vector<std::string>& known, const std::set<std::string>& found) {
  auto names = known;
  for (auto const& name : found)
    if (std::find(known.begin(), known.end(), name) == known.end()) names.push_back(name);
  return names;
}

std::vector<std::string> days_of(const MonthSpan& span) {
  std::vector<std::string> days;
  for (int day = 1; day <= span.days; ++day) days.push_back(std::to_string(day));
  return days;
}

Chart day_chart(Chart::Kind kind, std::string title, const MonthSpan& span, const std::vector<DayRow>& rows,
                const std::vector<std::string>& known) {
  Chart chart;
  chart.kind = kind;
  chart.title = std::move(title);
  chart.slots = days_of(span);
  std::set<std::string> found;
  for (auto const& row : rows) found.insert(row.name);
  // A line ends where the present is; a bar of nothing is not seen.
  auto const lived = span.complete ? span.days : span.day_of(span.to - 1);
  for (auto const& name : names_of(known, found)) {
    Chart::Series series{name, std::vector<std::optional<double>>(chart.slots.size())};
    for (int day = 0; day < lived; ++day) series.values[static_cast<std::size_t>(day)] = 0;
    for (auto const& row : rows) {
      auto const day = static_cast<std::size_t>(row.day) - 1;
      if (row.name == name && day < series.values.size())
        series.values[day] = series.values[day].value_or(0) + row.count;
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

Table violation_table(const Config& config, const std::vector<ViolationRow>& rows) {
  std::set<std::string> found_frameworks, found_severities;
  std::map<std::pair<std::string, std::string>, double> recorded;
  std::map<std::string, ViolationRow> sums;
  ViolationRow all;
  for (auto const& row : rows) {
    found_frameworks.insert(row.framework);
    found_severities.insert(row.severity);
    recorded[{row.framework, row.severity}] += row.recorded;
    for (auto* const sum : {&sums[row.framework], &all}) {
      sum->recorded += row.recorded;
      sum->resolved += row.resolved;
      sum->open_at_end += row.open_at_end;
    }
  }
  auto const severities = names_of(config.severities, found_severities);
  Table table;
  table.head = {"Framework"};
  table.head.insert(table.head.end(), severities.begin(), severities.end());
  table.head.insert(table.head.end(), {"recorded", "resolved", "open at end"});
  std::map<std::string, double> columns;
  auto const line = [&](const std::string& name, const ViolationRow& sum, auto of_severity) {
    std::vector<std::string> cells{name};
    for (auto const& severity : severities) cells.push_back(figure(of_severity(severity)));
    cells.insert(cells.end(), {figure(sum.recorded), figure(sum.resolved), figure(sum.open_at_end)});
    table.rows.push_back(std::move(cells));
  };
  for (auto const& framework : names_of(config.frameworks, found_frameworks)) {
    line(framework, sums[framework], [&](const std::string& severity) {
      auto const count = recorded[{framework, severity}];
      columns[severity] += count;
      return count;
    });
  }
  line("Total", all, [&](const std::string& severity) { return columns[severity]; });
  table.last_is_total = true;
  return table;
}

/// "to 1m", "to 5m", "over 30d".
std::vector<std::string> bucket_names(const std::vector<double>& bounds) {
  std::vector<std::string> names;
  for (auto const bound : bounds) names.push_back("to " + report::human_age(bound));
  names.push_back("over " + report::human_age(bounds.back()));
  return names;
}

Chart bucket_chart(const Config& config, const std::vector<BucketRow>& rows) {
  Chart chart;
  chart.title = "Violations resolved, by the time that it took";
  chart.slots = bucket_names(config.response_time_bounds);
  std::set<std::string> found;
  for (auto const& row : rows) found.insert(row.severity);
  for (auto const& severity : names_of(config.severities, found)) {
    Chart::Series series{severity, std::vector<std::optional<double>>(chart.slots.size())};
    for (auto const& row : rows) {
      auto const bucket = std::min(static_cast<std::size_t>(std::max(row.bucket, 0.0)), chart.slots.size() - 1);
      if (row.severity == severity) series.values[bucket] = series.values[bucket].value_or(0) + row.violations;
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

/// A line of names and the sums of their columns below.
template <class Row>
Table table_of(std::vector<std::string> head, const std::vector<Row>& rows, std::string Row::*name,
               std::initializer_list<double Row::*> columns) {
  Table table;
  table.head = std::move(head);
  std::vector<double> sums(columns.size());
  for (auto const& row : rows) {
    std::vector<std::string> cells{row.*name};
    std::size_t at = 0;
    for (auto const column : columns) {
      cells.push_back(figure(row.*column));
      sums[at++] += row.*column;
    }
    table.rows.push_back(std::move(cells));
  }
  std::vector<std::string> cells{"Total"};
  for (auto const sum : sums) cells.push_back(figure(sum));
  table.rows.push_back(std::move(cells));
  table.last_is_total = true;
  return table;
}

}  // namespace

void add_violations(const Config& config, const MonthReadings& month, Blocks& out) {
  out.push_back(Heading{"Violations by framework and severity"});
  if (readable(month.violations, out)) {
    out.push_back(violation_table(config, month.violations.rows));
    out.push_back(Paragraph{
        "The columns of severities count what was recorded in the month; what was resolved in it may have been "
        "recorded before."});
  }
  if (readable(month.violations_by_day, out)) {
    out.push_back(day_chart(Chart::Kind::stacked_bars, "Violations recorded each day, by framework", month.span,
                            month.violations_by_day.rows, config.frameworks));
  }
  if (readable(month.open_by_day, out)) {
    out.push_back(day_chart(Chart::Kind::stacked_bars, "Violations open at the end of each day, by severity",
                            month.span, month.open_by_day.rows, config.severities));
  }
}

void add_resolve_times(const Config& config, const MonthReadings& month, Blocks& out) {
  out.push_back(Heading{"Time to resolve"});
  if (readable(month.resolve_times, out)) {
    Table table;
    table.head = {"Severity", "resolved", "median", "mean", "90th percentile", "longest"};
    auto const& rows = month.resolve_times.rows;
    std::set<std::string> found;
    for (auto const& row : rows) found.insert(row.severity);
    for (auto const& severity : names_of(config.severities, found)) {
      for (auto const& row : rows) {
        if (row.severity != severity) continue;
        table.rows.push_back({severity, figure(row.resolved), report::human_age(row.median_seconds),
                              report::human_age(row.mean_seconds), report::human_age(row.p90_seconds),
                              report::human_age(row.longest_seconds)});
      }
    }
    if (table.rows.empty()) {
      out.push_back(Paragraph{"No violation was resolved in the month."});
    } else {
      out.push_back(std::move(table));
    }
  }
  if (readable(month.resolve_buckets, out) && !month.resolve_buckets.rows.empty())
    out.push_back(bucket_chart(config, month.resolve_buckets.rows));
}

void add_consents(const Config&, const MonthReadings& month, Blocks& out) {
  out.push_back(Heading{"Privacy consents"});
  if (readable(month.consents, out)) {
    using R = ConsentRow;
    out.push_back(table_of<R>(
        {"Consent", "granted", "withdrawn", "expired", "in force at end", "withdrawals not acted on"},
        month.consents.rows, &R::consent_type,
        {&R::granted, &R::withdrawn, &R::expired, &R::in_force, &R::not_acted_on}));
    Chart chart;
    chart.kind = Chart::Kind::bars_side_by_side;
    chart.title = "Consents granted, withdrawn and expired in the month";
    chart.series = {{"granted", {}}, {"withdrawn", {}}, {"expired", {}}};
    for (auto const& row : month.consents.rows) {
      chart.slots.push_back(row.consent_type);
      chart.series[0].values.emplace_back(row.granted);
      chart.series[1].values.emplace_back(row.withdrawn);
      chart.series[2].values.emplace_back(row.expired);
    }
    if (!chart.slots.empty()) out.push_back(std::move(chart));
  }
  if (readable(month.uses, out)) {
    using R = UseRow;
    out.push_back(table_of<R>(
        {"Use of data under", "uses", "after withdrawal", "after expiry", "without a grant"}, month.uses.rows,
        &R::consent_type, {&R::events, &R::after_withdrawal, &R::after_expiry, &R::without_grant}));
  }
}

void add_retention(const Config&, const MonthReadings& month, Blocks& out) {
  out.push_back(Heading{"Retention of documents"});
  if (readable(month.retention, out)) {
    using R = RetentionRow;
    Table table;
    table.head = {"Documents", month.span.title()};
    for (auto const& [what, column] : {std::pair("whose retention ended in the month", &R::fell_due),
                                       std::pair("deleted, of all that were due", &R::deleted),
                                       std::pair("of those, after their retention date", &R::deleted_late),
                                       std::pair("overdue for deletion at the end", &R::overdue_at_end)}) {
      table.rows.push_back({what, figure(total(month.retention, column))});
    }
    out.push_back(std::move(table));
  }
  if (readable(month.retention_by_day, out)) {
    auto chart = day_chart(Chart::Kind::lines, "Documents overdue for deletion at the end of each day",
                           month.span, month.retention_by_day.rows, {""});
    chart.series[0].name = "overdue";
    out.push_back(std::move(chart));
  }
}

void add_form13(const Config& config, const MonthReadings& month, Blocks& out) {
  out.push_back(Heading{"Form 13"});
  if (!readable(month.form13, out)) return;
  Table table;
  table.head = {"Case type", "due", "missing", "incomplete", "complete"};
  for (auto const& row : month.form13.rows) {
    auto const complete = row.due > 0 ? (row.due - row.missing - row.incomplete) / row.due : std::nan("");
    table.rows.push_back(
        {row.case_type, figure(row.due), figure(row.missing), figure(row.incomplete), percent(complete, 1)});
  }
  if (table.rows.empty()) {
    out.push_back(Paragraph{"No case was due to have one."});
  } else {
    out.push_back(std::move(table));
  }
  out.push_back(Paragraph{
      "Cases that were due by the end of the span, " + config::format_duration(config.form13.due_after) +
      " after they began; their forms as they are at the making of this report, because the "
      "register does not say since when."});
}

void add_availability(const Config& config, const MonthReadings& month, Blocks& out) {
  out.push_back(Heading{"Availability"});
  if (!config.prometheus) {
    out.push_back(Paragraph{"Not measured: the configuration names no `prometheus`."});
    return;
  }
  auto const objective = config.prometheus->objective;
  Table table;
  table.head = {"Of what", "available", "unavailable for", "objective", "hours with data"};
  Chart chart;
  chart.kind = Chart::Kind::lines;
  chart.unit = Chart::Unit::ratio;
  chart.title = "Availability each day";
  chart.slots = days_of(month.span);
  chart.line = {objective, "objective " + percent(objective, 1)};
  for (auto const& kind : month.availability) {
    if (!kind.points.failure.empty()) {
      out.push_back(Paragraph{"Could not be measured: " + kind.name + ": " + kind.points.failure, true});
      continue;
    }
    auto const figures = figures_of(kind.points.rows, month.span);
    if (kind.points.rows.empty()) {
      table.rows.push_back({kind.name, "no data", "-", "-", percent(0, 0)});
      continue;
    }
    table.rows.push_back({kind.name, percent(figures.ratio, 3), report::human_age(figures.down_seconds),
                          figures.ratio >= objective ? "met" : "missed", percent(figures.coverage, 0)});
    chart.series.push_back({kind.name, by_day(kind.points.rows, month.span)});
  }
  if (!table.rows.empty()) out.push_back(std::move(table));
  if (!chart.series.empty()) out.push_back(std::move(chart));
  out.push_back(Paragraph{
      "Means over the hours of which Prometheus holds data; hours without any count neither for nor against."});
}

}  // namespace fleet::exporters::compliance::monthly
