import type pg from 'pg';

/** What `seedDashboards` stores: names with every character that quoting can get wrong. */
export const SEEDED: {
  readonly device: string;
  readonly metrics: readonly string[];
  readonly textOnly: readonly string[];
} = {
  device: 'green\'house "south" $1',
  metrics: ['temperature', 'humidity', 'it\'s "odd" %', 'power'],
  /** Reported in words only. */
  textOnly: ['power'],
};

/**
 * 400 days of one device: raw readings for the last two, minutes for all of them, states, two alerts. On the community
 * edition the aggregates are stored up to ten days ago, so that queries meet both their halves.
 * @returns now, by the database's clock, in epoch milliseconds.
 */
export async function seedDashboards(pool: pg.Pool, edition: 'apache' | 'community'): Promise<number> {
  const { rows } = await pool.query<{ now: Date }>("SELECT date_trunc('second', now()) AS now");
  const now = rows[0]?.now ?? new Date();
  await pool.query(
    `INSERT INTO device (device_id, name, first_seen, presence, presence_at)
     VALUES ($1, 'South of O''Brien''s', $2::timestamptz - INTERVAL '400 days', 'online', $2), ('other', NULL, $2, NULL, NULL)`,
    [SEEDED.device, now],
  );
  await pool.query(
    `INSERT INTO series (device_id, metric, unit)
     SELECT $1, metric, CASE metric WHEN 'temperature' THEN '°C' WHEN 'humidity' THEN '%' END FROM unnest($2::text[]) metric
     UNION ALL SELECT 'other', 'temperature', '°C'`,
    [SEEDED.device, SEEDED.metrics],
  );
  const readings = `
    SELECT t AS time, s.series_id, 20 + s.series_id + 5 * sin(extract(epoch FROM t) / 7000) AS value
    FROM generate_series($1::timestamptz - $2::interval, $1, $3::interval) t, series s WHERE s.metric <> 'power'`;
  await pool.query(`INSERT INTO reading ${readings}`, [now, '2 days', '40 seconds']);
  for (const [reach, step, until] of [
    ['400 days', '53 minutes', '2 days'],
    ['2 days', '40 seconds', '0'],
  ]) {
    await pool.query(
      `INSERT INTO reading_1m
       SELECT time_bucket('1 minute', time), series_id, count(*), sum(value), min(value), max(value),
              first(value, time), min(time), last(value, time), max(time)
       FROM (${readings}) r WHERE time <= $1 - $4::interval GROUP BY 1, 2 ON CONFLICT DO NOTHING`,
      [now, reach, step, until],
    );
  }
  await pool.query(
    `INSERT INTO reading_text
     SELECT $1::timestamptz - age, series_id, value, $1::timestamptz - age
     FROM series, (VALUES (INTERVAL '390 days', 'ON'), ('3 days', 'OFF'), ('4 minutes', 'ON')) v (age, value)
     WHERE metric = 'power'`,
    [now],
  );
  await pool.query(
    `INSERT INTO alert (alert_id, rule_id, rule_name, severity, device_id, metric, state, started_at, fired_at,
                        resolved_at, resolved_by, value, summary)
     VALUES ('a', 'hot', 'Too hot', 'critical', $1, 'temperature', 'firing', $2::timestamptz - INTERVAL '6 minutes',
             $2::timestamptz - INTERVAL '5 minutes', NULL, NULL, 31, 'temperature is 31 °C, above 30 °C'),
            ('b', 'hot', 'Too hot', 'critical', $1, 'temperature', 'resolved', $2::timestamptz - INTERVAL '3 days',
             $2::timestamptz - INTERVAL '3 days', $2::timestamptz - INTERVAL '71 hours', 'condition', 32, 'temperature is 32 °C')`,
    [SEEDED.device, now],
  );
  if (edition === 'community') {
    for (const level of ['reading_1h', 'reading_1d']) {
      await pool.query(
        `CALL refresh_continuous_aggregate('${level}', NULL, now()::timestamptz - INTERVAL '10 days')`,
      );
    }
  }
  return now.getTime();
}
