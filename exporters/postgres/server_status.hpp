// Whether a server answers and what it is: pg_up, pg_static, role.
#pragma once

#include <string>

#include "exporters/collector.hpp"
#include "exporters/postgres/instance.hpp"

namespace fleet::exporters::postgres {

/// "15.20.0" of "PostgreSQL 15.20 (Debian ...) ...", as postgres_exporter shortens it: three numbers, missing
/// ones 0. Empty if the text holds no version.
std::string short_version(std::string_view version);

/// Always measured, and first: it opens the session that the subjects share, and a server that does not answer
/// becomes pg_up 0 here, not a failed collector. pg_exporter_last_scrape_error also tells what failed since the
/// scrape before, as this scrape's subjects are still being asked.
class ServerStatus : public Collector {
 public:
  explicit ServerStatus(std::shared_ptr<Instance> instance) : instance_(std::move(instance)) {}
  std::string_view name() const override { return "server_status"; }
  std::string_view target() const override { return instance_->server(); }
  bool always() const override { return true; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  std::shared_ptr<Instance> instance_;
  std::uint64_t failures_before_ = 0;
};

}  // namespace fleet::exporters::postgres
