-- What the pipeline did and how good its data is, over time. Statistics: written by the aggregators every ten seconds,
-- beside the readings and never in their way; a crash may lose the last seconds of the delays, while the counters come
-- from the ledger, so that their sum over time is the ledger's.
--
-- Each table holds three widths of rows at once: ten seconds, a minute and an hour, all written by the same statement,
-- each kept for a time of its own.

-- Up to where each counter of the ledger stands in pipeline_sample. Begins at what the ledger has now: what was before
-- nobody knows the time of.
CREATE TABLE pipeline_counted (
  stage   text   NOT NULL,
  source  text   NOT NULL,
  counter text   NOT NULL,
  value   bigint NOT NULL,
  PRIMARY KEY (stage, source, counter)
) WITH (fillfactor = 50);
INSERT INTO pipeline_counted SELECT stage, source, counter, value FROM pipeline_ledger WHERE counter <> 'in_flight';

-- One row. Who holds it samples, so of several aggregators one does.
CREATE TABLE pipeline_sampling (sampled_at timestamptz NOT NULL);
INSERT INTO pipeline_sampling VALUES (now());

-- What a stage did in the `seconds` before and including the bucket's last sample; `topic` is '' for the bridge.
CREATE TABLE pipeline_sample (
  width_s       int              NOT NULL CHECK (width_s IN (10, 60, 3600)),
  time          timestamptz      NOT NULL,
  stage         text             NOT NULL,
  topic         text             NOT NULL,
  seconds       double precision NOT NULL CHECK (seconds > 0),
  -- Publishes.
  received      bigint NOT NULL DEFAULT 0,
  produced      bigint NOT NULL DEFAULT 0,
  presence      bigint NOT NULL DEFAULT 0,
  shed          bigint NOT NULL DEFAULT 0,
  refused       bigint NOT NULL DEFAULT 0,
  -- Publishes of the bridge, records of a consumer.
  dead_lettered bigint NOT NULL DEFAULT 0,
  -- Records.
  records       bigint NOT NULL DEFAULT 0,
  lost          bigint NOT NULL DEFAULT 0,
  -- Readings.
  readings      bigint NOT NULL DEFAULT 0,
  stored        bigint NOT NULL DEFAULT 0,
  duplicates    bigint NOT NULL DEFAULT 0,
  coalesced     bigint NOT NULL DEFAULT 0,
  -- Greatest values seen. Null: there is no such thing, or Kafka could not be asked.
  in_flight     bigint,
  lag           bigint,
  -- By how much the identities of the ledger did not hold; 0 unless something vanished.
  unaccounted   bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (width_s, time, stage, topic)
) WITH (fillfactor = 70);

-- Histograms. 'latency': publishes, from received by the bridge to committed. 'delay': readings, from observed by the
-- device to received by the bridge; negative where the device's clock is ahead. One row counts what is
-- greater than from_ms and not greater than up_to_ms.
CREATE TABLE delay_count (
  width_s  int              NOT NULL CHECK (width_s IN (10, 60, 3600)),
  kind     text             NOT NULL CHECK (kind IN ('latency', 'delay')),
  time     timestamptz      NOT NULL,
  from_ms  double precision NOT NULL,
  up_to_ms double precision NOT NULL,
  count    bigint           NOT NULL,
  PRIMARY KEY (width_s, kind, time, up_to_ms)
) WITH (fillfactor = 70);

-- Devices whose readings were late or ahead, a row for ten minutes; the others have none. No foreign key: a device may be
-- deleted before what is counted of it is written.
CREATE TABLE device_delay (
  time      timestamptz      NOT NULL,
  device_id text             NOT NULL,
  late      bigint           NOT NULL,
  ahead     bigint           NOT NULL,
  least_ms  double precision NOT NULL,
  most_ms   double precision NOT NULL,
  last_at   timestamptz      NOT NULL,
  PRIMARY KEY (time, device_id)
) WITH (fillfactor = 70);

-- The width that answers for a time range, by the thresholds of dashboard.resolution and by what is kept (see
-- statistics-retention.ts), and the width of a panel's buckets.
CREATE FUNCTION dashboard.statistics_width(
  range_from timestamptz, range_to timestamptz, interval_ms bigint, OUT width_s int, OUT bucket interval
) LANGUAGE sql STABLE AS $$
  SELECT w, make_interval(secs => greatest(ceil(interval_ms / (w * 1000.0)), 1)::double precision * w)
  FROM (SELECT CASE
    WHEN dashboard.resolution(range_from, range_to) = 'raw' AND range_from > now() - INTERVAL '1 day' THEN 10
    WHEN dashboard.resolution(range_from, range_to) IN ('raw', '1m') AND range_from > now() - INTERVAL '30 days' THEN 60
    ELSE 3600 END) AS c (w)
$$;

-- Per second, and the greatest values of the gauges. A bucket is as long as what was measured in it, so that a running
-- bucket, or one that the aggregators slept through, shows a rate that is right.
CREATE FUNCTION dashboard.pipeline_rates(range_from timestamptz, range_to timestamptz, interval_ms bigint)
RETURNS TABLE (
  "time" timestamptz, stage text, topic text,
  received double precision, produced double precision, presence double precision, shed double precision,
  refused double precision, dead_lettered double precision, records double precision, lost double precision,
  readings double precision, stored double precision, duplicates double precision, coalesced double precision,
  in_flight bigint, lag bigint, unaccounted bigint
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT time_bucket(w.bucket, s.time), s.stage, s.topic,
         sum(s.received) / sum(s.seconds), sum(s.produced) / sum(s.seconds), sum(s.presence) / sum(s.seconds),
         sum(s.shed) / sum(s.seconds), sum(s.refused) / sum(s.seconds), sum(s.dead_lettered) / sum(s.seconds),
         sum(s.records) / sum(s.seconds), sum(s.lost) / sum(s.seconds), sum(s.readings) / sum(s.seconds),
         sum(s.stored) / sum(s.seconds), sum(s.duplicates) / sum(s.seconds), sum(s.coalesced) / sum(s.seconds),
         max(s.in_flight), max(s.lag), max(s.unaccounted)
  FROM dashboard.statistics_width(range_from, range_to, interval_ms) w
  JOIN pipeline_sample s ON s.width_s = w.width_s
  WHERE s.time >= time_bucket(w.bucket, range_from) AND s.time <= range_to
  GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
$$;

-- Counts of each stage and topic over a time range.
CREATE FUNCTION dashboard.pipeline_totals(range_from timestamptz, range_to timestamptz)
RETURNS TABLE (
  stage text, topic text, received bigint, produced bigint, presence bigint, shed bigint, refused bigint,
  dead_lettered bigint, records bigint, lost bigint, readings bigint, stored bigint, duplicates bigint, coalesced bigint
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.stage, s.topic, sum(s.received)::bigint, sum(s.produced)::bigint, sum(s.presence)::bigint,
         sum(s.shed)::bigint, sum(s.refused)::bigint, sum(s.dead_lettered)::bigint, sum(s.records)::bigint,
         sum(s.lost)::bigint, sum(s.readings)::bigint, sum(s.stored)::bigint, sum(s.duplicates)::bigint,
         sum(s.coalesced)::bigint
  FROM dashboard.statistics_width(range_from, range_to, 1) w
  JOIN pipeline_sample s ON s.width_s = w.width_s
  WHERE s.time >= time_bucket(w.bucket, range_from) AND s.time <= range_to
  GROUP BY 1, 2 ORDER BY 1, 2
$$;

-- The newest sample of each stage and topic.
CREATE VIEW dashboard.pipeline_now AS
  SELECT stage, topic, time, in_flight, lag, unaccounted
  FROM pipeline_sample
  WHERE width_s = 10 AND time = (SELECT max(time) FROM pipeline_sample WHERE width_s = 10);

CREATE FUNCTION dashboard.delay_histogram(
  kind text, range_from timestamptz, range_to timestamptz, interval_ms bigint
) RETURNS TABLE ("time" timestamptz, from_ms double precision, up_to_ms double precision, count bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT time_bucket(w.bucket, d.time), d.from_ms, d.up_to_ms, sum(d.count)::bigint
  FROM dashboard.statistics_width(range_from, range_to, interval_ms) w
  JOIN delay_count d ON d.width_s = w.width_s AND d.kind = delay_histogram.kind
  WHERE d.time >= time_bucket(w.bucket, range_from) AND d.time <= range_to
  GROUP BY 1, 2, 3 ORDER BY 1, 3
$$;

-- Quantiles, interpolated within their bucket; the outermost buckets give their inner bound.
CREATE FUNCTION dashboard.delay_quantiles(
  kind text, range_from timestamptz, range_to timestamptz, interval_ms bigint
) RETURNS TABLE (
  "time" timestamptz, count bigint, p50_ms double precision, p95_ms double precision, p99_ms double precision
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH cumulated AS (
    SELECT h.time, h.from_ms, h.up_to_ms, h.count, sum(h.count) OVER (PARTITION BY h.time) AS total,
           sum(h.count) OVER (PARTITION BY h.time ORDER BY h.up_to_ms) AS up_to_here
    FROM dashboard.delay_histogram(delay_quantiles.kind, range_from, range_to, interval_ms) h
  ), found AS (
    SELECT c.time, c.total, q.q, CASE
             WHEN c.up_to_ms = 'Infinity' THEN c.from_ms
             WHEN c.from_ms = '-Infinity' THEN c.up_to_ms
             ELSE c.from_ms + (c.up_to_ms - c.from_ms)
               * (q.q * c.total - (c.up_to_here - c.count))::double precision / c.count END AS value
    FROM cumulated c JOIN (VALUES (0.5), (0.95), (0.99)) AS q (q)
      ON c.up_to_here >= q.q * c.total AND c.up_to_here - c.count < q.q * c.total
  )
  SELECT f.time, max(f.total)::bigint, max(f.value) FILTER (WHERE f.q = 0.5), max(f.value) FILTER (WHERE f.q = 0.95),
         max(f.value) FILTER (WHERE f.q = 0.99)
  FROM found f GROUP BY 1 ORDER BY 1
$$;

CREATE FUNCTION dashboard.pipeline_latency(range_from timestamptz, range_to timestamptz, interval_ms bigint)
RETURNS TABLE (
  "time" timestamptz, publishes bigint, p50_ms double precision, p95_ms double precision, p99_ms double precision
) LANGUAGE sql STABLE AS $$
  SELECT * FROM dashboard.delay_quantiles('latency', range_from, range_to, interval_ms)
$$;

-- Counts of each bucket. Late: observed more than a minute before they were received. Ahead: observed five seconds or more
-- after that. Dead letters are counted where they are decided, by the bridge and the aggregator.
CREATE FUNCTION dashboard.reading_quality(range_from timestamptz, range_to timestamptz, interval_ms bigint)
RETURNS TABLE (
  "time" timestamptz, readings bigint, duplicates bigint, dead_letters bigint, late bigint, ahead bigint,
  delay_p50_ms double precision, delay_p95_ms double precision
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH counted AS (
    SELECT time_bucket(w.bucket, s.time) AS bucket,
           sum(s.readings)::bigint AS readings, sum(s.duplicates)::bigint AS duplicates,
           sum(s.dead_lettered)::bigint AS dead_letters
    FROM dashboard.statistics_width(range_from, range_to, interval_ms) w
    JOIN pipeline_sample s ON s.width_s = w.width_s
    WHERE s.stage IN ('bridge', 'aggregator') AND s.time >= time_bucket(w.bucket, range_from) AND s.time <= range_to
    GROUP BY 1
  ), delayed AS (
    SELECT h.time AS bucket, sum(h.count) FILTER (WHERE h.from_ms >= 60000)::bigint AS late,
           sum(h.count) FILTER (WHERE h.up_to_ms <= -5000)::bigint AS ahead
    FROM dashboard.delay_histogram('delay', range_from, range_to, interval_ms) h GROUP BY 1
  )
  SELECT bucket, coalesce(c.readings, 0), coalesce(c.duplicates, 0), coalesce(c.dead_letters, 0),
         coalesce(d.late, 0), coalesce(d.ahead, 0), q.p50_ms, q.p95_ms
  FROM counted c FULL JOIN delayed d USING (bucket)
  LEFT JOIN dashboard.delay_quantiles('delay', range_from, range_to, interval_ms) q ON q.time = bucket
  ORDER BY 1
$$;

-- Devices with readings that were late or ahead. least_delay_ms tells clocks from networks: a clock that is ahead makes it
-- negative, one that is behind makes it large, a backlog that is sent after a pause leaves it small.
CREATE FUNCTION dashboard.device_delays(range_from timestamptz, range_to timestamptz)
RETURNS TABLE (
  device_id text, name text, site text, readings bigint, late bigint, ahead bigint,
  least_delay_ms double precision, most_delay_ms double precision, last_at timestamptz
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT v.device_id, coalesce(v.name, v.device_id), coalesce(nullif(v.labels->>'site', ''), 'no site'),
         (sum(d.late) + sum(d.ahead))::bigint,
         sum(d.late)::bigint, sum(d.ahead)::bigint, min(d.least_ms), max(d.most_ms), max(d.last_at)
  FROM device_delay d JOIN device v USING (device_id)
  WHERE d.time >= time_bucket(INTERVAL '10 minutes', range_from) AND d.time <= range_to
  GROUP BY v.device_id ORDER BY 4 DESC, 1
$$;

-- How long each device has been silent, against the time that usually lies between two of its readings: that of the
-- busiest of its metrics over its newest 20 minutes with readings. Null for a device that never sent any.
CREATE VIEW dashboard.device_silence AS
  SELECT device_id, coalesce(name, device_id) AS name, coalesce(nullif(labels->>'site', ''), 'no site') AS site,
         presence, last_seen, silent_s,
         typical_interval_s, silent_s / nullif(typical_interval_s, 0) AS missed,
         coalesce(silent_s > 60 AND silent_s > 3 * typical_interval_s, silent_s > 3600) AS silent
  FROM (
    SELECT d.device_id, d.name, d.labels, d.presence, n.last_seen, n.typical_interval_s,
           CASE WHEN n.last_seen IS NOT NULL
             THEN greatest(extract(epoch FROM now() - n.last_seen), 0)::double precision END AS silent_s
    FROM device d, LATERAL (
      SELECT max(greatest(m.last_time, t.until_time)) AS last_seen,
             min(extract(epoch FROM m.last_time - m.first_time)::double precision / nullif(m.count - 1, 0))
               AS typical_interval_s
      FROM series s
      LEFT JOIN LATERAL (
        SELECT max(b.last_time) AS last_time, min(b.first_time) AS first_time, sum(b.count) AS count
        FROM (SELECT r.last_time, r.first_time, r.count FROM reading_1m r
              WHERE r.series_id = s.series_id ORDER BY r.bucket DESC LIMIT 20) b) m ON true
      LEFT JOIN LATERAL (SELECT x.until_time FROM reading_text x WHERE x.series_id = s.series_id
                         ORDER BY x.time DESC LIMIT 1) t ON true
      WHERE s.device_id = d.device_id) n
  ) seen;

-- Without the payload, which may hold anything.
CREATE VIEW dashboard.dead_letter AS
  SELECT dead_letter_id, reason, detail, device_id, client_id, mqtt_topic, decoder, octet_length(payload) AS bytes,
         received_at, recorded_at, replayed_at
  FROM dead_letter;

-- Times without a reading, the longest 100: between two readings, or from the last one until now. Over long ranges hours
-- stand in for minutes, and a gap within one hour is not seen.
CREATE FUNCTION dashboard.reading_gaps(
  device text, range_from timestamptz, range_to timestamptz, longer_than_ms bigint
) RETURNS TABLE (metric text, gap_from timestamptz, gap_to timestamptz, gap_s double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  source text := 'reading_1m';
BEGIN
  IF EXISTS (SELECT FROM timescaledb_information.continuous_aggregates c WHERE c.view_name = 'reading_1h')
    AND dashboard.resolution(range_from, range_to) NOT IN ('raw', '1m') THEN source := 'reading_1h'; END IF;
  -- Planned anew at each call, as dashboard.readings.
  RETURN QUERY EXECUTE format(
    'SELECT g.metric, g.gap_from, g.gap_to, extract(epoch FROM g.gap_to - g.gap_from)::double precision
     FROM (SELECT s.metric, r.last_time AS gap_from,
                  lead(r.first_time, 1, least($3, now())) OVER (PARTITION BY r.series_id ORDER BY r.bucket) AS gap_to
           FROM series s JOIN %I r USING (series_id)
           WHERE s.device_id = $1 AND r.series_id = ANY ($5) AND r.bucket >= $2 AND r.bucket <= $3) g
     WHERE g.gap_to - g.gap_from > make_interval(secs => $4 / 1000.0)
     ORDER BY 4 DESC, 2, 1 LIMIT 100', source)
    USING device, range_from, range_to, longer_than_ms,
          (SELECT array_agg(s.series_id) FROM series s WHERE s.device_id = reading_gaps.device);
END
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA dashboard FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA dashboard TO grafana_reader;
GRANT SELECT ON dashboard.pipeline_now, dashboard.device_silence, dashboard.dead_letter TO grafana_reader;
