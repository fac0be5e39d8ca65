// The write-ahead log: where it stands, how fast it grows, how much of it lies on disk.
#pragma once

#include "exporters/postgres/subject.hpp"

namespace fleet::exporters::postgres {

/// pg_timeline_id, pg_wal_lsn_bytes, pg_wal_segments, pg_wal_size_bytes, and from PostgreSQL 14 on
/// pg_stat_wal_*.
class Wal : public Subject {
 public:
  explicit Wal(std::shared_ptr<Instance> instance) : Subject("wal", std::move(instance)) {}

 protected:
  awaitable<void> measure(Deadline deadline, int server_version, Families& out) override;
};

}  // namespace fleet::exporters::postgres
