// Sizes of databases and tables: costly to ask for, so asked seldom, and shown with their age.
#pragma once

#include <string>
#include <vector>

#include "exporters/postgres/subject.hpp"

namespace fleet::exporters::postgres {

/// pg_database_size_bytes. PostgreSQL stats every file of every database for it: half of what a whole scrape
/// costs the server.
class DatabaseSizes : public Subject {
 public:
  DatabaseSizes(std::shared_ptr<Instance> instance, std::chrono::milliseconds interval)
      : Subject("database_sizes", std::move(instance)), kept_(interval) {}

 protected:
  awaitable<void> measure(Deadline deadline, int server_version, Families& out) override;

 private:
  struct Size {
    std::string database;
    double bytes;
  };
  Kept<std::vector<Size>> kept_;
};

/// pg_stat_user_tables_size_bytes and pg_stat_user_tables_index_size_bytes (master's names). The only statement
/// that locks tables (in share mode, as any reader): it leaves out those under an exclusive lock, and when one
/// is locked in between, this subject fails alone after lock_timeout.
class TableSizes : public Subject {
 public:
  TableSizes(std::shared_ptr<Instance> instance, TableFilter filter, std::chrono::milliseconds interval)
      : Subject("table_sizes", std::move(instance)), filter_(std::move(filter)), kept_(interval) {}

 protected:
  awaitable<void> measure(Deadline deadline, int server_version, Families& out) override;

 private:
  struct Size {
    std::string labels;  // `{...} `, rendered once per refresh
    double total, indexes;
  };
  std::vector<Size> read(const Rows& rows) const;
  TableFilter filter_;
  Kept<std::vector<Size>> kept_;
};

}  // namespace fleet::exporters::postgres
