// Documents that should have been deleted by now.
#pragma once

#include <memory>
#include <string>

#include "core/postgres/session.hpp"
#include "exporters/collector.hpp"
#include "exporters/sql_source.hpp"

namespace fleet::exporters::compliance {

/// The one row of the query `retention`.
struct Overdue {
  double documents = 0;
  double oldest_seconds = 0;  ///< past its retention date; 0 if none is overdue
};

/// No row counts as none overdue. Throws postgres::Error if a column is missing or holds no number.
Overdue read_overdue(const postgres::Rows& rows);
void publish_overdue(const Overdue& overdue, Families& out);

class Retention : public exporters::Collector {
 public:
  explicit Retention(std::shared_ptr<exporters::SqlSource> source) : source_(std::move(source)) {}
  std::string_view name() const override { return "retention"; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  std::shared_ptr<exporters::SqlSource> source_;
};

}  // namespace fleet::exporters::compliance
