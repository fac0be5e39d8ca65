#include "core/redis/server_metrics.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/redis/reply.hpp"

namespace fleet::redis {
namespace {

using Fields = std::unordered_map<std::string_view, std::string_view>;

struct Rule {
  std::string_view field;   // of INFO
  std::string_view metric;  // less "redis_"
  MetricType type;
  double scale = 1;
};

constexpr auto counter = MetricType::counter;
constexpr auto gauge = MetricType::gauge;

constexpr std::array rules{
    Rule{"uptime_in_seconds", "uptime_in_seconds", gauge},
    Rule{"connected_clients", "connected_clients", gauge},
    Rule{"blocked_clients", "blocked_clients", gauge},
    Rule{"maxclients", "config_maxclients", gauge},
    Rule{"used_memory", "memory_used_bytes", gauge},
    Rule{"used_memory_rss", "memory_used_rss_bytes", gauge},
    Rule{"used_memory_peak", "memory_used_peak_bytes", gauge},
    Rule{"used_memory_dataset", "memory_used_dataset_bytes", gauge},
    Rule{"maxmemory", "memory_max_bytes", gauge},
    Rule{"mem_fragmentation_ratio", "mem_fragmentation_ratio", gauge},
    Rule{"loading", "loading_dump_file", gauge},
    Rule{"rdb_changes_since_last_save", "rdb_changes_since_last_save", gauge},
    Rule{"rdb_bgsave_in_progress", "rdb_bgsave_in_progress", gauge},
    Rule{"rdb_last_save_time", "rdb_last_save_timestamp_seconds", gauge},
    Rule{"rdb_last_bgsave_status", "rdb_last_bgsave_status", gauge},
    Rule{"aof_enabled", "aof_enabled", gauge},
    Rule{"aof_rewrite_in_progress", "aof_rewrite_in_progress", gauge},
    Rule{"aof_last_bgrewrite_status", "aof_last_bgrewrite_status", gauge},
    Rule{"aof_last_write_status", "aof_last_write_status", gauge},
    Rule{"aof_current_size", "aof_current_size_bytes", gauge},
    Rule{"aof_delayed_fsync", "aof_delayed_fsync", gauge},
    Rule{"total_connections_received", "connections_received_total", counter},
    Rule{"total_commands_processed", "commands_processed_total", counter},
    Rule{"total_net_input_bytes", "net_input_bytes_total", counter},
    Rule{"total_net_output_bytes", "net_output_bytes_total", counter},
    Rule{"rejected_connections", "rejected_connections_total", counter},
    Rule{"expired_keys", "expired_keys_total", counter},
    Rule{"evicted_keys", "evicted_keys_total", counter},
    Rule{"keyspace_hits", "keyspace_hits_total", counter},
    Rule{"keyspace_misses", "keyspace_misses_total", counter},
    Rule{"latest_fork_usec", "latest_fork_seconds", gauge, 1e-6},
    Rule{"connected_slaves", "connected_slaves", gauge},
    Rule{"master_repl_offset", "master_repl_offset", gauge},
    Rule{"used_cpu_sys", "cpu_sys_seconds_total", counter},
    Rule{"used_cpu_user", "cpu_user_seconds_total", counter},
};

std::optional<double> number(std::string_view text) {
  double value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// redis_exporter's reading of a value: ok, up and true are 1.
std::optional<double> reading(std::string_view text) {
  if (text == "ok" || text == "up" || text == "true") return 1;
  if (text == "err" || text == "fail" || text == "down" || text == "false") return 0;
  return number(text);
}

Fields split(std::string_view info) {
  Fields fields;
  while (!info.empty()) {
    auto line = info.substr(0, info.find('\n'));
    info.remove_prefix(std::min(info.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    auto const colon = line.find(':');
    if (line.starts_with('#') || colon == std::string_view::npos) continue;
    fields.emplace(line.substr(0, colon), line.substr(colon + 1));
  }
  return fields;
}

std::string_view text_of(const Fields& fields, std::string_view name) {
  auto const found = fields.find(name);
  return found == fields.end() ? std::string_view() : found->second;
}

/// The value of `name` in "ip=10.0.0.1,port=6379,state=online,offset=14,lag=0".
std::string_view part_of(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    auto const part = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), part.size() + 1));
    auto const equals = part.find('=');
    if (equals != std::string_view::npos && part.substr(0, equals) == name) return part.substr(equals + 1);
  }
  return {};
}

void add_slaves(const Fields& fields, Families& out) {
  for (int n = 0;; ++n) {
    auto const list = text_of(fields, "slave" + std::to_string(n));
    if (list.empty()) return;
    std::array const labels{Label{"slave_ip", part_of(list, "ip")}, Label{"slave_port", part_of(list, "port")},
                            Label{"slave_state", part_of(list, "state")}};
    if (auto const offset = number(part_of(list, "offset"))) {
      out.gauge("redis_connected_slave_offset_bytes", "Offset of connected slave").add(labels, *offset);
    }
    if (auto const lag = number(part_of(list, "lag")); lag && *lag >= 0) {
      out.gauge("redis_connected_slave_lag_seconds", "Lag of connected slave").add(labels, *lag);
    }
  }
}

void add_master(const Fields& fields, Families& out) {
  auto const host = text_of(fields, "master_host");
  if (host.empty()) return;
  std::array const labels{Label{"master_host", host}, Label{"master_port", text_of(fields, "master_port")}};
  auto const add = [&](std::string_view field, std::string_view metric, std::string_view help) {
    if (auto const value = reading(text_of(fields, field))) out.gauge(metric, help).add(labels, *value);
  };
  add("master_link_status", "redis_master_link_up", "Master link status on Redis slave");
  add("master_last_io_seconds_ago", "redis_master_last_io_seconds_ago", "Master last io seconds ago");
  add("master_sync_in_progress", "redis_master_sync_in_progress", "Master sync in progress");
  add("slave_repl_offset", "redis_slave_repl_offset", "Slave replication offset");
}

void add_databases(const Fields& fields, Families& out) {
  for (auto const& [name, value] : fields) {
    if (!name.starts_with("db") || !number(name.substr(2))) continue;
    std::array const labels{Label{"db", name}};
    if (auto const keys = number(part_of(value, "keys"))) {
      out.gauge("redis_db_keys", "Total number of keys by DB").add(labels, *keys);
    }
    if (auto const expiring = number(part_of(value, "expires"))) {
      out.gauge("redis_db_keys_expiring", "Total number of expiring keys by DB").add(labels, *expiring);
    }
  }
}

Family& up(Families& out) { return out.gauge("redis_up", "Information about the Redis instance"); }

}  // namespace

void add_server_metrics(std::string_view info, Families& out) {
  auto const fields = split(info);
  if (text_of(fields, "redis_version").empty()) throw ProtocolError("the answer to INFO is none of a redis");
  up(out).add(1);
  for (auto const& rule : rules) {
    auto const value = reading(text_of(fields, rule.field));
    if (!value) continue;
    out.family("redis_" + std::string(rule.metric), rule.type, std::string(rule.metric) + " metric")
        .add(*value * rule.scale);
  }
  out.gauge("redis_instance_info", "Information about the Redis instance")
      .add({{"maxmemory_policy", text_of(fields, "maxmemory_policy")},
            {"os", text_of(fields, "os")},
            {"process_id", text_of(fields, "process_id")},
            {"redis_build_id", text_of(fields, "redis_build_id")},
            {"redis_mode", text_of(fields, "redis_mode")},
            {"redis_version", text_of(fields, "redis_version")},
            {"role", text_of(fields, "role")},
            {"run_id", text_of(fields, "run_id")},
            {"tcp_port", text_of(fields, "tcp_port")}},
           1);
  auto const now_us = number(text_of(fields, "server_time_usec"));
  auto const uptime = number(text_of(fields, "uptime_in_seconds"));
  if (now_us && uptime) {
    // Whole seconds, as both the uptime and redis_exporter's value are.
    auto const started = std::trunc(*now_us / 1e6) - std::trunc(*uptime);
    out.gauge("redis_start_time_seconds", "Start time of the Redis instance since unix epoch in seconds.")
        .add(started);
  }
  add_slaves(fields, out);
  add_master(fields, out);
  add_databases(fields, out);
}

void add_ping_time(std::chrono::nanoseconds there_and_back, Families& out) {
  out.gauge("redis_exporter_last_scrape_ping_time_seconds", "exporter_last_scrape_ping_time_seconds metric")
      .add(std::chrono::duration<double>(there_and_back).count());
}

void add_server_down(Families& out) { up(out).add(0); }

}  // namespace fleet::redis
