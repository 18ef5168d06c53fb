import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { isSignedBody } from '../signature.js';
import { HttpReceiver } from '../testing/http-receiver.js';
import { alertMessage, alertRecord, alertRecords, AT_MS, sendContext } from '../testing/sample-alerts.js';
import { webhook } from './webhook.js';

const SECRET = 'a-signing-key-of-some-length';

let receiver: HttpReceiver;
beforeAll(async () => {
  receiver = await HttpReceiver.start();
});
beforeEach(() => receiver.reset());
afterAll(() => receiver.stop());

test('sends JSON with the alerts as they stand', async () => {
  const alerts = [
    alertRecord({ sequence: 3, alertId: 'a', severity: 'warning' }),
    alertRecord({ sequence: 4, alertId: 'b', deviceId: 'gh-2', state: 'resolved', change: 'resolved' }),
    alertRecord({ sequence: 5, alertId: 'a', severity: 'critical', change: 'severity' }),
  ];
  await webhook.send({ url: `${receiver.url}/in` }, alertMessage(alerts), sendContext());
  expect(receiver.requests).toMatchObject([
    {
      method: 'POST',
      url: '/in',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': 'key-1',
        'user-agent': 'fieldstream',
      },
    },
  ]);
  expect(receiver.requests[0]?.headers).not.toHaveProperty('x-fieldstream-signature');
  expect(receiver.bodies).toEqual([
    {
      version: 1,
      id: 'key-1',
      createdAtMs: AT_MS,
      channel: { id: 'ops', name: 'Operations' },
      isTest: false,
      status: 'firing',
      severity: 'critical',
      rule: { id: 'too-hot', name: 'Greenhouse too hot' },
      title: '[1 firing, 1 resolved] Greenhouse too hot: 2 devices',
      text: expect.stringMatching(/^\[critical\] .*\n\[resolved\] .*$/),
      description: '',
      firingCount: 1,
      resolvedCount: 1,
      consoleUrl: 'https://console.example/alerts',
      alerts: [alerts[1], alerts[2]],
    },
  ]);
});

test('holds every alert, and lists 20 in the text', async () => {
  await webhook.send({ url: receiver.url }, alertMessage(alertRecords(30)), sendContext());
  const [body] = receiver.bodies as { text: string; alerts: unknown[] }[];
  expect(body?.alerts).toHaveLength(30);
  expect(body?.text.split('\n')).toHaveLength(21);
  expect(body?.text).toMatch(/\n… and 10 more$/);
});

test('sends what the template makes, by the method and with the headers that it is told', async () => {
  const config = {
    url: receiver.url,
    method: 'PUT' as const,
    headers: { 'x-api-key': 'k' },
    template: { body: 'm={{title}}&n={{firingCount}}', contentType: 'application/x-www-form-urlencoded' },
  };
  await webhook.send(config, alertMessage(), sendContext());
  expect(receiver.requests).toMatchObject([
    {
      method: 'PUT',
      headers: { 'x-api-key': 'k', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'm=%5Bfiring%5D%20Greenhouse%20too%20hot%3A%20temperature%20of%20gh-1&n=1',
    },
  ]);
});

describe('signature', () => {
  async function signed(): Promise<{ body: string; header: string; atSeconds: number }> {
    await webhook.send({ url: receiver.url, secret: SECRET }, alertMessage(), sendContext());
    const { body = '', headers } = receiver.requests[0] ?? {};
    const header = String(headers?.['x-fieldstream-signature']);
    return { body, header, atSeconds: Number(/^t=(\d+),v1=[0-9a-f]{64}$/.exec(header)?.[1]) };
  }

  test('is of this body, this secret and this time', async () => {
    const { body, header, atSeconds } = await signed();
    expect(Math.abs(atSeconds - Date.now() / 1000)).toBeLessThan(60);
    expect(isSignedBody(SECRET, body, header, atSeconds)).toBe(true);
    expect(isSignedBody(SECRET, body, header, atSeconds + 299)).toBe(true);
  });

  test.each<[string, (given: { body: string; header: string; atSeconds: number }) => boolean]>([
    ['another body', ({ body, header, atSeconds }) => isSignedBody(SECRET, `${body} `, header, atSeconds)],
    ['another secret', ({ body, header, atSeconds }) => isSignedBody(`${SECRET}x`, body, header, atSeconds)],
    ['a replay', ({ body, header, atSeconds }) => isSignedBody(SECRET, body, header, atSeconds + 301)],
    [
      'another time in the header',
      ({ body, header, atSeconds }) =>
        isSignedBody(SECRET, body, header.replace(String(atSeconds), String(atSeconds + 1)), atSeconds),
    ],
    [
      'a short code',
      ({ body, header, atSeconds }) => isSignedBody(SECRET, body, header.slice(0, -1), atSeconds),
    ],
    ['no header', ({ body, atSeconds }) => isSignedBody(SECRET, body, '', atSeconds)],
  ])('is not good with %s', async (_, check) => {
    expect(check(await signed())).toBe(false);
  });

  const hasPython = spawnSync('python3', ['--version']).status === 0;
  test.each([
    [
      'js',
      process.execPath,
      ['--input-type=module', '-e'],
      'console.log(verify(process.env.SECRET, process.env.BODY, process.env.HEADER));',
    ],
    [
      'python',
      'python3',
      ['-c'],
      'import os; print(str(verify(os.environ["SECRET"], os.environ["BODY"].encode(), os.environ["HEADER"])).lower())',
    ],
  ])('is verified by the example of the README in %s', async (language, program, options, call) => {
    // Who has no Python is shown the example untried.
    if (language === 'python' && !hasPython) return;
    const readme = await readFile('libs/notify/README.md', 'utf8');
    const example =
      new RegExp(`\`\`\`${language}\n(?<code>[^]*?)\`\`\``).exec(readme)?.groups?.['code'] ?? '';
    expect(example).toContain('verify');
    const { body, header } = await signed();
    const verified = (given: string): string => {
      const env = { PATH: process.env['PATH'], SECRET, BODY: given, HEADER: header };
      const { stdout, stderr } = spawnSync(program, [...options, `${example}\n${call}`], {
        env,
        encoding: 'utf8',
      });
      return (stdout + stderr).trim();
    };
    expect(verified(body)).toBe('true');
    expect(verified(`${body} `)).toBe('false');
  });
});
