#include "exporters/postgres/readouts.hpp"

namespace fleet::exporters::postgres {
namespace {

// Also of databases that nobody may connect to: their age stops the server as surely.
constexpr VersionedSql kStatements[] = {{kOldest, R"(
SELECT datname, age(datfrozenxid) AS xid_age, mxid_age(datminmxid) AS mxid_age,
  GREATEST(age(datfrozenxid), mxid_age(datminmxid)) / 2147483648.0 AS wraparound
FROM pg_database ORDER BY datname)"}};

constexpr std::string_view kLabels[] = {"datname", "server"};
constexpr ColumnMetric kMetrics[] = {
    {"xid_age", "pg_database_wraparound_age_datfrozenxid_seconds", MetricType::gauge,
     "Age of the oldest transaction ID that has not been frozen (in transactions)."},
    {"mxid_age", "pg_database_wraparound_age_datminmxid_seconds", MetricType::gauge,
     "Age of the oldest multi-transaction ID that has been replaced with a transaction ID (in "
     "multi-transactions)."},
    {"wraparound", "pg_database_wraparound_ratio", MetricType::gauge,
     "Share of the 2^31 transaction IDs (or multi-transaction IDs, if more) used since the oldest frozen one; "
     "the server "
     "refuses writes shortly before 1."},
};
constexpr MetricSet kSets[] = {{kLabels, kMetrics}};

}  // namespace

constexpr ReadoutDescription kDatabaseWraparound = {"database_wraparound", kStatements, kSets};

}  // namespace fleet::exporters::postgres
