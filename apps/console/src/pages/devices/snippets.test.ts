import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { snippetsFor, UNKNOWN_PASSWORD, type SnippetFacts } from './snippets.js';

const FACTS: SnippetFacts = {
  deviceId: 'boiler-1',
  password: 's3cret_-',
  needsPassword: true,
  host: '192.168.1.10',
  port: 1883,
};

const textOf = (id: string, facts: Partial<SnippetFacts> = {}): string =>
  snippetsFor({ ...FACTS, ...facts }).find((snippet) => snippet.id === id)?.text ?? '';

test.each(snippetsFor(FACTS).map(({ id, text }) => [id, text]))('%s says where, who and what', (id, text) => {
  expect(text).toContain('192.168.1.10');
  expect(text).toContain('1883');
  expect(text).toContain('s3cret_-');
  expect(text).toContain('devices/boiler-1/telemetry');
  expect(id).toMatch(/^[a-z0-9]+$/);
});

test.each(snippetsFor(FACTS).map(({ id }) => id))('%s without a password has no user either', (id) => {
  const text = textOf(id, { needsPassword: false });
  expect(text).not.toMatch(/s3cret|username| -u | -P |MqttUser|connect\("boiler-1", "/);
});

test('a password that is not known any more is asked for', () => {
  expect(textOf('python', { password: undefined })).toContain(JSON.stringify(UNKNOWN_PASSWORD));
});

describe('hostile names stay values', () => {
  const deviceId = `it's "$(id)" \\ ; ö`;

  test('mosquitto_pub, read by a shell', () => {
    const script = textOf('mosquitto', { deviceId }).replace('mosquitto_pub', `printf '%s\\n'`);
    const words = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\n');
    expect(words[words.indexOf('-u') + 1]).toBe(deviceId);
    expect(words[words.indexOf('-t') + 1]).toBe(`devices/${deviceId}/telemetry`);
    expect(words[words.indexOf('-m') + 1]).toBe('{"temperature": 21.5}');
  });

  test.each(['python', 'esp32', 'node'])('%s', (id) => {
    expect(textOf(id, { deviceId })).toContain(JSON.stringify(deviceId));
  });

  test('an IPv6 host in a URL', () => {
    expect(textOf('node', { host: '::1' })).toContain('"mqtt://[::1]:1883"');
  });
});
