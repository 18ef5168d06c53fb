import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EmbeddedError } from '../../embedded-error.js';
import { type PartitionLog } from './partition-log.js';
import {
  buildBatch,
  FaultyFileSystem,
  readRecords,
  recordingLogger,
  temporaryFolder,
  type FileOperation,
} from './test-support.js';
import { DEFAULT_TOPIC_CONFIG } from './topic-config.js';
import { TopicStore } from './topic-store.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let files: FaultyFileSystem;
let logger: ReturnType<typeof recordingLogger>;
let store: TopicStore | undefined;

beforeEach(async () => {
  folder = await temporaryFolder();
  files = new FaultyFileSystem();
  logger = recordingLogger();
});

afterEach(async () => {
  files.rule = () => undefined;
  await store?.close();
  expect(files.opened).toBe(0);
  await folder.remove();
});

async function open(segmentBytes = 1_000): Promise<PartitionLog> {
  await store?.close();
  store = await TopicStore.open(folder.path, { logger, files });
  const topic = store.get('t') ?? (await store.create('t', 1, { ...DEFAULT_TOPIC_CONFIG, segmentBytes }));
  const [partition] = topic.partitions;
  if (!partition) throw new Error('no partition');
  return partition;
}

function batch(value: string, sequence?: number): Buffer {
  return buildBatch([{ value }], sequence === undefined ? {} : { producerId: 5, baseSequence: sequence });
}

async function valuesOf(log: PartitionLog): Promise<(string | null)[]> {
  return (await readRecords(log)).map((record) => record.value);
}

async function faultOf(promise: Promise<unknown>): Promise<EmbeddedError> {
  const fault = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(fault).toBeInstanceOf(EmbeddedError);
  return fault as EmbeddedError;
}

describe('a fault of the disk', () => {
  test.each<[string, FileOperation, string, RegExp]>([
    ['ENOSPC', 'write', 'disk-full', /no space is left .*Free space/],
    ['EDQUOT', 'write', 'disk-full', /quota is used up .*Free space/],
    ['EIO', 'write', 'not-writable', /EIO.*Check the disk/],
    ['EIO', 'sync', 'not-writable', /EIO.*Check the disk/],
    ['EROFS', 'open', 'not-writable', /file system is read-only .*Mount it writable/],
    ['EACCES', 'open', 'not-writable', /permission is denied .*read and write/],
    ['EMFILE', 'open', 'not-writable', /too many files open .*ulimit/],
  ])(
    '%s at %s: the append rejects, nothing of it is seen, the next one is tried again',
    async (code, operation, kind, message) => {
      const log = await open();
      await log.append(batch('before', 0));
      await store?.close();
      store = undefined;
      const reopened = await open();
      files.rule = (each, path) => (each === operation && path.endsWith('.log') ? code : undefined);
      const refused = reopened.append(batch('lost', 1));
      const behind = reopened.append(batch('lost too', 2));
      const fault = await faultOf(refused);
      expect(fault).toMatchObject({ code: kind });
      expect(fault.message).toMatch(message);
      expect(fault.message).toContain('00000000000000000000.log');
      await faultOf(behind);
      expect([reopened.endOffset, reopened.durableOffset]).toEqual([1, 1]);
      expect(await valuesOf(reopened)).toEqual(['before']);
      files.rule = () => undefined;
      expect(await reopened.append(batch('after', 1))).toMatchObject({ kind: 'appended', baseOffset: 1 });
      expect(await valuesOf(reopened)).toEqual(['before', 'after']);
      expect(await valuesOf(await open())).toEqual(['before', 'after']);
      expect(logger.lines.filter((line) => line.level === 'error')).toEqual([]);
    },
  );

  test('while the torn end cannot be cut off, nothing is written behind it', async () => {
    const log = await open();
    await log.append(batch('before'));
    files.rule = (operation) => (operation === 'write' || operation === 'truncate' ? 'EIO' : undefined);
    await faultOf(log.append(batch('a rather long value that leaves something behind')));
    files.rule = (operation) => (operation === 'truncate' ? 'EIO' : undefined);
    await faultOf(log.append(batch('x')));
    files.rule = () => undefined;
    await log.append(batch('after'));
    expect(await valuesOf(log)).toEqual(['before', 'after']);
    expect(await valuesOf(await open())).toEqual(['before', 'after']);
  });

  test('a new segment that cannot be made: the append rejects, and works once it can', async () => {
    const log = await open(100);
    await log.append(batch('first'));
    files.rule = (operation) => (operation === 'syncDirectory' ? 'ENOSPC' : undefined);
    expect(await faultOf(log.append(batch('second')))).toMatchObject({ code: 'disk-full' });
    files.rule = () => undefined;
    expect(await log.append(batch('second'))).toMatchObject({ baseOffset: 1 });
    expect(await valuesOf(await open())).toEqual(['first', 'second']);
  });

  test('notes that cannot be written fail no append', async () => {
    const log = await open(100);
    files.rule = (operation, path) =>
      /checkpoint|index|durable/.test(path) && operation === 'write' ? 'ENOSPC' : undefined;
    for (const value of ['a', 'b', 'c']) await log.append(batch(value));
    expect(await valuesOf(log)).toEqual(['a', 'b', 'c']);
    await store?.close();
    store = undefined;
    files.rule = () => undefined;
    expect(await valuesOf(await open())).toEqual(['a', 'b', 'c']);
    expect(logger.lines.some((line) => line.message.includes('no space is left'))).toBe(true);
  });

  test('deleteBefore that cannot be noted changes nothing', async () => {
    const log = await open();
    for (const value of ['a', 'b', 'c']) await log.append(batch(value));
    files.rule = (operation, path) =>
      operation === 'write' && path.includes('checkpoint') ? 'ENOSPC' : undefined;
    expect(await faultOf(log.deleteBefore(2))).toMatchObject({ code: 'disk-full' });
    expect(log.startOffset).toBe(0);
  });

  test('a file that cannot be read is told, and can be read later', async () => {
    const log = await open();
    await log.append(batch('a'));
    files.rule = (operation) => (operation === 'read' ? 'EIO' : undefined);
    expect((await faultOf(log.read(0, 100))).message).toMatch(/Cannot read .*\.log: .*EIO/);
    files.rule = () => undefined;
    expect(await valuesOf(log)).toEqual(['a']);
  });

  test.each(['ENOSPC', 'EROFS'])(
    '%s at every step of creating a topic: it exists whole or not at all',
    async (code) => {
      for (let step = 0; step < 40; step++) {
        await store?.close();
        store = undefined;
        const home = join(folder.path, String(step));
        store = await TopicStore.open(home, { logger, files });
        let steps = 0;
        files.rule = () => (steps++ === step ? code : undefined);
        const outcome = await store.create('t', 2, DEFAULT_TOPIC_CONFIG).catch((error: unknown) => error);
        files.rule = () => undefined;
        if (!(outcome instanceof EmbeddedError)) return;
        expect(store.get('t')).toBeUndefined();
        const again = await store.create('t', 2, DEFAULT_TOPIC_CONFIG);
        expect(await again.partitions[1]?.append(batch('a'))).toMatchObject({ baseOffset: 0 });
      }
      throw new Error('creating a topic takes fewer steps');
    },
  );
});

describe('a folder that cannot be used', () => {
  test('read-only: told when the log is opened', async () => {
    files.rule = () => 'EROFS';
    const fault = await faultOf(TopicStore.open(folder.path, { logger, files }));
    expect(fault).toMatchObject({ code: 'not-writable' });
    expect(fault.message).toContain(join(folder.path, 'topics'));
    expect(fault.message).toContain('read-only');
  });

  test('below a file', async () => {
    await writeFile(join(folder.path, 'file'), '');
    const fault = await faultOf(TopicStore.open(join(folder.path, 'file'), { logger }));
    expect(fault).toMatchObject({ code: 'not-writable' });
    expect(fault.message).toMatch(/not a folder/);
  });

  // Permissions do not bind root.
  const asUser = process.getuid?.() === 0 ? test.skip : test;
  asUser('without permission', async () => {
    await chmod(folder.path, 0o500);
    const fault = await faultOf(TopicStore.open(folder.path, { logger }));
    expect(fault).toMatchObject({ code: 'not-writable' });
    await chmod(folder.path, 0o700);
  });
});
