import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { withLock } from './lock.js';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'stack-lock-'));
  file = join(dir, '.lock');
});
afterEach(() => rmSync(dir, { recursive: true }));

test('holders exclude each other', async () => {
  let inside = 0;
  const hold = () =>
    withLock(file, 10_000, async () => {
      expect(++inside).toBe(1);
      await delay(5);
      inside--;
    });
  await Promise.all([hold(), hold(), hold()]);
  expect(existsSync(file)).toBe(false);
});

test('it is given back after a failure', async () => {
  await expect(withLock(file, 1000, () => Promise.reject(new Error('fault')))).rejects.toThrow('fault');
  expect(await withLock(file, 1000, async () => 'free')).toBe('free');
});

test('the lock of a process that died does not count', async () => {
  writeFileSync(file, `${process.pid} 1\n`); // our number, in an earlier life
  expect(await withLock(file, 1000, async () => 'free')).toBe('free');
});

test('waiting has an end', async () => {
  await withLock(file, 1000, async () => {
    await expect(withLock(file, 10, async () => undefined)).rejects.toMatchObject({
      code: 'BUSY',
      retriable: true,
    });
  });
});
