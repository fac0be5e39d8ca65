#include "exporters/consent/config.hpp"

#include <array>
#include <chrono>
#include <utility>

#include "exporters/label_limit.hpp"

namespace fleet::exporters::consent {

namespace {

using exporters::DefaultQuery;

constexpr std::string_view own_prefixes[] = {"consent_", "process_"};

constexpr std::array<DefaultQuery, 3> default_queries = {{
    {.name = "consents",
     .sql = R"(
SELECT consent_type,
       count(*) AS granted,
       count(*) FILTER (WHERE withdrawn_at IS NULL AND (expires_at > now()) IS NOT FALSE) AS active,
       count(*) FILTER (WHERE withdrawn_at IS NOT NULL) AS withdrawn,
       count(*) FILTER (WHERE withdrawn_at IS NULL AND expires_at <= now()) AS expired,
       count(*) FILTER (WHERE withdrawn_at IS NULL AND expires_at > now()
                          AND expires_at <= now() + $expiring_within) AS expiring_soon
FROM privacy_consents
GROUP BY consent_type)",
     .placeholder = "$expiring_within",
     .required = true},
    {.name = "withdrawals", .sql = R"(
SELECT consent_type, count(*) AS pending, extract(epoch FROM now() - min(withdrawn_at)) AS oldest_pending_seconds
FROM privacy_consents
WHERE withdrawn_at IS NOT NULL AND withdrawal_actioned_at IS NULL
GROUP BY consent_type)"},
    // What counts for an event is the time at which it happened: the client's last grant and last withdrawal
    // before it.
    {.name = "processing",
     .sql = R"(
SELECT event.consent_type,
       count(*) AS events,
       count(*) FILTER (WHERE past.withdrawn >= past.granted) AS after_withdrawal,
       count(DISTINCT event.client_id) FILTER (WHERE past.withdrawn >= past.granted) AS clients_after_withdrawal,
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
WHERE event.processed_at > now() - $window
GROUP BY event.consent_type)",
     .placeholder = "$window"},
}};

constexpr std::chrono::seconds least(1);

/// `window` is given that of the page, and gets that of the check.
CheckLimits read_check(const config::Value& value, std::chrono::milliseconds& window) {
  constexpr std::int64_t most = 1'000'000'000;
  auto const mapping = value.mapping(
      {"act_within", "max_after_withdrawal", "max_after_expiry", "max_without_grant", "processing_window"});
  auto const uses = [&](std::string_view key) {
    return static_cast<double>(mapping.integer_or(key, 0, 0, most));
  };
  CheckLimits limits;
  limits.act_within = mapping.duration_or("act_within", limits.act_within, std::chrono::milliseconds(0));
  limits.max_after_withdrawal = uses("max_after_withdrawal");
  limits.max_after_expiry = uses("max_after_expiry");
  limits.max_without_grant = uses("max_without_grant");
  window = mapping.duration_or("processing_window", window, least);
  return limits;
}

}  // namespace

Config read_config(const config::Document& document) {
  auto const mapping = document.root().mapping(
      {"database", "consent_types", "label_limit", "expiring_within", "processing_window", "check", "queries",
       exporters::kCustomQueriesKey, exporters::kCustomQueriesFilesKey});
  Config config;
  config.database = postgres::read_options(mapping.required("database"), "consent_exporter");
  if (auto const types = mapping.optional("consent_types"))
    config.consent_types = exporters::read_label_values(*types);
  config.label_limit = static_cast<std::size_t>(mapping.integer_or("label_limit", 20, 0, 1000));
  auto const expiring_within = mapping.duration_or("expiring_within", std::chrono::hours(30 * 24), least);
  auto const window = mapping.duration_or("processing_window", std::chrono::hours(1), least);
  config.queries = exporters::read_queries(mapping.optional("queries"), default_queries);
  exporters::fill_in(config.queries, "consents", "$expiring_within", exporters::sql_interval(expiring_within));
  config.check_queries = config.queries;
  auto check_window = window;
  if (auto const check = mapping.optional("check")) config.check = read_check(*check, check_window);
  exporters::fill_in(config.check_queries, "processing", "$window", exporters::sql_interval(check_window));
  exporters::fill_in(config.queries, "processing", "$window", exporters::sql_interval(window));
  exporters::OwnNames const own{own_prefixes, {}};
  auto custom = exporters::read_custom_sql(mapping, own);
  config.custom_sql = std::make_shared<const exporters::CustomSql>(std::move(custom));
  return config;
}

}  // namespace fleet::exporters::consent
