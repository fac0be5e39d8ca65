#include "core/redis/server/info_metrics.hpp"

#include <charconv>
#include <cmath>
#include <string>

#include "core/redis/reply.hpp"
#include "core/redis/server/commands.hpp"
#include "core/redis/server/info_fields.hpp"
#include "core/redis/server/replication.hpp"
#include "core/redis/server/sentinel.hpp"

namespace fleet::redis {
namespace {

/// redis_exporter's reading of a value: "ok" and "true" are 1.
std::optional<double> reading(std::string_view text) {
  if (text == "ok" || text == "true") return 1;
  if (text == "err" || text == "fail" || text == "false") return 0;
  return number_in(text);
}

void add_field(const InfoText::Field& field, ServerPage& page) {
  if (auto const* const metric = find_info_metric(field.name)) {
    auto const value = reading(field.value);
    if (!value) return;
    page.plain(metric->type, metric->name).add(*value * metric->scale);
  } else if (field.name.starts_with("cluster_")) {
    // Two fields of the cluster have other names than their own.
    auto const name = field.name == "cluster_stats_messages_sent" ? "redis_cluster_messages_sent_total"
                      : field.name == "cluster_stats_messages_received"
                          ? "redis_cluster_messages_received_total"
                          : "redis_" + std::string(field.name);
    if (auto const value = reading(field.value)) page.plain(MetricType::gauge, name).add(*value);
  }
}

void add_databases(const InfoText& info, int databases, ServerPage& page) {
  auto keys = page.gauge("db_keys", "Total number of keys by DB");
  auto expiring = page.gauge("db_keys_expiring", "Total number of expiring keys by DB");
  auto ttl = page.gauge("db_avg_ttl_seconds", "Avg TTL in seconds");
  auto cached = page.gauge("db_keys_cached", "Total number of cached keys by DB");
  std::vector<bool> seen(static_cast<std::size_t>(std::max(databases, 0)));
  for (auto const& [name, list] : info.fields()) {
    if (!is_numbered(name, "db")) continue;
    auto const count = number_in(part_of(list, "keys")), with_expiry = number_in(part_of(list, "expires"));
    if (!count || !with_expiry) continue;
    keys.add({{"db", name}}, *count);
    expiring.add({{"db", name}}, *with_expiry);
    if (auto const value = number_in(part_of(list, "avg_ttl"))) ttl.add({{"db", name}}, *value / 1000);
    if (auto const value = number_in(part_of(list, "cached_keys"))) cached.add({{"db", name}}, *value);
    auto const number = number_in(name.substr(2));
    if (number && *number < databases) seen[static_cast<std::size_t>(*number)] = true;
  }
  for (std::size_t n = 0; n < seen.size(); ++n) {
    if (seen[n]) continue;
    auto const name = "db" + std::to_string(n);
    keys.add({{"db", name}}, 0);
    expiring.add({{"db", name}}, 0);
  }
}

void add_instance(const InfoText& info, ServerPage& page) {
  auto const mode = info.value("redis_mode");
  page.gauge("instance_info", "Information about the Redis instance")
      .add({{"maxmemory_policy", info.value("maxmemory_policy")},
            {"os", info.value("os")},
            {"process_id", info.value("process_id")},
            {"redis_build_id", info.value("redis_build_id")},
            {"redis_mode", mode.empty() ? info.value("server_mode") : mode},  // the latter is Valkey's
            {"redis_version", info.value("redis_version")},
            {"role", info.value("role")},
            {"run_id", info.value("run_id")},
            {"tcp_port", info.value("tcp_port")}},
           1);
  auto const now_us = number_in(info.value("server_time_usec"));
  auto const uptime = number_in(info.value("uptime_in_seconds"));
  if (!now_us || !uptime) return;
  // Whole seconds, as both the uptime and redis_exporter's value are.
  page.gauge("start_time_seconds", "Start time of the Redis instance since unix epoch in seconds.")
      .add(std::trunc(*now_us / 1e6) - std::trunc(*uptime));
}

}  // namespace

void add_info(const InfoText& info, int databases, ServerPage& page) {
  if (info.value("redis_version").empty()) throw ProtocolError("the answer to INFO is none of a redis");
  for (auto const& field : info.fields()) add_field(field, page);
  add_instance(info, page);
  add_replication(info, page);
  add_commands(info, page);
  add_databases(info, databases, page);
  if (is_sentinel(info)) add_sentinel_info(info, page);
}

void add_cluster_info(const InfoText& info, ServerPage& page) {
  for (auto const& field : info.fields()) {
    if (field.name.starts_with("cluster_")) add_field(field, page);
  }
}

}  // namespace fleet::redis
