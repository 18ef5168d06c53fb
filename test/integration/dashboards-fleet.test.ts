import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { migrate } from '@fieldstream/timescale';
import { FLAVOURS, silent, type FlavourDatabase } from './timescale-flavours.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ALL = ['#'];

/**
 * Devices `a` to `e`, at the sites x (a, b), y (c, d) and none (e). Metric `m` of the n-th has the values n, 10 n and 4 n, in
 * turns of a minute, over two hours; those of `e` end an hour ago. `d` is offline; `b` has a critical alert since half an hour,
 * `c` had a warning from 60 to 50 minutes ago.
 */
const SEED = `
INSERT INTO device (device_id, name, labels, first_seen, presence) VALUES
  ('a', 'Same', '{"site": "x"}', $1::timestamptz - INTERVAL '2 hours', 'online'),
  ('b', 'Same', '{"site": "x"}', $1::timestamptz - INTERVAL '2 hours', NULL),
  ('c', 'Other', '{"site": "y"}', $1::timestamptz - INTERVAL '2 hours', 'online'),
  ('d', NULL, '{"site": "y"}', $1::timestamptz - INTERVAL '2 hours', 'offline'),
  ('e', 'End', '{}', $1::timestamptz - INTERVAL '1 hour', NULL)`;

const SEED_READINGS = `
WITH s AS (INSERT INTO series (device_id, metric, unit) SELECT device_id, 'm', '°C' FROM device RETURNING *),
     r AS (SELECT time, s.series_id, ascii(s.device_id) - 96 AS n, row_number() OVER (PARTITION BY series_id ORDER BY time) AS i
           FROM s, generate_series(date_trunc('minute', $1::timestamptz) - INTERVAL '120 minutes',
                                   date_trunc('minute', $1::timestamptz) - CASE s.device_id WHEN 'e' THEN INTERVAL '60 minutes'
                                     ELSE '0' END, '1 minute') AS time),
     v AS (INSERT INTO reading (time, series_id, value)
           SELECT time, series_id, n * (ARRAY[1, 10, 4])[1 + i % 3] FROM r RETURNING *)
INSERT INTO reading_1m SELECT time, series_id, 1, value, value, value, value, time, value, time FROM v`;

const SEED_ALERTS = `
INSERT INTO alert (alert_id, rule_id, rule_name, severity, device_id, metric, state, started_at, fired_at, resolved_at, summary)
SELECT device_id, 'r', 'r', severity, device_id, 'm', state, $1::timestamptz - since, $1::timestamptz - since,
       $1::timestamptz - until, ''
FROM (VALUES ('b', 'critical', 'firing', INTERVAL '30 minutes', NULL::interval),
             ('c', 'warning', 'resolved', INTERVAL '60 minutes', INTERVAL '50 minutes')) v (device_id, severity, state, since, until)`;

describe.each(FLAVOURS)('panels over many devices on the $name edition', (flavour) => {
  let database: FlavourDatabase;
  let now: Date;

  beforeAll(async () => {
    database = await flavour.open();
    await migrate(database.pool, silent);
    const { rows } = await database.pool.query<{ now: Date }>("SELECT date_trunc('second', now()) AS now");
    now = rows[0]?.now ?? new Date();
    for (const sql of [SEED, SEED_READINGS, SEED_ALERTS]) await database.pool.query(sql, [now]);
    await database.pool.query(
      `INSERT INTO device_event (time, device_id, type, origin_partition, origin_offset)
       VALUES ($1::timestamptz - INTERVAL '90 minutes', 'd', 'disconnected', 0, 1),
              ($1::timestamptz - INTERVAL '80 minutes', 'd', 'connected', 0, 2),
              ($1::timestamptz - INTERVAL '20 minutes', 'd', 'last-will', 0, 3)`,
      [now],
    );
  }, 120_000);

  afterAll(async () => {
    await database?.close();
  });

  async function ask(sql: string, values: readonly unknown[]): Promise<Record<string, unknown>[]> {
    return (await database.pool.query<Record<string, unknown>>(sql, [...values])).rows;
  }

  const range = (): Date[] => [new Date(now.getTime() - 2 * HOUR_MS), now];

  const ranked = (ranking: string, sites = ALL, devices = ALL): Promise<Record<string, unknown>[]> =>
    ask("SELECT * FROM dashboard.statistics('m', $1, $2, $3, $4, $5)", [sites, devices, ...range(), ranking]);

  test.each([
    ['highest-mean', 'edcba'],
    ['lowest-mean', 'abcde'],
    ['highest-max', 'edcba'],
    ['lowest-min', 'abcde'],
    ['lowest-last', 'abcde'],
    ['widest-spread', 'edcba'],
    ['no such ranking', 'edcba'],
  ])('the ranking "%s" is %s', async (ranking, order) => {
    const rows = await ranked(ranking);
    expect(rows.map((row) => row['device_id']).join('')).toBe(order);
    expect(rows.map((row) => [Number(row['place']), Number(row['place_from_end'])])).toEqual([
      [1, 5],
      [2, 4],
      [3, 3],
      [4, 2],
      [5, 1],
    ]);
  });

  test.each([
    [['x'], ALL, 'ba'],
    [['y', 'no site'], ALL, 'edc'],
    [ALL, ['a', 'd'], 'da'],
    [['x'], ['d'], ''],
    [[], ALL, ''],
  ])('of the sites %j and devices %j it ranks %s', async (sites, devices, expected) => {
    const rows = await ranked('highest-mean', sites, devices);
    expect(rows.map((row) => row['device_id']).join('')).toBe(expected);
  });

  test('the statistics equal those over what is stored', async () => {
    const rows = await ranked('highest-mean');
    const stored = await ask(
      `SELECT device_id, min(value), avg(value) AS mean, max(value), count(*) AS readings FROM reading JOIN series USING (series_id)
       GROUP BY 1 ORDER BY mean DESC`,
      [],
    );
    const columns = (row: Record<string, unknown>): unknown[] => [
      row['device_id'],
      row['min'],
      Number(row['mean']).toFixed(6),
      row['max'],
      row['readings'],
    ];
    expect(rows.map(columns)).toEqual(stored.map(columns));
  });

  test('a name that several devices have goes with the ID', async () => {
    const rows = await ranked('lowest-mean');
    expect(rows.map((row) => row['label'])).toEqual(['Same (a)', 'Same (b)', 'Other', 'd', 'End']);
  });

  test('the curves are those of the first devices, at the resolution of the interval', async () => {
    const rows = await ask(
      "SELECT * FROM dashboard.compare('m', $1, $1, $2, $3, 600000, 'highest-mean', 2) WHERE device_id <> 'e'",
      [ALL, ...range()],
    );
    expect(new Set(rows.map((row) => row['device_id']))).toEqual(new Set(['d']));
    const times = rows.map((row) => Number(row['time']));
    expect(times.every((time) => time % (10 * MINUTE_MS) === 0)).toBe(true);
    expect(rows.length).toBeGreaterThanOrEqual(12);
    expect(rows[3]).toMatchObject({ min: 4, max: 40 });
  });

  test('the spread has the quantiles over the devices', async () => {
    const rows = await ask(
      "SELECT * FROM dashboard.spread('m', $1, $1, $2, $3, 1000) WHERE device_count = 5 ORDER BY 1 LIMIT 1",
      [ALL, ...range()],
    );
    const [{ lowest = 0, p25, median, highest } = {}] = rows;
    // Of n, 2 n, 3 n, 4 n and 5 n.
    expect([p25, median, highest].map((value) => Number(value) / Number(lowest))).toEqual([2, 3, 5]);
  });

  test('the resolution for many series reads at most 100,000 buckets, or days', async () => {
    const [row] = await ask(
      `SELECT dashboard.resolution_of_many(200, $1, $1::timestamptz + INTERVAL '6 hours') AS minutes,
              dashboard.resolution_of_many(200, $1, $1::timestamptz + INTERVAL '1 day') AS hours,
              dashboard.resolution_of_many(200, $1, $1::timestamptz + INTERVAL '30 days') AS days`,
      [now],
    );
    expect(row).toEqual({ minutes: '1m', hours: '1h', days: '1d' });
  });

  test('the fleet says who is there, and which alerts are open', async () => {
    const rows = await ask(
      "SELECT device_id, status, critical, warning FROM dashboard.fleet($1, $1, '15 minutes') ORDER BY 1",
      [ALL],
    );
    expect(
      rows.map((row) =>
        ['device_id', 'status', 'critical', 'warning'].map((name) => String(row[name])).join(' '),
      ),
    ).toEqual(['a online 0 0', 'b online 1 0', 'c online 0 0', 'd offline 0 0', 'e silent 0 0']);
    const later = await ask("SELECT status FROM dashboard.fleet($1, '{e}', '90 minutes')", [ALL]);
    expect(later).toEqual([{ status: 'online' }]);
  });

  test('those in trouble come first, with what they said last', async () => {
    const rows = await ask("SELECT * FROM dashboard.fleet_by_trouble($1, $1, '15 minutes', 4)", [ALL]);
    expect(rows.map((row) => row['device_id'])).toEqual(['b', 'd', 'e', 'c']);
    expect(rows[0]?.['latest']).toMatch(/^m (2|20|8) °C$/);
    expect(rows[2]?.['last_seen']).toEqual(
      new Date(Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS - HOUR_MS),
    );
  });

  test('the states of devices are the worst of each interval, where they change', async () => {
    const rows = await ask(
      'SELECT * FROM dashboard.device_states($1, $1, $2, $3, 60000, 3) ORDER BY device_id, time',
      [ALL, ...range()],
    );
    const of = (device: string): unknown[] =>
      rows
        .filter((row) => row['device_id'] === device)
        .map(
          ({ time, state }) => `${Math.round((now.getTime() - Number(time)) / MINUTE_MS)} ${String(state)}`,
        );
    expect(of('b')).toEqual(['120 ok', expect.stringMatching(/^3[01] critical$/)]);
    expect(of('c')).toEqual([
      '120 ok',
      expect.stringMatching(/^6[01] warning$/),
      expect.stringMatching(/^(49|50) ok$/),
    ]);
    expect(of('d')).toEqual([
      '120 ok',
      expect.stringMatching(/^9[01] offline$/),
      expect.stringMatching(/^(79|80) ok$/),
      expect.stringMatching(/^2[01] offline$/),
    ]);
  });

  test.each([
    [0.123, '0.12'],
    [-19.26, '-19.3'],
    [1234.5, '1235'],
    [3, '3'],
    [1e20, '1e+20'],
    [Number.NaN, 'NaN'],
  ])('%d reads %s', async (value, text) => {
    expect(await ask('SELECT dashboard.short_number($1) AS text', [value])).toEqual([{ text }]);
  });
});
