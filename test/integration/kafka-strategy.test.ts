import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { KafkaBatchStrategy, KeyedProducer, PartitionBatch } from '@fieldstream/kafka';
import { eventually } from '@fieldstream/testing';
import { TOPICS } from '@fieldstream/wire';
import { KafkaFixture, readTopic } from './kafka-fixture.js';
import { FencedStore, startService } from './kafka-strategy-fixture.js';

jest.setTimeout(90_000);

const topic = TOPICS.readings;
const PARTITIONS = 6;

let fixture: KafkaFixture;
let producer: KeyedProducer;
let store: FencedStore;
let produced = 0;

beforeEach(async () => {
  fixture = new KafkaFixture();
  await fixture.createTopics(PARTITIONS);
  producer = fixture.producer();
  store = new FencedStore();
  produced = 0;
});
afterEach(() => fixture.close());

/** Values go up from 0, over 40 devices. */
async function produce(count: number): Promise<void> {
  const sent = Array.from({ length: count }, () => {
    const value = produced++;
    return producer.send({ topic, key: `device-${value % 40}`, value: Buffer.from(String(value)) });
  });
  await Promise.all(sent);
}

/** Every value was applied, and no record twice. */
async function allApplied(): Promise<void> {
  await eventually(() => new Set(store.values()).size >= produced, {
    what: `${produced} records applied`,
    timeoutMs: 30_000,
  });
  expect(store.values()).toEqual(Array.from({ length: produced }, (_, n) => n));
  const records = store.applied.map(({ partition, offset }) => `${partition}/${offset}`);
  expect(new Set(records).size).toBe(records.length);
}

function expectOrderPerDevice(): void {
  const last = new Map<string, number>();
  for (const { key, value } of store.applied) {
    expect(Number(value)).toBeGreaterThan(last.get(key) ?? -1);
    last.set(key, Number(value));
  }
}

function retriable(message: string): Error {
  return Object.assign(new Error(message), { retriable: true });
}

test('one call holds what had arrived for all partitions while the call before it ran', async () => {
  const calls: PartitionBatch[][] = [];
  let running = 0;
  await produce(2_000);
  const { strategy } = await startService(fixture, store, async (batches) => {
    expect(++running).toBe(1);
    calls.push([...batches]);
    if (calls.length === 1) await produce(3_000);
    store.apply(batches);
    running--;
  });
  await allApplied();
  expectOrderPerDevice();
  expect(calls[0]).toHaveLength(PARTITIONS);
  expect(calls.length).toBeLessThan(40);
  const next = new Map<number, bigint>();
  for (const batch of calls.flat()) {
    expect(batch.firstOffset).toBe(next.get(batch.partition) ?? 0n);
    expect(batch.topic).toBe(topic);
    expect(batch.records.at(-1)?.offset).toBe(batch.nextOffset - 1n);
    next.set(batch.partition, batch.nextOffset);
  }
  expect(strategy.lag()).toBe(0);
  expect(strategy.positions()).toHaveLength(PARTITIONS);
  expect(await strategy.caughtUp(topic, 0)).toBe(true);
  expect(() => strategy.checkReady()).not.toThrow();
});

test('a call is bounded by records and bytes', async () => {
  await produce(3_000);
  const sizes: number[] = [];
  await startService(
    fixture,
    store,
    (batches) => {
      sizes.push(batches.reduce((sum, batch) => sum + batch.records.length, 0));
      store.apply(batches);
    },
    { maxRecordsPerCall: 250 },
  );
  await allApplied();
  expectOrderPerDevice();
  expect(Math.max(...sizes)).toBeLessThanOrEqual(250);
});

test('reading begins at the stored positions, whatever Kafka has committed, also after a restart', async () => {
  await produce(500);
  const first = await startService(fixture, store, (batches) => store.apply(batches));
  await allApplied();
  await first.close();
  const stored = new Map(store.positions);
  const admin = fixture.kafka.admin();
  await admin.connect();
  fixture.onClose(() => admin.disconnect());
  const groupId = `${fixture.prefix}group`;
  const [committed] = await admin.fetchOffsets({ groupId, topics: [fixture.prefix + topic] });
  expect(new Map(committed?.partitions.map((p) => [p.partition, BigInt(p.offset)]))).toEqual(stored);

  // The database went back in time; Kafka's committed offsets did not.
  for (const [partition, offset] of stored) store.positions.set(partition, offset / 2n);
  const kept = new Map(store.positions);
  store.applied.splice(
    0,
    store.applied.length,
    ...store.applied.filter((r) => r.offset < (kept.get(r.partition) ?? 0n)),
  );
  const firsts = new Map<number, bigint>();
  const second = await startService(fixture, store, (batches) => {
    for (const batch of batches) {
      if (!firsts.has(batch.partition)) firsts.set(batch.partition, batch.firstOffset);
    }
    store.apply(batches);
  });
  await produce(100);
  await allApplied();
  expect(firsts).toEqual(kept);
  await second.close();

  // And ahead, as if another member had gone on.
  await produce(200);
  const third = await startService(fixture, store, (batches) => store.apply(batches));
  await allApplied();
  await third.close();
  expect(store.lost).toBe(0n);
});

test('nothing is stored: reading begins at the beginning, even if the group has committed offsets', async () => {
  await produce(300);
  const first = await startService(fixture, store, (batches) => store.apply(batches));
  await allApplied();
  await first.close();
  store = new FencedStore();
  await startService(fixture, store, (batches) => store.apply(batches));
  await allApplied();
});

test('records that retention has deleted are told by logStartOffset, and reading goes on', async () => {
  await produce(600);
  const first = await startService(fixture, store, (batches) => store.apply(batches));
  await allApplied();
  await first.close();
  const stored = new Map(store.positions);
  const end = stored.get(0) ?? 0n;
  const admin = fixture.kafka.admin();
  await admin.connect();
  fixture.onClose(() => admin.disconnect());
  // kafkajs deletes only in topics whose metadata it has.
  await admin.fetchTopicOffsets(fixture.prefix + topic);
  await admin.deleteTopicRecords({
    topic: fixture.prefix + topic,
    partitions: [{ partition: 0, offset: String(end) }],
  });
  store.positions.set(0, end - 10n);
  await startService(fixture, store, (batches) => store.apply(batches));
  await produce(400);
  await allApplied();
  expect(store.lost).toBe(10n);
});

test('a retriable error is tried again with the same batches, and reaches the transport as it was thrown', async () => {
  const retries: unknown[] = [];
  const thrown = retriable('the database is away');
  let failures = 0;
  await produce(200);
  await startService(
    fixture,
    store,
    (batches) => {
      if (failures++ < 3) throw thrown;
      store.apply(batches);
    },
    { observer: { onRetry: ({ error }) => retries.push(error) } },
  );
  await allApplied();
  expect(retries).toEqual([thrown, thrown, thrown]);
  expect(retries[0]).toBe(thrown);
  expect(fixture.logger.lines.filter((line) => line.level === 'error')).toEqual([]);
});

test('poison records go to the dead letters with their origin, and the others are applied', async () => {
  const poison = new Set([17, 18, 230]);
  const dead: bigint[] = [];
  await produce(400);
  await startService(
    fixture,
    store,
    (batches) => {
      const bad = batches
        .flatMap((batch) => batch.records)
        .find((record) => poison.has(Number(record.value)));
      if (bad) throw new Error(`cannot apply ${String(bad.value)}`);
      store.apply(batches);
    },
    { observer: { onDeadLetter: ({ offset }) => dead.push(offset) } },
  );
  await eventually(() => store.applied.length === 397, { what: 'the others applied', timeoutMs: 30_000 });
  await eventually(() => dead.length === 3, { what: 'dead letters counted' });
  const expected = Array.from({ length: 400 }, (_, n) => n).filter((n) => !poison.has(n));
  expect(store.values()).toEqual(expected);
  expectOrderPerDevice();
  const letters = await readTopic(fixture, TOPICS.deadLetters, 3);
  expect(letters.map((letter) => Number(letter.value)).toSorted((a, b) => a - b)).toEqual([17, 18, 230]);
  for (const letter of letters) {
    expect(letter.key).toBe(`device-${Number(letter.value) % 40}`);
    expect(letter.headers).toMatchObject({
      reason: 'handler-failed',
      detail: `cannot apply ${letter.value}`,
      'origin-topic': topic,
    });
    expect(letter.headers['origin-offset']).toMatch(/^\d+$/);
  }
  // A dead-lettered record's range was passed over.
  const sum = [...store.positions.values()].reduce((total, offset) => total + offset, 0n);
  expect(sum).toBe(400n);
});

test('a handler that fails without a record as well is not the fault of records: nothing is dead-lettered', async () => {
  let broken = true;
  const dead: bigint[] = [];
  let calls = 0;
  await produce(50);
  await startService(
    fixture,
    store,
    (batches) => {
      calls++;
      if (broken) throw new Error('password authentication failed');
      store.apply(batches);
    },
    { observer: { onDeadLetter: ({ offset }) => dead.push(offset) } },
  );
  await eventually(() => calls > 10, { what: 'the handler called' });
  broken = false;
  await allApplied();
  expect(dead).toEqual([]);
});

test('a stale position: the stored ones are read anew, with the hooks', async () => {
  const hooks: string[] = [];
  await produce(300);
  await startService(
    fixture,
    store,
    (batches) => store.apply(batches),
    {},
    (strategy) => {
      strategy.onAssigned((name, partitions) => void hooks.push(`+${name} ${partitions.length}`));
      strategy.onRevoked((name, partitions) => void hooks.push(`-${name} ${partitions.length}`));
    },
  );
  await allApplied();
  expect(hooks).toEqual([`+${topic} ${PARTITIONS}`]);
  // Behind the transport's back the database goes back by 5 records of each partition.
  for (const [partition, offset] of store.positions) store.positions.set(partition, offset - 5n);
  const back = new Map(store.positions);
  store.applied.splice(
    0,
    store.applied.length,
    ...store.applied.filter((r) => r.offset < (back.get(r.partition) ?? 0n)),
  );
  await produce(200);
  await allApplied();
  expect(hooks).toEqual([`+${topic} ${PARTITIONS}`, `-${topic} ${PARTITIONS}`, `+${topic} ${PARTITIONS}`]);
});

test('no record is delivered before onAssigned has resolved, which is called again if it fails', async () => {
  await produce(100);
  let assigned = false;
  let attempts = 0;
  await startService(
    fixture,
    store,
    (batches) => {
      expect(assigned).toBe(true);
      store.apply(batches);
    },
    {},
    (strategy) => {
      strategy.onAssigned(async () => {
        if (++attempts < 3) throw new Error('state not loaded');
        await new Promise((resolve) => setTimeout(resolve, 300));
        assigned = true;
      });
    },
  );
  await allApplied();
  expect(attempts).toBe(3);
});

test('two members of a group: each record is applied once, in order, while members come and go', async () => {
  const seen = new Map<string, number>();
  const member =
    (name: string) =>
    async (batches: readonly PartitionBatch[]): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      store.apply(batches);
      seen.set(name, (seen.get(name) ?? 0) + batches.length);
    };
  const stopping = new AbortController();
  const traffic = (async () => {
    while (!stopping.signal.aborted) await produce(100);
  })();
  const assignments: Record<string, number> = {};
  const assignedOf = (strategy: KafkaBatchStrategy): number => strategy.positions().length;
  const first = await startService(fixture, store, member('first'));
  await eventually(() => assignedOf(first.strategy) === PARTITIONS, {
    what: 'first has all',
    timeoutMs: 30_000,
  });
  const second = await startService(fixture, store, member('second'));
  await eventually(
    () => {
      assignments['first'] = assignedOf(first.strategy);
      assignments['second'] = assignedOf(second.strategy);
      return assignments['first'] === 3 && assignments['second'] === 3 && (seen.get('second') ?? 0) > 5;
    },
    { what: 'both have three partitions', timeoutMs: 40_000 },
  );
  await first.close();
  await eventually(() => assignedOf(second.strategy) === PARTITIONS, {
    what: 'second has all',
    timeoutMs: 40_000,
  });
  stopping.abort();
  await traffic;
  await allApplied();
  expectOrderPerDevice();
  expect(store.lost).toBe(0n);
});

test('close lets the running call end, and takes no more', async () => {
  await produce(100);
  let release = (): void => {};
  let calls = 0;
  const { close, strategy } = await startService(fixture, store, async (batches) => {
    calls++;
    await new Promise<void>((resolve) => (release = resolve));
    store.apply(batches);
  });
  await eventually(() => calls === 1, { what: 'the handler called', timeoutMs: 20_000 });
  await produce(100);
  const closed = close();
  release();
  await closed;
  expect(calls).toBe(1);
  expect(store.applied).toHaveLength(100);
  expect(() => strategy.checkReady()).toThrow('not started');
});

test('a partition that is not fetched any more is noticed, and the consumer is restarted', async () => {
  const stalls: number[] = [];
  await produce(100);
  const { strategy } = await startService(fixture, store, (batches) => store.apply(batches), {
    stallCheckMs: 200,
    stallAfterMs: 800,
    observer: { onStall: ({ partition }) => stalls.push(partition) },
  });
  await allApplied();
  // The same as when kafkajs forgets a partition: it stays assigned, and is left out of the fetches.
  for (let p = 0; p < 3; p++) strategy['consumer']?.['session'].hold(fixture.prefix + topic, p);
  await produce(200);
  await allApplied();
  expectOrderPerDevice();
  expect(stalls.toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  expect(fixture.logger.lines.map((line) => line.message)).toContain('consumer has stalled, restarting it');
});

test('a crash of the kafkajs consumer is survived', async () => {
  await produce(100);
  const { strategy } = await startService(fixture, store, (batches) => store.apply(batches));
  await allApplied();
  const consumer = strategy['consumer'];
  if (!consumer) throw new Error('not started');
  const eachBatch = consumer['eachBatch'].bind(consumer);
  let crashes = 0;
  consumer['eachBatch'] = (payload) => {
    if (crashes++ > 0) return eachBatch(payload);
    return Promise.reject(Object.assign(new Error('not to be tried again'), { retriable: false }));
  };
  await produce(200);
  await allApplied();
  expectOrderPerDevice();
  expect(fixture.logger.lines.map((line) => line.message)).toContain('consumer crashed, restarting it');
});

test('a stored position beyond the end of the log is an error that stops the partition, not a silent gap', async () => {
  await produce(100);
  store.positions.set(0, 1_000n);
  const { strategy } = await startService(fixture, store, (batches) => store.apply(batches), {
    endGraceMs: 500,
  });
  await eventually(() => strategy.positions().length === PARTITIONS - 1, {
    what: 'the other partitions consumed',
    timeoutMs: 15_000,
  });
  expect(() => strategy.checkReady()).toThrow(`1 partitions are not consumed, e.g. ${topic}/0 (blocked)`);
  expect(store.applied.some((record) => record.partition === 0)).toBe(false);
  expect(store.positions.get(0)).toBe(1_000n);
  expect(fixture.logger.lines.some((line) => line.message.startsWith('stored position is beyond'))).toBe(
    true,
  );
});
