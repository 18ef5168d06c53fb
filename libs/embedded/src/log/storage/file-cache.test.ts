import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FileCache } from './file-cache.js';
import { ReadGate } from './read-gate.js';
import { FaultyFileSystem, temporaryFolder } from './test-support.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let files: FaultyFileSystem;
let cache: FileCache;

beforeEach(async () => {
  folder = await temporaryFolder();
  files = new FaultyFileSystem();
  cache = new FileCache(files, 3);
  for (let i = 0; i < 10; i++) await writeFile(pathOf(i), String(i));
});

afterEach(async () => {
  await cache.close();
  expect(files.opened).toBe(0);
  await folder.remove();
});

function pathOf(i: number): string {
  return join(folder.path, `${i}.log`);
}

async function read(i: number): Promise<string> {
  return cache.use(pathOf(i), 'read', async (file) => {
    const bytes = Buffer.alloc(10);
    return bytes.toString('utf8', 0, await file.read(bytes, 0));
  });
}

describe('FileCache', () => {
  test('has no more files open than its limit, however many are wanted at once', async () => {
    const wanted = Array.from({ length: 50 }, (_, i) => i % 10);
    expect(await Promise.all(wanted.map(read))).toEqual(wanted.map(String));
    expect(cache.size).toBeLessThanOrEqual(3);
    // A file may be opened while the one it displaces is being closed.
    expect(files.mostOpen).toBeLessThanOrEqual(6);
  });

  test('opens a file once, and anew after it was forgotten', async () => {
    await Promise.all([read(1), read(1)]);
    expect(files.mostOpen).toBe(1);
    await writeFile(pathOf(2), 'other');
    await cache.use(pathOf(1), 'read', async () => {
      await cache.forget(pathOf(1));
      expect(files.opened).toBe(1);
    });
    expect(files.opened).toBe(0);
    expect(await read(1)).toBe('1');
  });

  test('a file that cannot be opened is tried again', async () => {
    const missing = join(folder.path, 'missing');
    const use = (): Promise<boolean> => cache.use(missing, 'read', async () => true);
    await expect(use()).rejects.toMatchObject({ code: 'ENOENT' });
    await writeFile(missing, '');
    expect(await use()).toBe(true);
  });
});

describe('ReadGate', () => {
  test('lets many in together, and one alone', async () => {
    const gate = new ReadGate();
    let inside = 0;
    let most = 0;
    const events: string[] = [];
    const shared = (): Promise<void> =>
      gate.shared(async () => {
        most = Math.max(most, ++inside);
        await new Promise<void>((resolve) => setImmediate(resolve));
        inside--;
      });
    const alone = (name: string): Promise<void> =>
      gate.exclusive(async () => {
        expect(inside).toBe(0);
        events.push(`${name} in`);
        await new Promise<void>((resolve) => setImmediate(resolve));
        expect(inside).toBe(0);
        events.push(`${name} out`);
      });
    await Promise.all([shared(), shared(), alone('a'), shared(), alone('b'), shared(), shared()]);
    expect(most).toBeGreaterThan(1);
    expect(events).toEqual(['a in', 'a out', 'b in', 'b out']);
  });

  test('is free again after a failure', async () => {
    const gate = new ReadGate();
    const fail = async (): Promise<void> => {
      throw new Error('failed');
    };
    await expect(gate.exclusive(fail)).rejects.toThrow('failed');
    await expect(gate.shared(fail)).rejects.toThrow('failed');
    expect(await gate.exclusive(async () => 1)).toBe(1);
  });
});
