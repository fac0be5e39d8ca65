#include "exporters/postgres/settings.hpp"

#include <charconv>

namespace fleet::exporters::postgres {
namespace {

// Not among them what a session sets for itself, as ours does: the answer would be our own.
constexpr const char* kSql = R"(
SELECT name, setting, COALESCE(unit, '') AS unit, vartype, short_desc FROM pg_settings WHERE name IN (
  'archive_timeout', 'autovacuum', 'autovacuum_freeze_max_age', 'autovacuum_max_workers',
  'autovacuum_multixact_freeze_max_age', 'autovacuum_vacuum_scale_factor', 'autovacuum_vacuum_threshold',
  'block_size',
  'checkpoint_completion_target', 'checkpoint_timeout', 'data_checksums', 'deadlock_timeout',
  'effective_cache_size',
  'fsync', 'full_page_writes', 'hot_standby_feedback',
  'maintenance_work_mem', 'max_connections', 'max_locks_per_transaction', 'max_prepared_transactions',
  'max_replication_slots', 'max_slot_wal_keep_size', 'max_standby_streaming_delay', 'max_wal_senders',
  'max_wal_size',
  'reserved_connections', 'shared_buffers', 'superuser_reserved_connections',
  'track_counts',
  'track_io_timing', 'wal_keep_size', 'wal_segment_size', 'work_mem'))";

struct Unit {
  std::string_view name;
  std::string_view suffix;
  double factor;
};
constexpr Unit kUnits[] = {
    {"B", "_bytes", 1},
    {"kB", "_bytes", 1024},
    {"8kB", "_bytes", 8192},
    {"MB", "_bytes", 1024 * 1024},
    {"16MB", "_bytes", 16 * 1024 * 1024},
    {"ms", "_seconds", 0.001},
    {"s", "_seconds", 1},
    {"min", "_seconds", 60},
};

}  // namespace

std::optional<Setting> read_setting(std::string_view name, std::string_view setting, std::string_view unit,
                                    std::string_view type, std::string_view description) {
  Setting read{"pg_settings_" + std::string(name), std::string(description), 0};
  if (type == "bool") {
    read.value = setting == "on";
  } else if (type == "integer" || type == "real") {
    auto const [end, error] = std::from_chars(setting.data(), setting.data() + setting.size(), read.value);
    if (error != std::errc() || end != setting.data() + setting.size()) return std::nullopt;
  } else {
    return std::nullopt;
  }
  if (!unit.empty()) {
    const Unit* found = nullptr;
    for (const Unit& known : kUnits) {
      if (known.name == unit) found = &known;
    }
    if (!found) return std::nullopt;
    read.metric += found->suffix;
    if (read.value != -1) read.value *= found->factor;
  }
  return read;
}

awaitable<void> Settings::measure(Deadline deadline, int, Families& out) {
  auto const now = Deadline::Clock::now();
  if (kept_.due(now)) {
    Rows const rows = co_await instance().query(kSql, deadline);
    auto const name = rows.column("name"), setting = rows.column("setting"), unit = rows.column("unit"),
               type = rows.column("vartype"), description = rows.column("short_desc");
    std::vector<Setting> settings;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      auto read = read_setting(rows.text(row, name), rows.text(row, setting), rows.text(row, unit),
                               rows.text(row, type), rows.text(row, description));
      if (read) settings.push_back(std::move(*read));
    }
    kept_.store(std::move(settings), now);
  }
  for (const Setting& setting : kept_.value()) {
    out.gauge(setting.metric, setting.help).add({{"server", server()}}, setting.value);
  }
}

}  // namespace fleet::exporters::postgres
