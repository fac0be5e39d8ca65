#include "exporters/documents/exporter.hpp"

#include "exporters/documents/collectors.hpp"
#include "exporters/documents/config.hpp"
#include "exporters/redis_health.hpp"

namespace fleet::exporters::documents {

namespace {

/// The feed lives on over a reload that does not change its source, and with it what it knows.
class KeptFeed {
 public:
  std::shared_ptr<BatchFeed::Handle> get(const asio::any_io_executor& executor, const Settings& settings,
                                         BatchFeed::Mode mode) {
    auto feed = kept_.lock();
    if (feed && same_source((*feed)->settings(), settings)) {
      (*feed)->set_rules(settings.rules);
    } else {
      feed = BatchFeed::start(executor, settings, mode);
      kept_ = feed;
    }
    return feed;
  }

 private:
  std::weak_ptr<BatchFeed::Handle> kept_;
};

Build build_from(Settings settings, std::shared_ptr<KeptFeed> kept) {
  return [settings = std::move(settings), kept = std::move(kept)](asio::any_io_executor executor,
                                                                  Purpose purpose) {
    auto const mode = purpose == Purpose::look ? BatchFeed::Mode::look : BatchFeed::Mode::count;
    auto const feed = kept->get(executor, settings, mode);
    std::vector<std::unique_ptr<Collector>> collectors;
    collectors.push_back(std::make_unique<BatchesCollector>(feed));
    auto const redis = std::make_shared<redis::Client>(executor, settings.redis);
    collectors.push_back(std::make_unique<RedisHealth>("redis", redis));
    collectors.push_back(std::make_unique<QueueCollector>(redis, settings, feed));
    return collectors;
  };
}

}  // namespace

ExporterDescription describe() {
  auto const kept = std::make_shared<KeptFeed>();
  ExporterDescription description;
  description.program = "document_exporter";
  description.summary = "The document pipeline: queue, batches in flight and finished, from Redis.";
  description.default_config = "documents.yml";
  description.default_listen = ":9702";
  description.parse = [kept](const config::Document& document) {
    return build_from(read_settings(document), kept);
  };
  return description;
}

}  // namespace fleet::exporters::documents
