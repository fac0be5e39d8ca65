#include "exporters/compliance/monthly/compose.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/metrics/families.hpp"
#include "core/report/figures.hpp"
#include "exporters/compliance/monthly/sections.hpp"

namespace fleet::exporters::compliance::monthly {

namespace {

std::string value_or_dash(bool known, double value) { return known ? figure(value) : "not measured"; }

Table summary_of(const MonthReadings& month) {
  Table table;
  table.head = {"Summary", month.span.title()};
  auto const add = [&](const std::string& what, bool known, double value) {
    table.rows.push_back({what, value_or_dash(known, value)});
  };
  bool const violations = month.violations.good(), consents = month.consents.good(), uses = month.uses.good(),
             retention = month.retention.good(), form13 = month.form13.good();
  add("Violations recorded", violations, total(month.violations, &ViolationRow::recorded));
  add("Violations resolved", violations, total(month.violations, &ViolationRow::resolved));
  add("Violations open at the end", violations, total(month.violations, &ViolationRow::open_at_end));
  add("Consents granted", consents, total(month.consents, &ConsentRow::granted));
  add("Consents withdrawn", consents, total(month.consents, &ConsentRow::withdrawn));
  add("Withdrawals not acted on at the end", consents, total(month.consents, &ConsentRow::not_acted_on));
  add("Uses of data without a consent in force", uses,
      total(month.uses, &UseRow::after_withdrawal) + total(month.uses, &UseRow::after_expiry) +
          total(month.uses, &UseRow::without_grant));
  add("Documents overdue for deletion at the end", retention,
      total(month.retention, &RetentionRow::overdue_at_end));
  add("Form 13s missing or incomplete", form13,
      total(month.form13, &Form13Row::missing) + total(month.form13, &Form13Row::incomplete));
  for (auto const& kind : month.availability) {
    bool const known = kind.points.good() && !kind.points.rows.empty();
    table.rows.push_back({"Availability: " + kind.name,
                          known ? percent(figures_of(kind.points.rows, month.span).ratio, 3) : "not measured"});
  }
  return table;
}

std::string subtitle_of(const Config& config, const MonthSpan& span) {
  return config.report.title + ", " + span.local(span.from) + " to " + span.local(span.to) + " (" +
         span.time_zone + ")" + (span.complete ? "" : "; the month has not ended");
}

}  // namespace

std::string figure(double value) {
  std::string out;
  append_value(out, value);
  return out;
}

std::string percent(double ratio, int decimals) {
  if (!std::isfinite(ratio)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.*f %%", decimals, ratio * 100);
  return text;
}

Document compose(const Config& config, const MonthReadings& month) {
  Document document;
  document.title = "Compliance report, " + month.span.title();
  document.subtitle = subtitle_of(config, month.span);
  document.footer = config.report.title + " \u2013 " + document.title;
  auto& out = document.blocks;
  auto const failures = month.failures();
  if (!failures.empty()) {
    out.push_back(Paragraph{"Incomplete: " + std::to_string(failures.size()) +
                                (failures.size() == 1 ? " reading" : " readings") +
                                " failed; the sections say which and why.",
                            true});
  }
  out.push_back(summary_of(month));
  add_violations(config, month, out);
  add_resolve_times(config, month, out);
  add_consents(config, month, out);
  add_retention(config, month, out);
  add_form13(config, month, out);
  add_availability(config, month, out);
  return document;
}

}  // namespace fleet::exporters::compliance::monthly
