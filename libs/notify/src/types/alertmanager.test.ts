import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { HttpReceiver } from '../testing/http-receiver.js';
import { alertMessage, alertRecord, alertRecords, AT_MS, sendContext } from '../testing/sample-alerts.js';
import { alertmanager, ALERTMANAGER_LAPSE_MS } from './alertmanager.js';

let receiver: HttpReceiver;
beforeAll(async () => {
  receiver = await HttpReceiver.start();
});
beforeEach(() => receiver.reset());
afterAll(() => receiver.stop());

interface Entry {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
}

async function sent(...alerts: Parameters<typeof alertMessage>): Promise<Entry[]> {
  await alertmanager.send({ url: `${receiver.url}/` }, alertMessage(...alerts), sendContext());
  expect(receiver.requests[0]).toMatchObject({ method: 'POST', url: '/api/v2/alerts' });
  return receiver.bodies.flat() as Entry[];
}

function isOpen({ endsAt }: Entry): boolean {
  return Date.parse(endsAt) > Date.now();
}

test('an open alert, which lapses', async () => {
  const now = Date.now();
  const [entry] = await sent();
  expect(entry).toEqual({
    labels: {
      alertname: 'Greenhouse too hot',
      rule_id: 'too-hot',
      device_id: 'gh-1',
      metric: 'temperature',
      severity: 'warning',
      site: 'north',
    },
    annotations: { summary: 'Greenhouse too hot: temperature of gh-1 is > 30', value: '31.5' },
    startsAt: new Date(AT_MS - 60_000).toISOString(),
    endsAt: expect.any(String),
    generatorURL: 'https://console.example/alerts',
  });
  const lapsesIn = Date.parse(entry?.endsAt ?? '') - now;
  expect(lapsesIn).toBeGreaterThanOrEqual(ALERTMANAGER_LAPSE_MS);
  expect(lapsesIn).toBeLessThan(ALERTMANAGER_LAPSE_MS + 10_000);
});

test('a recovery ends it at its time', async () => {
  const [entry] = await sent([alertRecord({ state: 'resolved', change: 'resolved', atMs: AT_MS + 5 })]);
  expect(entry?.endsAt).toBe(new Date(AT_MS + 5).toISOString());
});

test.each<[string, number, number]>([
  ['a clock that is ahead', Date.now() + 3_600_000, Date.now() + 3_700_000],
  ['an end before the beginning', AT_MS, AT_MS - 1],
])('with %s, the times are ones that it takes', async (_, startedAtMs, atMs) => {
  for (const state of ['firing', 'resolved'] as const) {
    receiver.reset();
    const [entry] = await sent([alertRecord({ state, startedAtMs, atMs })]);
    const [start, end] = [Date.parse(entry?.startsAt ?? ''), Date.parse(entry?.endsAt ?? '')];
    expect(start).toBeLessThanOrEqual(Date.now());
    expect(end).toBeGreaterThanOrEqual(start);
    expect(end > Date.now()).toBe(state === 'firing');
  }
});

describe('a change of severity', () => {
  const changed = alertRecord({ severity: 'critical', change: 'severity' });
  const over = alertRecord({ sequence: 2, severity: 'critical', change: 'resolved', state: 'resolved' });

  function knows(...severities: string[]): void {
    receiver.answer = ({ method }, response) =>
      response.end(
        method === 'GET' ? JSON.stringify(severities.map((severity) => ({ labels: { severity } }))) : '',
      );
  }

  async function told(alerts: Parameters<typeof alertMessage>[0]): Promise<unknown[]> {
    await alertmanager.send({ url: receiver.url }, alertMessage(alerts), sendContext());
    const bodies = receiver.requests.filter(({ method }) => method === 'POST').map(({ body }) => body);
    const entries = bodies.flatMap((body) => JSON.parse(body) as Entry[]);
    return entries.map((entry) => [entry.labels['severity'], isOpen(entry)]);
  }

  test('ends what is open there, and begins what is', async () => {
    knows('warning');
    expect(await told([changed])).toEqual([
      ['warning', false],
      ['critical', true],
    ]);
    const { searchParams } = new URL(receiver.requests[0]?.url ?? '', receiver.url);
    expect(searchParams.getAll('filter')).toEqual([
      'rule_id="too-hot"',
      'device_id="gh-1"',
      'metric="temperature"',
    ]);
  });

  test.each<[string, () => void]>([
    [
      'a refusal',
      () =>
        (receiver.answer = ({ method }, response) => response.writeHead(method === 'GET' ? 500 : 200).end()),
    ],
    ['something else', () => (receiver.answer = (_, response) => response.end('{"a": 1}'))],
    ['no end', () => (receiver.answer = (_, response) => response.end(' '.repeat(300 * 1024)))],
  ])('with %s for an answer, ends all others', async (_, answer) => {
    answer();
    expect(await told([changed])).toEqual([
      ['info', false],
      ['warning', false],
      ['critical', true],
    ]);
  });

  test('that was told before is told again', async () => {
    knows('critical');
    expect(await told([changed])).toEqual([['critical', true]]);
  });

  test('of an alert that fired in the same message ends nothing', async () => {
    expect(await told([alertRecord({ sequence: 0 }), changed])).toEqual([['critical', true]]);
    expect(receiver.requests).toHaveLength(1);
  });

  test('that is over already ends all of it', async () => {
    knows('warning');
    expect(await told([changed, over])).toEqual([
      ['warning', false],
      ['critical', false],
    ]);
  });

  test('of many alerts asks after 20 of them', async () => {
    knows('warning');
    const alerts = alertRecords(25, { severity: 'critical', change: 'severity' });
    expect(await told(alerts)).toHaveLength(20 * 2 + 5 * 3);
    expect(receiver.requests.filter(({ method }) => method === 'GET')).toHaveLength(20);
  });
});

test('labels of the device get names that Prometheus knows, and take no name that is taken', async () => {
  const labels = {
    'floor-no': '3',
    '1st': 'a',
    severity: 'x',
    'a.b': '1',
    'a-b': '2',
    empty: '',
    __name__: 'n',
  };
  const config = { url: receiver.url, labels: { cluster: 'c' } };
  await alertmanager.send(config, alertMessage([alertRecord({ labels, metric: '' })]), sendContext());
  const [[entry]] = receiver.bodies as [[Entry]];
  expect(entry.labels).toEqual({
    cluster: 'c',
    alertname: 'Greenhouse too hot',
    rule_id: 'too-hot',
    device_id: 'gh-1',
    severity: 'warning',
    device_severity: 'x',
    floor_no: '3',
    device_1st: 'a',
    a_b: '2',
    device_a_b: '1',
    device___name__: 'n',
  });
});

test('refresh tells the open ones again, in requests of 500', async () => {
  const alerts = [...alertRecords(1100), alertRecord({ alertId: 'over', state: 'resolved' })];
  await alertmanager.refresh?.({ url: receiver.url }, alerts, sendContext());
  const bodies = receiver.bodies as Entry[][];
  expect(bodies.map((body) => body.length)).toEqual([500, 500, 100]);
  expect(bodies.flat().every(isOpen)).toBe(true);
});

test('refresh of nothing asks nothing', async () => {
  await alertmanager.refresh?.({ url: receiver.url }, [], sendContext());
  expect(receiver.requests).toEqual([]);
});

test.each<[object, string]>([
  [{ user: 'u', password: 'p' }, 'Basic dTpw'],
  [{ token: 't' }, 'Bearer t'],
])('logs in with %j', async (credentials, authorization) => {
  await alertmanager.send({ url: receiver.url, ...credentials }, alertMessage(), sendContext());
  expect(receiver.requests[0]?.headers['authorization']).toBe(authorization);
});
