// The status pages of one prober: its own thread between the workers, who tell, and the web server, which asks.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/web/server.hpp"
#include "probers/schedule.hpp"
#include "probers/status/status_config.hpp"

namespace fleet::probers::status {

/// Takes what workers tell without a lock, asks Prometheus and Alertmanager, and renders on a thread of its
/// own: a view at most once a change, only while somebody looks at it, and in at most a twentieth of that
/// thread's time. A change of a result's kind or of an alert is on the page within a fifth of a second, other
/// changes (a duration) within five seconds.
class StatusService {
 public:
  StatusService();
  ~StatusService();  ///< ends the thread
  StatusService(const StatusService&) = delete;

  /// Takes this configuration from now on. Any thread.
  void configure(StatusConfig config);
  /// `worker` probes these from now on. Its thread.
  void take_share(std::size_t worker, const std::vector<ScheduledProbe>& probes);
  /// One attempt. The worker's thread; takes no lock.
  void take_result(const ScheduledProbe& probe, const ProbeResult& result);
  /// Registers the routes; before the server listens. The service may be destroyed before the server.
  void add_routes(web::Server& server);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fleet::probers::status
