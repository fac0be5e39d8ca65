// Blocks read and found in the cache, per index.
#pragma once

#include "exporters/postgres/config.hpp"
#include "exporters/postgres/subject.hpp"

namespace fleet::exporters::postgres {

/// pg_statio_user_indexes_* of the database that the instance is connected to, for the tables that the filter
/// admits; of their indexes the largest, as many as the filter's limit.
class IndexIo : public Subject {
 public:
  IndexIo(std::shared_ptr<Instance> instance, TableFilter filter)
      : Subject("statio_user_indexes", std::move(instance)), filter_(std::move(filter)) {}

 protected:
  awaitable<void> measure(Deadline deadline, int server_version, Families& out) override;

 private:
  TableFilter filter_;
};

}  // namespace fleet::exporters::postgres
