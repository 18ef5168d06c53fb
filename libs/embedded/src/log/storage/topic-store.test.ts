import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EmbeddedError } from '../../embedded-error.js';
import { REFUSAL } from './append-outcome.js';
import { buildBatch, FaultyFileSystem, recordingLogger, temporaryFolder } from './test-support.js';
import { DEFAULT_TOPIC_CONFIG } from './topic-config.js';
import { TopicStore } from './topic-store.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let files: FaultyFileSystem;
let logger: ReturnType<typeof recordingLogger>;
let store: TopicStore;

beforeEach(async () => {
  folder = await temporaryFolder();
  files = new FaultyFileSystem();
  logger = recordingLogger();
  store = await open();
});

afterEach(async () => {
  files.rule = () => undefined;
  await store.close();
  expect(files.opened).toBe(0);
  await folder.remove();
});

function open(home = folder.path): Promise<TopicStore> {
  return TopicStore.open(home, { logger, files });
}

async function reopen(home = folder.path): Promise<void> {
  await store.close();
  store = await open(home);
}

function names(): string[] {
  return store.list().map((topic) => topic.name);
}

const batch = (): Buffer => buildBatch([{ timestampMs: Date.now() }]);

describe('TopicStore', () => {
  test('topics, their partitions and settings survive', async () => {
    const config = { ...DEFAULT_TOPIC_CONFIG, retentionMs: 5_000, cleanup: 'compact' as const };
    await store.create('b', 2, config);
    await store.create('a.b_c-0', 1, DEFAULT_TOPIC_CONFIG);
    await store.addPartitions('b', 3);
    const changed = { ...config, retentionBytes: 77 };
    await store.setConfig('b', changed);
    await store.get('b')?.partitions[2]?.append(batch());
    await reopen();
    expect(names()).toEqual(['a.b_c-0', 'b']);
    const topic = store.get('b');
    expect(topic?.config).toEqual(changed);
    expect(topic?.partitions.map(({ topic: name, index, endOffset }) => [name, index, endOffset])).toEqual([
      ['b', 0, 0],
      ['b', 1, 0],
      ['b', 2, 1],
    ]);
  });

  test('a deleted topic is gone, refuses what comes late, and can be made anew', async () => {
    const topic = await store.create('t', 2, DEFAULT_TOPIC_CONFIG);
    const [partition] = topic.partitions;
    await partition?.append(batch());
    const underWay = partition?.append(batch());
    await store.delete('t');
    expect(await underWay).toMatchObject({ kind: 'appended' });
    expect(await partition?.append(batch())).toMatchObject({ error: REFUSAL.unknownTopicOrPartition });
    await expect(partition?.read(0, 1)).rejects.toThrow(RangeError);
    expect(await readdir(join(folder.path, 'topics'))).toEqual([]);
    const again = await store.create('t', 1, DEFAULT_TOPIC_CONFIG);
    expect(again.partitions[0]?.endOffset).toBe(0);
    await reopen();
    expect(names()).toEqual(['t']);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['an empty name', () => store.create('', 1, DEFAULT_TOPIC_CONFIG)],
    ['a name that leads elsewhere', () => store.create('..', 1, DEFAULT_TOPIC_CONFIG)],
    ['a name with a slash', () => store.create('a/b', 1, DEFAULT_TOPIC_CONFIG)],
    ['a name that is too long', () => store.create('x'.repeat(250), 1, DEFAULT_TOPIC_CONFIG)],
    ['no partitions', () => store.create('t', 0, DEFAULT_TOPIC_CONFIG)],
    ['too many partitions', () => store.create('t', 10_001, DEFAULT_TOPIC_CONFIG)],
    ['a name that is taken', () => store.create('taken', 1, DEFAULT_TOPIC_CONFIG)],
    ['fewer partitions than there are', () => store.addPartitions('taken', 1)],
    ['deleting what is not there', () => store.delete('t')],
    ['partitions for what is not there', () => store.addPartitions('t', 2)],
    ['settings for what is not there', () => store.setConfig('t', DEFAULT_TOPIC_CONFIG)],
  ])('refuses %s', async (_, change) => {
    await store.create('taken', 1, DEFAULT_TOPIC_CONFIG);
    await expect(change()).rejects.toThrow(RangeError);
    expect(names()).toEqual(['taken']);
  });

  test('the longest legal name works', async () => {
    const name = 'x'.repeat(249);
    await store.create(name, 1, DEFAULT_TOPIC_CONFIG);
    await reopen();
    expect(names()).toEqual([name]);
  });

  test('after a crash at any step of a change, the topic is as before or as after it', async () => {
    const changes: [string, () => Promise<unknown>, number[]][] = [
      ['create', () => store.create('t', 2, DEFAULT_TOPIC_CONFIG), [0, 2]],
      ['grow', () => store.addPartitions('t', 4), [2, 4]],
      ['delete', () => store.delete('t'), [2, 0]],
    ];
    for (const [name, change, counts] of changes) {
      for (let step = 0, finished = false; !finished; step++) {
        expect(step).toBeLessThan(200);
        const home = join(folder.path, `${name}-${step}`);
        await reopen(home);
        if (counts[0] === 2) {
          const topic = await store.create('t', 2, DEFAULT_TOPIC_CONFIG);
          for (const partition of topic.partitions) await partition.append(batch());
        }
        let steps = 0;
        files.rule = () => (steps++ >= step ? 'EIO' : undefined);
        await change().catch((error: unknown) => expect(error).toBeInstanceOf(EmbeddedError));
        finished = steps <= step;
        const crashed = `${home}-crashed`;
        await cp(home, crashed, { recursive: true });
        files.rule = () => undefined;
        await reopen(crashed);
        const topic = store.get('t');
        expect(counts).toContain(topic?.partitions.length ?? 0);
        for (const partition of topic?.partitions.slice(0, 2) ?? [])
          expect(partition.endOffset).toBe(counts[0] === 2 ? 1 : 0);
        if (!topic) await store.create('t', 3, DEFAULT_TOPIC_CONFIG);
        expect(await store.get('t')?.partitions[0]?.append(batch())).toMatchObject({ kind: 'appended' });
      }
    }
  });

  test('a directory with records but without a topic stays, and is in the way of one of its name', async () => {
    await store.create('t', 1, DEFAULT_TOPIC_CONFIG);
    await store.get('t')?.partitions[0]?.append(batch());
    await store.close();
    const topics = join(folder.path, 'topics');
    await cp(join(topics, 't-0'), join(topics, 'other-0'), { recursive: true });
    await mkdir(join(topics, 'empty-0'));
    store = await open();
    expect(names()).toEqual(['t']);
    expect(logger.lines).toMatchObject([{ level: 'warn', fields: { directory: join(topics, 'other-0') } }]);
    expect((await readdir(topics)).sort()).toEqual(['other-0', 't-0', 't.json']);
    await expect(store.create('other', 1, DEFAULT_TOPIC_CONFIG)).rejects.toMatchObject({
      code: 'not-writable',
      message: expect.stringContaining('move away'),
    });
  });

  test.each<[string, string, (text: string) => string]>([
    ['of a newer version', 'wrong-format', (text) => text.replace('"format": 1', '"format": 2')],
    ['that is not JSON', 'corrupt', (text) => text.slice(5)],
    ['that is empty', 'corrupt', () => ''],
    ['that is null', 'corrupt', () => 'null'],
    ['of another topic', 'corrupt', (text) => text.replace('"name": "t"', '"name": "u"')],
    ['with wrong partitions', 'corrupt', (text) => text.replace('"partitions": 1', '"partitions": -1')],
  ])('a topic file %s stops the start, naming it', async (_, code, change) => {
    await store.create('t', 1, DEFAULT_TOPIC_CONFIG);
    await store.close();
    const path = join(folder.path, 'topics', 't.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, change(text));
    const opening = open();
    await expect(opening).rejects.toMatchObject({ code, message: expect.stringContaining(path) });
    await writeFile(path, text);
    store = await open();
  });

  test('sweep applies the retention of each topic', async () => {
    const config = { ...DEFAULT_TOPIC_CONFIG, segmentBytes: 100, retentionMs: 1_000 };
    const topic = await store.create('t', 1, config);
    const [partition] = topic.partitions;
    for (let i = 0; i < 5; i++) await partition?.append(buildBatch([{ timestampMs: 1_000 + i }]));
    await partition?.append(batch());
    await store.sweep();
    expect(partition?.startOffset).toBe(5);
    await store.setConfig('t', { ...config, retentionMs: -1 });
    await partition?.append(buildBatch([{ timestampMs: 1 }]));
    await store.sweep();
    expect(partition?.startOffset).toBe(5);
    await reopen();
    expect(store.get('t')?.partitions[0]?.startOffset).toBe(5);
  });

  test('a log of which everything is out of retention goes on at its end', async () => {
    const topic = await store.create('t', 1, { ...DEFAULT_TOPIC_CONFIG, retentionMs: 1_000 });
    for (let i = 0; i < 3; i++) await topic.partitions[0]?.append(buildBatch([{ timestampMs: 5 }]));
    await store.sweep();
    expect(topic.partitions[0]).toMatchObject({ startOffset: 3, endOffset: 3, bytes: 0 });
    await reopen();
    expect(await store.get('t')?.partitions[0]?.append(batch())).toMatchObject({ baseOffset: 3 });
  });

  test('what waits when it closes is flushed, and what comes later refused', async () => {
    const topic = await store.create('t', 1, DEFAULT_TOPIC_CONFIG);
    const [partition] = topic.partitions;
    const waiting = Array.from({ length: 10 }, () => partition?.append(batch()));
    await store.close();
    expect(await partition?.append(batch())).toMatchObject({ kind: 'refused' });
    for (const each of waiting) expect(await each).toMatchObject({ kind: 'appended' });
    await expect(store.create('u', 1, DEFAULT_TOPIC_CONFIG)).rejects.toMatchObject({ code: 'engine-failed' });
    await reopen();
    expect(store.get('t')?.partitions[0]?.endOffset).toBe(10);
  });

  test('many partitions need no more open files than the bound', async () => {
    await store.close();
    store = await TopicStore.open(folder.path, { logger, files, limits: { openFiles: 10 } });
    const topic = await store.create('wide', 100, DEFAULT_TOPIC_CONFIG);
    await Promise.all(topic.partitions.map((partition) => partition.append(batch())));
    await Promise.all(topic.partitions.map((partition) => partition.read(0, 1)));
    await reopen();
    // The cache, and eight partitions that are opened or closed at once.
    expect(files.mostOpen).toBeLessThanOrEqual(10 + 8 * 2);
    expect(store.get('wide')?.partitions.every((partition) => partition.endOffset === 1)).toBe(true);
  });
});
