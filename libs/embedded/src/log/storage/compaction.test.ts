import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
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

const HOUR = 3_600_000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let files: FaultyFileSystem;
let logger: ReturnType<typeof recordingLogger>;
let store: TopicStore | undefined;
let nowMs: number;

beforeEach(async () => {
  folder = await temporaryFolder();
  files = new FaultyFileSystem();
  logger = recordingLogger();
  nowMs = 100 * HOUR;
});

afterEach(async () => {
  files.rule = () => undefined;
  await closeStore();
  expect(files.opened).toBe(0);
  await folder.remove();
});

async function closeStore(): Promise<void> {
  await store?.close();
  store = undefined;
}

async function open(
  home = folder.path,
  config: Partial<TopicConfig> = {},
  limits: Partial<StorageLimits> = {},
): Promise<PartitionLog> {
  await closeStore();
  store = await TopicStore.open(home, { logger, files, limits, now: () => nowMs });
  const compacted: TopicConfig = {
    ...DEFAULT_TOPIC_CONFIG,
    cleanup: 'compact',
    segmentBytes: 250,
    ...config,
  };
  const topic = store.get('t') ?? (await store.create('t', 1, compacted));
  const [partition] = topic.partitions;
  if (!partition) throw new Error('no partition');
  return partition;
}

async function append(log: PartitionLog, records: readonly TestRecord[], attributes = 0): Promise<void> {
  const stamped = records.map((record) => ({ timestampMs: nowMs, ...record }));
  expect(await log.append(buildBatch(stamped, { attributes }))).toMatchObject({ kind: 'appended' });
}

async function recordsOf(log: PartitionLog): Promise<[number, string | null, string | null][]> {
  const records = await readRecords(log, 1);
  return records.map(({ offset, key, value }) => [offset, key, value]);
}

/** What a reader from the start knows at the end. */
function stateOf(records: readonly (readonly [number, string | null, string | null])[]): Map<string, string> {
  const state = new Map<string, string>();
  for (const [, key, value] of records) {
    if (key === null) continue;
    if (value === null) state.delete(key);
    else state.set(key, value);
  }
  return state;
}

describe('compaction', () => {
  test.each([0, 1])(
    'keeps the newest record of each key with its offset, attributes %i',
    async (attributes) => {
      const log = await open();
      for (let i = 0; i < 12; i++)
        await append(
          log,
          [
            { key: `k${i % 3}`, value: String(i) },
            { key: `once ${i}`, value: 'x' },
            { key: 'k0', value: `${i}!` },
          ],
          attributes,
        );
      await append(log, [{ key: 'last', value: 'x'.repeat(300) }]);
      const before = await recordsOf(log);
      await store?.sweep();
      const after = await recordsOf(log);
      const newest = new Map(before.map((record) => [record[1], record[0]]));
      expect(after).toEqual(before.filter(([offset, key]) => newest.get(key) === offset));
      expect(after.length).toBeLessThan(before.length);
      expect(log.endOffset).toBe(37);
      expect(log.startOffset).toBe(0);
      await append(log, [{ key: 'k0', value: 'again' }]);
      expect(await recordsOf(await open())).toEqual([...after, [37, 'k0', 'again']]);
    },
  );

  test('joins neighbours that became small, and leaves a clean log alone', async () => {
    const log = await open();
    for (let i = 0; i < 40; i++) await append(log, [{ key: 'same', value: String(i) }]);
    await store?.sweep();
    const directory = join(folder.path, 'topics', 't-0');
    const logs = async (): Promise<string[]> =>
      (await readdir(directory)).filter((name) => name.endsWith('.log'));
    expect((await logs()).length).toBeLessThan(5);
    const before = await logs();
    await store?.sweep();
    expect(await logs()).toEqual(before);
    expect((await recordsOf(log)).at(-1)).toEqual([39, 'same', '39']);
  });

  test('never touches the segment that is written to', async () => {
    const log = await open(folder.path, { segmentBytes: 10_000 });
    for (let i = 0; i < 5; i++) await append(log, [{ key: 'same', value: String(i) }]);
    await store?.sweep();
    expect(await recordsOf(log)).toHaveLength(5);
    nowMs += DEFAULT_TOPIC_CONFIG.segmentMs;
    await store?.sweep();
    expect(await recordsOf(log)).toEqual([[4, 'same', '4']]);
  });

  test('a record that says a key is gone stays for its time, then goes', async () => {
    const log = await open(folder.path, { segmentBytes: 100 });
    await append(log, [{ key: 'a', value: '1' }]);
    await append(log, [{ key: 'a', value: null }]);
    await append(log, [{ key: 'b', value: '2' }]);
    await append(log, [{ key: 'c', value: '3' }]);
    await store?.sweep();
    expect((await recordsOf(log)).map(([offset]) => offset)).toEqual([1, 2, 3]);
    nowMs += 25 * HOUR;
    for (let i = 0; i < 5; i++) await append(log, [{ key: 'd', value: String(i) }]);
    await store?.sweep();
    expect((await recordsOf(log)).map(([offset]) => offset)).toEqual([2, 3, 7, 8]);
  });

  test('batches it cannot unpack stay whole, and with them what says their keys are gone', async () => {
    const log = await open(folder.path, { segmentBytes: 100 });
    await append(log, [{ key: 'a', value: '1' }], 4);
    await append(log, [{ key: 'a', value: null }]);
    await append(log, [{ key: 'b', value: '2' }]);
    nowMs += 25 * HOUR;
    await append(log, [{ key: 'b', value: '3' }]);
    await append(log, [{ key: 'c', value: '3' }]);
    await store?.sweep();
    expect(decodeBatches(await log.read(1, 1))).toMatchObject([{ offset: 1, value: null }]);
    expect(await log.read(0, 1)).toHaveLength(
      buildBatch([{ key: 'a', value: '1' }], { attributes: 4 }).length,
    );
  });

  test('goes on with the next sweep where its memory for keys ended', async () => {
    const log = await open(folder.path, {}, { maxKeyBytes: 300, minDirtyRatio: 0 });
    for (let i = 0; i < 30; i++) await append(log, [{ key: `k${i % 10}`, value: String(i) }]);
    await append(log, [{ key: 'last', value: 'x'.repeat(300) }]);
    const expected = stateOf(await recordsOf(log));
    for (let i = 0; i < 10; i++) {
      await store?.sweep();
      expect(stateOf(await recordsOf(log))).toEqual(expected);
    }
    expect(await recordsOf(log)).toHaveLength(11);
  });

  test('leaves a damaged segment as it is, and reports it', async () => {
    const log = await open(folder.path, { segmentBytes: 100 });
    for (let i = 0; i < 6; i++) await append(log, [{ key: 'same', value: String(i) }]);
    await closeStore();
    const path = join(folder.path, 'topics', 't-0', '00000000000000000002.log');
    const bytes = await readFile(path);
    bytes.writeUInt8(bytes.readUInt8(70) ^ 1, 70);
    await writeFile(path, bytes);
    const reopened = await open();
    await store?.sweep();
    expect(await readFile(path)).toEqual(bytes);
    expect(logger.lines.filter((line) => line.level === 'error')).toMatchObject([{ fields: { file: path } }]);
    expect(decodeBatches(await reopened.read(5, 1))).toMatchObject([{ value: '5' }]);
  });

  test('a crash or fault at any step loses nothing', async () => {
    const filled = join(folder.path, 'filled');
    const log = await open(filled);
    for (let i = 0; i < 9; i++) await append(log, [{ key: `k${i % 2}`, value: String(i) }]);
    const expected = stateOf(await recordsOf(log));
    await closeStore();
    let finished = false;
    for (let step = 0; !finished; step++) {
      expect(step).toBeLessThan(300);
      const home = join(folder.path, String(step));
      await cp(filled, home, { recursive: true });
      const faulty = await open(home);
      let steps = 0;
      // From that step on nothing works any more: the disk stays as a crash leaves it.
      files.rule = () => (steps++ >= step ? 'EIO' : undefined);
      await store?.sweep();
      finished = steps <= step;
      expect(stateOf(await readOrEmpty(faulty, expected))).toEqual(expected);
      const crashed = join(folder.path, `${step}-crashed`);
      await cp(home, crashed, { recursive: true });
      files.rule = () => undefined;
      const recovered = await open(crashed);
      expect(recovered.endOffset).toBe(9);
      expect(stateOf(await recordsOf(recovered))).toEqual(expected);
      await store?.sweep();
      expect(stateOf(await recordsOf(recovered))).toEqual(expected);
      await closeStore();
    }
  });

  /** While reads fail too, there is nothing to be compared. */
  async function readOrEmpty(
    log: PartitionLog,
    fallback: ReadonlyMap<string, string>,
  ): Promise<[number, string | null, string | null][]> {
    const { rule } = files;
    files.rule = (operation, path) => (operation === 'read' ? undefined : rule(operation, path));
    try {
      return await recordsOf(log);
    } catch {
      return [...fallback].map(([key, value]): [number, string, string] => [0, key, value]);
    } finally {
      files.rule = rule;
    }
  }

  test('readers see the newest record of each key whenever they read', async () => {
    const log = await open(folder.path, { segmentBytes: 400 }, { minDirtyRatio: 0 });
    for (let i = 0; i < 5; i++) await append(log, [{ key: `k${i}`, value: '' }]);
    const stop = new AbortController();
    const reading = (async () => {
      while (!stop.signal.aborted) {
        expect(stateOf(await recordsOf(log)).size).toBe(5);
      }
    })();
    try {
      for (let i = 0; i < 150; i++) {
        await append(log, [{ key: `k${i % 5}`, value: String(i) }]);
        if (i % 10 === 0) await store?.sweep();
      }
    } finally {
      stop.abort();
    }
    await reading;
    expect(logger.lines).toEqual([]);
  });

  test('whatever is written, a reader ends up with the same state', async () => {
    const record = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      value: fc.option(fc.string({ maxLength: 5 })),
    });
    const batch = fc.tuple(fc.array(record, { minLength: 1, maxLength: 4 }), fc.constantFrom(0, 1));
    const step = fc.oneof(
      { weight: 5, arbitrary: batch },
      { weight: 1, arbitrary: fc.constantFrom('sweep' as const, 'reopen' as const, 'wait' as const) },
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const home = join(folder.path, `run-${run++}`);
        let log = await open(home);
        const state = new Map<string, string>();
        for (const each of steps) {
          if (each === 'sweep') await store?.sweep();
          else if (each === 'wait') nowMs += 10 * HOUR;
          else if (each === 'reopen') log = await open(home);
          else {
            await append(log, each[0], each[1]);
            for (const { key, value } of each[0]) {
              if (value === null) state.delete(key);
              else state.set(key, value);
            }
          }
        }
        await store?.sweep();
        expect(stateOf(await recordsOf(log))).toEqual(state);
      }),
      { numRuns: 40 },
    );
    expect(logger.lines.filter((line) => line.level === 'error')).toEqual([]);
  });
});
