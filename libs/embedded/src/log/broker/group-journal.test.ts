import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type JournalEntry } from '../groups/journal.js';
import { TopicStore } from '../storage/topic-store.js';
import { TopicGroupJournal } from './group-journal.js';
import { memoryLogger } from './testing/memory-logger.js';
import { OFFSETS_TOPIC } from './topic-name.js';
import { Turns } from './turns.js';

let dir: string;
let topics: TopicStore;
const { logger, lines } = memoryLogger();

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fieldstream-journal-'));
  topics = await TopicStore.open(dir, { logger });
  lines.length = 0;
});
afterEach(async () => {
  await topics.close();
  await rm(dir, { recursive: true, force: true });
});

const journal = (): TopicGroupJournal => new TopicGroupJournal(topics, new Turns(), logger);
const entry = (key: string, value: string | null): JournalEntry => ({
  key: Buffer.from(key),
  value: value === null ? null : Buffer.from(value),
});

async function keysOf(from: TopicGroupJournal): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of from.entries()) keys.push(key.toString());
  return keys;
}

test('without entries there is no topic', async () => {
  expect(await keysOf(journal())).toEqual([]);
  await journal().append([]);
  expect(topics.list()).toEqual([]);
});

test('entries come back in the order of the calls, after a restart too', async () => {
  const first = journal();
  const keys = Array.from({ length: 200 }, (_, i) => `k${i}`);
  await Promise.all(keys.map((key) => first.append([entry(key, 'v'), entry(`${key}'`, null)])));
  await topics.close();
  topics = await TopicStore.open(dir, { logger });
  expect(await keysOf(journal())).toEqual(keys.flatMap((key) => [key, `${key}'`]));
  expect(topics.get(OFFSETS_TOPIC)).toMatchObject({ config: { cleanup: 'compact' } });
});

test('a damaged entry is told, and the others are there', async () => {
  const before = journal();
  for (const key of ['one', 'two', 'three', 'four']) await before.append([entry(key, 'x'.repeat(100))]);
  await topics.close();
  const folder = join(dir, 'topics', `${OFFSETS_TOPIC}-0`);
  const name = (await readdir(folder)).find((file) => file.endsWith('.log')) ?? '';
  const file = await open(join(folder, name), 'r+');
  const { size } = await file.stat();
  const inTheSecond = Math.floor(size / 4) + 80;
  await file.write(Buffer.from('damage'), 0, 6, inTheSecond);
  await file.close();
  topics = await TopicStore.open(dir, { logger });
  lines.length = 0;
  expect(await keysOf(journal())).toEqual(['one', 'three', 'four']);
  expect(lines.map(({ message }) => message)).toContainEqual(
    expect.stringContaining('committed offsets are lost'),
  );
});
