import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { allPages, startApiBed, type ApiBed, type Page } from './api-bed.js';

const MINUTE = 60_000;
const START = Date.UTC(2025, 0, 31);
const at = (ms: number): string => new Date(START + ms).toISOString();

interface Alert {
  alertId: string;
}

let api: ApiBed;

/** `alert-0` is resolved; `alert-3` and `alert-4` have fired at the same moment. */
async function seed(): Promise<void> {
  for (let n = 0; n < 5; n++) {
    const firedAt = at(Math.min(n, 3) * MINUTE);
    await api.pool.query(
      `INSERT INTO alert (alert_id, rule_id, rule_name, description, severity, device_id, metric, state, started_at,
                          fired_at, resolved_at, resolved_by, value, text, summary, labels)
       VALUES ($1, $2, 'Hot', 'Check the vents', $8, $3, 'temperature', $4, $5, $5, $6, $7, 31, NULL,
               'temperature is 31', $9)`,
      [
        `alert-${n}`,
        n < 3 ? 'hot' : 'cold',
        n % 2 === 0 ? 'greenhouse-1' : 'greenhouse-2',
        n === 0 ? 'resolved' : 'firing',
        firedAt,
        n === 0 ? at(60 * MINUTE) : null,
        n === 0 ? 'cleared' : null,
        n < 2 ? 'critical' : 'warning',
        JSON.stringify(n % 2 === 0 ? { site: 'north', floor: '1' } : { site: 'south' }),
      ],
    );
    await api.pool.query(
      `INSERT INTO alert_event (alert_id, transition, time, value, severity) VALUES ($1, 'firing', $2, 31, 'warning')`,
      [`alert-${n}`, firedAt],
    );
  }
}

beforeAll(async () => {
  api = await startApiBed('api_alerts');
  await seed();
}, 120_000);

afterAll(() => api?.close(), 120_000);

describe('the list', () => {
  test('all pages have every alert once, newest first', async () => {
    const { items, pages } = await allPages<Alert>(api.client, '/api/alerts?limit=2');
    const ids = items.map(({ alertId }) => alertId);
    expect(ids).toEqual(['alert-4', 'alert-3', 'alert-2', 'alert-1', 'alert-0']);
    expect(pages).toBe(3);
  });

  test('an alert says what it is about', async () => {
    const { body } = await api.client.get<Page<Alert>>('/api/alerts?state=resolved');
    expect(body.items).toMatchObject([
      {
        severity: 'critical',
        labels: { site: 'north', floor: '1' },
        description: 'Check the vents',
        text: null,
        snoozedUntil: null,
        snoozedBy: null,
      },
    ]);
  });

  test.each([
    ['state=resolved', ['alert-0']],
    ['device=greenhouse-2', ['alert-3', 'alert-1']],
    ['rule=hot&state=firing', ['alert-2', 'alert-1']],
    ['rule=nope', []],
    ['severity=critical', ['alert-1', 'alert-0']],
    ['snoozed=true', []],
    ['snoozed=false&limit=1', ['alert-4']],
    [`from=${at(2 * MINUTE)}&to=${at(3 * MINUTE)}`, ['alert-2']],
    ['label=site%3Dsouth', ['alert-3', 'alert-1']],
    ['label=floor%3D1&state=firing', ['alert-4', 'alert-2']],
    ['label=floor%3D2', []],
  ])('?%s', async (query, expected) => {
    const { body } = await api.client.get<Page<Alert>>(`/api/alerts?${query}`);
    expect(body.items.map(({ alertId }) => alertId)).toEqual(expected);
  });

  test.each([
    ['state=open', 'state'],
    ['acknowledged=yes', 'acknowledged'],
    ['severity=high', 'severity'],
    ['snoozed=1', 'snoozed'],
    ['from=2&to=1', 'from'],
    ['to=later', 'to'],
    ['label=site', 'label'],
    ['label=%3Dx', 'label'],
    ['cursor=x', 'cursor'],
  ])('?%s is refused', async (query, field) => {
    const { status, body } = await api.client.get(`/api/alerts?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ in: 'query', field }] });
  });
});

test('the summary counts by severity, and the last day', async () => {
  const { body } = await api.client.get('/api/alerts/summary');
  expect(body).toEqual({
    firing: 4,
    acknowledged: 0,
    snoozed: 0,
    bySeverity: {
      critical: { firing: 1, acknowledged: 0, snoozed: 0 },
      warning: { firing: 3, acknowledged: 0, snoozed: 0 },
      info: { firing: 0, acknowledged: 0, snoozed: 0 },
    },
    lastDay: { fired: 0, resolved: 0 },
  });
});

test('one has its events, and the first acknowledgement stays', async () => {
  const { client } = api;
  const before = await client.get<{ events: unknown[] }>('/api/alerts/alert-1');
  expect(before.body).toMatchObject({
    acknowledgedAt: null,
    events: [{ transition: 'firing', value: 31, severity: 'warning', actor: null }],
    notifications: [],
  });
  const first = await client.send('POST', '/api/alerts/alert-1/acknowledge', { by: 'Ada' });
  expect(first).toMatchObject({
    status: 200,
    body: {
      acknowledgedBy: 'Ada',
      state: 'firing',
      events: [{}, { transition: 'acknowledged', actor: 'Ada' }],
      notifications: [{ receiver: 'stream', channelId: null, attempts: 0, deliveredAt: null }],
    },
  });
  const second = await client.send('POST', '/api/alerts/alert-1/acknowledge');
  expect(second.body).toEqual(first.body);
  const { body } = await client.get<Page<Alert>>('/api/alerts?acknowledged=true');
  expect(body.items.map(({ alertId }) => alertId)).toEqual(['alert-1']);
});

test('an alert tells who was told, and what became of it', async () => {
  const { rows } = await api.pool.query<{ sequence: string }>(
    `SELECT sequence FROM alert_event WHERE alert_id = 'alert-2'`,
  );
  await api.pool.query(
    `WITH message AS (
       INSERT INTO notification_message (idempotency_key, channel_id, rule_id, attempts, last_error)
       VALUES ('m1', 'ops-mail', 'hot', 3, 'the receiver does not answer') RETURNING message_id)
     INSERT INTO notification (idempotency_key, sequence, channel, target, rule_id, payload, message_id, delivered_at, attempts)
     VALUES ('n1', $1, 'stream', 'telemetry.alerts', 'hot', '{}', NULL, $2, 1),
            ('n2', $1, 'channel', 'ops-mail', 'hot', '{}', (SELECT message_id FROM message), NULL, 0)`,
    [rows[0]?.sequence, at(5 * MINUTE)],
  );
  const { body } = await api.client.get('/api/alerts/alert-2');
  expect(body['notifications']).toMatchObject([
    { receiver: 'stream', channelId: null, attempts: 1, deliveredAt: at(5 * MINUTE), lastError: null },
    {
      receiver: 'channel',
      channelId: 'ops-mail',
      attempts: 3,
      deliveredAt: null,
      failedAt: null,
      lastError: 'the receiver does not answer',
    },
  ]);
});

describe('snoozing', () => {
  const path = '/api/alerts/alert-3/snooze';

  test('for a while, until a time, and ended', async () => {
    const { client } = api;
    const before = Date.now();
    const first = await client.send<Record<string, string>>('POST', path, { forMs: 3_600_000, by: 'Ada' });
    expect(first).toMatchObject({ status: 200, body: { snoozedBy: 'Ada', state: 'firing' } });
    const untilMs = Date.parse(first.body['snoozedUntil'] ?? '');
    expect(untilMs).toBeGreaterThanOrEqual(before + 3_600_000);
    expect(untilMs).toBeLessThanOrEqual(Date.now() + 3_600_000);
    expect((await client.get<Page<Alert>>('/api/alerts?snoozed=true')).body.items).toHaveLength(1);
    expect((await client.get('/api/alerts/summary')).body).toMatchObject({ snoozed: 1 });

    const until = new Date(Date.now() + 7_200_000).toISOString();
    expect((await client.send('POST', path, { until })).body).toMatchObject({
      snoozedUntil: until,
      snoozedBy: 'api',
    });
    const ended = await client.send<{ events: object[] }>('DELETE', `${path}?by=Ada`);
    expect(ended).toMatchObject({ status: 200, body: { snoozedUntil: null } });
    expect(ended.body.events.at(-1)).toMatchObject({ transition: 'unsnoozed', actor: 'Ada' });
    expect((await client.send('DELETE', path)).body).toEqual(ended.body);
  });

  test.each([
    [{}, ''],
    [{ forMs: 1000, until: '2999-01-01' }, ''],
    [{ forMs: 0 }, 'forMs'],
    [{ forMs: 31 * 86_400_000 }, 'forMs'],
    [{ until: '2020-01-01' }, 'until'],
    [{ until: '2999-01-01' }, 'until'],
    [{ until: 'later' }, 'until'],
    [{ forMs: 1000, by: '' }, 'by'],
    [{ forMs: 1000, who: 'x' }, 'who'],
    [[], ''],
  ])('%j is refused', async (body, field) => {
    const answer = await api.client.send('POST', path, body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ in: 'body', field }] } });
  });
});

test.each([
  ['GET', '/api/alerts/nope', undefined, 404],
  ['POST', '/api/alerts/nope/acknowledge', undefined, 404],
  ['POST', '/api/alerts/nope/snooze', { forMs: 1000 }, 404],
  ['DELETE', '/api/alerts/nope/snooze', undefined, 404],
  ['POST', '/api/alerts/alert-0/acknowledge', undefined, 409],
  ['POST', '/api/alerts/alert-0/snooze', { forMs: 1000 }, 409],
  ['POST', '/api/alerts/alert-4/acknowledge', { by: 5 }, 400],
  ['POST', '/api/alerts/alert-4/acknowledge', { who: 'x' }, 400],
  ['DELETE', '/api/alerts/alert-4/snooze?who=x', undefined, 400],
])('%s %s %j is %i', async (method, path, body, status) => {
  expect((await api.client.send(method, path, body)).status).toBe(status);
});
