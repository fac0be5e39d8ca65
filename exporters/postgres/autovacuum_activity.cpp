#include "exporters/postgres/readouts.hpp"

namespace fleet::exporters::postgres {
namespace {

// Of two workers on tables of one name the one that began first.
constexpr VersionedSql kStatements[] = {{kOldest, R"(
SELECT relname, min(began) AS began
FROM (SELECT split_part(query, '.', 2) AS relname, date_part('epoch', xact_start) AS began
      FROM pg_stat_activity WHERE query LIKE 'autovacuum:%' AND xact_start IS NOT NULL) a
GROUP BY relname ORDER BY relname)"}};

constexpr std::string_view kLabels[] = {"relname", "server"};
constexpr ColumnMetric kMetrics[] = {{"began", "pg_stat_activity_autovacuum_timestamp_seconds",
                                      MetricType::gauge, "Start timestamp of the vacuum process in seconds"}};
constexpr MetricSet kSets[] = {{kLabels, kMetrics}};

}  // namespace

constexpr ReadoutDescription kAutovacuumActivity = {"stat_activity_autovacuum", kStatements, kSets};

}  // namespace fleet::exporters::postgres
