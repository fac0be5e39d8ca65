#include "probers/slo_prober/serve.hpp"

#include <boost/asio/detached.hpp>
#include <optional>
#include <stdexcept>

#include "core/app/logging.hpp"
#include "core/io/resident_code.hpp"
#include "probers/discovery/discovery_loop.hpp"
#include "probers/probe_endpoint.hpp"
#include "probers/sharding/membership.hpp"
#include "probers/slo_prober/crew.hpp"
#include "probers/status/status_service.hpp"

namespace fleet::probers {

namespace {

using namespace std::chrono_literals;

Watcher watcher_for(status::StatusService& status) {
  Watcher watcher;
  watcher.share = [&status](std::size_t worker, const std::vector<ScheduledProbe>& probes) {
    status.take_share(worker, probes);
  };
  watcher.attempt = [&status](const ScheduledProbe& probe, const ProbeResult& result) {
    status.take_result(probe, result);
  };
  return watcher;
}

/// Everything that is to be probed, and the news that change it: the file, discoveries, the other replicas.
/// Worker 0's thread, but for may_run().
class Fleet {
 public:
  Fleet(app::Daemon& daemon, std::string config_file, const ServeOptions& options,
        status::StatusService& status)
      : executor_(daemon.worker().get_executor()),
        instruments_(daemon.instruments()),
        config_file_(std::move(config_file)),
        shares_(options.shard == "auto"),
        status_(status),
        crew_(
            daemon.worker(), daemon.instruments(), options.workers,
            [this](const ScheduledProbe& probe) { return may_run(probe); }, watcher_for(status)) {
    if (!shares_ && !options.shard.empty()) shard_ = parse_shard(options.shard);
  }

  /// Reads the file and applies it, whole or not at all.
  void load() {
    auto document = config::Document::load(config_file_);
    if (!membership_) join(read_fleet(document));
    publish(document);
    document_ = std::move(document);
    discover();
    status_.configure(crew_.fleet()->status_pages);
    if (modules_changed) modules_changed(crew_.fleet()->modules);
  }

  void stop() {
    loops_.clear();
    crew_.stop();
    if (!membership_) return;
    asio::co_spawn(executor_, membership_->leave(Deadline::after(1s)), asio::detached);
  }
  Crew& crew() { return crew_; }

  std::function<void(std::map<std::string, NamedModule>)> modules_changed;

 private:
  bool may_run(const ScheduledProbe& probe) const {
    if (!membership_) return true;
    if (shares_ && !membership_->may_probe()) return false;
    return !probe.exclusive || membership_->holds(name_of(probe.identity));
  }

  void join(const FleetConfig& config) {
    if (!config.membership) {
      if (shares_)
        throw config::Error(config_file_ + ": --shard=auto needs `fleet: redis:`, where replicas meet");
      return;
    }
    // Until the first renewal has told who shares the targets, none is this replica's.
    if (shares_) shard_.members = {"nobody"};
    membership_.emplace(executor_, *config.membership, instruments_, [this](const Shard& shard) {
      if (!shares_) return;
      shard_ = shard;
      republish();
    });
    membership_->start();
  }

  void publish(const config::Document& document) {
    crew_.assign(std::make_shared<Assignment>(Assignment{document, discovered_, shard_}));
    if (membership_) membership_->want_leases(crew_.exclusive());
  }

  void republish() {
    try {
      publish(*document_);
    } catch (const std::exception& error) {
      logging::error("the changed list of targets is not in use", {{"err", error.what()}});
    }
  }

  /// What was discovered stays in use until its source has answered again.
  void discover() {
    loops_.clear();
    auto former = std::move(discovered_);
    discovered_.clear();
    for (auto const& probe : crew_.fleet()->probes) {
      if (probe.discoveries.empty()) continue;
      discovered_[probe.name] = std::move(former[probe.name]);
      loops_.push_back(
          std::make_unique<DiscoveryLoop>(executor_, instruments_, probe.name, probe.discoveries,
                                          [this, name = probe.name](std::vector<DiscoveredTarget> targets) {
                                            discovered_[name] = std::move(targets);
                                            republish();
                                          }));
    }
  }

  asio::any_io_executor executor_;
  Instruments& instruments_;
  std::string config_file_;
  bool shares_;
  Shard shard_;
  std::optional<config::Document> document_;
  std::map<std::string, std::vector<DiscoveredTarget>> discovered_;
  std::optional<Membership> membership_;
  status::StatusService& status_;
  Crew crew_;
  std::vector<std::unique_ptr<DiscoveryLoop>> loops_;
};

}  // namespace

int serve(const app::DaemonFlags& flags, const ServeOptions& options) {
  keep_code_resident();
  app::Daemon daemon("slo_prober", flags);
  ProbeEndpoint endpoint(daemon.worker(), flags, daemon.instruments());
  // Made before the fleet, whose workers tell it what they do, and destroyed after it.
  status::StatusService status;
  Fleet fleet(daemon, flags.config_file, options, status);
  fleet.modules_changed = [&](std::map<std::string, NamedModule> modules) {
    endpoint.set_modules(std::move(modules));
  };
  fleet.load();
  if (options.realtime) fleet.crew().take_realtime();

  app::DaemonHooks hooks;
  hooks.collect = [&](Deadline deadline, Families& out) { return fleet.crew().collect(deadline, out); };
  hooks.reload = [&] { fleet.load(); };
  hooks.stop = [&] { fleet.stop(); };
  hooks.routes = [&](web::Server& server) {
    endpoint.add_routes(server);
    status.add_routes(server);
  };
  hooks.landing_html =
      "<p>Tries the system as a user would and counts good and bad results per target.</p>"
      "<p><a href=\"/status\">Status</a>, and <a href=\"/status/public\">as clients see it</a></p>"
      "<p><a href=\"/probe/history\">What /probe was asked lately</a></p>";
  return daemon.run(std::move(hooks));
}

}  // namespace fleet::probers
