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

/// Names of all subjects that a configuration can switch off: the `collector` label and the keys of
/// `collectors:`. The server's own status (pg_up) is always measured.
inline constexpr std::array<std::string_view, 12> kSubjectNames = {
    "replication", "connections", "locks",    "transactions",   "databases", "archiver",
    "checkpoints", "wal",         "settings", "database_sizes", "tables",    "table_sizes"};

/// The collectors of every instance, cheap subjects first: they share one session, which answers in order.
/// Opens no connection. Worker io thread.
std::vector<std::unique_ptr<Collector>> make_collectors(asio::any_io_executor executor, const Config& config);

}  // namespace fleet::exporters::postgres
