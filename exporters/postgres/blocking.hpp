// Who blocks whom.
#pragma once

#include "exporters/postgres/config.hpp"
#include "exporters/postgres/subject.hpp"

namespace fleet::exporters::postgres {

/// pg_locks_blocked_sessions, pg_locks_blocking_sessions and pg_locks_blocked_max_seconds by database, and by
/// role and application on both sides; absent while nobody waits. Looks at the 50 that wait longest, and shows
/// the pairs with the longest waits. Statements are shown only if the configuration asks, as
/// pg_locks_blocking_query_info, without their constants.
class Blocking : public Subject {
 public:
  Blocking(std::shared_ptr<Instance> instance, LockOptions options)
      : Subject("blocking", std::move(instance)), options_(options) {}

 protected:
  awaitable<void> measure(Deadline deadline, int server_version, Families& out) override;

 private:
  void add_queries(const fleet::postgres::Rows& rows, Families& out) const;
  LockOptions options_;
};

}  // namespace fleet::exporters::postgres
