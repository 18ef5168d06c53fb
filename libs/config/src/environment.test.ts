import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readEnvironment } from './environment.js';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'environment-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

test('the file fills in what the process has not set', () => {
  const file = join(directory, '.env');
  writeFileSync(file, '# comment\nMQTT_PORT=1884\nHOST="127.0.0.1"\n');
  expect(readEnvironment(file, { MQTT_PORT: '1885' })).toEqual({ MQTT_PORT: '1885', HOST: '127.0.0.1' });
});

test('no file is no fault', () => {
  expect(readEnvironment(join(directory, 'none'), { MQTT_PORT: '1885' })).toEqual({ MQTT_PORT: '1885' });
});

test('a file that cannot be read is one', () => {
  expect(() => readEnvironment(directory, {})).toThrow('EISDIR');
});
