// Cases whose Form 13 should be there by now.
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

/// One row of the query `form13`: cases of a type that are old enough to need a complete Form 13.
struct Form13Count {
  std::string case_type;
  double due = 0;                     ///< all of them
  double missing = 0;                 ///< have none
  double incomplete = 0;              ///< have one that lacks a section
  double oldest_overdue_seconds = 0;  ///< past its due time, of the missing and incomplete ones; 0 without any
};

/// Rows sorted by type. Throws postgres::Error if a column is missing or holds no number.
std::vector<Form13Count> read_form13(const postgres::Rows& rows);
/// One count for each type to publish, known or found; rows that share their label are added up.
std::map<std::string, Form13Count> by_label(const std::vector<Form13Count>& rows, exporters::LabelLimit& types);
/// compliance_form13_{due,missing,incomplete}_cases, compliance_form13_oldest_overdue_age_seconds.
void publish_form13(const std::map<std::string, Form13Count>& counts, Families& out);

class Form13 : public exporters::Collector {
 public:
  Form13(std::shared_ptr<exporters::SqlSource> source, exporters::LabelLimit case_types)
      : source_(std::move(source)), case_types_(std::move(case_types)) {}
  std::string_view name() const override { return "form13"; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  std::shared_ptr<exporters::SqlSource> source_;
  exporters::LabelLimit case_types_;
};

}  // namespace fleet::exporters::compliance
