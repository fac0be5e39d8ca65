#include "exporters/compliance/cases.hpp"

#include <algorithm>

#include "exporters/answer_by.hpp"

namespace fleet::exporters::compliance {

std::vector<CaseCount> read_cases(const postgres::Rows& rows) {
  auto const type = rows.column("case_type"), cases = rows.column("cases"),
             with_form13 = rows.column("with_form13");
  std::vector<CaseCount> counts;
  counts.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    CaseCount count;
    count.case_type = rows.text(row, type);
    count.cases = rows.number_or_null(row, cases).value_or(0);
    count.with_form13 = rows.number_or_null(row, with_form13).value_or(0);
    counts.push_back(std::move(count));
  }
  std::sort(counts.begin(), counts.end(),
            [](const auto& a, const auto& b) { return a.case_type < b.case_type; });
  return counts;
}

void publish_cases(const std::vector<CaseCount>& rows, exporters::LabelLimit& case_types, Families& out) {
  std::map<std::string, CaseCount> by_type;
  for (auto const& type : case_types.known()) by_type[type];
  for (auto const& row : rows) {
    auto& count = by_type[case_types.label(row.case_type)];
    count.cases += row.cases;
    count.with_form13 += row.with_form13;
  }
  auto& cases = out.gauge("compliance_cases", "Cases of the type.");
  auto& ratio = out.gauge("compliance_form13_completion_ratio",
                          "Share of the type's cases that have Form 13 data, 0 to 1; absent without cases.");
  for (auto const& [type, count] : by_type) {
    cases.add({{"case_type", type}}, count.cases);
    if (count.cases > 0) ratio.add({{"case_type", type}}, count.with_form13 / count.cases);
  }
}

awaitable<void> Cases::collect(Deadline deadline, Families& out) {
  std::string query = "cases";
  auto const rows = co_await source_->read(std::move(query), read_cases, exporters::answer_by(deadline));
  publish_cases(rows, case_types_, out);
}

}  // namespace fleet::exporters::compliance
