-- The table of the prober's canary writes. Run once on the primary, as the owner of the schema, in the database that the probe connects to.
CREATE TABLE IF NOT EXISTS slo_prober_canary (
  prober     text NOT NULL,                                -- the prober's name
  run        text NOT NULL,                                -- one life of one probe
  sequence   bigint NOT NULL,                              -- rises within a run
  token      text NOT NULL,                                -- random
  written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (prober, run, sequence)
);
-- Then, for the role that the probe connects as (it needs nothing else):
--   GRANT SELECT, INSERT, DELETE ON slo_prober_canary TO slo_prober;
