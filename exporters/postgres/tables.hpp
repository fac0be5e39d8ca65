// What every table of the database did: rows, scans, blocks, dead tuples, vacuum and analyze.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "exporters/postgres/subject.hpp"

namespace fleet::exporters::postgres {

/// Of `pages` (one entry per table) the indices of the `limit` largest, in rising order; of equals the first.
std::vector<std::uint32_t> largest(std::span<const double> pages, std::size_t limit);

/// pg_stat_user_tables_* and pg_statio_user_tables_* of the database that the instance is connected to, from
/// one query that locks no table: a table under an exclusive lock is reported like any other. Temporary tables
/// are left out.
class Tables : public Subject {
 public:
  Tables(std::shared_ptr<Instance> instance, TableFilter filter)
      : Subject("tables", std::move(instance)), filter_(std::move(filter)) {}

 protected:
  awaitable<void> measure(Deadline deadline, int server_version, Families& out) override;

 private:
  TableFilter filter_;
};

}  // namespace fleet::exporters::postgres
