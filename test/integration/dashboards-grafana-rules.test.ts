import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { migrate } from '@fieldstream/timescale';
import { projectRoot } from '@fieldstream/testing';
import { expandMacros } from '@fieldstream/grafana';
import { readAlertingFiles, rulesOf } from '../../deploy/grafana/alerting-files.js';
import { seedDashboards, SEEDED } from './dashboards-seed.js';
import { FLAVOURS, silent, type FlavourDatabase } from './timescale-flavours.js';

/** Type OIDs. */
const FLOAT8 = 701;
const TEXT = 25;

const rules = rulesOf(
  readAlertingFiles(join(projectRoot(), 'deploy', 'grafana', 'provisioning', 'alerting')),
);

describe.each(FLAVOURS)("Grafana's own rules on the $name edition", (flavour) => {
  let database: FlavourDatabase;

  beforeAll(async () => {
    database = await flavour.open();
    await migrate(database.pool, silent);
    await seedDashboards(database.pool, flavour.name);
    await database.pool.query(
      `INSERT INTO device (device_id, first_seen) VALUES
         ('quiet', now() - INTERVAL '1 day'), ('quiet-in-words', now() - INTERVAL '1 day'),
         ('never-heard', now() - INTERVAL '1 hour'), ('just-registered', now() - INTERVAL '1 minute'),
         ('slow', now() - INTERVAL '1 day')`,
    );
    await database.pool.query(
      `WITH added AS (
         INSERT INTO series (device_id, metric)
         VALUES ('quiet', 'temperature'), ('quiet', 'humidity'), ('slow', 'temperature') RETURNING series_id, device_id, metric
       )
       INSERT INTO reading_1m (bucket, series_id, count, sum, min, max, first, first_time, last, last_time)
       SELECT time_bucket('1 minute', t), series_id, 1, 50, 50, 50, 50, t, 50, t
       FROM added, LATERAL (SELECT now() - CASE WHEN device_id = 'slow' THEN INTERVAL '10 minutes'
         WHEN metric = 'humidity' THEN INTERVAL '20 minutes' ELSE INTERVAL '2 hours' END AS t) l`,
    );
    await database.pool.query(
      `WITH added AS (INSERT INTO series (device_id, metric) VALUES ('quiet-in-words', 'power') RETURNING series_id)
       INSERT INTO reading_text (time, series_id, value, until_time)
       SELECT now() - INTERVAL '5 hours', series_id, 'ON', now() - INTERVAL '3 hours' FROM added`,
    );
  }, 120_000);

  afterAll(async () => {
    await database?.close();
  });

  interface Evaluation {
    readonly nowMs: number;
    readonly rows: readonly Record<string, unknown>[];
    readonly fields: readonly pg.FieldDef[];
  }

  /** What the rule's query answers Grafana now, with the rights of its role. */
  async function evaluate(uid: string): Promise<Evaluation> {
    const query = rules.find((rule) => rule.uid === uid)?.data.find(({ model }) => model.rawSql);
    if (!query?.relativeTimeRange) throw new Error(`no rule ${uid} with a query`);
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN READ ONLY');
      await client.query('SET LOCAL ROLE grafana_reader');
      const { rows } = await client.query<{ now: Date }>('SELECT now()');
      const nowMs = Number(rows[0]?.now);
      const { from, to } = query.relativeTimeRange;
      const range = { fromMs: nowMs - from * 1000, toMs: nowMs - to * 1000, intervalMs: 1000 };
      const answer = await client.query<Record<string, unknown>>(
        expandMacros(query.model.rawSql ?? '', range),
      );
      return { nowMs, rows: answer.rows, fields: answer.fields };
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  }

  test.each([...rules])('$uid answers with one number, and labels that tell its rows apart', async (rule) => {
    const { rows, fields } = await evaluate(rule.uid);
    const types = fields.map(({ dataTypeID }) => dataTypeID);
    expect(types.filter((type) => type === FLOAT8)).toHaveLength(1);
    expect(types.filter((type) => type !== FLOAT8 && type !== TEXT)).toEqual([]);
    const labels = fields.filter(({ dataTypeID }) => dataTypeID === TEXT).map(({ name }) => name);
    const instances = rows.map((row) => JSON.stringify(labels.map((label) => row[label])));
    expect(new Set(instances).size).toBe(instances.length);
    for (const text of Object.values(rule.annotations)) {
      for (const [, label] of text.matchAll(/\.Labels\.(\w+)/g)) expect(labels).toContain(label);
    }
  });

  test('the threshold is held against the mean of 5 minutes of each device', async () => {
    const { nowMs, rows } = await evaluate('fieldstream-example-hot');
    // Whole minutes only: the first one begins within the range.
    const fromMs = Math.ceil(nowMs / 60_000 - 5) * 60_000;
    const { rows: expected } = await database.pool.query<Record<string, unknown>>(
      `SELECT device_id, metric, avg(value) AS value FROM reading JOIN series USING (series_id)
       WHERE metric = 'temperature' AND time >= $1 GROUP BY device_id, metric`,
      [new Date(fromMs)],
    );
    const byDevice = (all: readonly Record<string, unknown>[]): unknown =>
      Object.fromEntries(
        all.map((row) => [row['device_id'], [row['metric'], Number(row['value']).toFixed(6)]]),
      );
    expect(byDevice(rows)).toEqual(byDevice(expected));
    expect(rows.map((row) => String(row['device_id'])).toSorted()).toEqual(
      [SEEDED.device, 'other'].toSorted(),
    );
  });

  test('there is one row for each silent device, and none for another', async () => {
    const { rows } = await evaluate('fieldstream-example-silent');
    const seconds = Object.fromEntries(rows.map((row) => [row['device_id'], row['silent_seconds']]));
    expect(Object.keys(seconds).toSorted()).toEqual(['never-heard', 'quiet', 'quiet-in-words']);
    // Since the newest of any metric; the end of the last state; since it was registered.
    for (const [device, since] of [
      ['quiet', 20 * 60],
      ['quiet-in-words', 3 * 3600],
      ['never-heard', 3600],
    ] as const) {
      expect(seconds[device]).toBeGreaterThanOrEqual(since);
      expect(seconds[device]).toBeLessThan(since + 120);
    }
  });

  test('a device that is heard again is no longer silent', async () => {
    await database.pool.query(
      `UPDATE reading_1m SET last_time = now(), bucket = time_bucket('1 minute', now())
       WHERE series_id = (SELECT series_id FROM series WHERE device_id = 'quiet' AND metric = 'humidity')`,
    );
    const { rows } = await evaluate('fieldstream-example-silent');
    expect(rows.map((row) => String(row['device_id'])).toSorted()).toEqual(['never-heard', 'quiet-in-words']);
  });

  test('the pipeline is as far behind as the newest report of a bridge is old', async () => {
    expect((await evaluate('fieldstream-example-lag')).rows).toEqual([]);
    await database.pool.query(
      `INSERT INTO bridge_ledger (instance, started_at, reported_at, received, produced, presence, dead_lettered, shed, refused,
                                  in_flight)
       SELECT instance, now() - INTERVAL '1 day', now() - age, 1, 1, 0, 0, 0, 0, 0
       FROM (VALUES ('gone', INTERVAL '10 hours'), ('here', '90 seconds')) b (instance, age)`,
    );
    const { rows } = await evaluate('fieldstream-example-lag');
    expect(rows).toHaveLength(1);
    expect(rows[0]?.['seconds_behind']).toBeGreaterThanOrEqual(90);
    expect(rows[0]?.['seconds_behind']).toBeLessThan(200);
  });
});
