import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  advanceOffsets,
  claimRange,
  claimRanges,
  commitDurably,
  createOffsetStore,
  createPool,
  inConsumerTransaction,
  inTransaction,
  migrate,
  type OffsetRange,
} from '@fieldstream/timescale';
import { createTestDatabase, engineKind, eventually, type TestDatabase } from '@fieldstream/testing';
import type pg from 'pg';
import { silent } from './timescale-flavours.js';

const CONSUMER = 'test';
const TOPIC = 'telemetry.readings';

function range(first: number, next: number, more: Partial<OffsetRange> = {}): OffsetRange {
  const records = Array.from({ length: next - first }, (_, index) => ({ offset: BigInt(first + index) }));
  return {
    topic: TOPIC,
    partition: 0,
    firstOffset: BigInt(first),
    nextOffset: BigInt(next),
    records,
    ...more,
  };
}

describe('claims', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  beforeAll(async () => {
    database = await createTestDatabase('offsets');
    pool = createPool({ url: database.url, maxConnections: 8, applicationName: 'test', logger: silent });
    await migrate(pool, silent);
  }, 60_000);
  afterAll(async () => {
    await pool.end();
    await database.drop();
  }, 120_000);
  beforeEach(() => pool.query('DELETE FROM consumer_offset'));

  /** Applies a range, and tells the offsets of the records that were this call's. */
  const apply = (
    of: OffsetRange,
    during: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<number[]> =>
    inTransaction(pool, 'test', async (client) => {
      const claim = await claimRange(client, CONSUMER, of);
      await during();
      if (!claim) return [];
      const { topic, partition, nextOffset, lost, records } = claim;
      await advanceOffsets(client, CONSUMER, [
        { topic, partition, nextOffset, lost, records: records.length },
      ]);
      return records.map((record) => Number(record.offset));
    });
  const row = async (): Promise<unknown> => {
    const { rows } = await pool.query<Record<string, unknown>>(
      'SELECT start_offset::int, next_offset::int, records::int, lost::int FROM consumer_offset',
    );
    return rows.at(0);
  };

  test.each([
    ['a missing column', 'SELECT absent FROM device', true],
    ['a missing right', 'SET LOCAL ROLE grafana_reader; SELECT * FROM device', true],
    ['a value out of range', "SELECT '1e400'::float8", false],
    [
      'a broken constraint',
      "INSERT INTO alert_rule (rule_id, name, severity, scope, kind, params) VALUES ('Not a slug', '', 'info', '{}', '', '{}')",
      false,
    ],
  ])('%s: retriable unless the values are at fault', async (_, statement, retriable) => {
    const failed = inConsumerTransaction(pool, 'test', (client) => client.query(statement));
    await expect(failed).rejects.toMatchObject({ name: 'DatabaseError', code: 'query-failed', retriable });
  });

  test('COMMIT waits for the disk where it is asked to, for that transaction alone', async () => {
    const setting = async (client: Pick<pg.PoolClient, 'query'>): Promise<unknown> =>
      (await client.query<{ synchronous_commit: string }>('SHOW synchronous_commit')).rows[0]
        ?.synchronous_commit;
    const seen = await inConsumerTransaction(pool, 'test', async (client) => {
      const before = await setting(client);
      await commitDurably(client);
      return [before, await setting(client)];
    });
    expect(seen).toEqual(['off', 'on']);
    expect(await inConsumerTransaction(pool, 'test', setting)).toBe('off');
  });

  test('the first range begins where it begins', async () => {
    expect(await apply(range(40, 42))).toEqual([40, 41]);
    expect(await row()).toEqual({ start_offset: 40, next_offset: 42, records: 2, lost: 0 });
    expect(await createOffsetStore(pool, CONSUMER).load(TOPIC, [0, 1])).toEqual(new Map([[0, 42n]]));
  });

  test('what is applied already is left out, in whole or in part', async () => {
    await apply(range(0, 10));
    expect(await apply(range(0, 10))).toEqual([]);
    expect(await apply(range(3, 7))).toEqual([]);
    expect(await apply(range(8, 12))).toEqual([10, 11]);
    expect(await row()).toEqual({ start_offset: 0, next_offset: 12, records: 12, lost: 0 });
  });

  test('a range without records moves the position', async () => {
    await apply(range(0, 10));
    expect(await apply({ ...range(10, 11), records: [] })).toEqual([]);
    expect(await row()).toMatchObject({ next_offset: 11, records: 10 });
  });

  test('a gap is refused, so that the transport seeks', async () => {
    await apply(range(0, 10));
    await expect(apply(range(12, 15))).rejects.toMatchObject({ code: 'stale-position', retriable: true });
    await expect(apply(range(12, 15, { logStartOffset: 11n }))).rejects.toMatchObject({
      code: 'stale-position',
    });
    expect(await row()).toMatchObject({ next_offset: 10 });
  });

  test('a gap that Kafka itself has made is counted as lost', async () => {
    await apply(range(0, 10));
    expect(await apply(range(12, 15, { logStartOffset: 12n }))).toEqual([12, 13, 14]);
    expect(await row()).toEqual({ start_offset: 0, next_offset: 15, records: 13, lost: 2 });
  });

  test('several partitions, and consecutive ranges of one, are claimed together', async () => {
    const claims = await inTransaction(pool, 'test', async (client) => {
      const ranges = [range(5, 8), range(0, 3, { partition: 1 }), range(0, 5)];
      const claimed = await claimRanges(client, CONSUMER, ranges);
      await advanceOffsets(
        client,
        CONSUMER,
        claimed.map((claim) => ({ ...claim, records: claim.records.length })),
      );
      return claimed;
    });
    expect(claims.map((claim) => [claim.partition, claim.fromOffset, claim.records.length])).toEqual([
      [0, 0n, 5],
      [0, 5n, 3],
      [1, 0n, 3],
    ]);
    const { rows } = await pool.query(
      'SELECT partition, next_offset::int, records::int FROM consumer_offset ORDER BY 1',
    );
    expect(rows).toEqual([
      { partition: 0, next_offset: 8, records: 8 },
      { partition: 1, next_offset: 3, records: 3 },
    ]);
  });

  test('a process that was paused, and its successor, apply each record once', async () => {
    await apply(range(0, 10));
    let resume = (): void => {};
    const paused = new Promise<void>((resolve) => (resume = resolve));
    const zombie = await new Promise<{ applied: Promise<number[]> }>((resolve) => {
      const applied = apply(range(10, 20), () => {
        // It holds the partition.
        resolve({ applied });
        return paused;
      });
    });
    const successor = apply(range(10, 25));
    // Embedded, there is one session, so that nobody could look; the successor waits for that, then.
    if (engineKind() === 'given')
      await eventually(async () => (await waiting()) > 0, { what: 'the successor waits' });
    resume();
    expect(await zombie.applied).toHaveLength(10);
    expect(await successor).toEqual([20, 21, 22, 23, 24]);
    expect(await row()).toMatchObject({ next_offset: 25, records: 25 });
  }, 20_000);

  test('a zombie that wakes up after its successor has gone on applies nothing', async () => {
    await apply(range(0, 25));
    expect(await apply(range(10, 20))).toEqual([]);
  });

  test('partitions are locked in one order: many callers over the same ones never deadlock', async () => {
    const callers = Array.from({ length: 8 }, (_, caller) =>
      inConsumerTransaction(pool, 'test', async (client) => {
        const ranges = [0, 1, 2, 3, 4, 5].map((partition) => range(0, 3, { partition }));
        const claims = await claimRanges(client, CONSUMER, caller % 2 ? ranges : ranges.toReversed());
        await advanceOffsets(
          client,
          CONSUMER,
          claims.map((claim) => ({ ...claim, records: claim.records.length })),
        );
        return claims.length;
      }),
    );
    const claimed = await Promise.all(callers);
    expect(claimed.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 0, 0, 0, 0, 6]);
  });

  async function waiting(): Promise<number> {
    const { rows } = await pool.query<{ count: number }>(
      "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    return rows[0]?.count ?? 0;
  }
});
