import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { EachBatchPayload, Kafka } from 'kafkajs';
import { BroadcastReader, type BroadcastRecord } from './broadcast-reader.js';

const EVERY_MS = 1_000;

/** A topic of one partition, and consumers that get what the test hands them. */
class FakeKafka {
  readonly consumers: FakeConsumer[] = [];
  low = 0;
  high = 0;
  isAway = false;

  admin() {
    return {
      connect: async () => {
        if (this.isAway) throw new Error('nobody answers');
      },
      disconnect: async () => {},
      listTopics: async () => ['t'],
      fetchTopicOffsets: async () => [{ partition: 0, low: String(this.low), high: String(this.high) }],
    };
  }

  consumer() {
    const consumer = new FakeConsumer();
    this.consumers.push(consumer);
    return consumer;
  }
}

class FakeConsumer {
  readonly events = { FETCH: 'fetch', CRASH: 'crash', GROUP_JOIN: 'join' };
  readonly seeks: string[] = [];
  isConnected = false;
  readonly #emitter = new EventEmitter();
  #eachBatch: ((payload: EachBatchPayload) => Promise<void>) | undefined;

  on(event: string, listener: (...args: unknown[]) => void): void {
    this.#emitter.on(event, listener);
  }
  emit(event: string, payload: object = {}): void {
    this.#emitter.emit(event, { payload });
  }
  async connect(): Promise<void> {
    this.isConnected = true;
  }
  async subscribe(): Promise<void> {}
  async run({ eachBatch }: { eachBatch: (payload: EachBatchPayload) => Promise<void> }): Promise<void> {
    this.#eachBatch = eachBatch;
    this.emit('join');
  }
  seek({ offset }: { offset: string }): void {
    this.seeks.push(offset);
  }
  async disconnect(): Promise<void> {
    this.isConnected = false;
  }

  /** Hands over records with these offsets. */
  async deliver(from: number, to: number, highWatermark = to + 1): Promise<void> {
    const messages = Array.from({ length: to - from + 1 }, (_, n) => ({
      offset: String(from + n),
      key: null,
      value: null,
    }));
    const batch = {
      partition: 0,
      messages,
      highWatermark: String(highWatermark),
      lastOffset: () => String(to),
    };
    await this.#eachBatch?.({ batch, heartbeat: async () => {} } as unknown as EachBatchPayload);
  }
}

let kafka: FakeKafka;
let handled: number[];
let reader: BroadcastReader;

function make(from: 'beginning' | 'end', handle?: () => Promise<void>): BroadcastReader {
  const log = (): void => {};
  return new BroadcastReader({
    kafka: kafka as unknown as Kafka,
    topic: 't',
    groupPrefix: 'g',
    sessionTimeoutMs: 10_000,
    from,
    handle: async (records: readonly BroadcastRecord[]) => {
      await handle?.();
      handled.push(...records.map(({ offset }) => Number(offset)));
    },
    watchEveryMs: EVERY_MS,
    logger: { debug: log, info: log, warn: log, error: log },
  });
}

beforeEach(() => {
  jest.useFakeTimers();
  kafka = new FakeKafka();
  handled = [];
});
afterEach(async () => {
  await reader.close();
  jest.useRealTimers();
});

const watch = (times: number): Promise<void> => jest.advanceTimersByTimeAsync(times * EVERY_MS);

describe('starting', () => {
  test('from the beginning: waits until everything has been handled', async () => {
    kafka.high = 3;
    reader = make('beginning');
    let isStarted = false;
    const started = reader.start().then(() => (isStarted = true));
    await jest.advanceTimersByTimeAsync(0);
    await kafka.consumers[0]?.deliver(0, 1, 3);
    await jest.advanceTimersByTimeAsync(0);
    expect(isStarted).toBe(false);
    await kafka.consumers[0]?.deliver(2, 2);
    await started;
    expect(handled).toEqual([0, 1, 2]);
  });

  test('from the beginning: does not wait for what was compacted away', async () => {
    kafka.high = 3;
    reader = make('beginning');
    const started = reader.start();
    await jest.advanceTimersByTimeAsync(0);
    await kafka.consumers[0]?.deliver(0, 1, 3);
    for (let n = 0; n < 20; n++) kafka.consumers[0]?.emit('fetch');
    await started;
    expect(handled).toEqual([0, 1]);
  });

  test('from the end: begins after what is there, and passes over what comes from before', async () => {
    kafka.high = 5;
    reader = make('end');
    await reader.start();
    expect(kafka.consumers[0]?.seeks).toEqual(['5']);
    await kafka.consumers[0]?.deliver(0, 6);
    expect(handled).toEqual([5, 6]);
  });

  test('fails while nobody answers, and may be tried again', async () => {
    kafka.isAway = true;
    reader = make('end');
    await expect(reader.start()).rejects.toMatchObject({ name: 'KafkaError' });
    kafka.isAway = false;
    await reader.start();
  });
});

describe('going on', () => {
  beforeEach(async () => {
    kafka.high = 5;
    reader = make('end');
    await reader.start();
    await kafka.consumers[0]?.deliver(5, 6);
    kafka.high = 7;
  });

  test('every join begins where reading was', async () => {
    kafka.consumers[0]?.emit('join');
    expect(kafka.consumers[0]?.seeks).toEqual(['5', '7']);
  });

  test('a fault is told until the group is joined again', () => {
    kafka.consumers[0]?.emit('crash', { error: new Error('no') });
    expect(reader.fault?.message).toBe('no');
    kafka.consumers[0]?.emit('join');
    expect(reader.fault).toBeUndefined();
  });

  test('a consumer that stands still behind the end is replaced, once for one place', async () => {
    await watch(3);
    expect(kafka.consumers).toHaveLength(1);
    kafka.high = 9;
    await watch(2);
    expect(kafka.consumers.map(({ isConnected }) => isConnected)).toEqual([false, true]);
    expect(kafka.consumers[1]?.seeks).toEqual(['7']);
    await watch(5);
    expect(kafka.consumers).toHaveLength(2);
    kafka.high = 10;
    await watch(2);
    expect(kafka.consumers).toHaveLength(3);
    await kafka.consumers[2]?.deliver(7, 9);
    expect(handled).toEqual([5, 6, 7, 8, 9]);
    await watch(5);
    expect(kafka.consumers).toHaveLength(3);
  });

  test('a topic that was made anew is read from its beginning', async () => {
    await kafka.consumers[0]?.deliver(0, 1);
    expect(handled).toEqual([5, 6, 0, 1]);
  });

  test('once it is closed nothing is started any more', async () => {
    await reader.close();
    kafka.high = 20;
    await watch(5);
    expect(kafka.consumers.map(({ isConnected }) => isConnected)).toEqual([false]);
  });
});

test('records whose handling fails are not counted as read', async () => {
  let isFailing = true;
  reader = make('beginning', async () => {
    if (isFailing) throw new Error('not now');
  });
  await reader.start();
  await expect(kafka.consumers[0]?.deliver(0, 1)).rejects.toThrow('not now');
  isFailing = false;
  await kafka.consumers[0]?.deliver(0, 1);
  expect(handled).toEqual([0, 1]);
});
