// What redis_exporter tells of itself, told of this program.
#pragma once

#include <cstdint>
#include <memory>

#include "exporters/collector.hpp"

namespace fleet::exporters::redis_health {

/// Requests to /scrape that were refused, since the start of the program. Worker io thread.
struct RefusedRequests {
  std::uint64_t count = 0;
};

/// Adds redis_exporter_build_info and redis_target_scrape_request_errors_total.
void add_own_metrics(const RefusedRequests& refused, Families& out);

/// The collector "exporter": the same for /metrics.
class OwnMetrics : public Collector {
 public:
  explicit OwnMetrics(std::shared_ptr<const RefusedRequests> refused) : refused_(std::move(refused)) {}
  std::string_view name() const override { return "exporter"; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  std::shared_ptr<const RefusedRequests> refused_;
};

}  // namespace fleet::exporters::redis_health
