import 'reflect-metadata';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Producer } from 'kafkajs';
import { eventually } from '@fieldstream/testing';
import { alertKey, encodeAlert, TOPICS, type AlertRecord } from '@fieldstream/wire';
import { startApiBed, type ApiBed } from './api-bed.js';
import { alertsOf, type EventListener, openStream } from './api-stream-support.js';

jest.setTimeout(60_000);

let api: ApiBed;
let url: string;
let producer: Producer;
const open: { leave(): void }[] = [];

/** Until the test is over. */
async function listen(query = '', headers: Record<string, string> = {}, at = url): Promise<EventListener> {
  const listener = await openStream(`${at}/api/stream${query}`, headers);
  open.push(listener);
  return listener;
}

beforeAll(async () => {
  api = await startApiBed('api_stream');
  url = api.client.url;
  producer = api.kafka.producer();
  await producer.connect();
  await streamReady(url);
}, 120_000);

afterEach(() => {
  for (const listener of open.splice(0)) listener.leave();
});

afterAll(async () => {
  await producer?.disconnect();
  await api?.close();
}, 120_000);

async function streamReady(at: string, headers: Record<string, string> = {}): Promise<void> {
  await eventually(
    async () => {
      const response = await fetch(`${at}/api/stream`, { headers });
      await response.body?.cancel();
      return response.status === 200;
    },
    { what: 'the stream to be ready', timeoutMs: 30_000 },
  );
}

/** What happened to an alert, as the alerters store it: its event, and the notification for the stream. */
async function store(more: Partial<AlertRecord> = {}, isDelivered = true): Promise<AlertRecord> {
  const deviceId = more.deviceId ?? 'd';
  const alertId = `${deviceId}-${more.ruleId ?? 'r'}`;
  await api.pool.query(
    `INSERT INTO alert (alert_id, rule_id, rule_name, severity, device_id, metric, state, started_at, fired_at, summary)
     VALUES ($1, $2, 'Rule', 'warning', $3, 't', 'firing', now(), now(), '') ON CONFLICT DO NOTHING`,
    [alertId, more.ruleId ?? 'r', deviceId],
  );
  const { rows } = await api.pool.query<{ sequence: string }>(
    `INSERT INTO alert_event (alert_id, transition, time) VALUES ($1, 'severity', now()) RETURNING sequence`,
    [alertId],
  );
  const record: AlertRecord = {
    v: 1,
    sequence: Number(rows[0]?.sequence),
    alertId,
    state: 'firing',
    change: 'firing',
    ruleId: 'r',
    ruleName: 'Rule',
    severity: 'warning',
    deviceId,
    metric: 't',
    labels: { site: 'a' },
    value: 31,
    text: null,
    atMs: Date.now(),
    startedAtMs: Date.now(),
    summary: 'it is\nhot',
    description: '',
    acknowledgedBy: null,
    snoozedUntilMs: null,
    ...more,
  };
  await api.pool.query(
    `INSERT INTO notification (idempotency_key, sequence, channel, target, rule_id, payload, delivered_at)
     VALUES ($1, $2, 'stream', 'telemetry.alerts', $3, $4, CASE WHEN $5 THEN now() END)`,
    [`key-${record.sequence}`, record.sequence, record.ruleId, JSON.stringify(record), isDelivered],
  );
  return record;
}

async function tell(...records: readonly AlertRecord[]): Promise<void> {
  await producer.send({
    topic: api.bed.topicPrefix + TOPICS.alerts,
    messages: records.map((record) => ({ key: alertKey(record), value: encodeAlert(record) })),
  });
}

test('what happens to alerts is told as it happens, with its sequence as ID', async () => {
  const listener = await listen();
  const record = await store();
  await tell(record);
  await eventually(() => alertsOf(listener).length === 1, { what: 'the alert' });
  expect(listener.text).toMatch(/^retry: \d+\n\nevent: ready\nid: \d+\ndata: \{\}\n\n/);
  expect(listener.events.at(-1)).toEqual({ event: 'alert', id: record.sequence, data: record });
});

test('a record that comes twice is told once', async () => {
  const listener = await listen();
  const [first, second] = [await store(), await store()];
  await tell(first, first);
  await tell(first, second);
  await eventually(() => alertsOf(listener).includes(second.sequence), { what: 'the second' });
  expect(alertsOf(listener)).toEqual([first.sequence, second.sequence]);
});

test.each([
  ['?device=filter-b', [1, 4]],
  ['?rule=other', [2]],
  ['?severity=critical', [2, 3]],
  ['?device=filter-b&severity=warning', [1]],
])('%s', async (query, expected) => {
  const listener = await listen(query);
  const records = [
    await store({ deviceId: 'filter-a' }),
    await store({ deviceId: 'filter-b' }),
    await store({ deviceId: 'filter-a', ruleId: 'other', severity: 'critical' }),
    await store({ deviceId: 'filter-a', change: 'resolved', state: 'resolved' }),
    await store({ deviceId: 'filter-b', severity: 'info' }),
    // The last one to come to all, so that what is not there will not come any more.
    await store({ deviceId: 'filter-b', ruleId: 'other', severity: 'critical' }),
  ];
  for (const record of records) await tell(record);
  const last = records.at(-1)?.sequence ?? 0;
  await eventually(() => alertsOf(listener).includes(last), { what: 'the last one' });
  const wanted = [...expected, 5].map((index) => records[index]?.sequence);
  expect(alertsOf(listener).sort((a, b) => a - b)).toEqual(wanted);
});

describe('coming back', () => {
  test('brings what was missed, in order, and then what comes', async () => {
    const first = await listen();
    const seen = await store();
    await tell(seen);
    await eventually(() => alertsOf(first).length === 1, { what: 'the first' });
    first.leave();
    const missed = [await store(), await store({ deviceId: 'e' }), await store()];
    await tell(...missed);
    const again = await listen('', { 'last-event-id': String(seen.sequence) });
    const next = await store();
    await tell(next);
    await eventually(() => alertsOf(again).includes(next.sequence), { what: 'the next' });
    // Those of shortly before may come again.
    const later = alertsOf(again).filter((sequence) => sequence > seen.sequence);
    expect(later).toEqual([...missed, next].map(({ sequence }) => sequence));
    expect(again.events.filter(({ event }) => event === 'reset')).toEqual([]);
  });

  test('brings an earlier one that had not left when the later one was seen', async () => {
    const slow = await store({ deviceId: 'slow' }, false);
    const fast = await store({ deviceId: 'fast' });
    const again = await listen('?device=slow', { 'last-event-id': String(fast.sequence) });
    await eventually(() => alertsOf(again).includes(slow.sequence), { what: 'the earlier one' });
  });

  test('with a filter brings what passes it', async () => {
    const before = await store();
    await store({ deviceId: 'other' });
    const mine = await store({ deviceId: 'mine' });
    const again = await listen('?device=mine', { 'last-event-id': String(before.sequence) });
    await eventually(() => alertsOf(again).length > 0, { what: 'mine' });
    expect(alertsOf(again)).toEqual([mine.sequence]);
  });

  test('after too much says that the lists are to be read anew', async () => {
    const before = await store();
    await api.pool.query(
      `INSERT INTO alert_event (alert_id, transition, time) SELECT $1, 'severity', now() FROM generate_series(1, 1001)`,
      [before.alertId],
    );
    const again = await listen('', { 'last-event-id': String(before.sequence) });
    await eventually(() => again.events.length > 0, { what: 'the beginning' });
    expect(again.events[0]).toMatchObject({ event: 'reset', id: before.sequence + 1001 });
    const next = await store();
    await tell(next);
    await eventually(() => alertsOf(again).length > 0, { what: 'the next' });
    expect(alertsOf(again)).toEqual([next.sequence]);
  });

  test('to what is not kept, or is of another database, says so too', async () => {
    const before = await store();
    const gone = await store();
    await api.pool.query('DELETE FROM notification WHERE sequence = $1', [gone.sequence]);
    for (const id of [before.sequence, 999_999_999]) {
      const again = await listen('', { 'last-event-id': String(id) });
      await eventually(() => again.events.length > 0, { what: 'the beginning' });
      expect(again.events[0]).toMatchObject({ event: 'reset' });
    }
  });

  test('with an ID that was never given is refused', async () => {
    const response = await fetch(`${url}/api/stream`, { headers: { 'last-event-id': 'x' } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ in: 'header', field: 'last-event-id' }] });
  });
});

test('a subscriber that takes nothing is cut off, while others go on; it is counted', async () => {
  const fast = await listen('?device=flood');
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) });
  open.push({ leave: () => socket.destroy() });
  await new Promise((resolve) => socket.once('connect', resolve));
  let isClosed = false;
  socket.on('error', () => {});
  socket.on('close', () => (isClosed = true));
  socket.write('GET /api/stream?device=flood HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
  await new Promise((resolve) => socket.once('readable', resolve));
  // From here on it reads nothing: what the system holds for it fills up, then what the server does.
  const record = await store({ deviceId: 'flood' });
  const description = 'x'.repeat(20_000);
  for (let n = 0; n < 40; n++) {
    const flood = Array.from({ length: 20 }, (_, at) => {
      const sequence = 1_000_000 + n * 20 + at;
      return { ...record, sequence, description };
    });
    await tell(...flood);
  }
  await eventually(() => alertsOf(fast).length === 800, { what: 'all at the fast one', timeoutMs: 30_000 });
  const cut = async (): Promise<number> => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    return Number(/^fieldstream_stream_subscribers_cut_total\S* (\d+)$/m.exec(metrics)?.[1]);
  };
  await eventually(async () => (await cut()) === 1, { what: 'the slow one to be cut off' });
  expect(fast.isOver()).toBe(false);
  drain(socket);
  await eventually(() => isClosed, { what: 'its connection to close' });
});

/** Takes what is there, so that the end of the connection is seen. */
function drain(socket: Socket): void {
  socket.resume();
}

test('beyond 200 subscribers the next is refused for now', async () => {
  const crowd = await Promise.all(Array.from({ length: 200 }, () => listen('?device=crowd')));
  const refused = await fetch(`${url}/api/stream`);
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('5');
  expect(await refused.json()).toMatchObject({ type: 'urn:fieldstream:problem:too-many-subscribers' });
  for (const listener of crowd) listener.leave();
  await eventually(async () => (await listen()).events.length >= 0, { what: 'room again' });
});

test.each(['?device=a%2Fb', '?severity=high', '?token=x', '?rule='])('%s is refused', async (query) => {
  expect((await api.client.get(`/api/stream${query}`)).status).toBe(400);
});

test('where there is a token it is asked for, in the header', async () => {
  const token = 'a-token-for-the-test';
  const { url: guarded } = await api.start({ API_TOKEN: token });
  expect((await fetch(`${guarded}/api/stream`)).status).toBe(401);
  expect((await fetch(`${guarded}/api/stream?token=${token}`)).status).toBe(401);
  await streamReady(guarded, { authorization: `Bearer ${token}` });
});

test('without Kafka it is refused for now', async () => {
  const { url: lonely } = await api.start({ KAFKA_BROKERS: '127.0.0.1:1' });
  const response = await fetch(`${lonely}/api/stream`);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ type: 'urn:fieldstream:problem:kafka-unavailable' });
});

test('when the server stops, the streams end', async () => {
  const { api: other, url: at } = await api.start();
  await streamReady(at);
  const listener = await listen('', {}, at);
  await other.close();
  await eventually(() => listener.isOver(), { what: 'the end of the stream' });
});
