// How long sessions have been idle, in and out of transactions.
#pragma once

#include "exporters/postgres/subject.hpp"

namespace fleet::exporters::postgres {

/// The histogram pg_process_idle_seconds by state and application_name. An application that writes something of
/// its own into each session's name makes a series of each: then leave this off.
class ProcessIdle : public Subject {
 public:
  explicit ProcessIdle(std::shared_ptr<Instance> instance) : Subject("process_idle", std::move(instance)) {}

 protected:
  awaitable<void> measure(Deadline deadline, int server_version, Families& out) override;
};

}  // namespace fleet::exporters::postgres
