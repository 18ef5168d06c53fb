-- The stored model. Runs unchanged on the community and the Apache edition of TimescaleDB.

CREATE EXTENSION IF NOT EXISTS timescaledb;

CREATE TABLE device (
  device_id   text PRIMARY KEY,
  name        text,
  labels      jsonb NOT NULL DEFAULT '{}',
  -- Observation time of the first reading, or when it was registered.
  first_seen  timestamptz NOT NULL,
  presence    text CHECK (presence IN ('online', 'offline')),
  presence_at timestamptz,
  created_at  timestamptz NOT NULL DEFAULT now()
);

-- One metric of one device, behind a small integer.
CREATE TABLE series (
  series_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  device_id text NOT NULL REFERENCES device ON DELETE CASCADE,
  metric    text NOT NULL,
  unit      text,
  UNIQUE (device_id, metric)
);

-- Writers keep series IDs in memory. A deletion waits for the transactions that use them, and moves this sequence, at
-- which the writers forget what they know.
CREATE SEQUENCE series_generation;
CREATE FUNCTION forget_series() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(1179866194, 3);
  PERFORM nextval('series_generation');
  RETURN NULL;
END
$$;
CREATE TRIGGER device_deletion BEFORE DELETE ON device EXECUTE FUNCTION forget_series();
CREATE TRIGGER series_deletion BEFORE DELETE ON series EXECUTE FUNCTION forget_series();

CREATE TABLE reading (
  time      timestamptz      NOT NULL,
  series_id int              NOT NULL,
  value     double precision NOT NULL,
  PRIMARY KEY (series_id, time)
);
SELECT create_hypertable('reading', by_range('time', INTERVAL '1 day'), create_default_indexes => false);

-- A row per change of a state: `value` held from `time` at least until `until_time`, the newest repetition seen.
CREATE TABLE reading_text (
  time       timestamptz NOT NULL,
  series_id  int         NOT NULL,
  value      text        NOT NULL,
  until_time timestamptz NOT NULL,
  PRIMARY KEY (series_id, time)
);
SELECT create_hypertable('reading_text', by_range('time', INTERVAL '30 days'), create_default_indexes => false);

-- Kept by the transaction that inserts the readings; equals GROUP BY over `reading` at every commit.
CREATE TABLE reading_1m (
  bucket     timestamptz      NOT NULL,
  series_id  int              NOT NULL,
  count      bigint           NOT NULL,
  sum        double precision NOT NULL,
  min        double precision NOT NULL,
  max        double precision NOT NULL,
  first      double precision NOT NULL,
  first_time timestamptz      NOT NULL,
  last       double precision NOT NULL,
  last_time  timestamptz      NOT NULL,
  PRIMARY KEY (series_id, bucket)
  -- Room on the page for the updates of the running minute: they then touch no index.
) WITH (fillfactor = 70);
SELECT create_hypertable('reading_1m', by_range('bucket', INTERVAL '30 days'), create_default_indexes => false);

-- The consumer's position and what became of everything before it: one row a partition, moved in the transaction
-- that writes the data. next_offset - start_offset = records + lost; records = decoded + dead_lettered;
-- readings = stored + duplicates + coalesced.
CREATE TABLE consumer_offset (
  consumer      text   NOT NULL,
  topic         text   NOT NULL,
  partition     int    NOT NULL,
  start_offset  bigint NOT NULL,
  next_offset   bigint NOT NULL,
  records       bigint NOT NULL DEFAULT 0,
  dead_lettered bigint NOT NULL DEFAULT 0,
  readings      bigint NOT NULL DEFAULT 0,
  stored        bigint NOT NULL DEFAULT 0,
  duplicates    bigint NOT NULL DEFAULT 0,
  -- Repetitions of a text state, folded into the row of its last change.
  coalesced     bigint NOT NULL DEFAULT 0,
  -- Offsets that Kafka no longer had when they were due (retention overtook the consumer).
  lost          bigint NOT NULL DEFAULT 0,
  updated_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, topic, partition)
) WITH (fillfactor = 50);

-- Newest counters that each bridge process reported of itself; in publishes.
CREATE TABLE bridge_ledger (
  instance      text PRIMARY KEY,
  started_at    timestamptz NOT NULL,
  reported_at   timestamptz NOT NULL,
  received      bigint NOT NULL,
  produced      bigint NOT NULL,
  presence      bigint NOT NULL,
  dead_lettered bigint NOT NULL,
  shed          bigint NOT NULL,
  refused       bigint NOT NULL,
  in_flight     bigint NOT NULL
);

-- Both ledgers in one shape: what each stage took in, and what became of it.
CREATE VIEW pipeline_ledger AS
SELECT 'bridge' AS stage, instance AS source, c.counter, c.value, reported_at AS updated_at
FROM bridge_ledger,
  LATERAL (VALUES ('received', received), ('produced', produced), ('presence', presence),
                  ('dead_lettered', dead_lettered), ('shed', shed), ('refused', refused),
                  ('in_flight', in_flight)) AS c (counter, value)
UNION ALL
SELECT consumer, topic || '/' || partition, c.counter, c.value, updated_at
FROM consumer_offset,
  LATERAL (VALUES ('records', records), ('dead_lettered', dead_lettered), ('readings', readings),
                  ('stored', stored), ('duplicates', duplicates), ('coalesced', coalesced),
                  ('lost', lost)) AS c (counter, value);

CREATE TABLE dead_letter (
  dead_letter_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Where the refused bytes stand in Kafka; makes recording idempotent.
  origin_topic     text   NOT NULL,
  origin_partition int    NOT NULL,
  origin_offset    bigint NOT NULL,
  reason           text   NOT NULL,
  detail           text   NOT NULL,
  device_id        text,
  client_id        text,
  mqtt_topic       text,
  decoder          text,
  payload          bytea  NOT NULL,
  received_at      timestamptz NOT NULL,
  recorded_at      timestamptz NOT NULL DEFAULT now(),
  replayed_at      timestamptz,
  UNIQUE (origin_topic, origin_partition, origin_offset)
);
CREATE INDEX dead_letter_received_at ON dead_letter (received_at DESC);

CREATE TABLE device_event (
  time             timestamptz NOT NULL,
  device_id        text   NOT NULL,
  client_id        text,
  type             text   NOT NULL,
  detail           text,
  origin_partition int    NOT NULL,
  origin_offset    bigint NOT NULL,
  PRIMARY KEY (origin_partition, origin_offset)
);
CREATE INDEX device_event_device ON device_event (device_id, time DESC);

CREATE SEQUENCE alert_rule_revision;
CREATE TABLE alert_rule (
  rule_id      text PRIMARY KEY CHECK (rule_id ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  name         text    NOT NULL,
  enabled      boolean NOT NULL DEFAULT true,
  severity     text    NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
  -- {"devices": ["greenhouse-*"], "metric": "temperature"}
  scope        jsonb   NOT NULL,
  kind         text    NOT NULL,
  params       jsonb   NOT NULL,
  for_ms       bigint  NOT NULL DEFAULT 0 CHECK (for_ms >= 0),
  clear_for_ms bigint  NOT NULL DEFAULT 0 CHECK (clear_for_ms >= 0),
  -- {"webhooks": ["https://example.org/hook"]}
  notify       jsonb   NOT NULL DEFAULT '{}',
  -- Grows with every change, deletion included: the alerters watch its maximum.
  revision     bigint  NOT NULL DEFAULT nextval('alert_rule_revision'),
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now(),
  deleted_at   timestamptz
);
CREATE INDEX alert_rule_by_revision ON alert_rule (revision DESC);

-- One evaluation per rule and series, checkpointed with the offset: rewritten with every batch that has readings of it.
CREATE TABLE alert_state (
  rule_id   text   NOT NULL,
  device_id text   NOT NULL,
  metric    text   NOT NULL,
  partition int    NOT NULL,
  -- Revision of the rule that this state belongs to.
  revision  bigint NOT NULL,
  state     jsonb  NOT NULL,
  PRIMARY KEY (rule_id, device_id, metric)
) WITH (fillfactor = 70);
CREATE INDEX alert_state_partition ON alert_state (partition);

CREATE TABLE alert (
  -- Derived from rule, series and start: a replay cannot open a second one.
  alert_id        text PRIMARY KEY,
  rule_id         text NOT NULL,
  rule_name       text NOT NULL,
  severity        text NOT NULL,
  device_id       text NOT NULL,
  metric          text NOT NULL,
  state           text NOT NULL CHECK (state IN ('firing', 'resolved')),
  -- Event times: since when the condition held, when it fired, when it was resolved.
  started_at      timestamptz NOT NULL,
  fired_at        timestamptz NOT NULL,
  resolved_at     timestamptz,
  resolved_by     text,
  value           double precision,
  summary         text NOT NULL,
  acknowledged_at timestamptz,
  acknowledged_by text
);
CREATE INDEX alert_open ON alert (fired_at DESC) WHERE state = 'firing';
CREATE INDEX alert_by_device ON alert (device_id, fired_at DESC);
CREATE INDEX alert_by_rule ON alert (rule_id, fired_at DESC);

CREATE TABLE alert_event (
  sequence    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  alert_id    text NOT NULL REFERENCES alert,
  transition  text NOT NULL CHECK (transition IN ('firing', 'resolved', 'acknowledged')),
  time        timestamptz NOT NULL,
  value       double precision,
  detail      text,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (alert_id, transition)
);

-- The outbox: written with the transition, sent afterwards, at least once.
CREATE TABLE notification (
  notification_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Sent along, so that a receiver can tell a repetition.
  idempotency_key text NOT NULL UNIQUE,
  sequence        bigint NOT NULL REFERENCES alert_event,
  channel         text NOT NULL,
  target          text NOT NULL,
  payload         jsonb NOT NULL,
  attempts        int  NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  delivered_at    timestamptz,
  -- Given up on: the deadline passed.
  failed_at       timestamptz,
  last_error      text,
  created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX notification_due ON notification (next_attempt_at) WHERE delivered_at IS NULL AND failed_at IS NULL;
