-- What devices and their gateways say of themselves, and presence.

ALTER TABLE device
  -- Told by the device, its gateway or its broker; each part is the newest that was told.
  ADD COLUMN family            text,
  ADD COLUMN manufacturer      text,
  ADD COLUMN model             text,
  ADD COLUMN firmware          text,
  -- Device ID of the gateway or edge node through which it speaks. No foreign key: the gateway may be unknown here.
  ADD COLUMN via_gateway       text,
  -- Where its family listens for commands, in the family's own terms.
  ADD COLUMN address           text,
  ADD COLUMN described_at      timestamptz,
  -- The name that was told. `name` follows it until somebody gives another one.
  ADD COLUMN described_name    text,
  -- {"temperature": {"unit": "°C", "name": "Outside", "deviceClass": "temperature"}}, also of series that come later.
  ADD COLUMN described_metrics jsonb,
  -- What presence is judged from: its newest event of all, its connection, what it said, its readings.
  ADD COLUMN said_presence     text CHECK (said_presence IN ('online', 'offline', 'sleeping')),
  ADD COLUMN said_at           timestamptz,
  ADD COLUMN connected         boolean,
  ADD COLUMN connection_at     timestamptz,
  ADD COLUMN word              text CHECK (word IN ('online', 'offline', 'sleeping')),
  ADD COLUMN word_at           timestamptz,
  -- Written now and then, not with every reading: see presence-book.ts of the aggregator.
  ADD COLUMN heard_at          timestamptz,
  ADD COLUMN usual_ms          bigint,
  -- When it is to be judged next. Null: nothing will change before something is heard of it.
  ADD COLUMN presence_due_at   timestamptz,
  -- Counts the changes. A row goes to `device.presence` while `presence_published` is behind.
  ADD COLUMN presence_revision  bigint NOT NULL DEFAULT 0,
  ADD COLUMN presence_published bigint NOT NULL DEFAULT 0,
  -- Now judged; `presence_at` is since when.
  DROP CONSTRAINT device_presence_check,
  ADD CONSTRAINT device_presence_check CHECK (presence IN ('online', 'offline', 'sleeping'));
UPDATE device SET said_presence = presence, said_at = presence_at, word = presence, word_at = presence_at
  WHERE presence IS NOT NULL;
CREATE INDEX device_presence_due ON device (presence_due_at) WHERE presence_due_at IS NOT NULL;
CREATE INDEX device_presence_unpublished ON device (device_id) WHERE presence_published < presence_revision;
CREATE INDEX device_of_gateway ON device (via_gateway) WHERE via_gateway IS NOT NULL;

ALTER TABLE series
  ADD COLUMN name         text,
  ADD COLUMN device_class text,
  -- What it was reported as: 1 numbers, 2 texts without a number, 3 both. 0: not known yet.
  ADD COLUMN kinds        smallint NOT NULL DEFAULT 0,
  -- When it was first reported as the other kind.
  ADD COLUMN drifted_at   timestamptz;
CREATE INDEX series_drifted ON series (drifted_at DESC) WHERE drifted_at IS NOT NULL;

-- Deleted devices whose presence Kafka and MQTT still show.
CREATE TABLE device_presence_removed (device_id text PRIMARY KEY);
CREATE FUNCTION note_presence_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO device_presence_removed VALUES (OLD.device_id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;
CREATE TRIGGER device_presence_removal AFTER DELETE ON device
  FOR EACH ROW WHEN (OLD.presence_published > 0) EXECUTE FUNCTION note_presence_removed();

-- Which process publishes presence at present; as in 0008.
CREATE TABLE device_presence_publisher (
  only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  holder       text NOT NULL DEFAULT '',
  leased_until timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO device_presence_publisher DEFAULT VALUES;

CREATE OR REPLACE VIEW dashboard.device AS
  SELECT device_id, coalesce(name, device_id) AS name, labels, first_seen, presence, presence_at,
         coalesce(nullif(labels->>'site', ''), 'no site') AS site,
         family, manufacturer, model, firmware, via_gateway
  FROM device;
CREATE OR REPLACE VIEW dashboard.series AS SELECT device_id, metric, unit, name, device_class FROM series;

-- Metrics that were reported as numbers and as texts. Both are kept, as a number and as a text; a chart shows one.
CREATE VIEW dashboard.type_drift AS
  SELECT s.device_id, d.name, d.site, s.metric, s.drifted_at
  FROM series s JOIN dashboard.device d USING (device_id) WHERE s.drifted_at IS NOT NULL;
GRANT SELECT ON dashboard.type_drift TO grafana_reader;

-- As in 0007, but a device that sleeps is not silent: it is expected back.
CREATE OR REPLACE FUNCTION dashboard.fleet(sites text[], devices text[], silent_after interval)
RETURNS TABLE (device_id text, name text, site text, status text, critical bigint, warning bigint, info bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY EXECUTE
    'SELECT d.device_id, d.name, d.site,
            CASE WHEN d.presence = ''offline'' THEN ''offline''
                 WHEN d.presence = ''sleeping'' THEN ''online''
                 WHEN (SELECT true FROM series s CROSS JOIN LATERAL (
                         SELECT FROM reading_1m m WHERE m.series_id = s.series_id AND m.bucket >= $3
                         ORDER BY m.bucket DESC LIMIT 1) r
                       WHERE s.device_id = d.device_id LIMIT 1) THEN ''online''
                 WHEN (SELECT true FROM series s CROSS JOIN LATERAL (
                         SELECT x.until_time FROM reading_text x WHERE x.series_id = s.series_id
                         ORDER BY x.time DESC LIMIT 1) t
                       WHERE s.device_id = d.device_id AND t.until_time >= $3 LIMIT 1) THEN ''online''
                 ELSE ''silent'' END,
            coalesce(a.critical, 0), coalesce(a.warning, 0), coalesce(a.info, 0)
     FROM dashboard.device d
     LEFT JOIN (SELECT device_id, count(*) FILTER (WHERE severity = ''critical'') AS critical,
                       count(*) FILTER (WHERE severity = ''warning'') AS warning,
                       count(*) FILTER (WHERE severity = ''info'') AS info
                FROM alert WHERE state = ''firing'' GROUP BY 1) a USING (device_id)
     WHERE (''#'' = ANY ($1) OR d.site = ANY ($1)) AND (''#'' = ANY ($2) OR d.device_id = ANY ($2))'
    USING sites, devices, date_trunc('minute', now() - silent_after);
END
$$;
