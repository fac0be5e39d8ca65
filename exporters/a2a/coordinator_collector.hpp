// Health of the Redis that carries the messages.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/redis/connection.hpp"
#include "exporters/collector.hpp"

namespace fleet::exporters::a2a {

/// Collector "coordinator": redis_up and what INFO tells, under redis_exporter's names. A server that does not
/// answer is redis_up 0 and one log line, not a failure.
class CoordinatorCollector : public exporters::Collector {
 public:
  explicit CoordinatorCollector(std::shared_ptr<redis::Client> client) : client_(std::move(client)) {}
  std::string_view name() const override { return "coordinator"; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  std::shared_ptr<redis::Client> client_;
  std::string last_failure_;
};

}  // namespace fleet::exporters::a2a
