import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { eventually } from '@fieldstream/testing';
import { REFUSAL } from './append-outcome.js';
import { type PartitionLog } from './partition-log.js';
import { type StorageLimits } from './storage-context.js';
import {
  buildBatch,
  decodeBatches,
  FaultyFileSystem,
  readRecords,
  recordingLogger,
  temporaryFolder,
  type TestRecord,
} from './test-support.js';
import { DEFAULT_TOPIC_CONFIG, type TopicConfig } from './topic-config.js';
import { TopicStore } from './topic-store.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let files: FaultyFileSystem;
let logger: ReturnType<typeof recordingLogger>;
let nowMs: number;
let store: TopicStore | undefined;

beforeEach(async () => {
  folder = await temporaryFolder();
  files = new FaultyFileSystem();
  logger = recordingLogger();
  nowMs = 10_000;
});

afterEach(async () => {
  await store?.close();
  expect(files.opened).toBe(0);
  await folder.remove();
});

async function open(
  config: Partial<TopicConfig> = {},
  limits: Partial<StorageLimits> = {},
): Promise<PartitionLog> {
  await store?.close();
  store = await TopicStore.open(folder.path, { logger, files, limits, now: () => nowMs });
  const topic = store.get('t') ?? (await store.create('t', 1, { ...DEFAULT_TOPIC_CONFIG, ...config }));
  const [partition] = topic.partitions;
  if (!partition) throw new Error('no partition');
  return partition;
}

async function closeStore(): Promise<void> {
  await store?.close();
  store = undefined;
}

function values(...names: string[]): TestRecord[] {
  return names.map((value) => ({ value }));
}

describe('PartitionLog', () => {
  test('gives offsets in the order of the calls, and answers when they are durable', async () => {
    const log = await open();
    const first = log.append(buildBatch(values('a', 'b')));
    const second = log.append(Buffer.concat([buildBatch(values('c')), buildBatch(values('d'))]));
    expect(log.endOffset).toBe(4);
    expect(log.durableOffset).toBe(0);
    expect(await log.read(0, 100)).toHaveLength(0);
    expect(await first).toEqual({ kind: 'appended', baseOffset: 0, logAppendTimeMs: -1, startOffset: 0 });
    expect(await second).toMatchObject({ baseOffset: 2 });
    expect(log.durableOffset).toBe(4);
    expect((await readRecords(log)).map((record) => record.value)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('appends that arrive while a flush is under way share the next one', async () => {
    const log = await open();
    let syncs = 0;
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    files.beforeSync = async (path) => {
      if (path.endsWith('.log') && ++syncs === 1) await held;
    };
    const first = log.append(buildBatch(values('0')));
    await eventually(() => expect(syncs).toBe(1), { what: 'the first flush' });
    const others = Array.from({ length: 50 }, (_, i) => log.append(buildBatch(values(String(i)))));
    release();
    await Promise.all([first, ...others]);
    expect(syncs).toBe(2);
  });

  test('tells its listeners when something became durable, until they end it', async () => {
    const log = await open();
    const seen: number[] = [];
    log.onDurable(() => {
      throw new Error('a faulty listener');
    });
    const end = log.onDurable(() => void seen.push(log.durableOffset));
    await log.append(buildBatch(values('a')));
    end();
    await log.append(buildBatch(values('b')));
    expect(seen).toEqual([1]);
    expect(logger.lines.filter((line) => line.level === 'error')).toHaveLength(2);
  });

  test('reads whole batches: at least one, and no more than asked for', async () => {
    const log = await open();
    const batch = buildBatch(values('x'.repeat(100), 'y'));
    for (let i = 0; i < 5; i++) await log.append(Buffer.from(batch));
    expect(await log.read(0, 1)).toHaveLength(batch.length);
    expect(await log.read(3, batch.length * 2 + 5)).toHaveLength(batch.length * 2);
    expect(decodeBatches(await log.read(3, 1))[0]).toMatchObject({ offset: 2 });
    expect(await log.read(0, 1e9)).toHaveLength(batch.length * 5);
    expect(await log.read(10, 1e9)).toHaveLength(0);
    await expect(log.read(11, 1)).rejects.toThrow(RangeError);
    await expect(log.read(-1, 1)).rejects.toThrow(RangeError);
  });

  test('reads a batch that is larger than any chunk', async () => {
    const log = await open({ maxMessageBytes: 10_000_000 });
    await log.append(buildBatch(values('small')));
    await log.append(buildBatch([{ value: Buffer.alloc(5_000_000, 1) }]));
    await log.append(buildBatch(values('after')));
    expect(decodeBatches(await log.read(1, 10))).toMatchObject([{ offset: 1 }]);
    expect((await readRecords(log)).map((record) => record.value?.length)).toEqual([5, 5_000_000, 5]);
  });

  test('finds the first record that is not older, unpacking what it can', async () => {
    const log = await open({ segmentBytes: 300 });
    const at = (...times: number[]) => times.map((timestampMs) => ({ timestampMs }));
    await log.append(buildBatch(at(100, 200)));
    await log.append(buildBatch(at(300, 150), { attributes: 1 }));
    await log.append(buildBatch(at(250, 400), { attributes: 4 }));
    await log.append(buildBatch(at(50)));
    const table: [number, object | undefined][] = [
      [0, { offset: 0, timestampMs: 100 }],
      [101, { offset: 1, timestampMs: 200 }],
      [201, { offset: 2, timestampMs: 300 }],
      [301, { offset: 4, timestampMs: 400 }],
      [401, undefined],
    ];
    for (const [time, found] of table) expect(await log.offsetForTime(time)).toEqual(found);
    expect(log.maxTimestamp()).toEqual({ offset: 5, timestampMs: 400 });
    await log.deleteBefore(1);
    expect(await log.offsetForTime(0)).toEqual({ offset: 1, timestampMs: 200 });
  });

  test('stamps the append time where the topic says so', async () => {
    const log = await open({ timestampType: 'append' });
    expect(await log.append(buildBatch(values('a', 'b')))).toMatchObject({ logAppendTimeMs: nowMs });
    expect(await readRecords(log)).toMatchObject([{ timestampMs: nowMs }, { timestampMs: nowMs }]);
    expect(await log.offsetForTime(nowMs)).toEqual({ offset: 0, timestampMs: nowMs });
  });

  test('deleteBefore moves the start, removes whole segments, and survives', async () => {
    let log = await open({ segmentBytes: 300 });
    for (let i = 0; i < 20; i++) await log.append(buildBatch(values(`value ${i}`)));
    const before = log.bytes;
    await log.deleteBefore(13);
    await log.deleteBefore(5);
    expect(log.startOffset).toBe(13);
    expect(log.bytes).toBeLessThan(before / 2);
    await expect(log.read(12, 1)).rejects.toThrow(RangeError);
    await expect(log.deleteBefore(21)).rejects.toThrow(RangeError);
    log = await open();
    expect(log.startOffset).toBe(13);
    expect((await readRecords(log)).map((record) => record.offset)).toEqual([13, 14, 15, 16, 17, 18, 19]);
    await log.deleteBefore(20);
    expect(await log.read(20, 100)).toHaveLength(0);
    expect(await log.append(buildBatch(values('next')))).toMatchObject({ baseOffset: 20, startOffset: 20 });
  });

  test.each(['closed', 'killed'])('a resend is known after the process was %s', async (ending) => {
    const batch = (baseSequence: number) => buildBatch(values('a', 'b'), { producerId: 9, baseSequence });
    let log = await open();
    await log.append(batch(0));
    await log.append(batch(2));
    // Whoever is killed leaves the files as they are; another store on them sees just that.
    const other = store;
    if (ending === 'closed') await other?.close();
    store = undefined;
    log = await open();
    expect(await log.append(batch(2))).toMatchObject({ kind: 'duplicate', baseOffset: 2 });
    expect(await log.append(batch(6))).toMatchObject({
      kind: 'refused',
      error: REFUSAL.outOfOrderSequenceNumber,
    });
    expect(await log.append(batch(4))).toMatchObject({ kind: 'appended', baseOffset: 4 });
    expect(log.durableOffset).toBe(6);
    await other?.close();
  });

  test('a resend of what is not durable yet is answered when it is', async () => {
    const log = await open();
    const batch = () => buildBatch(values('a'), { producerId: 9 });
    const [first, second] = await Promise.all([log.append(batch()), log.append(batch())]);
    expect(first).toMatchObject({ kind: 'appended', baseOffset: 0 });
    expect(second).toMatchObject({ kind: 'duplicate', baseOffset: 0 });
    expect(await readRecords(log)).toHaveLength(1);
  });

  test('refuses more than its bound of waiting bytes, and takes it later', async () => {
    const log = await open({}, { maxPendingBytes: 200 });
    const batch = () => buildBatch(values('x'.repeat(60)));
    const outcomes = await Promise.all([log.append(batch()), log.append(batch())]);
    expect(outcomes).toMatchObject([
      { kind: 'appended' },
      { kind: 'refused', error: REFUSAL.requestTimedOut },
    ]);
    expect(await log.append(batch())).toMatchObject({ kind: 'appended', baseOffset: 1 });
  });

  test('readers see a growing, unbroken log while it is written to', async () => {
    const log = await open({ segmentBytes: 2_000 });
    const total = 300;
    const writing = (async () => {
      for (let i = 0; i < total; i += 3)
        await Promise.all([0, 1, 2].map((j) => log.append(buildBatch(values(String(i + j))))));
    })();
    const reading = [1, 2].map(async () => {
      const seen: string[] = [];
      while (seen.length < total) {
        const records = decodeBatches(await log.read(seen.length, 500));
        if (records.length === 0) await new Promise<void>((resolve) => setImmediate(resolve));
        for (const { value } of records) seen.push(value ?? '');
      }
      return seen;
    });
    await writing;
    const expected = Array.from({ length: total }, (_, i) => String(i));
    for (const seen of await Promise.all(reading)) expect(seen).toEqual(expected);
  });

  test('has no more files open than its bound', async () => {
    const log = await open({ segmentBytes: 200 }, { openFiles: 4 });
    for (let i = 0; i < 40; i++) await log.append(buildBatch(values(`value ${i}`)));
    await Promise.all(Array.from({ length: 40 }, (_, i) => log.read(i, 1)));
    expect(await readRecords(log)).toHaveLength(40);
    await log.sweep();
    // The cache, and what recovery and checkpoints have open for a moment.
    expect(files.mostOpen).toBeLessThanOrEqual(4 + 2);
  });

  test('equals a plain array, whatever is appended, read, rolled, deleted and reopened', async () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          kind: fc.constant('append' as const),
          sizes: fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 1, maxLength: 6 }),
        }),
      },
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant('read' as const),
          at: fc.double({ min: 0, max: 1, noNaN: true }),
          maxBytes: fc.integer({ min: 1, max: 2_000 }),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constant('delete' as const),
          at: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constantFrom('reopen' as const, 'lose notes' as const) }),
      },
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        await closeStore();
        const home = `${folder.path}/${run++}`;
        const limits = { indexIntervalBytes: 200, checkpointBytes: 600, openFiles: 5 };
        const config = { ...DEFAULT_TOPIC_CONFIG, segmentBytes: 700 };
        const opened = async (): Promise<PartitionLog> => {
          store = await TopicStore.open(home, { logger, files, limits, now: () => nowMs });
          const topic = store.get('t') ?? (await store.create('t', 1, config));
          const [partition] = topic.partitions;
          if (!partition) throw new Error('no partition');
          return partition;
        };
        let log = await opened();
        const model: string[] = [];
        let start = 0;
        for (const each of steps) {
          const place = start + Math.floor(('at' in each ? each.at : 0) * (model.length - start));
          if (each.kind === 'append') {
            const batch = each.sizes.map((size, i) => `${model.length + i}:${'.'.repeat(size)}`);
            expect(await log.append(buildBatch(values(...batch)))).toMatchObject({
              baseOffset: model.length,
            });
            model.push(...batch);
          } else if (each.kind === 'read') {
            const records = decodeBatches(await log.read(place, each.maxBytes)).filter(
              ({ offset }) => offset >= place,
            );
            expect(records.length > 0).toBe(place < model.length);
            expect(records.map(({ value }) => value)).toEqual(model.slice(place, place + records.length));
          } else if (each.kind === 'delete') {
            await log.deleteBefore(place);
            start = place;
          } else if (each.kind === 'sweep') {
            await log.sweep();
          } else {
            await closeStore();
            if (each.kind === 'lose notes') await loseNotes(home);
            log = await opened();
            // Without its notes a log begins with its first segment again.
            expect(log.startOffset).toBeLessThanOrEqual(start);
            start = log.startOffset;
          }
          expect([log.startOffset, log.endOffset, log.durableOffset]).toEqual([
            start,
            model.length,
            model.length,
          ]);
        }
        expect((await readRecords(log)).map(({ value }) => value)).toEqual(model.slice(start));
      }),
      { numRuns: 60 },
    );
    expect(logger.lines.filter((line) => line.level === 'error')).toEqual([]);
  });

  async function loseNotes(home: string): Promise<void> {
    const directory = `${home}/topics/t-0`;
    for (const { name } of await files.list(directory))
      if (!name.endsWith('.log')) await files.remove(`${directory}/${name}`);
  }
});
