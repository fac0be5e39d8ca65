#include "exporters/a2a/exporter.hpp"

#include <tuple>
#include <utility>

#include "exporters/a2a/coordinator_collector.hpp"
#include "exporters/a2a/hops_collector.hpp"

namespace fleet::a2a {
namespace {

/// The feed in use, for the next reload to find.
struct Running {
  redis::Options redis;
  HopSettings hops;
  std::weak_ptr<HopFeed::Handle> feed;
};

bool same(const redis::Options& a, const redis::Options& b) {
  return std::tie(a.host, a.port, a.username, a.password.reveal(), a.database, a.connect_timeout) ==
         std::tie(b.host, b.port, b.username, b.password.reveal(), b.database, b.connect_timeout);
}

bool same(const HopSettings& a, const HopSettings& b) {
  return std::tie(a.stream, a.started, a.group, a.consumer, a.checkpoint, a.max_pairs, a.remembered_hops) ==
         std::tie(b.stream, b.started, b.group, b.consumer, b.checkpoint, b.max_pairs, b.remembered_hops);
}

std::shared_ptr<HopFeed::Handle> find_feed(Running& running, const Settings& settings, HopFeed::Mode mode,
                                           const asio::any_io_executor& executor) {
  auto feed = running.feed.lock();
  if (feed && same(running.redis, settings.redis) && same(running.hops, settings.hops)) {
    (*feed)->set_window(settings.latency.window);
    return feed;
  }
  feed = HopFeed::start(executor, settings.redis, settings.hops, settings.latency.window, mode);
  running = {settings.redis, settings.hops, feed};
  return feed;
}

}  // namespace

exporters::ExporterDescription describe(HopFeed::Mode mode) {
  exporters::ExporterDescription description;
  description.program = "a2a_exporter";
  description.summary =
      "Hops between the agents, from the coordinator's stream of hop records, and the coordinator's health.";
  description.default_config = "a2a.yml";
  description.default_listen = ":9701";
  auto const running = std::make_shared<Running>();
  description.parse = [running, mode](const config::Document& document) -> exporters::Build {
    return [running, mode, settings = read_settings(document)](asio::any_io_executor executor) {
      auto const feed = find_feed(*running, settings, mode, executor);
      auto const client = std::make_shared<redis::Client>(executor, settings.redis);
      std::vector<std::unique_ptr<exporters::Collector>> collectors;
      collectors.push_back(std::make_unique<HopsCollector>(feed, settings.latency));
      collectors.push_back(std::make_unique<StartedCollector>(feed, client, settings.hops));
      collectors.push_back(std::make_unique<CoordinatorCollector>(client));
      return collectors;
    };
  };
  return description;
}

}  // namespace fleet::a2a
