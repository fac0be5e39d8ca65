// Uses of clients' data that no consent covered when they happened.
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

/// One row of the query `processing`: events of the last window. An event is in at most one of the three
/// `after_withdrawal`, `after_expiry` and `without_grant`.
struct ProcessingCount {
  std::string consent_type;
  double events = 0;                    ///< all of them
  double after_withdrawal = 0;          ///< consent withdrawn before and not granted again in between
  double clients_after_withdrawal = 0;  ///< whose data those events used
  double after_expiry = 0;              ///< consent expired before, and not withdrawn
  double without_grant = 0;             ///< no consent of the type had ever been granted
};

/// Rows sorted by type. Throws postgres::Error if a column is missing or holds no number.
std::vector<ProcessingCount> read_processing(const postgres::Rows& rows);
/// One count for each type to publish, known or found; rows that share their label are added up.
std::map<std::string, ProcessingCount> by_label(const std::vector<ProcessingCount>& rows,
                                                exporters::LabelLimit& types);
void publish_processing(const std::map<std::string, ProcessingCount>& counts, Families& out);

class Processing : public exporters::Collector {
 public:
  Processing(std::shared_ptr<exporters::SqlSource> source, exporters::LabelLimit types)
      : source_(std::move(source)), types_(std::move(types)) {}
  std::string_view name() const override { return "processing"; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  std::shared_ptr<exporters::SqlSource> source_;
  exporters::LabelLimit types_;
};

}  // namespace fleet::exporters::consent
