// GET /probe, as blackbox_exporter has it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <string>

#include "core/app/daemon.hpp"
#include "core/metrics/instruments.hpp"
#include "core/web/server.hpp"
#include "probers/slo_prober/config.hpp"

namespace fleet::probers {

/// GET /probe?target=&module=[&debug=true][&hostname=][&timeout=5s] makes one attempt and answers with its page
/// (see probe_page()); GET /probe/history lists the last hundred, and explains one of them (?id=). The attempt
/// runs on the worker thread through attempt_once(); everything else happens on the web thread, so a page costs
/// the worker nothing.
///
/// The attempt is given the least of: the module's timeout, `timeout`, and the scraper's
/// X-Prometheus-Scrape-Timeout-Seconds less --scrape.timeout-offset, or 120 s less that if the header is absent
/// or no positive finite number. 400: no target, an unknown module (`module` is http_2xx where left out), a
/// malformed timeout; 503: too many at once, or the worker has no answer when the time is over. A target that
/// the module cannot take is no success with step "target", as with blackbox_exporter. `allowed_networks` is
/// part of the modules.
///
/// Keeps the self metrics that blackbox_exporter's alerts ask for:
/// blackbox_exporter_config_last_reload_successful,
/// blackbox_exporter_config_last_reload_success_timestamp_seconds, blackbox_module_unknown_total,
/// blackbox_exporter_build_info; and slo_prober_probe_requests_total{code}.
class ProbeEndpoint {
 public:
  /// Requests under way at once; below the web server's limit of connections, so that /metrics stays in reach.
  static constexpr std::size_t most_at_once = 400;

  /// `worker` and `instruments` must outlive every request: they are the daemon's.
  ProbeEndpoint(asio::io_context& worker, app::DaemonFlags flags, Instruments& instruments);
  ~ProbeEndpoint();
  ProbeEndpoint(const ProbeEndpoint&) = delete;

  /// Takes these modules from now on; attempts in flight keep theirs. Counts as a successful reload. Worker
  /// thread, or before it runs.
  void set_modules(std::map<std::string, NamedModule> modules);
  /// The configuration could not be reloaded: the former modules stay. Worker thread.
  void reload_failed();
  /// Registers the routes; before the server listens.
  void add_routes(web::Server& server);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fleet::probers
