#include "exporters/postgres/readouts.hpp"

namespace fleet::exporters::postgres {
namespace {

constexpr VersionedSql kStatements[] = {
    {kOldest, "SELECT rolname, rolconnlimit FROM pg_roles ORDER BY rolname"}};

constexpr std::string_view kLabels[] = {"rolname", "server"};
constexpr ColumnMetric kMetrics[] = {{"rolconnlimit", "pg_roles_connection_limit", MetricType::gauge,
                                      "Connection limit set for the role; -1: none."}};
constexpr MetricSet kSets[] = {{kLabels, kMetrics}};

}  // namespace

constexpr ReadoutDescription kRoles = {"roles", kStatements, kSets};

}  // namespace fleet::exporters::postgres
