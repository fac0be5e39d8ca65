// GET /scrape?target=, as redis_exporter has it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "exporters/multi_target.hpp"
#include "exporters/redis/config.hpp"
#include "exporters/redis/own_metrics.hpp"

namespace fleet::exporters::redis_health {

/// The targets of one configuration: its instances, by name or address, and the servers that its rules allow.
/// The page is redis_exporter's, of that server alone, without `addr`. `check-keys`, `check-single-keys`,
/// `check-streams`, `check-single-streams` and `count-keys` replace what the configuration watches of an
/// instance. Each server keeps a connection, whatever keys are asked for. 400: no target, one that cannot be
/// understood or is not allowed, a list of keys that is none.
class Targets : public MultiTarget {
 public:
  Targets(asio::any_io_executor executor, Config config, std::shared_ptr<RefusedRequests> refused);
  awaitable<std::shared_ptr<CollectorSet>> collectors(const web::Request& request, Deadline deadline) override;

 private:
  struct Kept {
    std::shared_ptr<CollectorSet> set;
    std::uint64_t last_used = 0;
  };
  const InstanceConfig* instance(std::string_view target) const;
  /// Who is meant, and how to get in.
  InstanceConfig find(std::string_view target) const;
  std::shared_ptr<fleet::redis::Client> client_of(const fleet::redis::Options& options);
  std::shared_ptr<CollectorSet> keep(const web::Request& request);

  asio::any_io_executor executor_;
  Config config_;
  std::shared_ptr<RefusedRequests> refused_;
  std::map<std::string, std::weak_ptr<fleet::redis::Client>> clients_;  // of the kept sets
  std::map<std::string, Kept> kept_;
  std::uint64_t uses_ = 0;
};

/// The keys that a request names, or nullopt if it names none. Throws app::BadRequest.
std::optional<WatchedKeys> requested_keys(const web::Request& request);

}  // namespace fleet::exporters::redis_health
