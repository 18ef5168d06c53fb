import { copyFile, cp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@fieldstream/testing';
import { EmbeddedError } from '../../embedded-error.js';
import { DurableMark } from './durable-mark.js';
import { NODE_FILE_SYSTEM } from './file-system.js';
import { type PartitionLog } from './partition-log.js';
import {
  buildBatch,
  decodeBatches,
  readRecords,
  recordingLogger,
  temporaryFolder,
  type LogLine,
} from './test-support.js';
import { DEFAULT_TOPIC_CONFIG } from './topic-config.js';
import { TopicStore } from './topic-store.js';

const LOG = '00000000000000000000.log';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let logger: ReturnType<typeof recordingLogger>;
let store: TopicStore | undefined;
let copies = 0;

beforeEach(async () => {
  folder = await temporaryFolder();
  logger = recordingLogger();
});

afterEach(async () => {
  await store?.close();
  await folder.remove();
});

async function open(home: string, segmentBytes = DEFAULT_TOPIC_CONFIG.segmentBytes): Promise<PartitionLog> {
  await store?.close();
  logger.lines.length = 0;
  store = await TopicStore.open(home, { logger });
  const topic = store.get('t') ?? (await store.create('t', 1, { ...DEFAULT_TOPIC_CONFIG, segmentBytes }));
  const [partition] = topic.partitions;
  if (!partition) throw new Error('no partition');
  return partition;
}

async function closeStore(): Promise<void> {
  await store?.close();
  store = undefined;
}

/** The folder as a kill at this moment leaves it. */
async function snapshot(home: string): Promise<string> {
  const copy = join(folder.path, `copy-${copies++}`);
  await cp(home, copy, { recursive: true });
  return copy;
}

function pathOf(home: string, file: string): string {
  return join(home, 'topics', 't-0', file);
}

async function readAll(log: PartitionLog): Promise<number[]> {
  return (await readRecords(log, 100)).map((record) => record.offset);
}

function lines(level: LogLine['level']): LogLine[] {
  return logger.lines.filter((line) => line.level === level);
}

const BATCH = buildBatch([{ key: 'k', value: 'some value' }, { value: 'another' }]);
const SIZE = BATCH.length;

/** A log of five batches of two records. */
async function filled(): Promise<{ home: string; killed: string }> {
  const home = join(folder.path, 'home');
  const log = await open(home);
  for (let i = 0; i < 5; i++) await log.append(Buffer.from(BATCH));
  // The mark is written beside the acknowledgement.
  await eventually(
    async () => {
      const { point } = await DurableMark.read(NODE_FILE_SYSTEM, join(home, 'topics', 't-0'));
      expect(point?.endOffset).toBe(10);
    },
    { what: 'the mark' },
  );
  const killed = await snapshot(home);
  await closeStore();
  return { home, killed };
}

describe('recovery', () => {
  test.each(['closed', 'killed'] as const)('a log that was %s is as it was', async (ending) => {
    const { home, killed } = await filled();
    const log = await open(ending === 'closed' ? home : killed);
    expect(await readAll(log)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(log.endOffset).toBe(10);
    expect(logger.lines).toEqual([]);
  });

  test('an unacknowledged tail is cut at every byte of its last batch, with a warning', async () => {
    const { killed } = await filled();
    const bytes = await readFile(pathOf(killed, LOG));
    const tail = Buffer.from(bytes.subarray(4 * SIZE));
    tail.writeBigInt64BE(10n, 0);
    for (let cut = 0; cut < SIZE; cut++) {
      const torn = await snapshot(killed);
      await writeFile(pathOf(torn, LOG), Buffer.concat([bytes, tail.subarray(0, cut)]));
      const log = await open(torn);
      expect(log.endOffset).toBe(10);
      expect(lines('error')).toEqual([]);
      const cutting = { fields: { file: pathOf(torn, LOG), position: 5 * SIZE, bytes: cut } };
      expect(lines('warn')).toMatchObject(cut === 0 ? [] : [cutting]);
      expect(await log.append(Buffer.from(BATCH))).toMatchObject({ baseOffset: 10 });
      expect((await readAll(log)).length).toBe(12);
      await closeStore();
      await rm(torn, { recursive: true });
    }
  });

  test('a whole tail that was not acknowledged any more is kept', async () => {
    const { killed } = await filled();
    const bytes = await readFile(pathOf(killed, LOG));
    const tail = Buffer.from(bytes.subarray(4 * SIZE));
    tail.writeBigInt64BE(10n, 0);
    await writeFile(pathOf(killed, LOG), Buffer.concat([bytes, tail]));
    const log = await open(killed);
    expect(log.endOffset).toBe(12);
    expect(logger.lines).toEqual([]);
  });

  test('an acknowledged end that is missing, cut at every byte: an error, and no offset is used twice', async () => {
    const { killed } = await filled();
    for (let cut = 1; cut <= SIZE; cut++) {
      const torn = await snapshot(killed);
      await truncate(pathOf(torn, LOG), 5 * SIZE - cut);
      const log = await open(torn);
      expect(lines('error')).toMatchObject([{ fields: { firstOffset: 8, lastOffset: 9 } }]);
      expect(log.endOffset).toBe(10);
      expect(await readAll(log)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(await log.append(Buffer.from(BATCH))).toMatchObject({ baseOffset: 10 });
      expect(decodeBatches(await log.read(8, 1000))).toMatchObject([{ offset: 10 }, { offset: 11 }]);
      await closeStore();
      await rm(torn, { recursive: true });
    }
  });

  const places: [string, number][] = [
    ['base offset', 7],
    ['high base offset', 1],
    ['length', 11],
    ['high length', 8],
    ['leader epoch', 14],
    ['format', 16],
    ['checksum', 18],
    ['attributes', 22],
    ['last offset delta', 26],
    ['time', 30],
    ['producer', 45],
    ['sequence', 55],
    ['count', 60],
    ['records', SIZE - 3],
    ['last byte', SIZE - 1],
  ];
  const endings = ['closed', 'killed'] as const;
  test.each(endings.flatMap((ending) => places.map(([name, at]) => [name, ending, at] as const)))(
    'a flipped bit in the %s of an acknowledged batch is reported when the log was %s; the rest stays',
    async (_, ending, at) => {
      const { home, killed } = await filled();
      const source = ending === 'closed' ? home : killed;
      for (const batch of [0, 2, 4]) {
        const damaged = await snapshot(source);
        const path = pathOf(damaged, LOG);
        const bytes = await readFile(path);
        bytes.writeUInt8(bytes.readUInt8(batch * SIZE + at) ^ 1, batch * SIZE + at);
        await writeFile(path, bytes);
        const log = await open(damaged);
        expect(log.endOffset).toBe(10);
        const fault = await log.read(batch * 2, 100).catch((error: unknown) => error);
        expect(fault).toBeInstanceOf(EmbeddedError);
        expect(fault).toMatchObject({ code: 'corrupt' });
        expect(String(fault)).toContain(`${path} is damaged at byte ${batch * SIZE} (offset ${batch * 2})`);
        expect(lines('error').length).toBeGreaterThanOrEqual(1);
        for (const other of [0, 1, 2, 3, 4].filter((i) => i !== batch))
          expect(decodeBatches(await log.read(other * 2, 1))).toMatchObject([
            { offset: other * 2 },
            { offset: other * 2 + 1 },
          ]);
        expect(await log.append(Buffer.from(BATCH))).toMatchObject({ baseOffset: 10 });
        expect(decodeBatches(await log.read(10, 1))).toMatchObject([{ offset: 10 }, { offset: 11 }]);
        await closeStore();
        expect((await readFile(path)).subarray(0, 5 * SIZE)).toEqual(bytes);
        const reopened = await open(damaged);
        expect(reopened.endOffset).toBe(12);
        expect(decodeBatches(await reopened.read(10, 1))).toMatchObject([{ offset: 10 }, { offset: 11 }]);
      }
    },
  );

  test('a closed segment that is damaged, shortened or missing is reported; the others can be read', async () => {
    const home = join(folder.path, 'segments');
    const log = await open(home, 2 * SIZE);
    for (let i = 0; i < 9; i++) await log.append(Buffer.from(BATCH));
    await closeStore();
    const second = pathOf(home, '00000000000000000004.log');
    const whole = await readFile(second);

    await truncate(second, SIZE + 10);
    expect(await readAllBut(await open(home), [6])).toEqual([0, 2, 4, 8, 10, 12, 14, 16]);
    expect(lines('error')[0]).toMatchObject({ fields: { file: second } });
    await closeStore();

    await rm(second);
    expect(await readAllBut(await open(home), [4, 6])).toEqual([0, 2, 8, 10, 12, 14, 16]);
    await closeStore();

    await writeFile(second, whole);
    expect(await readAllBut(await open(home), [])).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16]);
  });

  test.each([
    ['checkpoint', 'x'],
    ['checkpoint', '00000000\n{}'],
    ['durable', 'x'],
    ['00000000000000000000.index', 'x'],
    ['00000000000000000004.index', ''],
  ])('an unreadable %s is made anew', async (file, content) => {
    const home = join(folder.path, 'notes');
    const first = await open(home, 2 * SIZE);
    for (let i = 0; i < 9; i++) await first.append(Buffer.from(BATCH));
    await closeStore();
    await writeFile(pathOf(home, file), content);
    const log = await open(home);
    expect(lines('error')).toEqual([]);
    expect(await readAllBut(log, [])).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16]);
    expect(log.endOffset).toBe(18);
  });

  test('the index of another segment is not believed', async () => {
    const home = join(folder.path, 'swapped');
    const first = await open(home, 4 * SIZE);
    for (let i = 0; i < 9; i++) await first.append(Buffer.from(BATCH));
    await closeStore();
    await copyFile(pathOf(home, '00000000000000000016.index'), pathOf(home, '00000000000000000000.index'));
    expect(await readAllBut(await open(home), [])).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16]);
  });
});

/** The base offsets of the nine batches that can be read one by one. */
async function readAllBut(log: PartitionLog, missing: readonly number[]): Promise<number[]> {
  const found: number[] = [];
  for (let offset = 0; offset < 18; offset += 2) {
    const bytes = await log.read(offset, 1).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'corrupt' });
      return Buffer.alloc(0);
    });
    if (decodeBatches(bytes)[0]?.offset === offset) found.push(offset);
    else expect(missing).toContain(offset);
  }
  return found;
}
