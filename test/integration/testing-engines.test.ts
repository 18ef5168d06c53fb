import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import {
  brokenOffsetIdentities,
  compareReadings,
  compareRollup,
  consumerTotals,
  createTestBed,
  createTestDatabase,
  deleteTopics,
  PublishLedger,
  randomTopicPrefix,
  sharedBrokers,
  type TestBed,
} from '@fieldstream/testing';
import { migrate } from '@fieldstream/timescale';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';

const QUIET = { debug() {}, info() {}, warn() {}, error() {} };
const START_MS = 1_795_244_000_000;

let bed: TestBed;
let pool: pg.Pool;
let ledger: PublishLedger;

beforeAll(async () => {
  bed = await createTestBed('testing');
  pool = new pg.Pool({ connectionString: bed.databaseUrl, max: 2 });
  await migrate(pool, QUIET);
}, 120_000);

afterAll(async () => {
  await pool.end();
  await bed.close();
}, 120_000);

beforeEach(async () => {
  await pool.query('TRUNCATE reading, reading_1m, consumer_offset, device, series CASCADE');
  ledger = new PublishLedger(['a', 'b'], 3);
  for (let seq = 0; seq < 50; seq++) {
    for (const device of [0, 1]) {
      ledger.markSent(device, seq, START_MS + seq * 7_000 + device);
      ledger.markAcked(device, seq);
    }
  }
  await store();
});

/** Stores what the ledger expects, the rollup included, as the aggregator would. */
async function store(): Promise<void> {
  const rows = [...ledger.readings()];
  await pool.query(`INSERT INTO device (device_id, first_seen) VALUES ('a', now()), ('b', now())`);
  await pool.query(
    `WITH r AS (SELECT * FROM unnest($1::text[], $2::text[], $3::float8[], $4::float8[]) AS r (device_id, metric, ms, value)),
          s AS (INSERT INTO series (device_id, metric) SELECT DISTINCT device_id, metric FROM r RETURNING *)
     INSERT INTO reading SELECT to_timestamp(ms / 1000), series_id, value FROM r JOIN s USING (device_id, metric)`,
    [
      rows.map((row) => row.deviceId),
      rows.map((row) => row.metric),
      rows.map((row) => row.timeMs),
      rows.map((row) => row.value),
    ],
  );
  await pool.query(
    `INSERT INTO reading_1m (bucket, series_id, count, sum, min, max, first, first_time, last, last_time)
     SELECT time_bucket('1 minute', time) AS bucket, series_id, count(*), sum(value), min(value), max(value),
            first(value, time), min(time), last(value, time), max(time)
     FROM reading GROUP BY bucket, series_id`,
  );
}

const NONE = { count: 0, examples: [] };

test('a database can be made and dropped, with connections still open, and dropped again', async () => {
  const database = await createTestDatabase('testing');
  const client = new pg.Client({ connectionString: database.url });
  client.on('error', () => {});
  await client.connect();
  await database.drop();
  await database.drop();
  await expect(client.query('SELECT 1')).rejects.toThrow();
});

test('topics are deleted by prefix, others are not', async () => {
  const [own, other] = [randomTopicPrefix(), randomTopicPrefix()];
  const kafka = new Kafka({
    brokers: sharedBrokers().split(','),
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  await admin.connect();
  try {
    await admin.createTopics({
      topics: [{ topic: `${own}one` }, { topic: `${own}two` }, { topic: `${other}one` }],
      waitForLeaders: true,
    });
    await deleteTopics(own);
    const left = (await admin.listTopics()).filter(
      (topic) => topic.startsWith(own) || topic.startsWith(other),
    );
    expect(left).toEqual([`${other}one`]);
  } finally {
    await deleteTopics(other);
    await admin.disconnect();
  }
}, 30_000);

test('stored as sent: no difference', async () => {
  expect(await compareReadings(pool, ledger.readings())).toEqual({
    missing: NONE,
    unexpected: NONE,
    stored: 400,
  });
  expect(await compareRollup(pool)).toEqual({ missing: NONE, unexpected: NONE, wrongSums: NONE });
});

test('a reading that was sent but not acked may be missing, an acked one may not', async () => {
  ledger.markSent(0, 50, START_MS + 900_000);
  expect(await compareReadings(pool, ledger.readings())).toMatchObject({ missing: NONE, unexpected: NONE });
  ledger.markAcked(0, 50);
  expect(await compareReadings(pool, ledger.readings())).toMatchObject({
    missing: { count: 4 },
    unexpected: NONE,
  });
});

test('a wrong value is missing and unexpected; a stray row is unexpected', async () => {
  await pool.query(`UPDATE reading SET value = value + 1e-6 WHERE ctid = (SELECT min(ctid) FROM reading)
                    AND tableoid = (SELECT min(tableoid) FROM reading)`);
  await pool.query(
    `INSERT INTO reading SELECT time + INTERVAL '1 ms', series_id, value FROM reading LIMIT 1`,
  );
  const difference = await compareReadings(pool, ledger.readings());
  expect(difference).toMatchObject({ missing: { count: 1 }, unexpected: { count: 2 }, stored: 401 });
  expect(difference.missing.examples).toEqual([expect.objectContaining({ device_id: expect.any(String) })]);
});

test.each([
  [
    'a reading that was not folded',
    `DELETE FROM reading_1m WHERE bucket = (SELECT min(bucket) FROM reading_1m)`,
  ],
  ['a wrong last value', `UPDATE reading_1m SET last = last + 1e-9 * last`],
  ['a sum that drifted', `UPDATE reading_1m SET sum = sum * (1 + 1e-8)`],
  ['a reading that was folded twice', `UPDATE reading_1m SET count = count + 1`],
])('the rollup check finds %s', async (_, statement) => {
  await pool.query(statement);
  const { missing, unexpected, wrongSums } = await compareRollup(pool);
  expect(missing.count + unexpected.count + wrongSums.count).toBeGreaterThan(0);
});

test('offset identities: sums of a consumer, and rows that break them', async () => {
  await pool.query(
    `INSERT INTO consumer_offset (consumer, topic, partition, start_offset, next_offset, records, readings, stored, duplicates)
     VALUES ('c', 't', 0, 5, 15, 10, 40, 38, 2), ('c', 't', 1, 0, 7, 7, 28, 28, 0), ('c', 'u', 0, 0, 1, 1, 0, 0, 0)`,
  );
  expect(await consumerTotals(pool, 'c', 't')).toMatchObject({
    records: 17,
    readings: 68,
    stored: 66,
    duplicates: 2,
  });
  expect(await brokenOffsetIdentities(pool)).toEqual([]);
  await pool.query(`UPDATE consumer_offset SET stored = stored - 1 WHERE partition = 1`);
  await pool.query(`UPDATE consumer_offset SET next_offset = next_offset + 1 WHERE topic = 'u'`);
  expect(await brokenOffsetIdentities(pool)).toHaveLength(2);
});
