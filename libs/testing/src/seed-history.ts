import type pg from 'pg';

/** Readings of one stretch of time, in days before now. */
export interface SeededStretch {
  readonly fromDays: number;
  readonly toDays: number;
  readonly everySeconds: number;
  /** Whether the readings are still there, or their minutes alone. */
  readonly raw: boolean;
}

export interface HistorySize {
  readonly devices: number;
  readonly metrics: readonly SeededMetric[];
  /** From the oldest to the newest, one after the other. */
  readonly stretches: readonly SeededStretch[];
  /** Statistics: every how many rows of a width one is written, 1 for all of them. */
  readonly statisticsStep: number;
  readonly alertsPerDevice: number;
}

/** A metric of numbers that every seeded device has. */
export type SeededMetric = keyof typeof UNITS;

/** Seeded besides them: a metric in words alone. */
export const SEEDED_TEXT_METRIC = 'mode';

const UNITS = { temperature: '°C', humidity: '%', power: 'W', voltage: 'V', co2: 'ppm' } as const;
const DAY_SECONDS = 86_400;
const YEAR_DAYS = 365;
/** Rows of one statement: few enough to see it go on, and to be stopped. */
const ROWS_AT_A_TIME = 4_000_000;

export const seededDevice = (index: number): string => `sensor-${String(index).padStart(4, '0')}`;

const VALUE = `20 + s.series_id % 7 + 5 * sin(extract(epoch FROM t)::float8 / 7000)`;

const RAW = `
INSERT INTO reading (time, series_id, value)
SELECT t, s.series_id, ${VALUE}
FROM series s CROSS JOIN LATERAL generate_series($1::timestamptz, $2::timestamptz - INTERVAL '1 millisecond', $3::interval) t
WHERE s.metric <> '${SEEDED_TEXT_METRIC}'`;

const MINUTES = `
INSERT INTO reading_1m
SELECT m.bucket, s.series_id, m.count, m.sum, m.min, m.max, m.first, m.first_time, m.last, m.last_time
FROM series s CROSS JOIN LATERAL (
  SELECT time_bucket('1 minute', t) AS bucket, count(*), sum(v), min(v), max(v), first(v, t), min(t) AS first_time,
         last(v, t), max(t) AS last_time
  FROM (SELECT t, ${VALUE} AS v
        FROM generate_series($1::timestamptz, $2::timestamptz - INTERVAL '1 millisecond', $3::interval) t) r GROUP BY 1) m
WHERE s.metric <> '${SEEDED_TEXT_METRIC}'`;

/**
 * A year of a fleet, written by the database itself into an empty schema: readings and their minutes (which equal them),
 * text states, presence, alerts with their events and messages, dead letters and statistics. On the community edition the
 * aggregates are stored as far as their policies would have, so that queries meet both their halves.
 * @returns now, by the database's clock, in epoch milliseconds: nothing is newer.
 */
export async function seedHistory(
  pool: pg.Pool,
  size: HistorySize,
  progress: (line: string) => void = () => {},
): Promise<number> {
  // Whole minutes, so that no statement ends in the middle of one.
  const { rows } = await pool.query<{ now: Date }>("SELECT date_trunc('minute', now()) AS now");
  const nowMs = (rows[0]?.now ?? new Date()).getTime();
  await seedDevices(pool, size, nowMs);
  for (const stretch of size.stretches) {
    const { fromDays, toDays, everySeconds, raw } = stretch;
    progress(`readings of ${fromDays} to ${toDays} days ago, every ${everySeconds} s`);
    const rowsASecond = (size.devices * size.metrics.length) / everySeconds;
    const minutes = Math.max(Math.floor(ROWS_AT_A_TIME / rowsASecond / 60), 1);
    const endMs = nowMs - toDays * DAY_SECONDS * 1000;
    for (let fromMs = nowMs - fromDays * DAY_SECONDS * 1000; fromMs < endMs; fromMs += minutes * 60_000) {
      const values = [
        new Date(fromMs),
        new Date(Math.min(fromMs + minutes * 60_000, endMs)),
        `${everySeconds} seconds`,
      ];
      if (raw) await pool.query(RAW, values);
      await pool.query(MINUTES, values);
    }
  }
  progress('states, alerts, dead letters, statistics');
  for (const sql of [STATES, EVENTS, RULES, ALERTS, NOTIFICATIONS, DEAD_LETTERS, LEDGERS]) {
    await pool.query(sql.replaceAll(':alerts', String(size.alertsPerDevice)), [new Date(nowMs)]);
  }
  for (const [widthS, keptDays] of [
    [10, 1],
    [60, 30],
    [3600, YEAR_DAYS],
  ] as const) {
    const values = [new Date(nowMs), widthS, `${keptDays} days`, `${widthS * size.statisticsStep} seconds`];
    await pool.query(SAMPLES, values);
    await pool.query(DELAYS, values);
  }
  await pool.query(DEVICE_DELAYS, [new Date(nowMs), `${10 * size.statisticsStep} minutes`]);
  progress('hours and days');
  const { rows: aggregates } = await pool.query<{ view_name: string }>(
    'SELECT view_name FROM timescaledb_information.continuous_aggregates',
  );
  for (const { view_name } of aggregates) {
    const end = view_name === 'reading_1d' ? '1 day' : '1 hour';
    await pool.query(
      `CALL refresh_continuous_aggregate('${view_name}', NULL, now()::timestamptz - INTERVAL '${end}')`,
    );
  }
  await pool.query('ANALYZE');
  return nowMs;
}

async function seedDevices(pool: pg.Pool, size: HistorySize, nowMs: number): Promise<void> {
  const ids = Array.from({ length: size.devices }, (_, index) => seededDevice(index));
  await pool.query(
    `INSERT INTO device (device_id, name, labels, first_seen, presence, presence_at)
     SELECT id, 'Sensor ' || n, jsonb_build_object('site', 'site ' || n % 8), $2::timestamptz - INTERVAL '365 days',
            CASE WHEN n % 20 = 0 THEN 'offline' ELSE 'online' END, $2::timestamptz - INTERVAL '1 hour'
     FROM unnest($1::text[]) WITH ORDINALITY AS d (id, n)`,
    [ids, new Date(nowMs)],
  );
  await pool.query(
    `INSERT INTO series (device_id, metric, unit)
     SELECT id, metric, unit FROM unnest($1::text[]) id, unnest($2::text[], $3::text[]) AS m (metric, unit) ORDER BY 1, 2`,
    [ids, [...size.metrics, SEEDED_TEXT_METRIC], [...size.metrics.map((metric) => UNITS[metric]), null]],
  );
}

/** Each state holds for a while that grows with its age: half an hour today, months a year ago. */
const STATES = `
INSERT INTO reading_text (series_id, time, value, until_time)
SELECT series_id, time, (ARRAY['auto', 'eco', 'boost'])[1 + (series_id + n) % 3],
       coalesce(lead(time) OVER (PARTITION BY series_id ORDER BY time) - INTERVAL '1 second', $1)
FROM (SELECT series_id, n, $1::timestamptz - make_interval(mins => (6 * n + 1.3 ^ n)::int) AS time
      FROM series, generate_series(1, 50) n WHERE metric = '${SEEDED_TEXT_METRIC}' AND 1.3 ^ n < 365 * 1440) s`;

const EVENTS = `
INSERT INTO device_event (time, device_id, client_id, type, origin_partition, origin_offset)
SELECT $1::timestamptz - make_interval(mins => (5 + 1.5 ^ n)::int), device_id, device_id,
       CASE n % 2 WHEN 1 THEN 'connected' ELSE 'disconnected' END, 0, row_number() OVER ()
FROM device, generate_series(1, 32) n`;

const RULES = `
INSERT INTO alert_rule (rule_id, name, severity, scope, kind, params, updated_at)
SELECT r.*, '{}', 'threshold', '{}', $1::timestamptz
FROM (VALUES ('hot', 'Too hot', 'critical'), ('damp', 'Too damp', 'warning'), ('quiet', 'Silent', 'info')) r`;

/** The older, the rarer, the first a few minutes ago; of every device's newest one in ten is still open. */
const ALERTS = `
WITH alerts AS (
  INSERT INTO alert (alert_id, rule_id, rule_name, severity, device_id, metric, state, started_at, fired_at, resolved_at,
                     resolved_by, value, summary, acknowledged_at, acknowledged_by)
  SELECT d.device_id || '-' || n, r.rule_id, r.name, r.severity, d.device_id, (ARRAY['temperature', 'humidity'])[1 + n % 2],
         CASE WHEN is_open THEN 'firing' ELSE 'resolved' END, fired_at - INTERVAL '30 seconds', fired_at,
         CASE WHEN NOT is_open THEN fired_at + INTERVAL '2 minutes' END, CASE WHEN NOT is_open THEN 'condition' END, 31,
         'a value is out of bounds', CASE WHEN n % 3 = 0 THEN fired_at + INTERVAL '1 minute' END,
         CASE WHEN n % 3 = 0 THEN 'ann' END
  FROM (SELECT device_id, n, row_number() OVER (PARTITION BY n ORDER BY device_id) AS i,
               $1::timestamptz - make_interval(mins => (3 + (525000 - 3) * ((n - 1.0) / greatest(:alerts - 1, 1)) ^ 3)::int) AS fired_at
        FROM device, generate_series(1, :alerts) n) d
  CROSS JOIN LATERAL (SELECT n = 1 AND i % 10 < 5 AS is_open) o
  JOIN (SELECT row_number() OVER (ORDER BY rule_id) AS place, * FROM alert_rule) r ON r.place = 1 + (d.i + d.n) % 3
  RETURNING alert_id, fired_at, resolved_at, acknowledged_at, severity, value
)
INSERT INTO alert_event (alert_id, transition, time, value, severity, actor, recorded_at)
SELECT alert_id, transition, time, value, severity, actor, time + INTERVAL '40 milliseconds'
FROM alerts, LATERAL (VALUES ('firing', fired_at, NULL), ('acknowledged', acknowledged_at, 'ann'),
                             ('resolved', resolved_at, NULL)) AS e (transition, time, actor)
WHERE time IS NOT NULL ORDER BY time`;

const NOTIFICATIONS = `
WITH messages AS (
  INSERT INTO notification_message (idempotency_key, channel_id, rule_id, attempts, created_at, delivered_at, failed_at)
  SELECT 'ops-' || sequence, 'ops', a.rule_id, 1, e.time, CASE WHEN sequence % 50 > 0 THEN e.time + INTERVAL '4 seconds' END,
         CASE WHEN sequence % 50 = 0 THEN e.time + INTERVAL '1 minute' END
  FROM alert_event e JOIN alert a USING (alert_id) WHERE e.time <= $1
  RETURNING message_id, idempotency_key, rule_id, created_at
)
INSERT INTO notification (idempotency_key, sequence, rule_id, channel, target, payload, message_id, created_at)
SELECT idempotency_key, substr(idempotency_key, 5)::bigint, rule_id, 'channel', 'ops', '{}', message_id, created_at
FROM messages`;

const DEAD_LETTERS = `
INSERT INTO dead_letter (origin_topic, origin_partition, origin_offset, reason, detail, device_id, client_id, mqtt_topic,
                         payload, received_at, recorded_at, replayed_at)
SELECT 'telemetry.readings', 0, n, (ARRAY['invalid-json', 'past-retention', 'too-many-days'])[1 + n % 3], 'seeded', device_id,
       device_id, 'devices/' || device_id || '/telemetry', '\\x7b', at, at + INTERVAL '1 second',
       CASE WHEN n % 5 = 0 THEN at + INTERVAL '1 day' END
FROM (SELECT row_number() OVER () AS n, device_id,
             $1::timestamptz - make_interval(mins => (1.35 ^ k)::int) AS at
      FROM device, generate_series(3, 43) k) d`;

const LEDGERS = `
WITH bridge AS (
  INSERT INTO bridge_ledger VALUES ('seeded', $1, $1, 1000, 980, 10, 10, 0, 0, 0)
)
INSERT INTO consumer_offset (consumer, topic, partition, start_offset, next_offset, records, readings, stored, updated_at)
SELECT consumer, topic, 0, 0, 980, 980, 980, 980, $1
FROM (VALUES ('fieldstream-aggregator', 'telemetry.readings'), ('fieldstream-alerter', 'telemetry.readings')) AS c (consumer, topic)`;

const SAMPLES = `
INSERT INTO pipeline_sample (width_s, time, stage, topic, seconds, received, produced, presence, dead_lettered, records,
                             readings, stored, duplicates, in_flight, lag)
SELECT $2::int, t, stage, topic, $2::int, r * 100 * $2, r * 98 * $2, r * $2, r * $2, c * 99 * $2, c * 400 * $2, c * 399 * $2,
       c * $2, CASE stage WHEN 'bridge' THEN 3 END, c * (extract(epoch FROM t)::bigint % 50)
FROM generate_series(time_bucket(make_interval(secs => $2), $1::timestamptz - $3::interval), $1, $4::interval) t,
     (VALUES ('bridge', '', 1, NULL), ('aggregator', 'telemetry.readings', 0, 1), ('aggregator', 'device.events', 0, 1),
             ('aggregator', 'telemetry.dead-letters', 0, 1), ('alerter', 'telemetry.readings', 0, 1)) AS s (stage, topic, r, c0),
     LATERAL (SELECT coalesce(c0, 0) AS c) x`;

const DELAYS = `
INSERT INTO delay_count (width_s, kind, time, from_ms, up_to_ms, count)
SELECT $2::int, kind, t, from_ms, up_to_ms, count * $2
FROM generate_series(time_bucket(make_interval(secs => $2), $1::timestamptz - $3::interval), $1, $4::interval) t,
     (VALUES ('latency', 10, 25, 40), ('latency', 25, 50, 50), ('latency', 50, 100, 8), ('latency', 100, 250, 2),
             ('delay', -60000, -5000, 1), ('delay', -5000, 0, 200), ('delay', 0, 1000, 180), ('delay', 1000, 5000, 12),
             ('delay', 60000, 600000, 2)) AS h (kind, from_ms, up_to_ms, count)`;

const DEVICE_DELAYS = `
INSERT INTO device_delay (time, device_id, late, ahead, least_ms, most_ms, last_at)
SELECT time_bucket(INTERVAL '10 minutes', t), device_id, 10 * (n % 2), 10 * (1 - n % 2), CASE n % 2 WHEN 1 THEN 90000 ELSE -8000 END,
       120000, t
FROM generate_series($1::timestamptz, $1::timestamptz - INTERVAL '30 days', -$2::interval) t,
     (SELECT device_id, row_number() OVER (ORDER BY device_id) AS n FROM device ORDER BY 1 LIMIT 10) d`;
