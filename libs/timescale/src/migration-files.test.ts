import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { migrationsDirectory, readMigrations } from './migration-files.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'migrations-'));
});
afterEach(() => rm(directory, { recursive: true }));

test("the project's migrations are numbered from 1 without a gap", async () => {
  const migrations = await readMigrations();
  expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1));
  expect(migrations[0]?.name).toBe('0001_schema.sql');
});

test('they are found from the compiled program too', () => {
  const source = migrationsDirectory();
  const project = join(source, '..', '..', '..');
  expect(migrationsDirectory(join(project, 'dist', 'libs', 'timescale', 'src'))).toBe(source);
  expect(() => migrationsDirectory(directory)).toThrow('is in no folder above');
});

test('the checksum does not depend on the kind of line end', async () => {
  await writeFile(join(directory, '0001_one.sql'), 'SELECT 1;\nSELECT 2;\n');
  const [unix] = await readMigrations(directory);
  await writeFile(join(directory, '0001_one.sql'), 'SELECT 1;\r\nSELECT 2;\r\n');
  const [windows] = await readMigrations(directory);
  expect(windows?.checksum).toBe(unix?.checksum);
});

test('a gap, a repeated number and a strange name are refused', async () => {
  await writeFile(join(directory, '0001_one.sql'), '');
  await writeFile(join(directory, '0003_three.sql'), '');
  await expect(readMigrations(directory)).rejects.toThrow(
    '0003_three.sql: expected the name of migration 0002',
  );
  await rm(join(directory, '0003_three.sql'));
  await writeFile(join(directory, 'two.sql'), '');
  await expect(readMigrations(directory)).rejects.toThrow('two.sql');
});
