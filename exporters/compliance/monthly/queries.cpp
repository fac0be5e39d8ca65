#include "exporters/compliance/monthly/queries.hpp"

#include <array>

namespace fleet::exporters::compliance::monthly {

namespace {

using exporters::DefaultQuery;

constexpr std::array<DefaultQuery, 10> queries{{
    {.name = "violations", .sql = R"(
SELECT framework, severity,
       count(*) FILTER (WHERE detected_at >= $from) AS recorded,
       count(*) FILTER (WHERE resolved_at >= $from AND resolved_at < $to) AS resolved,
       count(*) FILTER (WHERE (resolved_at < $to) IS NOT TRUE) AS open_at_end
FROM compliance_violations
WHERE detected_at < $to
GROUP BY framework, severity)"},
    {.name = "violations_by_day", .sql = R"(
SELECT extract(day FROM detected_at AT TIME ZONE $timezone) AS day, framework, count(*) AS recorded
FROM compliance_violations
WHERE detected_at >= $from AND detected_at < $to
GROUP BY day, framework)"},
    {.name = "open_by_day", .sql = R"(
SELECT extract(day FROM begin) AS day, severity, count(*) AS open
FROM generate_series($from AT TIME ZONE $timezone, $to AT TIME ZONE $timezone - interval '1 microsecond', interval '1 day') AS begin
CROSS JOIN LATERAL (SELECT least($to, (begin + interval '1 day') AT TIME ZONE $timezone) AS ended) AS of_day
JOIN compliance_violations ON detected_at < ended AND (resolved_at < ended) IS NOT TRUE
GROUP BY day, severity)"},
    {.name = "resolve_times", .sql = R"(
SELECT severity, count(*) AS resolved, avg(seconds) AS mean_seconds,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median_seconds,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) AS p90_seconds,
       max(seconds) AS longest_seconds
FROM (SELECT severity, greatest(0, extract(epoch FROM resolved_at - detected_at))::float8 AS seconds
      FROM compliance_violations WHERE resolved_at >= $from AND resolved_at < $to) AS times
GROUP BY severity)"},
    {.name = "resolve_buckets",
     .sql = R"(
SELECT severity, width_bucket(seconds - 0.0000005, $bounds) AS bucket, count(*) AS violations
FROM (SELECT severity, greatest(0, extract(epoch FROM resolved_at - detected_at))::float8 AS seconds
      FROM compliance_violations WHERE resolved_at >= $from AND resolved_at < $to) AS times
GROUP BY severity, bucket)",
     .placeholder = "$bounds"},
    {.name = "consents", .sql = R"(
SELECT consent_type,
       count(*) FILTER (WHERE granted_at >= $from) AS granted,
       count(*) FILTER (WHERE withdrawn_at >= $from AND withdrawn_at < $to) AS withdrawn,
       count(*) FILTER (WHERE expires_at >= $from AND expires_at < $to AND (withdrawn_at < expires_at) IS NOT TRUE) AS expired,
       count(*) FILTER (WHERE (withdrawn_at < $to) IS NOT TRUE AND (expires_at < $to) IS NOT TRUE) AS in_force,
       count(*) FILTER (WHERE withdrawn_at < $to AND (withdrawal_actioned_at < $to) IS NOT TRUE) AS not_acted_on
FROM privacy_consents
WHERE granted_at < $to
GROUP BY consent_type)"},
    {.name = "uses", .sql = R"(
SELECT event.consent_type, count(*) AS events,
       count(*) FILTER (WHERE past.withdrawn >= past.granted) AS after_withdrawal,
       count(*) FILTER (WHERE (past.withdrawn >= past.granted) IS NOT TRUE AND NOT past.in_force) AS after_expiry,
       count(*) FILTER (WHERE past.granted IS NULL) AS without_grant
FROM processing_events AS event
CROSS JOIN LATERAL (
  SELECT max(granted_at) AS granted,
         max(withdrawn_at) FILTER (WHERE withdrawn_at <= event.processed_at) AS withdrawn,
         bool_or((withdrawn_at > event.processed_at) IS NOT FALSE
                 AND (expires_at > event.processed_at) IS NOT FALSE) AS in_force
  FROM privacy_consents
  WHERE client_id = event.client_id AND consent_type = event.consent_type
    AND granted_at <= event.processed_at) AS past
WHERE event.processed_at >= $from AND event.processed_at < $to
GROUP BY event.consent_type)"},
    {.name = "retention", .sql = R"(
SELECT count(*) FILTER (WHERE retention_until >= $from) AS fell_due,
       count(*) FILTER (WHERE deleted_at >= $from AND deleted_at < $to) AS deleted,
       count(*) FILTER (WHERE deleted_at >= $from AND deleted_at < $to AND deleted_at > retention_until) AS deleted_late,
       count(*) FILTER (WHERE (deleted_at < $to) IS NOT TRUE) AS overdue_at_end
FROM documents
WHERE retention_until < $to)"},
    {.name = "retention_by_day", .sql = R"(
SELECT extract(day FROM begin) AS day, count(*) AS overdue
FROM generate_series($from AT TIME ZONE $timezone, $to AT TIME ZONE $timezone - interval '1 microsecond', interval '1 day') AS begin
CROSS JOIN LATERAL (SELECT least($to, (begin + interval '1 day') AT TIME ZONE $timezone) AS ended) AS of_day
JOIN documents ON retention_until < ended AND (deleted_at < ended) IS NOT TRUE
GROUP BY day)"},
    {.name = "form13", .sql = R"(
SELECT case_type, count(*) AS due, count(*) FILTER (WHERE missing) AS missing,
       count(*) FILTER (WHERE incomplete) AS incomplete
FROM (SELECT case_type, present IS NOT TRUE AS missing, present AND NOT form13_data ?& $sections AS incomplete
      FROM (SELECT case_type, form13_data, form13_data NOT IN ('null', '{}') AS present
            FROM cases
            WHERE case_type = ANY ($case_types) AND created_at <= $to - $due_after) AS due) AS judged
GROUP BY case_type)"},
}};

}  // namespace

std::span<const DefaultQuery> default_queries() { return queries; }

exporters::Queries queries_of(exporters::Queries filled, const MonthSpan& span) {
  for (auto const& query : queries) {
    auto const instant = [](std::int64_t unix) { return "to_timestamp(" + std::to_string(unix) + ")"; };
    exporters::fill_in(filled, query.name, "$from", instant(span.from));
    exporters::fill_in(filled, query.name, "$to", instant(span.to));
    exporters::fill_in(filled, query.name, "$timezone", "'" + span.time_zone + "'");
  }
  return filled;
}

}  // namespace fleet::exporters::compliance::monthly
