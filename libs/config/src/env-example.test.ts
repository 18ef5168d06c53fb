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

test('.env.example as it stands changes nothing, and with its examples of the engines starts every app', () => {
  expect(loadConfig('standalone', parseEnv(envExample()))).toEqual(loadConfig('standalone', {}));
  const withEngines = parseEnv(envExample().replaceAll(/^#(?=KAFKA_BROKERS=|DATABASE_URL=)/gm, ''));
  const { KAFKA_BROKERS, DATABASE_URL } = withEngines;
  expect([KAFKA_BROKERS, DATABASE_URL]).not.toContain(undefined);
  for (const app of APPS) {
    expect(loadConfig(app, withEngines)).toEqual(loadConfig(app, { KAFKA_BROKERS, DATABASE_URL }));
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
