#include "exporters/redis/exporter.hpp"

#include <utility>

#include "exporters/redis/config.hpp"
#include "exporters/redis/keys_collector.hpp"
#include "exporters/redis/own_metrics.hpp"
#include "exporters/redis/targets.hpp"
#include "exporters/redis_health.hpp"

namespace fleet::exporters::redis_health {
namespace {

/// What outlives a reload, and the targets of the configuration in use.
struct Running {
  std::shared_ptr<RefusedRequests> refused = std::make_shared<RefusedRequests>();
  std::weak_ptr<Targets> targets;
};

/// Keeps the targets for as long as the collectors of their configuration.
class KeptTargets : public OwnMetrics {
 public:
  KeptTargets(std::shared_ptr<const RefusedRequests> refused, std::shared_ptr<Targets> targets)
      : OwnMetrics(std::move(refused)), targets_(std::move(targets)) {}

 private:
  std::shared_ptr<Targets> targets_;
};

std::vector<std::unique_ptr<Collector>> build(const Config& config, const asio::any_io_executor& executor,
                                              Running& running) {
  std::vector<std::unique_ptr<Collector>> collectors;
  std::vector<std::shared_ptr<fleet::redis::Client>> clients;
  bool const several = config.instances.size() > 1;
  for (auto const& instance : config.instances) {
    auto const client = std::make_shared<fleet::redis::Client>(executor, instance.options);
    clients.push_back(client);
    auto const addr = several ? instance.options.address() : std::string();
    collectors.push_back(
        std::make_unique<RedisHealth>("server", client, config.questions, instance.name, addr));
    if (instance.watched.empty()) continue;
    collectors.push_back(
        std::make_unique<KeysCollector>(client, instance.watched, config.limits, instance.name, addr));
  }
  auto targets = std::make_shared<Targets>(executor, config, std::move(clients), running.refused);
  running.targets = targets;
  collectors.push_back(std::make_unique<KeptTargets>(running.refused, std::move(targets)));
  return collectors;
}

awaitable<void> collect_target(std::shared_ptr<Running> running, TargetQuery query, Deadline deadline,
                               Families& out) {
  auto const targets = running->targets.lock();
  if (!targets) throw BadTarget("the program is stopping");
  co_await targets->collect(std::move(query), deadline, out);
}

}  // namespace

ExporterDescription describe() {
  ExporterDescription description;
  description.program = "redis_health_exporter";
  description.summary = "Prometheus exporter of Redis health, under the names of redis_exporter.";
  description.default_config = "redis.yml";
  description.default_listen = ":9707";
  auto const running = std::make_shared<Running>();
  description.parse = [running](const config::Document& document) -> Build {
    return [running, config = read_config(document)](asio::any_io_executor executor, Purpose) {
      return build(config, executor, *running);
    };
  };
  description.target_path = "/scrape";
  description.collect_target = [running](TargetQuery query, Deadline deadline, Families& out) {
    return collect_target(running, std::move(query), deadline, out);
  };
  return description;
}

}  // namespace fleet::exporters::redis_health
