import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SourceMemory } from './source-memory.js';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const bytes = (text: string): Buffer => Buffer.from(text);

function noted(memory: SourceMemory, topic: string, text: string, isRetained = true): Promise<void> {
  return new Promise((resolve) => memory.note('house', topic, bytes(text), isRetained, resolve));
}

test('without a folder it knows what it was told, up to its bound, and gives no client IDs', async () => {
  const memory = await SourceMemory.open({ folder: undefined, maxTopics: 2, logger: quiet });
  await noted(memory, 'a', '1');
  await noted(memory, 'b', '1', false);
  expect(memory.isStored('house', 'a', bytes('1'))).toBe(true);
  expect(memory.isStored('house', 'b', bytes('1'))).toBe(true);
  expect(memory.isStored('house', 'a', bytes('2'))).toBe(false);
  expect(memory.isStored('other', 'a', bytes('1'))).toBe(false);
  await noted(memory, 'a', '2', false);
  // Of both kinds the last one is known.
  expect(memory.isStored('house', 'a', bytes('1'))).toBe(true);
  expect(memory.isStored('house', 'a', bytes('2'))).toBe(true);
  await noted(memory, 'c', '1');
  expect(memory.isStored('house', 'b', bytes('1'))).toBe(false);
  expect(memory.isStored('house', 'a', bytes('2'))).toBe(true);
  expect(memory.clientIdOf('house')).toBeUndefined();
  memory.setFilters('house', 'x', ['a/#']);
  expect(memory.filtersOf('house', 'x')).toEqual(['a/#']);
  await memory.close();
});

describe('in a folder', () => {
  let folder: string;
  const open = (maxTopics = 100): Promise<SourceMemory> =>
    SourceMemory.open({ folder: join(folder, 'sources'), maxTopics, logger: quiet });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'source-memory-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  test('it knows after a restart what was written, with client IDs and subscriptions', async () => {
    const memory = await open();
    await Promise.all([noted(memory, 'a', '1'), noted(memory, 'a', '1'), noted(memory, 'b', '2', false)]);
    const clientId = memory.clientIdOf('house');
    expect(clientId).toMatch(/^fieldstream-house-[0-9a-f]{12}$/);
    memory.setFilters('house', clientId ?? '', ['a/#', 'b']);
    await memory.close();
    const next = await open();
    expect(next.isStored('house', 'a', bytes('1'))).toBe(true);
    expect(next.isStored('house', 'b', bytes('2'))).toBe(true);
    expect(next.isStored('house', 'b', bytes('1'))).toBe(false);
    expect(next.clientIdOf('house')).toBe(clientId);
    expect(next.clientIdOf('plant')).not.toBe(clientId);
    expect(next.filtersOf('house', clientId ?? '')).toEqual(['a/#', 'b']);
    expect(next.filtersOf('plant', clientId ?? '')).toEqual([]);
    await next.close();
  });

  test('its bound holds on disk too', async () => {
    const memory = await open(3);
    for (let topic = 0; topic < 10; topic++) await noted(memory, String(topic), 'x');
    await memory.close();
    const next = await open();
    const known = [...Array(10).keys()].filter((topic) => next.isStored('house', String(topic), bytes('x')));
    expect(known).toEqual([7, 8, 9]);
    await next.close();
  });

  test('a second bridge cannot use it', async () => {
    const memory = await open();
    await expect(open()).rejects.toMatchObject({
      code: 'state-unusable',
      message: expect.stringMatching(/each bridge needs a folder of its own/),
    });
    await memory.close();
  });

  test('many at once are written together, each told of when it is written', async () => {
    const memory = await open(10_000);
    const all = Array.from({ length: 5_000 }, (_, topic) => noted(memory, `t/${topic}`, String(topic)));
    await Promise.all(all);
    await memory.close();
    const next = await open(10_000);
    expect(all.filter((_, topic) => !next.isStored('house', `t/${topic}`, bytes(String(topic))))).toEqual([]);
    await next.close();
  });
});
