// Whether an exporter's database answers, and when it was last read.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "exporters/collector.hpp"
#include "exporters/sql_source.hpp"

namespace fleet::exporters {

/// The collector "database": `<prefix>_database_up`, and `<prefix>_last_successful_check_timestamp_seconds`
/// once there was a successful check. Put it first, so that its statement does not queue behind a slow one.
class DatabaseState : public Collector {
 public:
  /// When the last successful check ended, asked after the one of this scrape has ended; must not throw.
  using LastCheck = std::function<awaitable<std::optional<std::chrono::system_clock::time_point>>(Deadline)>;

  DatabaseState(std::string prefix, std::shared_ptr<SqlSource> source, LastCheck last_check);
  std::string_view name() const override { return "database"; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  std::string prefix_;
  std::shared_ptr<SqlSource> source_;
  LastCheck last_check_;
};

}  // namespace fleet::exporters
