// Connections by state and database, and how much of max_connections they use.
#pragma once

#include "exporters/postgres/subject.hpp"

namespace fleet::exporters::postgres {

/// pg_stat_activity_count and pg_stat_activity_max_tx_duration as postgres_exporter has them (every database,
/// every state, zeros included), pg_connections_*.
class Connections : public Subject {
 public:
  explicit Connections(std::shared_ptr<Instance> instance) : Subject("connections", std::move(instance)) {}

 protected:
  awaitable<void> measure(Deadline deadline, int server_version, Families& out) override;
};

}  // namespace fleet::exporters::postgres
