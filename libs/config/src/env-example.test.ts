import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { expect, test } from '@jest/globals';
import { APPS } from './app.js';
import { envExample } from './env-example.js';
import { environmentTable, fillEnvironmentTables } from './environment-table.js';
import { loadConfig } from './load-config.js';

const ROOT = new URL('../../../', import.meta.url);

test('.env.example is in step with the schema (else run generate-env-example.ts)', async () => {
  expect(await readFile(new URL('.env.example', ROOT), 'utf8')).toBe(envExample());
});

test('.env.example as it stands starts every app, with the defaults', () => {
  for (const app of APPS) {
    const required = {
      KAFKA_BROKERS: '127.0.0.1:9092',
      DATABASE_URL: parseEnv(envExample())['DATABASE_URL'],
    };
    expect(loadConfig(app, parseEnv(envExample()))).toEqual(loadConfig(app, required));
  }
});

test('no line of .env.example offers a secret to copy', () => {
  expect(envExample()).toContain('\n#API_TOKEN=\n');
  expect(envExample()).toContain('\n#GRAFANA_READER_PASSWORD=\n');
});

test.each(APPS)('the environment table in the README of %s is in step', async (app) => {
  const text = await readFile(new URL(`apps/${app}/README.md`, ROOT), 'utf8').catch(() => '');
  expect(fillEnvironmentTables(text)).toBe(text);
});

test('a table replaces what stands between its marks, and nothing else', () => {
  const before = 'a\n<!-- environment: api -->\nold\n<!-- /environment -->\nb\n';
  const after = `a\n<!-- environment: api -->\n\n${environmentTable('api')}\n\n<!-- /environment -->\nb\n`;
  expect(fillEnvironmentTables(before)).toBe(after);
  expect(fillEnvironmentTables(after)).toBe(after);
});
