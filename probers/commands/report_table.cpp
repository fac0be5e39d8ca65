#include <algorithm>
#include <cmath>
#include <cstdio>

#include "probers/commands/report_formats.hpp"

namespace fleet::probers {

namespace {

using Cells = std::vector<std::string>;

int place_of(Outcome outcome) { return outcome == Outcome::bad ? 0 : outcome == Outcome::unknown ? 1 : 2; }

/// "p95_seconds" as "P95", "lost_canaries" as "LOST CANARIES".
std::string heading(const Measure& measure) {
  std::string text(key_of(measure));
  for (std::string_view const unit : {"_seconds", "_ratio"}) {
    if (text.ends_with(unit)) text.resize(text.size() - unit.size());
  }
  for (char& c : text) c = c == '_' ? ' ' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string labels_text(const Identity& identity) {
  std::string out;
  for (auto const& [name, value] : identity.labels) out += (out.empty() ? "" : ",") + name + "=" + value;
  return out;
}

std::string attempts_text(const ReportRow& row) {
  auto out = std::to_string(row.attempts_of(Outcome::bad)) + " of " + std::to_string(row.attempts_in_all());
  if (auto const unknown = row.attempts_of(Outcome::unknown))
    out += ", " + std::to_string(unknown) + " unknown";
  return out;
}

/// Which columns a table of these rows needs.
struct Columns {
  explicit Columns(const std::vector<ReportRow>& rows) {
    for (auto const& row : rows) {
      labels |= !row.identity.labels.empty();
      attempts |= row.attempts_in_all() > 1;
      failures |= row.result.outcome != Outcome::good;
      limit |= row.timeout.count() > 0;
      for (auto const& measure : row.measures) {
        if (std::find(measures.begin(), measures.end(), measure.kind) == measures.end())
          measures.push_back(measure.kind);
      }
    }
  }
  bool labels = false, attempts = false, failures = false, limit = false;
  std::vector<const FactKind*> measures;
};

Cells head_of(const Columns& columns) {
  Cells head{"PROBE", "TARGET"};
  if (columns.labels) head.emplace_back("LABELS");
  head.emplace_back("RESULT");
  if (columns.failures) head.insert(head.end(), {"REASON", "STEP"});
  if (columns.attempts) head.emplace_back("FAILED");
  for (auto const* kind : columns.measures) head.push_back(heading({kind, 0}));
  if (columns.measures.empty()) head.emplace_back("TOOK");
  if (columns.measures.empty() && columns.limit) head.emplace_back("LIMIT");
  head.emplace_back("DETAIL");
  return head;
}

Cells cells_of(const ReportRow& row, const Columns& columns) {
  auto const& result = row.result;
  bool const good = result.outcome == Outcome::good;
  Cells cells{printable(row.identity.probe), printable(row.identity.target)};
  if (columns.labels) cells.push_back(printable(labels_text(row.identity)));
  cells.emplace_back(to_string(result.outcome));
  if (columns.failures) {
    cells.emplace_back(good ? "-" : to_string(result.reason));
    cells.push_back(good || result.step.empty() ? "-" : printable(result.step));
  }
  if (columns.attempts) cells.push_back(attempts_text(row));
  for (auto const* kind : columns.measures) {
    auto const found = std::find_if(row.measures.begin(), row.measures.end(),
                                    [&](const Measure& measure) { return measure.kind == kind; });
    cells.push_back(found == row.measures.end() ? "-" : human_value(*found));
  }
  if (columns.measures.empty()) cells.push_back(human_seconds(result.duration));
  if (columns.measures.empty() && columns.limit)
    cells.push_back(row.timeout.count() == 0 ? "-" : human_seconds(row.timeout));
  cells.push_back(printable(result.detail));
  return cells;
}

std::string table_of_rows(const std::vector<ReportRow>& rows) {
  std::vector<const ReportRow*> sorted;
  for (auto const& row : rows) sorted.push_back(&row);
  std::stable_sort(sorted.begin(), sorted.end(), [](auto const* a, auto const* b) {
    return place_of(a->result.outcome) < place_of(b->result.outcome);
  });
  Columns const columns(rows);
  std::vector<Cells> lines{head_of(columns)};
  for (auto const* row : sorted) lines.push_back(cells_of(*row, columns));
  return align(lines);
}

}  // namespace

std::string human_value(const Measure& measure) {
  auto const name = measure.kind->name;
  if (name.ends_with("_seconds")) return human_seconds(measure.value);
  if (!std::isfinite(measure.value)) return "-";
  char text[48];
  if (name.ends_with("_ratio")) {
    std::snprintf(text, sizeof text, "%.4g %%", measure.value * 100);
  } else {
    std::snprintf(text, sizeof text, "%.10g", std::round(measure.value * 100) / 100);
  }
  return text;
}

std::string render_table(const Report& report) {
  std::string out = report.text.empty() ? table_of_rows(report.rows) : report.text;
  std::vector<Cells> totals;
  if (report.text.empty()) {
    for (auto const& total : report.totals) totals.push_back({heading(total), human_value(total)});
  }
  if (!totals.empty()) out += "\n" + align(totals);
  if (!report.remarks.empty()) out += "\n";
  for (auto const& remark : report.remarks) out += "Note: " + printable(remark) + "\n";
  return out + "\n" + printable(report.summary) + "\n";
}

}  // namespace fleet::probers
