import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  deleteOldStatistics,
  migrate,
  samplePipeline,
  type PartitionRange,
  writeDelays,
} from '@fieldstream/timescale';
import { FLAVOURS, type FlavourDatabase, silent } from './timescale-flavours.js';

const READINGS = 'telemetry.readings';
const HOUR_MS = 3_600_000;

describe.each(FLAVOURS)('statistics on the $name edition', (flavour) => {
  let database: FlavourDatabase;
  beforeAll(async () => {
    database = await flavour.open();
    await migrate(database.pool, silent);
  }, 120_000);
  afterAll(() => database.close(), 120_000);

  const rows = async (sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> =>
    (await database.pool.query<Record<string, unknown>>(sql, values)).rows;
  /** Over the last hour, in one bucket or more of it. */
  const lastHour = "now() - INTERVAL '1 hour', now() + INTERVAL '1 minute'";
  const sample = async (ends?: readonly PartitionRange[], secondsAgo = 10): Promise<boolean> => {
    await database.pool.query("UPDATE pipeline_sampling SET sampled_at = now() - $1 * INTERVAL '1 second'", [
      secondsAgo,
    ]);
    return samplePipeline(database.pool, { everyMs: 10_000, topicPrefix: '', ends });
  };
  const reported = (instance: string, received: number, inFlight = 0): Promise<unknown> =>
    database.pool.query(
      `INSERT INTO bridge_ledger VALUES ($1, now(), now(), $2, $2::bigint - $3::bigint, 0, 0, 0, 0, $3)
       ON CONFLICT (instance) DO UPDATE SET reported_at = now(), received = EXCLUDED.received,
         produced = EXCLUDED.produced, in_flight = EXCLUDED.in_flight`,
      [instance, received, inFlight],
    );
  const consumed = (partition: number, records: number): Promise<unknown> =>
    database.pool.query(
      `INSERT INTO consumer_offset (consumer, topic, partition, start_offset, next_offset, records, readings, stored, duplicates)
       VALUES ('fieldstream-aggregator', $1, $2, 0, $3, $3, $3::bigint * 4, $3::bigint * 3, $3)
       ON CONFLICT (consumer, topic, partition) DO UPDATE SET next_offset = EXCLUDED.next_offset, updated_at = now(),
         records = EXCLUDED.records, readings = EXCLUDED.readings, stored = EXCLUDED.stored, duplicates = EXCLUDED.duplicates`,
      [READINGS, partition, records],
    );
  const totals = (): Promise<Record<string, unknown>[]> =>
    rows(
      `SELECT stage, topic, received, produced, records, stored, duplicates FROM dashboard.pipeline_totals(${lastHour})`,
    );

  test('the sum of the samples is the ledger, over restarts, new sources and sources that are gone', async () => {
    await reported('a', 100);
    await consumed(0, 50);
    await sample();
    await reported('a', 150);
    await reported('b', 7);
    await consumed(0, 60);
    await consumed(1, 5);
    await sample();
    await database.pool.query("DELETE FROM bridge_ledger WHERE instance = 'a'");
    await reported('b', 3); // Less than before: it has begun anew.
    await sample();
    expect(await totals()).toEqual([
      {
        stage: 'aggregator',
        topic: READINGS,
        received: '0',
        produced: '0',
        records: '65',
        stored: '195',
        duplicates: '65',
      },
      {
        stage: 'bridge',
        topic: '',
        received: '160',
        produced: '160',
        records: '0',
        stored: '0',
        duplicates: '0',
      },
    ]);
    // All widths hold the same.
    expect(
      await rows(
        "SELECT width_s, sum(received) AS received FROM pipeline_sample WHERE stage = 'bridge' GROUP BY 1 ORDER BY 1",
      ),
    ).toEqual([10, 60, 3600].map((width_s) => ({ width_s, received: '160' })));
  });

  test('a rate is over the time that was measured', async () => {
    await database.pool.query('DELETE FROM pipeline_sample');
    await reported('b', 1_003);
    await sample(undefined, 100);
    const rates = await rows(
      `SELECT stage, received, in_flight, lag FROM dashboard.pipeline_rates(${lastHour}, 3600000) WHERE stage = 'bridge'`,
    );
    expect(rates).toEqual([{ stage: 'bridge', received: expect.closeTo(10, 1), in_flight: '0', lag: null }]);
  });

  test('lag counts what is stored, what was never read, and is unknown while Kafka is away', async () => {
    const ends = [0, 1, 2].map((partition) => ({ topic: READINGS, partition, low: 10, high: 100 }));
    await database.pool.query('DELETE FROM pipeline_sample');
    await sample();
    const lag = async (): Promise<unknown> =>
      (await rows("SELECT lag, unaccounted FROM dashboard.pipeline_now WHERE stage = 'aggregator'"))[0];
    expect(await lag()).toEqual({ lag: null, unaccounted: '0' });
    await sample(ends);
    // 100 - 60, 100 - 5, and from the first record there is: 100 - 10.
    expect(await lag()).toEqual({ lag: '225', unaccounted: '0' });
  });

  test('shows a ledger that does not balance, and what is in flight', async () => {
    await reported('b', 2_000, 40);
    await database.pool.query("UPDATE bridge_ledger SET received = received + 2 WHERE instance = 'b'");
    await database.pool.query('UPDATE consumer_offset SET stored = stored - 3 WHERE partition = 1');
    await sample();
    expect(await rows('SELECT stage, in_flight, unaccounted FROM dashboard.pipeline_now ORDER BY 1')).toEqual(
      [
        { stage: 'aggregator', in_flight: null, unaccounted: '3' },
        { stage: 'bridge', in_flight: '40', unaccounted: '2' },
      ],
    );
  });

  test('of several processes one samples, and not sooner than it is due', async () => {
    expect(await sample(undefined, 4)).toBe(false);
    await database.pool.query("UPDATE pipeline_sampling SET sampled_at = now() - INTERVAL '10 seconds'");
    const options = { everyMs: 10_000, topicPrefix: '', ends: undefined };
    const taken = await Promise.all([1, 2, 3].map(() => samplePipeline(database.pool, options)));
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  test('quantiles are those of the counted delays', async () => {
    const latency = (fromMs: number, upToMs: number, count: number) =>
      ({ kind: 'latency', fromMs, upToMs, count }) as const;
    await writeDelays(database.pool, [latency(-Infinity, 5, 10), latency(10, 25, 50)], []);
    await writeDelays(database.pool, [latency(10, 25, 30), latency(60_000, Infinity, 10)], []);
    const [row] = await rows(
      `SELECT publishes, p50_ms, p95_ms FROM dashboard.pipeline_latency(${lastHour}, 7200000)`,
    );
    // 40 of the 80 in (10, 25]; the one open to infinity gives its bound.
    expect(row).toEqual({ publishes: '100', p50_ms: 17.5, p95_ms: 60_000 });
    const buckets = await rows(
      `SELECT up_to_ms, count FROM dashboard.delay_histogram('latency', ${lastHour}, 7200000)`,
    );
    expect(buckets).toEqual([
      { up_to_ms: 5, count: '10' },
      { up_to_ms: 25, count: '80' },
      { up_to_ms: Infinity, count: '10' },
    ]);
  });

  test('late and early readings, by time and by device', async () => {
    await database.pool.query(
      `INSERT INTO device (device_id, name, labels, first_seen) VALUES
         ('slow', 'Slow', '{"site": "north"}', now()), ('early', NULL, '{}', now())`,
    );
    await database.pool.query('DELETE FROM delay_count');
    const slow = { deviceId: 'slow', late: 4, ahead: 0, leastMs: 70_000, mostMs: 80_000 };
    await writeDelays(
      database.pool,
      [
        { kind: 'delay', fromMs: -60_000, upToMs: -5_000, count: 2 },
        { kind: 'delay', fromMs: 0, upToMs: 1_000, count: 90 },
        { kind: 'delay', fromMs: 60_000, upToMs: 600_000, count: 8 },
      ],
      [slow, { deviceId: 'early', late: 0, ahead: 2, leastMs: -9_000, mostMs: 5 }],
    );
    await writeDelays(
      database.pool,
      [],
      [
        { ...slow, leastMs: 65_000 },
        { ...slow, deviceId: 'deleted since' },
      ],
    );
    expect(
      await rows(
        `SELECT sum(late) AS late, sum(ahead) AS ahead FROM dashboard.reading_quality(${lastHour}, 60000)`,
      ),
    ).toEqual([{ late: '8', ahead: '2' }]);
    expect(
      await rows(
        `SELECT device_id, name, site, readings, late, ahead, least_delay_ms, most_delay_ms FROM dashboard.device_delays(${lastHour})`,
      ),
    ).toEqual([
      {
        device_id: 'slow',
        name: 'Slow',
        site: 'north',
        readings: '8',
        late: '8',
        ahead: '0',
        least_delay_ms: 65_000,
        most_delay_ms: 80_000,
      },
      {
        device_id: 'early',
        name: 'early',
        site: 'no site',
        readings: '2',
        late: '0',
        ahead: '2',
        least_delay_ms: -9_000,
        most_delay_ms: 5,
      },
    ]);
  });

  test('a device is silent by its own interval, and gaps are found', async () => {
    await database.pool.query(
      `INSERT INTO device (device_id, first_seen) VALUES ('often', now()), ('rarely', now()), ('never', now())`,
    );
    await database.pool.query(
      `INSERT INTO series (device_id, metric) VALUES ('often', 'x'), ('rarely', 'x')`,
    );
    // Both were heard ten minutes ago: one speaks every ten seconds, the other every half hour.
    for (const [device, spacing] of [
      ['often', '10 seconds'],
      ['rarely', '30 minutes'],
    ]) {
      await database.pool.query(
        `INSERT INTO reading_1m
         SELECT time_bucket('1 minute', t), s.series_id, count(*), 0, 0, 0, 0, min(t), 0, max(t)
         FROM series s, generate_series(now() - INTERVAL '5 hours 10 minutes', now() - INTERVAL '10 minutes', $2::interval) t
         WHERE device_id = $1 AND NOT t BETWEEN now() - INTERVAL '2 hours' AND now() - INTERVAL '1 hour' GROUP BY 1, 2`,
        [device, spacing],
      );
    }
    expect(
      await rows(
        "SELECT device_id, silent, round(missed::numeric) AS missed FROM dashboard.device_silence WHERE device_id IN ('often', 'rarely', 'never') ORDER BY 1",
      ),
    ).toEqual([
      { device_id: 'never', silent: null, missed: null },
      { device_id: 'often', silent: true, missed: '60' },
      { device_id: 'rarely', silent: false, missed: '0' },
    ]);
    const gaps = await rows(
      "SELECT metric, round(gap_s / 60) AS minutes FROM dashboard.reading_gaps('often', now() - INTERVAL '5 hours', now(), 60000)",
    );
    expect(gaps).toEqual([
      { metric: 'x', minutes: 60 },
      { metric: 'x', minutes: 10 },
    ]);
  });

  test('hours answer for long ranges, and what is past its time is deleted', async () => {
    await database.pool.query(
      `INSERT INTO pipeline_sample (width_s, time, stage, topic, seconds, received)
       SELECT w, time_bucket(make_interval(secs => w), now() - age * INTERVAL '1 day'), 'bridge', '', w, w
       FROM unnest(ARRAY[10, 60, 3600]) w, unnest(ARRAY[1.5, 20, 300, 800]) age`,
    );
    const received = async (days: number): Promise<unknown> =>
      (
        await rows(
          `SELECT sum(received) AS received FROM dashboard.pipeline_totals(now() - $1 * INTERVAL '1 day', now() - INTERVAL '1 day')
           WHERE stage = 'bridge'`,
          [days],
        )
      )[0]?.['received'];
    expect([await received(3), await received(25), await received(400)]).toEqual(['60', '7200', '10800']);
    // Widths of 10 s at 20, 300 and 800 days, of a minute at 300 and 800, of an hour at 800.
    expect(await deleteOldStatistics(database.pool)).toBe(6);
    expect(await received(400)).toBe('10800');
  });

  test('the dashboard role may ask all of it', async () => {
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN; SET LOCAL ROLE grafana_reader');
      for (const sql of [
        `dashboard.pipeline_rates(${lastHour}, 1)`,
        `dashboard.pipeline_totals(${lastHour})`,
        'dashboard.pipeline_now',
        `dashboard.pipeline_latency(${lastHour}, 1)`,
        `dashboard.delay_histogram('delay', ${lastHour}, 1)`,
        `dashboard.reading_quality(${lastHour}, 1)`,
        `dashboard.device_delays(${lastHour})`,
        'dashboard.device_silence',
        'dashboard.dead_letter',
        `dashboard.reading_gaps('often', ${lastHour}, ${HOUR_MS})`,
      ]) {
        await client.query(`SELECT * FROM ${sql}`);
      }
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });
});
