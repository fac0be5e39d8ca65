#include "exporters/compliance/monitor.hpp"

#include <optional>
#include <utility>

#include "core/app/logging.hpp"
#include "exporters/answer_by.hpp"
#include "exporters/compliance/dashboard.hpp"

namespace fleet::exporters::compliance {

Monitor::Monitor(MonitorConfig config, exporters::LabelLimit frameworks)
    : config_(std::move(config)), frameworks_(std::move(frameworks)), client_(config_.tls) {}

awaitable<void> Monitor::collect(Deadline deadline, Families& out) {
  http::Request request;
  request.url = config_.url;
  request.headers.emplace_back("Accept", "application/json");
  std::optional<Dashboard> dashboard;
  std::string failure;
  try {
    auto const by = exporters::answer_by(deadline).or_after(config_.timeout);
    auto const response = co_await client_.send(std::move(request), by);
    if (response.status == 200) {
      dashboard = parse_dashboard(response.body);
    } else {
      failure = "expected HTTP 200, got " + std::to_string(response.status);
    }
  } catch (const std::exception& error) {
    failure = error.what();
  }
  log_change(failure);
  out.gauge("compliance_monitor_up", "Whether the compliance monitor answered with a dashboard (1) or not (0).")
      .add(dashboard ? 1 : 0);
  if (dashboard) publish_dashboard(*dashboard, config_.compliant_statuses, frameworks_, out);
}

void Monitor::log_change(const std::string& failure) {
  if (failure == last_failure_) return;
  last_failure_ = failure;
  auto const url = config_.url.to_string();
  if (failure.empty()) {
    logging::info("compliance monitor answers again", {{"url", url}});
  } else {
    logging::warn("no dashboard from the compliance monitor", {{"url", url}, {"err", failure}});
  }
}

}  // namespace fleet::exporters::compliance
