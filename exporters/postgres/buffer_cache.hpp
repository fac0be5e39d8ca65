// What the shared buffers hold.
#pragma once

#include <span>
#include <vector>

#include "exporters/postgres/subject.hpp"
#include "exporters/postgres/versioned_sql.hpp"

namespace fleet::exporters::postgres {

/// PostgreSQL 16 has a function for the sum; before, every buffer is a row that the server makes for us.
extern const std::span<const VersionedSql> kBufferCacheSql;

/// pg_buffercache_summary_*, from the extension pg_buffercache. Asked at an interval, as it visits every
/// buffer.
class BufferCache : public Subject {
 public:
  BufferCache(std::shared_ptr<Instance> instance, std::chrono::milliseconds interval)
      : Subject("buffercache_summary", std::move(instance)), kept_(interval) {}

 protected:
  awaitable<void> measure(Deadline deadline, int server_version, Families& out) override;

 private:
  awaitable<std::vector<double>> ask(Deadline deadline, int server_version);
  Kept<std::vector<double>> kept_;
};

}  // namespace fleet::exporters::postgres
