// The SQL of the monthly report.
#pragma once

#include <span>

#include "exporters/compliance/monthly/month.hpp"
#include "exporters/sql_queries.hpp"

namespace fleet::exporters::compliance::monthly {

/// $from and $to stand for the span as timestamptz, $timezone for its zone.
std::span<const exporters::DefaultQuery> default_queries();

/// The queries with the span filled in; what else they hold is filled in already.
exporters::Queries queries_of(exporters::Queries queries, const MonthSpan& span);

}  // namespace fleet::exporters::compliance::monthly
