-- What dashboards may read: views in a schema of their own, and a role that can read nothing else.

CREATE SCHEMA dashboard;

CREATE VIEW dashboard.device AS
  SELECT device_id, coalesce(name, device_id) AS name, labels, first_seen, presence, presence_at FROM device;
CREATE VIEW dashboard.series AS SELECT device_id, metric, unit FROM series;
CREATE VIEW dashboard.latest AS SELECT device_id, metric, unit, time, value, text FROM latest;
CREATE VIEW dashboard.reading AS
  SELECT r.time, s.device_id, s.metric, r.value FROM reading r JOIN series s USING (series_id);
CREATE VIEW dashboard.reading_text AS
  SELECT r.time, r.until_time, s.device_id, s.metric, r.value FROM reading_text r JOIN series s USING (series_id);
CREATE VIEW dashboard.reading_1m AS
  SELECT r.bucket, s.device_id, s.metric, r.count, r.sum, r.min, r.max, r.first, r.first_time, r.last, r.last_time
  FROM reading_1m r JOIN series s USING (series_id);
CREATE VIEW dashboard.reading_1h AS
  SELECT r.bucket, s.device_id, s.metric, r.count, r.sum, r.min, r.max, r.first, r.first_time, r.last, r.last_time
  FROM reading_1h r JOIN series s USING (series_id);
CREATE VIEW dashboard.reading_1d AS
  SELECT r.bucket, s.device_id, s.metric, r.count, r.sum, r.min, r.max, r.first, r.first_time, r.last, r.last_time
  FROM reading_1d r JOIN series s USING (series_id);
CREATE VIEW dashboard.alert AS
  SELECT alert_id, rule_id, rule_name, severity, device_id, metric, state, started_at, fired_at, resolved_at, value,
         summary, acknowledged_at
  FROM alert;
CREATE VIEW dashboard.pipeline_ledger AS SELECT * FROM pipeline_ledger;

-- Roles belong to the whole server: another database's migration may have made it, or may be making it now.
DO $$
BEGIN
  CREATE ROLE grafana_reader LOGIN CONNECTION LIMIT 20;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;
DO $$
BEGIN
  ALTER ROLE grafana_reader SET default_transaction_read_only = on;
  ALTER ROLE grafana_reader SET statement_timeout = '15s';
  ALTER ROLE grafana_reader SET search_path = dashboard, public;
EXCEPTION WHEN internal_error THEN NULL; -- "tuple concurrently updated": the other migration sets the same
END
$$;
GRANT USAGE ON SCHEMA dashboard TO grafana_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA dashboard TO grafana_reader;
