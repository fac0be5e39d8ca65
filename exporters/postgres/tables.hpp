// What every table of the database did: rows, scans, blocks, dead tuples, vacuum and analyze.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "exporters/postgres/subject.hpp"

namespace fleet::exporters::postgres {

/// Of `pages` (one entry per table) the indices of the `limit` largest, in rising order; of equals the first.
std::vector<std::uint32_t> largest(std::span<const double> pages, std::size_t limit);

/// Which rows of a result are shown.
struct ShownRows {
  std::vector<std::size_t> rows;  ///< in rising order
  std::size_t beyond_limit;       ///< what the filter admits, and its limit leaves out
};
/// Of a result with the columns schemaname, relname and relpages, the largest that the filter admits.
ShownRows rows_of_largest(const fleet::postgres::Rows& rows, const TableFilter& filter);

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
