import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { MetricValue, Telemetry } from '@fieldstream/domain';
import {
  inConsumerTransaction,
  inTransaction,
  migrate,
  type Outcome,
  SeriesRegistry,
  type TelemetryCounts,
  writeTelemetry,
  writeTextStates,
} from '@fieldstream/timescale';
import { FLAVOURS, type FlavourDatabase, silent } from './timescale-flavours.js';
import { differingMinutes, storedRuns, TextModel } from './timescale-model.js';

const NOON = Date.UTC(2026, 5, 1, 12);

function publish(
  deviceId: string,
  timeMs: number,
  values: Record<string, MetricValue>,
  units?: Record<string, string>,
) {
  const telemetry = {
    deviceId,
    receivedAtMs: timeMs,
    samples: [{ timeMs, values: new Map(Object.entries(values)) }],
  };
  return units ? { ...telemetry, units: new Map(Object.entries(units)) } : telemetry;
}

describe.each(FLAVOURS)('writers on the $name edition', (flavour) => {
  let database: FlavourDatabase;
  let registry: SeriesRegistry;

  beforeAll(async () => {
    database = await flavour.open();
    registry = new SeriesRegistry();
    await migrate(database.pool, silent);
  }, 60_000);
  afterAll(() => database.close(), 120_000);

  async function write(...groups: Telemetry[][]): Promise<TelemetryCounts[]> {
    const { counts, used } = await inTransaction(database.pool, 'test', async (client) => {
      const session = await registry.open(client);
      return { counts: await writeTelemetry(client, session, groups), used: session };
    });
    used.committed();
    return counts;
  }
  const query = async (text: string, values: unknown[] = []): Promise<unknown[]> =>
    (await database.pool.query<Record<string, unknown>>(text, values)).rows;

  test('a transaction that makes a series waits for the disk at its COMMIT, one that knows it does not', async () => {
    const waits = async (telemetry: Telemetry): Promise<unknown> => {
      const { setting, used } = await inConsumerTransaction(database.pool, 'test', async (client) => {
        const session = await registry.open(client);
        await session.resolve([telemetry]);
        const { rows } = await client.query<{ synchronous_commit: string }>('SHOW synchronous_commit');
        return { setting: rows[0]?.synchronous_commit, used: session };
      });
      used.committed();
      return setting;
    };
    const telemetry = publish('newcomer', NOON, { power: 1 });
    expect([await waits(telemetry), await waits(telemetry)]).toEqual(['on', 'off']);
  });

  test('numbers, booleans and state words become readings; texts and state words become states', async () => {
    const sample = { power: 12.5, tiny: 5e-324, open: true, POWER: 'ON', mode: 'eco' };
    expect(await write([publish('plug', NOON, sample, { power: 'W' })])).toEqual([
      { readings: 5, stored: 5, duplicates: 0, coalesced: 0 },
    ]);
    expect(
      await query(
        `SELECT metric, unit, r.value, t.value AS text FROM series s LEFT JOIN reading r USING (series_id)
         LEFT JOIN reading_text t USING (series_id) WHERE device_id = 'plug' ORDER BY metric COLLATE "C"`,
      ),
    ).toEqual([
      { metric: 'POWER', unit: null, value: 1, text: 'ON' },
      { metric: 'mode', unit: null, value: null, text: 'eco' },
      { metric: 'open', unit: null, value: 1, text: null },
      { metric: 'power', unit: 'W', value: 12.5, text: null },
      { metric: 'tiny', unit: null, value: 5e-324, text: null },
    ]);
  });

  test('writing again changes nothing, and is counted; the first value of a moment stays', async () => {
    const first = publish('again', NOON, { a: 1, b: 'x', c: 'on' });
    const other = publish('again', NOON, { a: 2, b: 'y', c: 'off' });
    expect(await write([first, other])).toEqual([{ readings: 6, stored: 3, duplicates: 3, coalesced: 0 }]);
    expect(await write([first], [other])).toEqual([
      { readings: 3, stored: 0, duplicates: 3, coalesced: 0 },
      { readings: 3, stored: 0, duplicates: 3, coalesced: 0 },
    ]);
    expect(
      await query(
        `SELECT r.value, m.count::int, m.sum, t.value AS text FROM series JOIN reading r USING (series_id)
         JOIN reading_1m m USING (series_id) LEFT JOIN reading_text t USING (series_id)
         WHERE device_id = 'again' ORDER BY metric`,
      ),
    ).toEqual([
      { value: 1, count: 1, sum: 1, text: null },
      { value: 1, count: 1, sum: 1, text: 'on' },
    ]);
  });

  test('counts are those of each group, in a batch that is partly known', async () => {
    await write([publish('known', NOON, { a: 1 })]);
    expect(
      await write(
        [publish('known', NOON, { a: 1 }), publish('known', NOON + 1, { a: 1 })],
        [publish('new', NOON, { a: 1, b: 'x' })],
        [],
      ),
    ).toEqual([
      { readings: 2, stored: 1, duplicates: 1, coalesced: 0 },
      { readings: 2, stored: 2, duplicates: 0, coalesced: 0 },
      { readings: 0, stored: 0, duplicates: 0, coalesced: 0 },
    ]);
  });

  test('a repeated text is coalesced, a state word is counted by its number', async () => {
    const counts = await write([
      publish('states', NOON, { mode: 'eco', relay: 'on' }),
      publish('states', NOON + 1_000, { mode: 'eco', relay: 'on' }),
      publish('states', NOON + 2_000, { mode: 'boost', relay: 'off' }),
    ]);
    expect(counts).toEqual([{ readings: 6, stored: 5, duplicates: 0, coalesced: 1 }]);
  });

  test('the unit is the one named last; naming none keeps it', async () => {
    const unit = async (): Promise<unknown> =>
      (await query("SELECT unit FROM series WHERE device_id = 'unit'")).at(0);
    await write([publish('unit', NOON, { t: 1 })]);
    expect(await unit()).toEqual({ unit: null });
    await write([
      publish('unit', NOON + 1, { t: 1 }, { t: 'C' }),
      publish('unit', NOON + 2, { t: 1 }, { t: 'Cel' }),
    ]);
    expect(await unit()).toEqual({ unit: 'Cel' });
    await write([publish('unit', NOON + 3, { t: 1 })]);
    expect(await unit()).toEqual({ unit: 'Cel' });
  });

  test('series of a transaction that was rolled back are not remembered', async () => {
    const lost = publish('rolled-back', NOON, { a: 1 });
    const failing = inTransaction(database.pool, 'test', async (client) => {
      const session = await registry.open(client);
      await writeTelemetry(client, session, [[lost]]);
      throw new Error('stop');
    });
    await expect(failing).rejects.toThrow('stop');
    expect(await write([lost])).toEqual([{ readings: 1, stored: 1, duplicates: 0, coalesced: 0 }]);
    expect(
      await query("SELECT value FROM reading JOIN series USING (series_id) WHERE device_id = 'rolled-back'"),
    ).toEqual([{ value: 1 }]);
  });

  test('a device that was deleted comes back with its next reading', async () => {
    await write([publish('deleted', NOON, { a: 1 })]);
    await query("DELETE FROM device WHERE device_id = 'deleted'");
    expect(await write([publish('deleted', NOON, { a: 2 })])).toEqual([
      { readings: 1, stored: 1, duplicates: 0, coalesced: 0 },
    ]);
    expect(
      await query("SELECT value FROM reading JOIN series USING (series_id) WHERE device_id = 'deleted'"),
    ).toEqual([{ value: 2 }]);
  });

  test('a backfill over years, and the newest value by observation time', async () => {
    const days = Array.from({ length: 200 }, (_, day) =>
      publish('backfill', NOON - day * 86_400_000, { a: day }),
    );
    expect(await write(days.toReversed())).toEqual([
      { readings: 200, stored: 200, duplicates: 0, coalesced: 0 },
    ]);
    await write([publish('backfill', NOON - 86_400_000 * 300, { a: -1 })]);
    expect(await query("SELECT value, time FROM latest WHERE device_id = 'backfill'")).toEqual([
      { value: 0, time: new Date(NOON) },
    ]);
  }, 60_000);

  test('after random batches the minutes equal GROUP BY over the readings', async () => {
    const reading = fc.record({
      deviceId: fc.constantFrom('p1', 'p2', 'p3'),
      // Four minutes and a bit, the second before and after included; duplicates and every order arise by themselves.
      timeMs: fc.integer({ min: -1_000, max: 241_000 }).map((ms) => NOON + ms - (ms % 250)),
      metric: fc.constantFrom('a', 'b'),
      value: fc.oneof(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.boolean(),
        fc.constantFrom('on', 'off'),
      ),
    });
    const batches = fc.array(fc.array(reading, { maxLength: 60 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(batches, async (all) => {
        await query('DELETE FROM reading; DELETE FROM reading_1m; DELETE FROM reading_text');
        const seen = new Set<string>();
        let stored = 0;
        for (const batch of all) {
          const [counts] = await write(
            batch.map((r) => publish(r.deviceId, r.timeMs, { [r.metric]: r.value })),
          );
          for (const r of batch) seen.add(`${r.deviceId} ${r.metric} ${r.timeMs}`);
          expect(counts?.readings).toBe(batch.length);
          stored += counts?.stored ?? 0;
          expect(stored).toBe(seen.size);
          expect(await differingMinutes(database.pool)).toEqual([]);
        }
      }),
      { numRuns: 25, endOnFailure: true },
    );
  }, 120_000);

  test('random text states in batches give the state function of the model', async () => {
    const observation = fc.record({
      seriesId: fc.constantFrom(1_000_001, 1_000_002),
      // Over several chunks of reading_text.
      timeMs: fc.integer({ min: 0, max: 40 }).map((step) => NOON + step * 86_400_000 * 5),
      value: fc.constantFrom('a', 'b', 'c'),
    });
    const batches = fc.array(fc.array(observation, { maxLength: 30 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(batches, async (all) => {
        await query('DELETE FROM reading_text');
        const models = new Map([1_000_001, 1_000_002].map((id) => [id, new TextModel()]));
        for (const batch of all) {
          const expected = batch.map((o): Outcome | undefined =>
            models.get(o.seriesId)?.observe(o.timeMs, o.value),
          );
          const outcomes = await inTransaction(database.pool, 'test', (client) =>
            writeTextStates(client, batch),
          );
          expect(outcomes).toEqual(expected);
          for (const [seriesId, model] of models) {
            const runs = await storedRuns(database.pool, seriesId);
            expect(runs.map(({ timeMs, value }) => ({ timeMs, value }))).toEqual(model.changes());
          }
        }
      }),
      { numRuns: 25, endOnFailure: true },
    );
  }, 120_000);
});
