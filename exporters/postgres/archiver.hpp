// The WAL archiver: what was archived, what failed, and how long ago.
#pragma once

#include "exporters/postgres/subject.hpp"

namespace fleet::exporters::postgres {

/// pg_stat_archiver_*, and whether archiving is on and failing now.
class Archiver : public Subject {
 public:
  explicit Archiver(std::shared_ptr<Instance> instance) : Subject("archiver", std::move(instance)) {}

 protected:
  awaitable<void> measure(Deadline deadline, int server_version, Families& out) override;
};

}  // namespace fleet::exporters::postgres
