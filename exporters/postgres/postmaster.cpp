#include "exporters/postgres/readouts.hpp"

namespace fleet::exporters::postgres {
namespace {

constexpr VersionedSql kStatements[] = {
    {kOldest, "SELECT floor(date_part('epoch', pg_postmaster_start_time())) AS start_time"}};

constexpr std::string_view kLabels[] = {"server"};
constexpr ColumnMetric kMetrics[] = {
    {"start_time", "pg_postmaster_start_time_seconds", MetricType::gauge, "Time at which postmaster started"}};
constexpr MetricSet kSets[] = {{kLabels, kMetrics}};

}  // namespace

constexpr ReadoutDescription kPostmaster = {"postmaster", kStatements, kSets};

}  // namespace fleet::exporters::postgres
