import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createLogger } from '@fieldstream/observability';
import { type JournalEntry, SessionJournal } from './session-journal.js';

const logger = createLogger({ name: 'test', level: 'silent' });
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'journal-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function contents(path: string): Promise<JournalEntry[]> {
  const journal = await SessionJournal.open(path, logger);
  const entries: JournalEntry[] = [];
  for await (const entry of journal.entries()) entries.push(entry);
  await journal.close();
  return entries;
}

test('what was written is there when it is opened again; the folder is made', async () => {
  const path = join(folder, 'a', 'b');
  const journal = await SessionJournal.open(path, logger);
  journal.put(['retained', '', 'a/"b"\u0000/ä'], { payload: Buffer.from([0, 255]), qos: 1 });
  journal.put(['queued', 'device\u0000client', 3], 'x');
  journal.put(['queued', 'device\u0000client', 4], 'gone');
  await journal.written();
  journal.delete(['queued', 'device\u0000client', 4]);
  await journal.close();
  expect(await contents(path)).toEqual([
    { key: ['queued', 'device\u0000client', 3], value: 'x' },
    { key: ['retained', '', 'a/"b"\u0000/ä'], value: { payload: new Uint8Array([0, 255]), qos: 1 } },
  ]);
});

test('of several changes of one thing the last holds, however they are written together', async () => {
  const journal = await SessionJournal.open(folder, logger);
  const writes: Promise<void>[] = [];
  for (let turn = 0; turn < 100; turn++) {
    journal.put(['session', 'c', ''], turn);
    if (turn % 3 === 0) writes.push(journal.written());
  }
  await Promise.all(writes);
  await journal.close();
  expect(await contents(folder)).toEqual([{ key: ['session', 'c', ''], value: 99 }]);
});

test('a folder that another bridge uses is refused by its name', async () => {
  const journal = await SessionJournal.open(folder, logger);
  await expect(SessionJournal.open(folder, logger)).rejects.toThrow(
    `the folder ${folder} (MQTT_STATE_PATH) cannot be used: another bridge uses it`,
  );
  await journal.close();
});

test('a folder that cannot be made is refused', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(SessionJournal.open(join(folder, 'file', 'x'), logger)).rejects.toMatchObject({
    code: 'state-unusable',
  });
});
