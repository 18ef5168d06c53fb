import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { openDataFolder } from './data-folder.js';

const root = mkdtempSync(join(tmpdir(), 'fieldstream-data-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let count = 0;
function freshPath(): string {
  return join(root, `d${count++}`, 'deep');
}

test('a new folder is made, and can be opened again', async () => {
  const path = freshPath();
  const first = await openDataFolder(path);
  expect(first.path).toBe(path);
  await first.close();
  const second = await openDataFolder(path);
  expect(readdirSync(path)).toEqual(['format.json']);
  await second.close();
});

test('a folder that is open is refused, whatever the path says, until it is closed', async () => {
  const path = freshPath();
  const first = await openDataFolder(path);
  await expect(openDataFolder(join(path, '..', 'deep'))).rejects.toMatchObject({
    code: 'in-use',
    message: expect.stringContaining('DATA_DIR'),
  });
  await first.close();
  await (await openDataFolder(path)).close();
});

test('a holder that is killed holds nothing', async () => {
  const path = freshPath();
  mkdirSync(path, { recursive: true });
  const lock = pathToFileURL(join(import.meta.dirname, 'folder-lock.ts')).href;
  const child = spawn(
    process.execPath,
    [
      '--import',
      '@swc-node/register/esm-register',
      '--input-type=module',
      '-e',
      `const { lockFolder } = await import(${JSON.stringify(lock)});
       await lockFolder(${JSON.stringify(path)}); console.log('held'); setInterval(() => {}, 1000);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(child.stdout, 'data');
  await expect(openDataFolder(path)).rejects.toMatchObject({ code: 'in-use' });
  child.kill('SIGKILL');
  await once(child, 'exit');
  await (await openDataFolder(path)).close();
});

test.each([
  ['of a newer version', '{"format": 2}', 'newer Fieldstream (format 2; this one knows 1)'],
  ['that says nothing', '{}', 'does not say which format'],
  ['that is torn', '{"for', 'does not say which format'],
])('a format file %s is refused and left as it is', async (_, text, message) => {
  const path = freshPath();
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'format.json'), text);
  await expect(openDataFolder(path)).rejects.toMatchObject({
    code: 'wrong-format',
    message: expect.stringContaining(message),
  });
  expect(readdirSync(path)).toEqual(['format.json']);
});

test('a folder that somebody else fills is refused, one with other things is not', async () => {
  const path = freshPath();
  mkdirSync(join(path, 'log'), { recursive: true });
  await expect(openDataFolder(path)).rejects.toMatchObject({ code: 'wrong-format' });
  expect(existsSync(join(path, 'format.json'))).toBe(false);

  const shared = freshPath();
  mkdirSync(join(shared, 'stack'), { recursive: true });
  await (await openDataFolder(shared)).close();
});

test('a folder that cannot be made is refused with a remedy', async () => {
  const file = join(root, 'a-file');
  writeFileSync(file, '');
  await expect(openDataFolder(join(file, 'data'))).rejects.toMatchObject({
    code: 'not-writable',
    message: expect.stringMatching(/a-file\/data cannot be written \(ENOTDIR\).*DATA_DIR/),
  });
});
