#include "exporters/compliance/retention.hpp"

#include <algorithm>

#include "exporters/answer_by.hpp"

namespace fleet::exporters::compliance {

Overdue read_overdue(const postgres::Rows& rows) {
  auto const documents = rows.column("overdue"), oldest = rows.column("oldest_overdue_seconds");
  Overdue overdue;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    overdue.documents += rows.number_or_null(row, documents).value_or(0);
    overdue.oldest_seconds = std::max(overdue.oldest_seconds, rows.number_or_null(row, oldest).value_or(0));
  }
  return overdue;
}

void publish_overdue(const Overdue& overdue, Families& out) {
  out.gauge("compliance_retention_overdue_documents",
            "Documents past their retention date that are not deleted.")
      .add(overdue.documents);
  out.gauge("compliance_retention_oldest_overdue_age_seconds",
            "How far the longest overdue document is past its retention date; 0 if none is.")
      .add(overdue.oldest_seconds);
}

awaitable<void> Retention::collect(Deadline deadline, Families& out) {
  std::string query = "retention";
  auto const overdue = co_await source_->read(std::move(query), read_overdue, exporters::answer_by(deadline));
  publish_overdue(overdue, out);
}

}  // namespace fleet::exporters::compliance
