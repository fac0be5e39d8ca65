#include "core/redis/server/settings.hpp"

#include <algorithm>
#include <string>

#include "core/redis/server/info_text.hpp"

namespace fleet::redis {

std::optional<int> add_settings(std::span<const Reply> replies, ServerPage& page) {
  std::optional<int> databases;
  for (auto const& reply : replies) {
    if (reply.is_error()) continue;
    each_field(reply, [&](std::string_view name, const Reply& text) {
      auto const value = number_in(text.text());
      if (!value) return;
      if (name == "databases") {
        databases = static_cast<int>(std::clamp(*value, 0.0, 1e5));
        return;
      }
      auto metric = "redis_config_" + std::string(name);
      std::replace(metric.begin(), metric.end(), '-', '_');
      page.plain(MetricType::gauge, metric).add(*value);
    });
  }
  return databases;
}

void add_slow_log(Reply length, Reply newest, ServerPage& page) {
  page.gauge("slowlog_length", "Total slowlog").add(static_cast<double>(length.integer()));
  double id = 0, seconds = 0;
  if (newest.size() > 0) {
    id = static_cast<double>(newest[0][0].integer());
    seconds = static_cast<double>(newest[0][2].integer()) / 1e6;
  }
  page.gauge("slowlog_last_id", "Last id of slowlog").add(id);
  page.gauge("last_slow_execution_duration_seconds",
             "The amount of time needed for last slow execution, in seconds")
      .add(seconds);
}

}  // namespace fleet::redis
