#include "exporters/postgres/transactions.hpp"

#include "exporters/postgres/column_samples.hpp"

namespace fleet::exporters::postgres {
namespace {

// clock_timestamp(): now() is the beginning of this very transaction, before the statement waited its turn.
constexpr const char* kSql = R"(
SELECT count(*) FILTER (WHERE client AND age >= 60) AS long,
  COALESCE(max(age) FILTER (WHERE client), 0) AS longest,
  count(*) FILTER (WHERE state LIKE 'idle in transaction%') AS idle,
  COALESCE(max(idle_age) FILTER (WHERE state LIKE 'idle in transaction%'), 0) AS longest_idle,
  COALESCE(max(query_age) FILTER (WHERE client AND state = 'active'), 0) AS longest_query,
  COALESCE(max(xmin_age), 0) AS xmin_age,
  (SELECT count(*) FROM pg_prepared_xacts) AS prepared,
  (SELECT COALESCE(max(date_part('epoch', clock_timestamp() - prepared)), 0)
  FROM pg_prepared_xacts) AS longest_prepared
FROM (SELECT state, backend_type = 'client backend' AS client,
        GREATEST(0, date_part('epoch', clock_timestamp() - xact_start)) AS age,
        GREATEST(0, date_part('epoch', clock_timestamp() - state_change)) AS idle_age,
        GREATEST(0, date_part('epoch', clock_timestamp() - query_start)) AS query_age,
        age(backend_xmin) AS xmin_age
      FROM pg_stat_activity WHERE pid <> pg_backend_pid()
      AND (xact_start IS NOT NULL OR backend_xmin IS NOT NULL)) a)";

constexpr std::string_view kLabels[] = {"server"};
constexpr ColumnMetric kMetrics[] = {
    {"long", "pg_long_running_transactions", MetricType::gauge,
     "Transactions of clients open for 60 seconds or more."},
    {"longest", "pg_long_running_transactions_oldest_timestamp_seconds", MetricType::gauge,
     "Age in seconds of the oldest open transaction of a client; 0 if there is none."},
    {"idle", "pg_idle_in_transaction_sessions", MetricType::gauge,
     "Sessions that hold a transaction open and do nothing, aborted ones included."},
    {"longest_idle", "pg_idle_in_transaction_max_seconds", MetricType::gauge,
     "How long the longest such session has done nothing; 0 if there is none."},
    {"longest_query", "pg_active_query_max_seconds", MetricType::gauge,
     "How long the longest statement now running in a transaction has run; 0 if there is none."},
    {"xmin_age", "pg_oldest_xmin_age", MetricType::gauge,
     "Transactions since the oldest snapshot that a session holds: what vacuum cannot clean up behind."},
    {"prepared", "pg_prepared_transactions", MetricType::gauge, "Transactions prepared for two-phase commit."},
    {"longest_prepared", "pg_prepared_transactions_max_age_seconds", MetricType::gauge,
     "Age of the oldest prepared transaction; 0 if there is none."},
};

}  // namespace

awaitable<void> Transactions::measure(Deadline deadline, int, Families& out) {
  Rows const rows = co_await instance().query(kSql, deadline);
  ColumnSamples(rows, server(), kLabels, kMetrics, out).add_all();
}

}  // namespace fleet::exporters::postgres
