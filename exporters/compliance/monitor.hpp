// Asks the compliance monitor for its dashboard.
#pragma once

#include <string>

#include "core/http/client.hpp"
#include "exporters/collector.hpp"
#include "exporters/compliance/config.hpp"
#include "exporters/label_limit.hpp"

namespace fleet::exporters::compliance {

/// "monitor": compliance_monitor_*. A monitor that is down, slow, or answers something else is
/// `compliance_monitor_up 0` and one log line when that begins, changes or ends.
class Monitor : public exporters::Collector {
 public:
  Monitor(MonitorConfig config, exporters::LabelLimit frameworks);
  std::string_view name() const override { return "monitor"; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  void log_change(const std::string& failure);

  MonitorConfig config_;
  exporters::LabelLimit frameworks_;
  http::Client client_;
  std::string last_failure_;
};

}  // namespace fleet::exporters::compliance
