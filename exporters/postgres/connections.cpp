#include "exporters/postgres/connections.hpp"

#include "exporters/postgres/column_samples.hpp"

namespace fleet::exporters::postgres {
namespace {

constexpr const char* kByStateSql = R"(
SELECT d.datname, s.state, COALESCE(a.count, 0) AS count, COALESCE(a.longest, 0) AS longest
FROM (VALUES ('active'), ('disabled'), ('fastpath function call'), ('idle'), ('idle in transaction'),
        ('idle in transaction (aborted)')) AS s(state)
  CROSS JOIN pg_database d
  LEFT JOIN (SELECT datname, state, count(*) AS count, max(date_part('epoch', now() - xact_start)) AS longest
             FROM pg_stat_activity GROUP BY datname, state) a ON a.state = s.state AND a.datname = d.datname
ORDER BY d.datname, s.state COLLATE "C")";

// reserved_connections is new in 16.
constexpr const char* kTotalsSql = R"(
SELECT count(*) FILTER (WHERE backend_type = 'client backend') AS used,
  current_setting('max_connections')::int AS most,
  current_setting('superuser_reserved_connections')::int
    + COALESCE(current_setting('reserved_connections', true)::int, 0) AS reserved
FROM pg_stat_activity)";

constexpr std::string_view kLabels[] = {"datname", "server", "state"};
constexpr ColumnMetric kMetrics[] = {
    {"count", "pg_stat_activity_count", kNamedByOthers, "number of connections in this state"},
    {"longest", "pg_stat_activity_max_tx_duration", MetricType::gauge,
     "max duration in seconds any active transaction has been running"},
};

}  // namespace

awaitable<void> Connections::measure(Deadline deadline, int, Families& out) {
  Rows const by_state = co_await instance().query(kByStateSql, deadline);
  Rows const totals = co_await instance().query(kTotalsSql, deadline);
  ColumnSamples(by_state, server(), kLabels, kMetrics, out).add_all();
  double const used = totals.number(0, totals.column("used"));
  double const open = totals.number(0, totals.column("most")) - totals.number(0, totals.column("reserved"));
  out.gauge("pg_connections_used", "Client connections, of all databases and states.")
      .add({{"server", server()}}, used);
  out.gauge("pg_connections_used_ratio",
            "Client connections as a share of those that an ordinary role may open (max_connections less the "
            "reserved).")
      .add({{"server", server()}}, open > 0 ? used / open : 1);
}

}  // namespace fleet::exporters::postgres
