// Long transactions, sessions idle in one, prepared transactions and the horizon that they hold back.
#pragma once

#include "exporters/postgres/subject.hpp"

namespace fleet::exporters::postgres {

/// pg_long_running_transactions* (master's names of postgres_exporter), pg_idle_in_transaction_*,
/// pg_prepared_transactions_*, pg_oldest_xmin_age.
class Transactions : public Subject {
 public:
  explicit Transactions(std::shared_ptr<Instance> instance) : Subject("transactions", std::move(instance)) {}

 protected:
  awaitable<void> measure(Deadline deadline, int server_version, Families& out) override;
};

}  // namespace fleet::exporters::postgres
