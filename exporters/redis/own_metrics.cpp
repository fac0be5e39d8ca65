#include "exporters/redis/own_metrics.hpp"

#include "core/app/build_info.hpp"

namespace fleet::exporters::redis_health {

void add_own_metrics(const RefusedRequests& refused, Families& out) {
  auto const& build = app::build_info();
  out.gauge("redis_exporter_build_info", "What this program, in redis_exporter's place, was built from.")
      .add({{"commit_sha", build.revision}, {"compiler", build.compiler}, {"version", build.version}}, 1);
  out.counter("redis_target_scrape_request_errors_total", "Errors in requests to the exporter")
      .add(static_cast<double>(refused.count));
}

awaitable<void> OwnMetrics::collect(Deadline, Families& out) {
  add_own_metrics(*refused_, out);
  co_return;
}

}  // namespace fleet::exporters::redis_health
