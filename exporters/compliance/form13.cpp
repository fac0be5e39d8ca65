#include "exporters/compliance/form13.hpp"

#include <algorithm>

#include "exporters/answer_by.hpp"

namespace fleet::exporters::compliance {

std::vector<Form13Count> read_form13(const postgres::Rows& rows) {
  auto const type = rows.column("case_type"), due = rows.column("due"), missing = rows.column("missing"),
             incomplete = rows.column("incomplete"), oldest = rows.column("oldest_overdue_seconds");
  std::vector<Form13Count> counts;
  counts.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    Form13Count count;
    count.case_type = rows.text(row, type);
    count.due = rows.number_or_null(row, due).value_or(0);
    count.missing = rows.number_or_null(row, missing).value_or(0);
    count.incomplete = rows.number_or_null(row, incomplete).value_or(0);
    count.oldest_overdue_seconds = std::max(0.0, rows.number_or_null(row, oldest).value_or(0));
    counts.push_back(std::move(count));
  }
  std::sort(counts.begin(), counts.end(),
            [](const auto& a, const auto& b) { return a.case_type < b.case_type; });
  return counts;
}

std::map<std::string, Form13Count> by_label(const std::vector<Form13Count>& rows,
                                            exporters::LabelLimit& types) {
  std::map<std::string, Form13Count> counts;
  for (auto const& type : types.known()) counts[type];
  for (auto const& row : rows) {
    auto& count = counts[types.label(row.case_type)];
    count.due += row.due;
    count.missing += row.missing;
    count.incomplete += row.incomplete;
    count.oldest_overdue_seconds = std::max(count.oldest_overdue_seconds, row.oldest_overdue_seconds);
  }
  for (auto& [type, count] : counts) count.case_type = type;
  return counts;
}

void publish_form13(const std::map<std::string, Form13Count>& counts, Families& out) {
  auto& due = out.gauge("compliance_form13_due_cases", "Cases that are old enough to need a complete Form 13.");
  auto& missing = out.gauge("compliance_form13_missing_cases", "Of those, cases without a Form 13.");
  auto& incomplete =
      out.gauge("compliance_form13_incomplete_cases", "Of those, cases whose Form 13 lacks a section.");
  auto& age =
      out.gauge("compliance_form13_oldest_overdue_age_seconds",
                "How long the longest overdue missing or incomplete Form 13 has been due; 0 without any.");
  for (auto const& [type, count] : counts) {
    due.add({{"case_type", type}}, count.due);
    missing.add({{"case_type", type}}, count.missing);
    incomplete.add({{"case_type", type}}, count.incomplete);
    age.add({{"case_type", type}}, count.oldest_overdue_seconds);
  }
}

awaitable<void> Form13::collect(Deadline deadline, Families& out) {
  std::string query = "form13";
  auto const rows = co_await source_->read(std::move(query), read_form13, exporters::answer_by(deadline));
  publish_form13(by_label(rows, case_types_), out);
}

}  // namespace fleet::exporters::compliance
