#include "exporters/a2a/exporter.hpp"

#include <system_error>
#include <utility>

#include "exporters/a2a/hops_collector.hpp"
#include "exporters/a2a/otlp/spans_collector.hpp"
#include "exporters/labelled_collector.hpp"
#include "exporters/redis_health.hpp"

namespace fleet::exporters::a2a {
namespace {

using Collectors = std::vector<std::unique_ptr<exporters::Collector>>;

/// An address that cannot be bound is an error of the configuration.
std::shared_ptr<OtlpReceiver> listen(const OtlpSettings& settings, const std::shared_ptr<SpanIngest>& ingest) {
  try {
    return std::make_shared<OtlpReceiver>(settings, ingest);
  } catch (const std::system_error& error) {
    throw config::Error(std::string("otlp: ") + error.what());
  }
}

/// What is in use, for the next reload to find.
class Running {
 public:
  std::shared_ptr<OtlpReceiver> receiver(const Settings& settings) {
    auto const kept = receiver_.lock();
    auto const ingest =
        kept ? kept->ingest() : std::make_shared<SpanIngest>(*settings.otlp, settings.page.latency.window);
    if (kept && kept->listen_addresses() == settings.otlp->listen_addresses) {
      kept->set_settings(*settings.otlp);
      return kept;
    }
    // Bound before anything is changed: a reload that fails here leaves all as it was.
    auto const made = listen(*settings.otlp, ingest);
    made->set_settings(*settings.otlp);
    receiver_ = made;
    return made;
  }

  std::shared_ptr<HopFeed::Handle> feed(const Source& source, const PageSettings& page, HopFeed::Mode mode,
                                        const asio::any_io_executor& executor) {
    auto const window = page.latency.window;
    std::erase_if(feeds_, [](auto const& entry) { return entry.second.expired(); });
    for (auto const& [of, held] : feeds_) {
      auto const feed = of == source ? held.lock() : nullptr;
      if (!feed) continue;
      (*feed)->set_window(window);
      return feed;
    }
    auto const feed = HopFeed::start(executor, source.redis, source.hops, window, mode);
    feeds_.emplace_back(source, feed);
    return feed;
  }

 private:
  std::vector<std::pair<Source, std::weak_ptr<HopFeed::Handle>>> feeds_;
  std::weak_ptr<OtlpReceiver> receiver_;
};

void add(Collectors& to, std::unique_ptr<exporters::Collector> collector, const std::string& feed) {
  if (!feed.empty()) {
    collector = std::make_unique<exporters::LabelledCollector>(std::move(collector), "feed", feed);
  }
  to.push_back(std::move(collector));
}

Collectors build(Running& running, const Settings& settings, const asio::any_io_executor& executor,
                 exporters::Purpose purpose) {
  bool const look = purpose == exporters::Purpose::look;
  auto const mode = look ? HopFeed::Mode::look : HopFeed::Mode::count;
  // There is nothing to look at: spans that come while nobody listens are gone.
  auto const receiver = settings.otlp && !look ? running.receiver(settings) : nullptr;
  Collectors collectors;
  for (auto const& source : settings.sources) {
    auto const feed = running.feed(source, settings.page, mode, executor);
    auto const client = std::make_shared<redis::Client>(executor, source.redis);
    add(collectors, std::make_unique<HopsCollector>(feed, settings.page), source.name);
    // First on their connection, so that a hanging server is told by its own failure.
    add(collectors, std::make_unique<exporters::RedisHealth>("coordinator", client), source.name);
    add(collectors, std::make_unique<StartedCollector>(feed, client, source.hops), source.name);
  }
  if (receiver) {
    // With a stream beside it, a pair may be told by both: a series must not be two counts.
    add(collectors, std::make_unique<SpansCollector>(receiver, settings.page),
        settings.sources.empty() ? "" : "otlp");
  }
  return collectors;
}

}  // namespace

exporters::ExporterDescription describe() {
  exporters::ExporterDescription description;
  description.program = "a2a_exporter";
  description.summary =
      "Hops between the agents, from the coordinator's stream of hop records or from their OpenTelemetry "
      "spans, "
      "and the coordinator's health.";
  description.default_config = "a2a.yml";
  description.default_listen = ":9701";
  auto const running = std::make_shared<Running>();
  description.parse = [running](const config::Document& document) -> exporters::Build {
    return [running, settings = read_settings(document)](asio::any_io_executor executor,
                                                         exporters::Purpose purpose) {
      return build(*running, settings, executor, purpose);
    };
  };
  return description;
}

}  // namespace fleet::exporters::a2a
