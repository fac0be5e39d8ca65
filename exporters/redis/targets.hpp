// Whom /scrape may be asked about, and the connections to them.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <map>
#include <memory>
#include <string>

#include "core/redis/connection.hpp"
#include "exporters/redis/config.hpp"
#include "exporters/redis/own_metrics.hpp"
#include "exporters/target_endpoint.hpp"

namespace fleet::exporters::redis_health {

/// The targets of one configuration: its instances, by name or address, and the servers that its rules allow.
/// Every one keeps a connection. Worker io thread; a reading in flight keeps it alive.
class Targets : public std::enable_shared_from_this<Targets> {
 public:
  /// `instances` are the clients of the configuration's instances, in their order.
  Targets(asio::any_io_executor executor, Config config,
          std::vector<std::shared_ptr<fleet::redis::Client>> instances,
          std::shared_ptr<RefusedRequests> refused);

  /// The page of `target=`: redis_exporter's, of that server alone, without `addr`. `check-keys`,
  /// `check-single-keys`, `check-streams`, `check-single-streams` and `count-keys` replace what the
  /// configuration watches of an instance. Throws BadTarget.
  awaitable<void> collect(TargetQuery query, Deadline deadline, Families& out);

 private:
  struct Target {
    std::shared_ptr<fleet::redis::Client> client;
    std::shared_ptr<fleet::redis::ServerReader> reader;
    WatchedKeys watched;
    std::uint64_t last_used = 0;
  };
  Target& find(std::string_view target);
  Target& open(std::string_view target);
  Target make(std::shared_ptr<fleet::redis::Client> client, WatchedKeys watched) const;

  asio::any_io_executor executor_;
  Config config_;
  std::vector<Target> instances_;
  std::map<std::string, Target> others_;
  std::uint64_t uses_ = 0;
  std::shared_ptr<RefusedRequests> refused_;
};

/// The keys that a query names, or nullopt if it names none. Throws BadTarget.
std::optional<WatchedKeys> queried_keys(const TargetQuery& query);

}  // namespace fleet::exporters::redis_health
