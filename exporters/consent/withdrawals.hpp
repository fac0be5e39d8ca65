// Withdrawals of consent that nobody has acted on yet.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/postgres/session.hpp"
#include "exporters/collector.hpp"
#include "exporters/label_limit.hpp"
#include "exporters/sql_source.hpp"

namespace fleet::exporters::consent {

/// One row of the query `withdrawals`.
struct PendingCount {
  std::string consent_type;
  double pending = 0;
  double oldest_seconds = 0;  ///< since the oldest pending withdrawal
};

/// Rows sorted by type. Throws postgres::Error if a column is missing or holds no number.
std::vector<PendingCount> read_withdrawals(const postgres::Rows& rows);
/// One count for each type to publish, known or found; rows that share their label are added up.
std::map<std::string, PendingCount> by_label(const std::vector<PendingCount>& rows,
                                             exporters::LabelLimit& types);
void publish_withdrawals(const std::map<std::string, PendingCount>& counts, Families& out);

class Withdrawals : public exporters::Collector {
 public:
  Withdrawals(std::shared_ptr<exporters::SqlSource> source, exporters::LabelLimit types)
      : source_(std::move(source)), types_(std::move(types)) {}
  std::string_view name() const override { return "withdrawals"; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  std::shared_ptr<exporters::SqlSource> source_;
  exporters::LabelLimit types_;
};

}  // namespace fleet::exporters::consent
