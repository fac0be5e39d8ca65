#include "exporters/redis/exporter.hpp"

#include <utility>

#include "exporters/redis/config.hpp"
#include "exporters/redis/keys_collector.hpp"
#include "exporters/redis/own_metrics.hpp"
#include "exporters/redis/targets.hpp"
#include "exporters/redis_health.hpp"

namespace fleet::exporters::redis_health {
namespace {

std::vector<std::unique_ptr<Collector>> build(const Config& config, const asio::any_io_executor& executor,
                                              const std::shared_ptr<RefusedRequests>& refused) {
  std::vector<std::unique_ptr<Collector>> collectors;
  bool const several = config.instances.size() > 1;
  for (auto const& instance : config.instances) {
    auto const client = std::make_shared<fleet::redis::Client>(executor, instance.options);
    auto const addr = several ? instance.options.address() : std::string();
    collectors.push_back(
        std::make_unique<RedisHealth>("server", client, config.questions, instance.name, addr));
    if (instance.watched.empty()) continue;
    collectors.push_back(
        std::make_unique<KeysCollector>(client, instance.watched, config.limits, instance.name, addr));
  }
  collectors.push_back(std::make_unique<OwnMetrics>(refused));
  return collectors;
}

}  // namespace

ExporterDescription describe() {
  ExporterDescription description;
  description.program = "redis_health_exporter";
  description.summary = "Prometheus exporter of Redis health, under the names of redis_exporter.";
  description.default_config = "redis.yml";
  description.default_listen = ":9707";
  auto const refused = std::make_shared<RefusedRequests>();  // outlives a reload
  description.parse = [refused](const config::Document& document) -> Build {
    return [refused, config = read_config(document)](asio::any_io_executor executor, Purpose) {
      return build(config, executor, refused);
    };
  };
  description.multi_target = [refused](const config::Document& document, asio::any_io_executor executor) {
    return std::make_shared<Targets>(std::move(executor), read_config(document), refused);
  };
  description.multi_target_path = "/scrape";
  return description;
}

}  // namespace fleet::exporters::redis_health
