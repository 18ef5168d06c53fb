import { describe, expect, test } from '@jest/globals';
import { HandlerRunner, type Outcome } from './handler-runner.js';
import type { PartitionBatch } from './partition-batch.js';

const QUIET = { debug() {}, info() {}, warn() {}, error() {} };

function batch(partition: number, first: bigint, count: number): PartitionBatch {
  const records = Array.from({ length: count }, (_, i) => ({
    offset: first + BigInt(i),
    timestampMs: 0,
    key: null,
    value: null,
    headers: {},
  }));
  return { topic: 't', partition, firstOffset: first, nextOffset: first + BigInt(count), records };
}

interface Run {
  readonly outcome: Outcome;
  readonly applied: string[];
  readonly dead: bigint[];
  readonly retries: unknown[];
}

async function run(
  batches: PartitionBatch[],
  handle: (batches: readonly PartitionBatch[]) => void,
  options: { signal?: AbortSignal; writeDeadLetter?: () => void } = {},
): Promise<Run> {
  const applied: string[] = [];
  const dead: bigint[] = [];
  const retries: unknown[] = [];
  const runner = new HandlerRunner({
    handle: async (given) => handle(given),
    onApplied: (part) => applied.push(`${part.partition}:${part.firstOffset}-${part.nextOffset}`),
    writeDeadLetter: async (_, record) => {
      options.writeDeadLetter?.();
      dead.push(record.offset);
    },
    logger: QUIET,
    observer: { onRetry: ({ error }) => retries.push(error) },
  });
  const outcome = await runner.run(batches, options.signal ?? new AbortController().signal);
  return { outcome, applied, dead, retries };
}

function has(batches: readonly PartitionBatch[], offset: bigint): boolean {
  return batches.some((part) => part.records.some((record) => record.offset === offset));
}

describe('HandlerRunner', () => {
  test('a handler that resolves has applied all batches', async () => {
    const result = await run([batch(0, 5n, 2), batch(1, 0n, 1)], () => {});
    expect(result).toEqual({ outcome: 'applied', applied: ['0:5-7', '1:0-1'], dead: [], retries: [] });
  });

  test('a retriable error is tried again', async () => {
    const fault = Object.assign(new Error('away'), { retriable: true });
    let left = 2;
    const result = await run([batch(0, 0n, 3)], () => {
      if (left-- > 0) throw fault;
    });
    expect(result).toMatchObject({
      outcome: 'applied',
      applied: ['0:0-3'],
      dead: [],
      retries: [fault, fault],
    });
  });

  test.each([
    ['the first', 0n],
    ['a middle', 4n],
    ['the last', 6n],
  ])('%s record is isolated; the ranges applied are without gap or overlap', async (_, poison) => {
    const result = await run([batch(0, 0n, 7), batch(1, 100n, 2)], (batches) => {
      if (has(batches, poison)) throw new Error('poison');
    });
    expect(result.outcome).toBe('applied');
    expect(result.dead).toEqual([poison]);
    const ranges = result.applied.filter((range) => range.startsWith('0:')).map((range) => range.slice(2));
    let next = '0';
    for (const range of ranges) {
      const [from, to] = range.split('-');
      expect(from).toBe(next);
      next = to ?? '';
    }
    expect(next).toBe('7');
    expect(result.applied).toContain('1:100-102');
  });

  test('a retriable error during isolation is tried again and blames nobody', async () => {
    let hiccup = true;
    const result = await run([batch(0, 0n, 4)], (batches) => {
      if (has(batches, 2n)) throw new Error('poison');
      if (has(batches, 3n) && hiccup) {
        hiccup = false;
        throw Object.assign(new Error('away'), { retriable: true });
      }
    });
    expect(result).toMatchObject({ outcome: 'applied', dead: [2n] });
  });

  test('an error that comes without records as well blames no record', async () => {
    let broken = 12;
    const result = await run([batch(0, 0n, 2)], () => {
      if (broken-- > 0) throw new Error('refused');
    });
    expect(result).toMatchObject({ outcome: 'applied', dead: [] });
    expect(result.retries.length).toBeGreaterThan(0);
  });

  test('an error that Nest has hidden blames no record', async () => {
    let left = 1;
    const result = await run([batch(0, 0n, 1)], () => {
      if (left-- > 0)
        throw Object.assign(Object.create(null), { status: 'error', message: 'Internal server error' });
    });
    expect(result).toMatchObject({ outcome: 'applied', dead: [] });
  });

  test('a stale position ends it, also in the middle of an isolation', async () => {
    const stale = Object.assign(new Error('stale'), { code: 'stale-position', retriable: true });
    expect(
      await run(
        [batch(0, 0n, 2)],
        () =>
          void (() => {
            throw stale;
          })(),
      ),
    ).toMatchObject({ outcome: 'stale' });
    const result = await run([batch(0, 0n, 2)], (batches) => {
      if (has(batches, 0n) && has(batches, 1n)) throw new Error('poison');
      if (has(batches, 1n)) throw stale;
    });
    expect(result).toMatchObject({ outcome: 'stale', applied: ['0:0-1'], dead: [] });
  });

  test('the dead letter is written before the record is passed over', async () => {
    const order: string[] = [];
    let fails = 2;
    const result = await run(
      [batch(0, 0n, 1)],
      (batches) => {
        if (has(batches, 0n)) throw new Error('poison');
        const [part] = batches;
        order.push(part && part.nextOffset > part.firstOffset ? 'passed over' : 'asked');
      },
      {
        writeDeadLetter: () => {
          if (fails-- > 0) throw new Error('Kafka is away');
          order.push('dead-lettered');
        },
      },
    );
    expect(order).toEqual(['asked', 'dead-lettered', 'passed over']);
    expect(result).toMatchObject({ outcome: 'applied', applied: ['0:0-1'], dead: [0n] });
  });

  test('it gives up when the partitions are taken away', async () => {
    const abort = new AbortController();
    const result = await run(
      [batch(0, 0n, 1)],
      () => {
        abort.abort();
        throw Object.assign(new Error('away'), { retriable: true });
      },
      { signal: abort.signal },
    );
    expect(result).toMatchObject({ outcome: 'stopped', applied: [] });
  });
});
