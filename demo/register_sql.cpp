#include "demo/register_sql.hpp"

#include <array>

namespace fleet::demo::sql {

namespace {

constexpr std::array<std::string_view, 6> seed_statements{
    R"(SELECT setseed(0.42))",

    R"(INSERT INTO cases (case_type, status, form13_data, created_at, closed_at)
       SELECT kind, CASE WHEN closed THEN 'closed' ELSE 'open' END,
              CASE WHEN random() < CASE kind WHEN 'parenting' THEN 0.3 WHEN 'divorce' THEN 0.5 ELSE 0.9 END
                   THEN jsonb_build_object('income', round((random() * 4000)::numeric, 2),
                                           'property', round((random() * 900000)::numeric, 2),
                                           'liabilities', round((random() * 300000)::numeric, 2)) END,
              begun, CASE WHEN closed THEN begun + (now() - begun) * random() END
       FROM (SELECT (ARRAY['property_settlement', 'spousal_maintenance', 'child_support', 'parenting', 'divorce'])
                    [1 + floor(random() * 5)::int] AS kind,
                    random() < 0.35 AS closed, now() - random() * interval '400 days' AS begun
             FROM generate_series(1, 240)) AS drawn)",

    R"(INSERT INTO documents (case_id, batch_id, status, created_at, processed_at, retention_until, deleted_at)
       SELECT id, NULL, 'processed', created_at + interval '1 day', created_at + interval '1 day 40 seconds',
              created_at + interval '7 years', NULL
       FROM cases CROSS JOIN generate_series(1, 3))",

    R"(INSERT INTO compliance_violations (framework, severity, rule, case_id, detected_at, acknowledged_at, resolved_at)
       SELECT framework, severity, rule, (SELECT min(id) FROM cases), found, found + random() * interval '25 minutes',
              found + interval '30 minutes' + random() * interval '8 hours'
       FROM (SELECT (ARRAY['privacy_act_1988', 'family_law_act_1975', 'legal_profession_uniform_law',
                           'evidence_act_1995'])[1 + n % 4] AS framework,
                    (ARRAY['critical', 'high', 'medium', 'low'])[1 + (n / 3) % 4] AS severity,
                    'review:' || n AS rule, now() - interval '1 day' - random() * interval '90 days' AS found
             FROM generate_series(1, 16) AS n) AS drawn)",

    R"(INSERT INTO privacy_consents (client_id, consent_type, granted_at, expires_at, withdrawn_at,
                                     withdrawal_actioned_at)
       SELECT client, kind, granted, expires, withdrawn, withdrawn + (now() - withdrawn) * random() * 0.01
       FROM (SELECT client, kind, granted, CASE WHEN random() < 0.6 THEN granted + interval '1 year' END AS expires,
                    CASE WHEN random() < 0.08 THEN granted + (now() - granted) * random() END AS withdrawn
             FROM (SELECT client, kind, now() - random() * interval '420 days' AS granted
                   FROM generate_series(1001, 1300) AS client,
                        unnest(ARRAY['data_processing', 'ai_analysis', 'third_party_disclosure',
                                     'court_filing']) AS kind
                   WHERE random() < 0.75) AS grants) AS drawn)",

    R"(INSERT INTO processing_events (client_id, consent_type, processed_at)
       SELECT client_id, consent_type,
              granted_at + (least(now(), expires_at, withdrawn_at) - granted_at) * random()
       FROM privacy_consents WHERE random() < 0.5)",
};

constexpr std::array<std::string_view, 2> tidy_statements{
    R"(UPDATE documents SET status = 'processed', processed_at = now()
       WHERE status = 'queued' AND created_at < now() - interval '15 minutes')",
    R"(DELETE FROM documents WHERE batch_id IS NOT NULL AND status <> 'queued'
       AND created_at < now() - interval '2 hours')",
};

constexpr std::array<Routine, 9> routine_statements{{
    {2, R"(INSERT INTO processing_events (client_id, consent_type)
           SELECT client_id, consent_type FROM privacy_consents
           WHERE withdrawn_at IS NULL AND (expires_at IS NULL OR expires_at > now() + interval '1 minute')
           ORDER BY random() LIMIT 3)"},
    {20, R"(INSERT INTO cases (case_type)
            VALUES ((ARRAY['property_settlement', 'spousal_maintenance', 'child_support', 'parenting', 'divorce'])
                    [1 + floor(random() * 5)::int]))"},
    {25, R"(UPDATE cases SET form13_data = jsonb_build_object('income', round((random() * 4000)::numeric, 2),
                                                               'property', round((random() * 900000)::numeric, 2),
                                                               'liabilities', round((random() * 300000)::numeric, 2))
            WHERE id = (SELECT id FROM cases WHERE status = 'open' AND form13_data IS NULL
                        ORDER BY case_type = 'property_settlement' DESC, id DESC LIMIT 1 FOR UPDATE SKIP LOCKED))"},
    {30, R"(UPDATE cases SET status = 'closed', closed_at = now()
            WHERE id = (SELECT id FROM cases WHERE status = 'open' AND form13_data IS NOT NULL
                        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED))"},
    {60, R"(INSERT INTO privacy_consents (client_id, consent_type, expires_at)
            SELECT greatest(1000, max(client_id)) + 1, 'data_processing', now() + interval '1 year'
            FROM privacy_consents)"},
    {300, R"(UPDATE privacy_consents SET withdrawn_at = now()
             WHERE id = (SELECT id FROM privacy_consents
                         WHERE withdrawn_at IS NULL AND (expires_at IS NULL OR expires_at > now())
                         ORDER BY random() LIMIT 1))"},
    {300, tidy_statements[1]},
    {300, R"(DELETE FROM processing_events WHERE processed_at < now() - interval '400 days')"},
    {300, R"(DELETE FROM cases WHERE status = 'closed' AND closed_at < now() - interval '800 days'
             AND NOT EXISTS (SELECT FROM documents WHERE case_id = cases.id))"},
}};

}  // namespace

std::span<const std::string_view> seeds() { return seed_statements; }
std::span<const std::string_view> tidy_up() { return tidy_statements; }
std::span<const Routine> routines() { return routine_statements; }

const std::string_view insert_violation =
    "INSERT INTO compliance_violations (framework, severity, rule) VALUES ($1, $2, 'injected')";
const std::string_view resolve_violations =
    "UPDATE compliance_violations SET acknowledged_at = coalesce(acknowledged_at, now()), resolved_at = now() "
    "WHERE rule = 'injected' AND resolved_at IS NULL";
const std::string_view withdraw_one =
    "UPDATE privacy_consents SET withdrawn_at = now() WHERE id = (SELECT id FROM privacy_consents WHERE "
    "withdrawn_at IS "
    "NULL AND (expires_at IS NULL OR expires_at > now()) ORDER BY random() LIMIT 1) RETURNING client_id, "
    "consent_type";
const std::string_view use_consent =
    "INSERT INTO processing_events (client_id, consent_type) VALUES ($1::bigint, $2)";
const std::string_view act_on_withdrawals =
    "UPDATE privacy_consents SET withdrawal_actioned_at = now() WHERE withdrawn_at IS NOT NULL AND "
    "withdrawal_actioned_at IS NULL";
const std::string_view withdraw_long_ago =
    "INSERT INTO privacy_consents (client_id, consent_type, granted_at, withdrawn_at) SELECT greatest(1000, "
    "max(client_id)) + 1, 'data_processing', now() - interval '10 days', now() - interval '30 hours' FROM "
    "privacy_consents";
const std::string_view forget_withdrawal =
    "UPDATE privacy_consents SET withdrawal_actioned_at = now() WHERE withdrawal_actioned_at IS NULL AND "
    "withdrawn_at < now() - interval '29 hours'";
const std::string_view use_expired =
    "INSERT INTO processing_events (client_id, consent_type) SELECT client_id, consent_type FROM "
    "privacy_consents AS old "
    "WHERE expires_at < now() AND withdrawn_at IS NULL AND NOT EXISTS (SELECT FROM privacy_consents WHERE "
    "client_id = old.client_id AND consent_type = old.consent_type AND (expires_at > now()) IS NOT FALSE) "
    "ORDER BY id LIMIT 1";
const std::string_view remove_expired_uses =
    "DELETE FROM processing_events AS use USING privacy_consents AS consent WHERE use.client_id = "
    "consent.client_id AND use.consent_type = consent.consent_type AND use.processed_at > consent.expires_at";
const std::string_view lose_form13 =
    "INSERT INTO cases (case_type, status, created_at) VALUES ('property_settlement', 'stalled', now() - "
    "interval '60 days')";
const std::string_view complete_form13s =
    "UPDATE cases SET form13_data = '{\"income\": 1, \"property\": 1, \"liabilities\": 1}' WHERE case_type = "
    "'property_settlement' AND created_at < now() - interval '14 days' AND (form13_data ?& ARRAY['income', "
    "'property', 'liabilities']) IS NOT TRUE";
const std::string_view keep_too_long =
    "INSERT INTO documents (status, created_at, processed_at, retention_until) SELECT 'processed', begun, "
    "begun, "
    "now() - interval '1 day' FROM (SELECT now() - interval '7 years 1 day' AS begun) AS document";
const std::string_view delete_overdue =
    "UPDATE documents SET deleted_at = now() WHERE retention_until < now() AND deleted_at IS NULL";
const std::string_view remove_late_uses =
    "DELETE FROM processing_events AS use USING privacy_consents AS consent WHERE use.client_id = "
    "consent.client_id AND "
    "use.consent_type = consent.consent_type AND use.processed_at > consent.withdrawn_at";

}  // namespace fleet::demo::sql
