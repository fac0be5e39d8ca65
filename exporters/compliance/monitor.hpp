// Asks the compliance monitor for its dashboard.
#pragma once

#include <string>

#include "core/http/client.hpp"
#include "exporters/collector.hpp"
#include "exporters/compliance/config.hpp"
#include "exporters/compliance/dashboard.hpp"
#include "exporters/compliance/source_log.hpp"
#include "exporters/label_limit.hpp"

namespace fleet::exporters::compliance {

/// Asks once. Throws what says why there is no dashboard: http::Failure, DashboardError, std::runtime_error.
/// `client` must outlive the call.
awaitable<Dashboard> ask_monitor(http::Client& client, MonitorConfig config, Deadline deadline);

/// "monitor": compliance_monitor_*. A monitor that is down, slow, or answers something else is
/// `compliance_monitor_up 0`, one that has not checked for too long is `compliance_monitor_stale 1`; either is
/// one log line when it begins, changes or ends.
class Monitor : public exporters::Collector {
 public:
  Monitor(MonitorConfig config, exporters::LabelLimit frameworks);
  std::string_view name() const override { return "monitor"; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  MonitorConfig config_;
  exporters::LabelLimit frameworks_;
  http::Client client_;
  SourceLog log_;
};

}  // namespace fleet::exporters::compliance
