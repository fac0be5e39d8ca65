// The explicit table of what pg_health_exporter can measure.
#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string_view>
#include <vector>

#include "exporters/collector.hpp"
#include "exporters/postgres/config.hpp"

namespace fleet::exporters::postgres {

/// Names of all subjects that a configuration can switch: the `collector` label, the keys of `collectors:` and
/// the flags `--collector.NAME`. The server's own status (pg_up) is always measured.
inline constexpr std::array<std::string_view, 26> kSubjectNames = {"replication",
                                                                   "failover",
                                                                   "blocking",
                                                                   "connections",
                                                                   "locks",
                                                                   "transactions",
                                                                   "databases",
                                                                   "archiver",
                                                                   "checkpoints",
                                                                   "wal",
                                                                   "postmaster",
                                                                   "settings",
                                                                   "tables",
                                                                   "database_sizes",
                                                                   "table_sizes",
                                                                   "roles",
                                                                   "xlog_location",
                                                                   "process_idle",
                                                                   "stat_wal_receiver",
                                                                   "stat_checkpointer",
                                                                   "stat_progress_vacuum",
                                                                   "stat_activity_autovacuum",
                                                                   "database_wraparound",
                                                                   "statio_user_indexes",
                                                                   "stat_statements",
                                                                   "buffercache_summary"};

/// Of these, what is off unless it is switched on: as in postgres_exporter, and because it costs or shows more.
inline constexpr std::array<std::string_view, 9> kOffByDefault = {
    "buffercache_summary",      "process_idle",        "roles",
    "stat_activity_autovacuum", "stat_checkpointer",   "stat_statements",
    "stat_wal_receiver",        "statio_user_indexes", "xlog_location"};

/// A name that postgres_exporter has for what is measured here under another.
struct SubjectAlias {
  std::string_view theirs, ours;
};
inline constexpr std::array<SubjectAlias, 12> kSubjectAliases = {{{"bgwriter", "checkpoints"},
                                                                  {"database", "database_sizes"},
                                                                  {"long_running_transactions", "transactions"},
                                                                  {"replication_slot", "replication"},
                                                                  {"replication_slots", "replication"},
                                                                  {"stat_activity", "connections"},
                                                                  {"stat_archiver", "archiver"},
                                                                  {"stat_bgwriter", "checkpoints"},
                                                                  {"stat_database", "databases"},
                                                                  {"stat_replication", "replication"},
                                                                  {"stat_user_tables", "tables"},
                                                                  {"statio_user_tables", "tables"}}};

/// The subject that `name` stands for, ours or postgres_exporter's; `name` itself if it is neither.
std::string_view subject_of(std::string_view name);

/// The collectors of every instance, cheap subjects first: they share one session, which answers in order.
/// Opens no connection. Worker io thread.
std::vector<std::unique_ptr<Collector>> make_collectors(asio::any_io_executor executor, const Config& config);

}  // namespace fleet::exporters::postgres
