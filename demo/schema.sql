-- The part of LegalLLM's database that the exporters read, and the roles that use it. Run once by a superuser, connected
-- to the database legalllm_multiagent, with the roles legalllm_app and fleet_monitor already present.
CREATE TABLE cases (
  id          bigserial PRIMARY KEY,
  case_type   text NOT NULL,
  status      text NOT NULL DEFAULT 'open',
  form13_data jsonb,
  created_at  timestamptz NOT NULL DEFAULT now(),
  closed_at   timestamptz
);
CREATE TABLE documents (
  id              bigserial PRIMARY KEY,
  case_id         bigint REFERENCES cases (id),
  batch_id        text,
  status          text NOT NULL DEFAULT 'queued',
  created_at      timestamptz NOT NULL DEFAULT now(),
  processed_at    timestamptz,
  retention_until timestamptz,
  deleted_at      timestamptz
);
CREATE TABLE compliance_violations (
  id              bigserial PRIMARY KEY,
  framework       text NOT NULL,
  severity        text NOT NULL,
  rule            text NOT NULL,
  case_id         bigint REFERENCES cases (id),
  detected_at     timestamptz NOT NULL DEFAULT now(),
  acknowledged_at timestamptz,
  resolved_at     timestamptz
);
CREATE TABLE privacy_consents (
  id           bigserial PRIMARY KEY,
  client_id    bigint NOT NULL,
  consent_type text NOT NULL,
  granted_at   timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz,
  withdrawn_at timestamptz,
  withdrawal_actioned_at timestamptz  -- when whoever processes the client's data had stopped; NULL: not yet
);
-- Every use of a client's data under a consent; the SQL that reads it is part of the consent exporter's configuration.
CREATE TABLE processing_events (
  id           bigserial PRIMARY KEY,
  client_id    bigint NOT NULL,
  consent_type text NOT NULL,
  processed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON documents (batch_id);
CREATE INDEX ON documents (retention_until) WHERE deleted_at IS NULL;
CREATE INDEX ON compliance_violations (detected_at) WHERE resolved_at IS NULL;
CREATE INDEX ON privacy_consents (client_id, consent_type);
CREATE INDEX ON processing_events (client_id, consent_type, processed_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO legalllm_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO legalllm_app;

GRANT pg_monitor TO fleet_monitor;
GRANT SELECT ON cases, documents, compliance_violations, privacy_consents, processing_events TO fleet_monitor;
