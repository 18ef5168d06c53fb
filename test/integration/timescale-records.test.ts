import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type BridgeLedgerRow,
  type DeadLetterRow,
  type DeviceEventRow,
  dropOldReadings,
  inConsumerTransaction,
  migrate,
  SeriesRegistry,
  writeBridgeLedgers,
  writeDeadLetters,
  writeDeviceEvents,
  writeTelemetry,
} from '@fieldstream/timescale';
import { FLAVOURS, type FlavourDatabase, silent } from './timescale-flavours.js';
import { differingMinutes } from './timescale-model.js';

const DAY_MS = 86_400_000;
const NOW = Date.now();

describe.each(FLAVOURS)('records on the $name edition', (flavour) => {
  let database: FlavourDatabase;
  beforeAll(async () => {
    database = await flavour.open();
    await migrate(database.pool, silent);
  }, 60_000);
  afterAll(() => database.close(), 120_000);

  const query = async (text: string): Promise<unknown[]> =>
    (await database.pool.query<Record<string, unknown>>(text)).rows;
  const observe = async (
    deviceId: string,
    ...samples: [ageDays: number, value: number | string][]
  ): Promise<void> => {
    await inConsumerTransaction(database.pool, 'test', async (client) =>
      writeTelemetry(client, await new SeriesRegistry().open(client), [
        samples.map(([ageDays, value]) => ({
          deviceId,
          receivedAtMs: NOW,
          samples: [{ timeMs: NOW - ageDays * DAY_MS, values: new Map([['m', value]]) }],
        })),
      ]),
    );
  };
  let offset = 0n;
  const event = (deviceId: string, type: DeviceEventRow['type'], timeMs: number): DeviceEventRow => ({
    deviceId,
    clientId: 'client',
    type,
    timeMs,
    partition: 0,
    offset: offset++,
  });
  const writeEvents = (...events: DeviceEventRow[]): Promise<unknown> =>
    inConsumerTransaction(database.pool, 'test', (client) => writeDeviceEvents(client, events));
  const presence = async (deviceId: string): Promise<unknown> => {
    const sql = `SELECT presence, (extract(epoch FROM presence_at) * 1000)::float8 AS at FROM device WHERE device_id = '${deviceId}'`;
    return (await query(sql)).at(0);
  };

  test('an event of an unknown ID makes no device; the device starts with what its newest event told', async () => {
    await writeEvents(
      event('later', 'connected', 1_000),
      event('later', 'disconnected', 3_000),
      event('later', 'connected', 2_000),
    );
    expect(await presence('later')).toBeUndefined();
    expect(await query("SELECT count(*)::int FROM device_event WHERE device_id = 'later'")).toEqual([
      { count: 3 },
    ]);
    await observe('later', [0, 1]);
    expect(await presence('later')).toEqual({ presence: 'offline', at: 3_000 });
  });

  test('the newest event by its own time wins, of two at one moment the later', async () => {
    await observe('present', [0, 1]);
    expect(await presence('present')).toEqual({ presence: null, at: null });
    await writeEvents(
      event('present', 'last-will', 5_000),
      event('present', 'online', 5_000),
      event('present', 'offline', 4_000),
    );
    expect(await presence('present')).toEqual({ presence: 'online', at: 5_000 });
    await writeEvents(event('present', 'disconnected', 4_999));
    expect(await presence('present')).toEqual({ presence: 'online', at: 5_000 });
    await writeEvents(event('present', 'disconnected', 5_001));
    expect(await presence('present')).toEqual({ presence: 'offline', at: 5_001 });
  });

  test('an event that comes again changes nothing', async () => {
    const once = event('once', 'connected', 1_000);
    await writeEvents(once);
    await writeEvents(once, once);
    expect(await query("SELECT type, client_id, detail FROM device_event WHERE device_id = 'once'")).toEqual([
      { type: 'connected', client_id: 'client', detail: null },
    ]);
  });

  test("a bridge's newest report counts", async () => {
    const report = (reportedAtMs: number, received: number): BridgeLedgerRow => ({
      instance: 'bridge-1',
      startedAtMs: 1_000,
      reportedAtMs,
      received,
      produced: 1,
      presence: 2,
      deadLettered: 3,
      shed: 4,
      refused: 5,
      inFlight: 6,
    });
    const write = (...ledgers: BridgeLedgerRow[]): Promise<void> =>
      inConsumerTransaction(database.pool, 'test', (client) => writeBridgeLedgers(client, ledgers));
    await write(report(3_000, 30), report(2_000, 20));
    await write(report(1_000, 10));
    expect(
      await query('SELECT received::int, produced::int, in_flight::int, reported_at FROM bridge_ledger'),
    ).toEqual([{ received: 30, produced: 1, in_flight: 6, reported_at: new Date(3_000) }]);
    await write(report(4_000, 40));
    expect(await query('SELECT received::int FROM bridge_ledger')).toEqual([{ received: 40 }]);
  });

  test('a dead letter is recorded once, whatever its bytes, texts and times are', async () => {
    const letter: DeadLetterRow = {
      originTopic: 'telemetry.readings',
      originPartition: 1,
      originOffset: 9_007_199_254_740_993n,
      reason: 'invalid-json',
      detail: 'quotes " \\ and {braces} and \u0000',
      deviceId: 'd1',
      payload: Buffer.from([0, 255, 92, 34]),
      receivedAtMs: Number.MAX_SAFE_INTEGER,
    };
    const write = (...letters: DeadLetterRow[]): Promise<void> =>
      inConsumerTransaction(database.pool, 'test', (client) => writeDeadLetters(client, letters));
    await write(letter, letter);
    await write(letter, { ...letter, originOffset: 1n, payload: Buffer.alloc(0), receivedAtMs: -1 });
    expect(
      await query(
        'SELECT origin_offset, detail, payload, client_id, received_at FROM dead_letter ORDER BY origin_offset DESC',
      ),
    ).toEqual([
      {
        origin_offset: '9007199254740993',
        detail: 'quotes " \\ and {braces} and \ufffd',
        payload: letter.payload,
        client_id: null,
        received_at: new Date(0),
      },
      expect.objectContaining({ origin_offset: '1', payload: Buffer.alloc(0) }),
    ]);
  });

  test('retention drops raw readings and superseded states; the state at the cut and the rollups stay', async () => {
    await observe('old', [100, 1], [90, 'a'], [80, 'b'], [1, 'c'], [1, 2]);
    await dropOldReadings(database.pool, 30);
    expect(
      await query(`SELECT r.value FROM reading r JOIN series USING (series_id) WHERE device_id = 'old'`),
    ).toEqual([{ value: 2 }]);
    expect(
      await query(
        `SELECT t.value FROM reading_text t JOIN series USING (series_id) WHERE device_id = 'old' ORDER BY time`,
      ),
    ).toEqual([{ value: 'b' }, { value: 'c' }]);
    expect(
      await query(
        `SELECT sum(count)::int AS count FROM reading_1m JOIN series USING (series_id) WHERE device_id = 'old'`,
      ),
    ).toEqual([{ count: 2 }]);
  });

  if (flavour.name === 'community') {
    test('late readings and duplicates go into compressed chunks as into others', async () => {
      await query('TRUNCATE reading, reading_1m');
      await observe('late', ...Array.from({ length: 500 }, (_, n): [number, number] => [20 + n / 5_000, n]));
      expect(await query("SELECT compress_chunk(c) FROM show_chunks('reading') c")).not.toHaveLength(0);
      await observe('late', [20, 7], [20.00005, 7], [20, 8]);
      expect(await query('SELECT count(*)::int FROM reading')).toEqual([{ count: 501 }]);
      expect(await differingMinutes(database.pool)).toEqual([]);
    });

    test('hours and days follow the minutes before and after they are materialised', async () => {
      await query('TRUNCATE reading, reading_1m');
      await observe('hours', [3, 1], [3, 5], [2, 2]);
      expect(await query('SELECT count::int, sum FROM reading_1h ORDER BY bucket')).toEqual([
        { count: 1, sum: 1 },
        { count: 1, sum: 2 },
      ]);
      await query("CALL refresh_continuous_aggregate('reading_1h', NULL, now() - INTERVAL '1 hour')");
      await observe('hours', [3.00001, 10]);
      await query("CALL refresh_continuous_aggregate('reading_1h', NULL, now() - INTERVAL '1 hour')");
      expect(await query('SELECT sum(count)::int AS count, sum(sum) FROM reading_1h')).toEqual([
        { count: 3, sum: 13 },
      ]);
    });
  }
});
