import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readCompose } from './compose-file.js';

const script = join(import.meta.dirname, 'make-env.sh');
let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'make-env-'));
  file = join(folder, '.env');
});

afterEach(() => rm(folder, { recursive: true }));

async function run(): Promise<string> {
  await promisify(execFile)('sh', [script, file]);
  return readFile(file, 'utf8');
}

const parse = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split('\n').flatMap((line) => (line.includes('=') ? [line.split('=', 2)] : [])) as [
      string,
      string,
    ][],
  );

test('writes every secret that the Compose file requires, each another, for its owner alone', async () => {
  const env = parse(await run());
  expect(() => readCompose(join(import.meta.dirname, '..', 'docker-compose.yml'), env)).not.toThrow();
  const secrets = Object.values(env);
  expect(secrets).toHaveLength(4);
  for (const secret of secrets) expect(secret).toMatch(/^[0-9a-f]{48}$/);
  expect(new Set(secrets).size).toBe(4);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('leaves what is set, fills in what is empty, and changes nothing the second time', async () => {
  await writeFile(file, '#API_TOKEN=no\nPOSTGRES_PASSWORD=mine\nGRAFANA_ADMIN_PASSWORD=\nLOG_LEVEL=debug');
  const text = await run();
  expect(parse(text)).toMatchObject({ POSTGRES_PASSWORD: 'mine', LOG_LEVEL: 'debug' });
  expect(parse(text)['GRAFANA_ADMIN_PASSWORD']).toMatch(/^[0-9a-f]{48}$/);
  expect(parse(text)['API_TOKEN']).toMatch(/^[0-9a-f]{48}$/);
  expect(await run()).toBe(text);
});
