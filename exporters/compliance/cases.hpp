// Cases by type and how many of them have their Form 13.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/postgres/session.hpp"
#include "exporters/collector.hpp"
#include "exporters/label_limit.hpp"
#include "exporters/sql_source.hpp"

namespace fleet::exporters::compliance {

/// One row of the query `cases`.
struct CaseCount {
  std::string case_type;
  double cases = 0;
  double with_form13 = 0;
};

/// Rows sorted by type. Throws postgres::Error if a column is missing or holds no number.
std::vector<CaseCount> read_cases(const postgres::Rows& rows);

/// compliance_cases for every known type and those found, compliance_form13_completion_ratio for each type that
/// has cases.
void publish_cases(const std::vector<CaseCount>& rows, exporters::LabelLimit& case_types, Families& out);

class Cases : public exporters::Collector {
 public:
  Cases(std::shared_ptr<exporters::SqlSource> source, exporters::LabelLimit case_types)
      : source_(std::move(source)), case_types_(std::move(case_types)) {}
  std::string_view name() const override { return "cases"; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  std::shared_ptr<exporters::SqlSource> source_;
  exporters::LabelLimit case_types_;
};

}  // namespace fleet::exporters::compliance
