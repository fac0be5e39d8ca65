#include "exporters/compliance/monitor.hpp"

#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

#include "exporters/answer_by.hpp"

namespace fleet::exporters::compliance {

Monitor::Monitor(MonitorConfig config, exporters::LabelLimit frameworks)
    : config_(std::move(config)),
      frameworks_(std::move(frameworks)),
      client_(config_.tls),
      log_("compliance monitor", config_.url.to_string()) {}

awaitable<Dashboard> ask_monitor(http::Client& client, MonitorConfig config, Deadline deadline) {
  http::Request request;
  request.url = config.url;
  request.headers.emplace_back("Accept", "application/json");
  auto const response = co_await client.send(std::move(request), deadline.or_after(config.timeout));
  if (response.status != 200)
    throw std::runtime_error("expected HTTP 200, got " + std::to_string(response.status));
  co_return parse_dashboard(response.body);
}

awaitable<void> Monitor::collect(Deadline deadline, Families& out) {
  std::optional<Dashboard> dashboard;
  std::string failure;
  try {
    dashboard = co_await ask_monitor(client_, config_, exporters::answer_by(deadline));
  } catch (const std::exception& error) {
    failure = error.what();
  }
  bool const stale = dashboard && is_stale(*dashboard, config_.stale_after, std::chrono::system_clock::now());
  if (stale)
    failure = "the monitor is blind: no check for more than " + config::format_duration(config_.stale_after);
  log_.note(failure);
  out.gauge("compliance_monitor_up", "Whether the compliance monitor answered with a dashboard (1) or not (0).")
      .add(dashboard ? 1 : 0);
  if (!dashboard) co_return;
  out.gauge("compliance_monitor_stale",
            "Whether the compliance monitor has not checked for longer than stale_after (1) or has (0).")
      .add(stale ? 1 : 0);
  publish_dashboard(*dashboard, config_.compliant_statuses, frameworks_, out);
}

}  // namespace fleet::exporters::compliance
