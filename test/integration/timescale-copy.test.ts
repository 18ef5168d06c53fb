import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type pg from 'pg';
import {
  COPIED_TABLES,
  copyHistory,
  createPool,
  inTransaction,
  LatestReader,
  migrate,
  SeriesRegistry,
  writeTelemetry,
} from '@fieldstream/timescale';
import type { Telemetry } from '@fieldstream/domain';
import { createTestDatabase, type TestDatabase } from '@fieldstream/testing';
import { silent } from './timescale-flavours.js';

const NOON = Date.UTC(2026, 5, 1, 12);
const ROWS = 25_000;

interface Opened {
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

async function openDatabase(): Promise<Opened> {
  const database: TestDatabase = await createTestDatabase('copy');
  const pool = createPool({
    url: database.url,
    maxConnections: 2,
    applicationName: 'copy-test',
    logger: silent,
  });
  await migrate(pool, silent);
  return {
    pool,
    async close() {
      await pool.end();
      await database.drop();
    },
  };
}

/** What another installation would have: readings, states, letters, rules, an alert with its events and notifications. */
async function fill(pool: pg.Pool): Promise<void> {
  const registry = new SeriesRegistry();
  const telemetry = (deviceId: string, index: number): Telemetry => ({
    deviceId,
    receivedAtMs: NOON,
    samples: [
      {
        timeMs: NOON + index * 1_000,
        values: new Map<string, number | string>([
          ['temperature', 20 + (index % 70) / 7],
          ...(index % 1_000 === 0 ? ([['mode', `m${index}`]] as const) : []),
        ]),
      },
    ],
  });
  for (const deviceId of ['plain', 'wéird "one"']) {
    await inTransaction(pool, 'test', async (client) => {
      const session = await registry.open(client);
      const group = Array.from({ length: ROWS / 2 }, (_, index) => telemetry(deviceId, index));
      await writeTelemetry(client, session, [group]);
      return session;
    }).then((session) => session.committed());
  }
  await pool.query(
    `UPDATE device SET labels = '{"site": "north \\u00fc"}', name = E'two\\nlines' WHERE device_id = 'plain';
     INSERT INTO reading VALUES ('2026-06-02T00:00:00.123456Z', 1, 'NaN'), ('2026-06-02T00:00:01Z', 1, '-Infinity'),
       ('2026-06-02T00:00:02Z', 1, 5e-324);
     INSERT INTO dead_letter (origin_topic, origin_partition, origin_offset, reason, detail, payload, received_at)
       VALUES ('telemetry.readings', 3, 17, 'json', 'no', '\\x00ff7b', now());
     INSERT INTO device_registration (device_id, token_hash, revision, published_revision) VALUES ('plain', 'h', 0, -1);
     INSERT INTO device_event VALUES (now(), 'plain', 'c', 'connected', NULL, 2, 5);
     INSERT INTO device_command (command_id, device_id, topic, scope, message, created_at, expires_at)
       VALUES ('6b1c3f0e-3f64-4d0a-9d8e-1f2a3b4c5d6e', 'plain', 'devices/plain/commands', 'devices/plain/', '\\x00ff', now(), now());
     INSERT INTO alert_rule (rule_id, name, severity, scope, kind, params)
       VALUES ('hot', 'Hot', 'warning', '{"devices": ["*"], "metrics": ["temperature"]}', 'threshold', '{"threshold": 30}');
     INSERT INTO alert (alert_id, rule_id, rule_name, severity, device_id, metric, state, started_at, fired_at, summary)
       VALUES ('a1', 'hot', 'Hot', 'warning', 'plain', 'temperature', 'firing', now(), now(), 's');
     INSERT INTO alert_event (alert_id, transition, time) VALUES ('a1', 'firing', now());
     INSERT INTO notification_channel (channel_id, name, type, config)
       VALUES ('ops', 'Ops', 'webhook', '{"url": "https://example.org/"}');
     INSERT INTO notification_message (idempotency_key, channel_id, rule_id) VALUES ('m1', 'ops', 'hot');
     INSERT INTO notification (idempotency_key, sequence, channel, target, rule_id, message_id, payload)
       SELECT 'k1', max(sequence), 'channel', 'ops', 'hot', (SELECT max(message_id) FROM notification_message), '{}'
       FROM alert_event;
     INSERT INTO alert_state VALUES ('hot', 'plain', 'temperature', 3, 1, '{"levels": []}');
     INSERT INTO consumer_offset (consumer, topic, partition, start_offset, next_offset, records)
       VALUES ('fieldstream-aggregator', 'telemetry.readings', 3, 0, 18, 18);
     INSERT INTO pipeline_sample (width_s, time, stage, topic, seconds) VALUES (10, now(), 'bridge', '', 10);
     INSERT INTO delay_count VALUES (10, 'latency', now(), '-Infinity', 5, 1), (10, 'latency', now(), 60000, 'Infinity', 2);
     INSERT INTO device_delay VALUES (now(), 'plain', 1, 0, 61000, 61000, now())`,
  );
}

async function contents(pool: pg.Pool, table: string, order: readonly string[]): Promise<unknown[]> {
  const { rows } = await pool.query<{ row: unknown }>(
    `SELECT to_jsonb(t) - 'label_revision' AS row FROM ${table} t ORDER BY ${order.join(', ')}`,
  );
  return rows.map(({ row }) => row);
}

let source: Opened;
let target: Opened;
beforeAll(async () => {
  [source, target] = await Promise.all([openDatabase(), openDatabase()]);
  await fill(source.pool);
}, 120_000);
afterAll(async () => {
  await source.close();
  await target.close();
}, 120_000);

const REORIGINED = new Set(['dead_letter', 'device_event']);

test('every table arrives whole, and a second run changes nothing', async () => {
  const inserted = new Map<string, number>();
  await copyHistory(source.pool, target.pool, ({ table, done, inserted: rows }) => {
    if (done) inserted.set(table, rows);
  });
  for (const { name, key } of COPIED_TABLES) {
    const expected = await contents(source.pool, name, key);
    expect([name, expected.length > 0]).toEqual([name, true]);
    expect([name, inserted.get(name)]).toEqual([name, expected.length]);
    if (!REORIGINED.has(name)) expect(await contents(target.pool, name, key)).toEqual(expected);
  }
  expect((await contents(target.pool, 'dead_letter', ['1']))[0]).toMatchObject({
    origin_topic: 'copied:telemetry.readings',
    origin_partition: 3,
    origin_offset: 17,
    payload: '\\x00ff7b',
  });
  expect((await contents(target.pool, 'device_event', ['1']))[0]).toMatchObject({ origin_partition: -3 });
  // Its Kafka stays behind, and its positions with it.
  expect(await contents(target.pool, 'consumer_offset', ['1'])).toEqual([]);
  for (const rollup of ['reading_1h', 'reading_1d']) {
    const order = ['series_id', 'bucket'];
    // Sums of the same minutes, which each database adds in an order of its own.
    const rounded = async (pool: pg.Pool): Promise<unknown[]> =>
      (await contents(pool, rollup, order)).map((row) => {
        const { sum, ...exact } = row as { sum: number };
        return [exact, sum.toFixed(6)];
      });
    expect(await rounded(target.pool)).toEqual(await rounded(source.pool));
  }

  const again: number[] = [];
  await copyHistory(source.pool, target.pool, ({ done, inserted: rows }) => {
    if (done) again.push(rows);
  });
  expect(new Set(again)).toEqual(new Set([0]));
}, 120_000);

test('what is written afterwards gets numbers of its own', async () => {
  const { rows } = await target.pool.query<{ series_id: number; largest: number; revision: string }>(
    `WITH d AS (INSERT INTO device (device_id, first_seen) VALUES ('later', now()) RETURNING device_id)
     INSERT INTO series (device_id, metric) SELECT device_id, 'x' FROM d
     RETURNING series_id, (SELECT max(series_id) FROM series) AS largest, nextval('alert_rule_revision') AS revision`,
  );
  expect(rows[0]?.series_id).toBe((rows[0]?.largest ?? 0) + 1);
  expect(Number(rows[0]?.revision)).toBeGreaterThan(1);
});

test('pages of the latest values of all devices leave nothing out', async () => {
  const reader = new LatestReader(source.pool);
  const whole = await reader.listAll({ limit: 100 });
  expect(whole.next).toBeUndefined();
  expect(whole.items.map(({ deviceId, deviceName, metric }) => [deviceId, deviceName, metric])).toEqual([
    ['plain', 'two\nlines', 'mode'],
    ['plain', 'two\nlines', 'temperature'],
    ['wéird "one"', 'wéird "one"', 'mode'],
    ['wéird "one"', 'wéird "one"', 'temperature'],
  ]);
  const paged = [];
  for (let after = undefined as (typeof whole)['next']; ;) {
    const page = await reader.listAll({ limit: 1, after });
    paged.push(...page.items);
    if (!page.next) break;
    after = page.next;
  }
  expect(paged).toEqual(whole.items);
});

test('a database that services have written to, or another installation, is refused', async () => {
  const other = await openDatabase();
  try {
    await other.pool.query(
      `INSERT INTO device (device_id, first_seen) VALUES ('x', now());
       INSERT INTO series (device_id, metric) VALUES ('x', 'y')`,
    );
    await expect(copyHistory(source.pool, other.pool)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('series y of x'),
    });
    await expect(copyHistory(other.pool, source.pool)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('fieldstream-aggregator has stored'),
    });
  } finally {
    await other.close();
  }
}, 120_000);
