// PgBouncer, from its admin console, under the names of pgbouncer_exporter.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <vector>

#include "core/postgres/session.hpp"
#include "exporters/collector.hpp"
#include "exporters/postgres/config.hpp"

namespace fleet::exporters::postgres {

/// The collectors of one PgBouncer: "pgbouncer" (whether it answers, its version), and pgbouncer_lists,
/// _config, _databases, _stats and _pools. One that does not answer is pgbouncer_up 0 and one log line; an
/// answer that one of them does not understand fails that one. Their series carry the label server="host:port".
/// Opens no connection.
std::vector<std::unique_ptr<Collector>> make_pgbouncer_collectors(asio::any_io_executor executor,
                                                                  const InstanceConfig& config);

/// From the rows of SHOW POOLS, STATS_TOTALS, DATABASES, LISTS and CONFIG, of any version: a column that a
/// version does not have adds nothing.
void add_pgbouncer_pools(const fleet::postgres::Rows& rows, std::string_view server, Families& out);
void add_pgbouncer_stats(const fleet::postgres::Rows& rows, std::string_view server, Families& out);
void add_pgbouncer_databases(const fleet::postgres::Rows& rows, std::string_view server, Families& out);
void add_pgbouncer_lists(const fleet::postgres::Rows& rows, std::string_view server, Families& out);
void add_pgbouncer_config(const fleet::postgres::Rows& rows, std::string_view server, Families& out);

}  // namespace fleet::exporters::postgres
