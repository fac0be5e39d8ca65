// Checkpoints and the background writer.
#pragma once

#include "exporters/postgres/subject.hpp"

namespace fleet::exporters::postgres {

/// pg_stat_bgwriter_*_total under postgres_exporter's names on every version: PostgreSQL 17 moved most of these
/// columns to pg_stat_checkpointer, and dropped the two of backends.
class Checkpoints : public Subject {
 public:
  explicit Checkpoints(std::shared_ptr<Instance> instance) : Subject("checkpoints", std::move(instance)) {}

 protected:
  awaitable<void> measure(Deadline deadline, int server_version, Families& out) override;
};

}  // namespace fleet::exporters::postgres
