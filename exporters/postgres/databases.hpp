// What every database of a server did: transactions, blocks, tuples, deadlocks, conflicts.
#pragma once

#include "exporters/postgres/subject.hpp"

namespace fleet::exporters::postgres {

/// pg_stat_database_* and pg_stat_database_conflicts_*. Sizes are a subject of their
/// own.
class Databases : public Subject {
 public:
  explicit Databases(std::shared_ptr<Instance> instance) : Subject("databases", std::move(instance)) {}

 protected:
  awaitable<void> measure(Deadline deadline, int server_version, Families& out) override;
};

}  // namespace fleet::exporters::postgres
