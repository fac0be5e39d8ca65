#include "exporters/a2a/exporter.hpp"

#include <utility>

#include "exporters/a2a/hops_collector.hpp"
#include "exporters/redis_health.hpp"

namespace fleet::exporters::a2a {
namespace {

/// The feed in use, for the next reload to find.
struct Running {
  redis::Options redis;
  HopSettings hops;
  std::weak_ptr<HopFeed::Handle> feed;
};

std::shared_ptr<HopFeed::Handle> find_feed(Running& running, const Settings& settings, HopFeed::Mode mode,
                                           const asio::any_io_executor& executor) {
  auto feed = running.feed.lock();
  if (feed && running.redis == settings.redis && running.hops == settings.hops) {
    (*feed)->set_window(settings.latency.window);
    return feed;
  }
  feed = HopFeed::start(executor, settings.redis, settings.hops, settings.latency.window, mode);
  running = {settings.redis, settings.hops, feed};
  return feed;
}

}  // namespace

exporters::ExporterDescription describe() {
  exporters::ExporterDescription description;
  description.program = "a2a_exporter";
  description.summary =
      "Hops between the agents, from the coordinator's stream of hop records, and the coordinator's health.";
  description.default_config = "a2a.yml";
  description.default_listen = ":9701";
  auto const running = std::make_shared<Running>();
  description.parse = [running](const config::Document& document) -> exporters::Build {
    return [running, settings = read_settings(document)](asio::any_io_executor executor,
                                                         exporters::Purpose purpose) {
      auto const mode = purpose == exporters::Purpose::look ? HopFeed::Mode::look : HopFeed::Mode::count;
      auto const feed = find_feed(*running, settings, mode, executor);
      auto const client = std::make_shared<redis::Client>(executor, settings.redis);
      std::vector<std::unique_ptr<exporters::Collector>> collectors;
      collectors.push_back(std::make_unique<HopsCollector>(feed, settings.latency));
      // First on their connection, so that a hanging server is told by its own failure.
      collectors.push_back(std::make_unique<exporters::RedisHealth>("coordinator", client));
      collectors.push_back(std::make_unique<StartedCollector>(feed, client, settings.hops));
      return collectors;
    };
  };
  return description;
}

}  // namespace fleet::exporters::a2a
