// Locks held, waits for them and who causes them.
#pragma once

#include "exporters/postgres/subject.hpp"

namespace fleet::exporters::postgres {

/// pg_locks_count as postgres_exporter has it (every database, every mode, zeros included), pg_locks_waiting,
/// pg_locks_longest_wait_seconds and pg_locks_blockers. Reads shared memory only: it takes no lock that a
/// table's owner could hold.
class Locks : public Subject {
 public:
  explicit Locks(std::shared_ptr<Instance> instance) : Subject("locks", std::move(instance)) {}

 protected:
  awaitable<void> measure(Deadline deadline, int server_version, Families& out) override;
};

}  // namespace fleet::exporters::postgres
