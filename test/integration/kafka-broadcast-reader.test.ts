import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { BroadcastReader, type BroadcastRecord, type KeyedProducer } from '@fieldstream/kafka';
import { eventually } from '@fieldstream/testing';
import { TOPICS } from '@fieldstream/wire';
import { KafkaFixture } from './kafka-fixture.js';

jest.setTimeout(60_000);

const topic = TOPICS.alerts;
let fixture: KafkaFixture;
let producer: KeyedProducer;

beforeEach(() => {
  fixture = new KafkaFixture();
  producer = fixture.producer();
});
afterEach(() => fixture.close());

async function produce(from: number, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, n) => from + n);
  await Promise.all(
    numbers.map((n) => producer.send({ topic, key: `key-${n % 10}`, value: Buffer.from(String(n)) })),
  );
}

function reader(
  from: 'beginning' | 'end',
  handle: (records: readonly BroadcastRecord[]) => Promise<void>,
): BroadcastReader {
  const made = new BroadcastReader({
    kafka: fixture.kafka,
    topic: fixture.prefix + topic,
    groupPrefix: `${fixture.prefix}reader`,
    sessionTimeoutMs: 10_000,
    from,
    handle,
    watchEveryMs: 200,
    logger: fixture.logger,
  });
  fixture.onClose(() => made.close());
  return made;
}

function collect(seen: number[]): (records: readonly BroadcastRecord[]) => Promise<void> {
  return async (records) => void seen.push(...records.map(({ value }) => Number(value)));
}

const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);
const upTo = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);

test('every reader gets all records, and has those of before once it has started', async () => {
  await fixture.createTopics(3);
  await produce(0, 50);
  const seen: number[][] = [[], []];
  const readers = seen.map((list) => reader('beginning', collect(list)));
  await Promise.all(readers.map((one) => one.start()));
  for (const list of seen) expect(sorted(list)).toEqual(upTo(0, 50));
  await produce(50, 50);
  for (const list of seen) {
    await eventually(() => list.length >= 100, { what: 'the records of after' });
    expect(sorted(list)).toEqual(upTo(0, 100));
  }
  expect(readers[0]?.fault).toBeUndefined();
});

test('from the end: nothing of before, and everything that comes after the start', async () => {
  await fixture.createTopics(3);
  await produce(0, 50);
  const seen: number[] = [];
  const one = reader('end', collect(seen));
  await one.start();
  await produce(50, 50);
  await eventually(() => seen.length >= 50, { what: 'the records of after' });
  expect(sorted(seen)).toEqual(upTo(50, 100));
});

test('records whose handling fails come again, and then the rest', async () => {
  await fixture.createTopics(1);
  await produce(0, 10);
  const seen: number[] = [];
  let failures = 2;
  const take = collect(seen);
  const one = reader('end', async (records) => {
    if (failures-- > 0) throw Object.assign(new Error('not now'), { retriable: true });
    await take(records);
  });
  await one.start();
  await produce(10, 5);
  await eventually(() => seen.length >= 5, { what: 'the records', timeoutMs: 30_000 });
  expect(sorted([...new Set(seen)])).toEqual(upTo(10, 15));
});

test('a topic that does not exist is a retriable fault; when it does, the reader can be started', async () => {
  const seen: number[] = [];
  const one = reader('end', collect(seen));
  await expect(one.start()).rejects.toMatchObject({ code: 'unknown-topic', retriable: true });
  await fixture.createTopics(1);
  await one.start();
  await produce(0, 3);
  await eventually(() => seen.length >= 3, { what: 'the records' });
  expect(sorted(seen)).toEqual([0, 1, 2]);
});

test('closing while it starts ends the start', async () => {
  await fixture.createTopics(1);
  await produce(0, 1);
  const one = reader('beginning', async () => {});
  const started = one.start().catch(() => {});
  await one.close();
  await started;
});
