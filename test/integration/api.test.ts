import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { startApi, type RunningApi } from '../../apps/api/src/start.js';
import { loadConfig } from '@fieldstream/config';
import { createKafka, ensureTopics } from '@fieldstream/kafka';
import { createLogger } from '@fieldstream/observability';
import { createTestBed, eventually, type TestBed } from '@fieldstream/testing';
import { decodeTelemetry, TOPICS } from '@fieldstream/wire';
import { createGate, type Gate } from '../support/gate.js';
import { DocumentedClient } from './api-support.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A full day of seeded readings begins here. */
const START = Date.UTC(2026, 0, 31);
const at = (ms: number): string => new Date(START + ms).toISOString();

const logger = createLogger({ name: 'api-test', level: 'silent' });
let bed: TestBed;
let gate: Gate;
let pool: pg.Pool;
let api: RunningApi;
let client: DocumentedClient;

interface Page<T> {
  items: T[];
  next: string | null;
}

async function allPages<T>(path: string): Promise<Page<T> & { pages: number }> {
  const items: T[] = [];
  let cursor: string | null = null;
  for (let pages = 1; pages < 20; pages++) {
    const suffix: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { status, body } = await client.get<Page<T>>(path + suffix);
    expect(status).toBe(200);
    items.push(...body.items);
    if (body.next === null) return { items, next: null, pages };
    cursor = body.next;
  }
  throw new Error(`${path} has no end`);
}

async function seedDevices(): Promise<void> {
  await pool.query(
    `INSERT INTO device (device_id, name, labels, first_seen, presence, presence_at) VALUES
       ('greenhouse-1', 'North', '{"site": "a"}', $1, 'online', $1), ('greenhouse-2', NULL, '{}', $1, 'offline', $1),
       ('Shed', 'Gewächshaus', '{}', $1, NULL, NULL), ('äöü', NULL, '{}', $1, NULL, NULL), ('empty', NULL, '{}', $1, NULL, NULL)`,
    [at(0)],
  );
  await pool.query(
    `INSERT INTO series (device_id, metric, unit) VALUES
       ('greenhouse-1', 'temperature', '°C'), ('greenhouse-1', 'valve', NULL), ('greenhouse-1', 'mode', NULL)`,
  );
  // A reading every 10 seconds of a day: 0, 1, 2, …
  await pool.query(
    `INSERT INTO reading (time, series_id, value)
     SELECT $1::timestamptz + n * INTERVAL '10 seconds', series_id, n
     FROM series, generate_series(0, 8639) n WHERE metric = 'temperature'`,
    [at(0)],
  );
  await pool.query(
    `INSERT INTO reading_1m SELECT time_bucket('1 minute', time) AS bucket, series_id, count(*), sum(value), min(value),
       max(value), first(value, time), min(time), last(value, time), max(time) FROM reading GROUP BY bucket, series_id`,
  );
  // A switch, on from the start, off after an hour; the number stands beside the text.
  await pool.query(
    `INSERT INTO reading_text SELECT v.time, series_id, v.value, v.until_time
     FROM series, (VALUES ($1::timestamptz, 'auto', $2::timestamptz), ($2, 'manual', $3)) AS v (time, value, until_time)
     WHERE metric = 'mode'`,
    [at(0), at(HOUR), at(2 * HOUR)],
  );
}

async function addDeadLetter(
  offset: number,
  mqttTopic: string | null,
  payload: Buffer | string,
): Promise<number> {
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO dead_letter (origin_topic, origin_partition, origin_offset, reason, detail, device_id, client_id,
                              mqtt_topic, decoder, payload, received_at)
     VALUES ('telemetry.dead-letters', 0, $1, 'invalid-json', 'it is cut', 'greenhouse-1', 'client', $2, 'native', $3, $4)
     RETURNING dead_letter_id AS id`,
    [offset, mqttTopic, Buffer.from(payload), at(offset)],
  );
  return Number(rows[0]?.id);
}

beforeAll(async () => {
  bed = await createTestBed('api');
  gate = await createGate(bed.databaseUrl);
  const kafka = createKafka({ brokers: bed.kafkaBrokers.split(','), clientId: 'api-test', logger });
  await ensureTopics(kafka, {
    topicPrefix: bed.topicPrefix,
    partitions: 2,
    replicationFactor: 1,
    retentionHours: 1,
    logger,
  });
  api = await startApi(loadConfig('api', { ...bed.env, DATABASE_URL: gate.url, HTTP_PORT: '0' }), logger);
  client = await DocumentedClient.open(`http://127.0.0.1:${api.port}`);
  pool = new pg.Pool({ connectionString: bed.databaseUrl, max: 2 });
  await seedDevices();
}, 60_000);

afterAll(async () => {
  await api?.close();
  await pool?.end();
  await gate?.shut();
  await bed?.close();
}, 60_000);

describe('documentation', () => {
  test('every route has a summary, a tag, an answer and problems', () => {
    const routes = Object.entries(client.document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ route: `${method} ${path}`, operation })),
    );
    expect(routes.map(({ route }) => route).sort()).toEqual([
      'delete /api/alerts/{id}/snooze',
      'delete /api/channels/{id}',
      'delete /api/devices/{id}',
      'delete /api/devices/{id}/commands/{commandId}',
      'delete /api/rules/{id}',
      'get /api/alerts',
      'get /api/alerts/summary',
      'get /api/alerts/{id}',
      'get /api/channel-types',
      'get /api/channels',
      'get /api/channels/{id}',
      'get /api/dashboards',
      'get /api/dashboards/{uid}',
      'get /api/dead-letters',
      'get /api/dead-letters/summary',
      'get /api/dead-letters/{id}',
      'get /api/devices',
      'get /api/devices/{id}',
      'get /api/devices/{id}/commands',
      'get /api/devices/{id}/commands/{commandId}',
      'get /api/devices/{id}/latest',
      'get /api/devices/{id}/readings',
      'get /api/devices/{id}/sparklines',
      'get /api/labels',
      'get /api/latest',
      'get /api/pipeline',
      'get /api/rule-kinds',
      'get /api/rules',
      'get /api/rules/{id}',
      'get /api/server',
      'get /api/sparklines',
      'get /api/stream',
      'get /health/live',
      'get /health/ready',
      'patch /api/devices/{id}',
      'patch /api/rules/{id}',
      'post /api/alerts/{id}/acknowledge',
      'post /api/alerts/{id}/snooze',
      'post /api/channels',
      'post /api/channels/test',
      'post /api/channels/{id}/test',
      'post /api/dead-letters/{id}/replay',
      'post /api/devices',
      'post /api/devices/import',
      'post /api/devices/{id}/commands',
      'post /api/devices/{id}/disable',
      'post /api/devices/{id}/enable',
      'post /api/devices/{id}/token',
      'post /api/ds/query',
      'post /api/rules',
      'post /api/rules/back-test',
      'put /api/channels/{id}',
      'put /api/rules/{id}',
    ]);
    for (const { operation } of routes) {
      expect(operation.summary).toBeTruthy();
      expect(operation.tags).toHaveLength(1);
      expect(Object.keys(operation.responses).some((status) => status.startsWith('2'))).toBe(true);
      expect(operation.responses['500']).toBeDefined();
    }
  });

  test('the page that shows it is served with its files', async () => {
    for (const path of ['/', '/api/docs', '/api/docs/swagger-ui.css']) {
      expect((await fetch(client.url + path)).status).toBe(200);
    }
  });
});

describe('health and headers', () => {
  test('live and ready', async () => {
    expect((await client.get('/health/live')).status).toBe(200);
    const ready = await client.get('/health/ready');
    expect(ready).toMatchObject({ status: 200, body: { checks: { database: 'pass', kafka: 'pass' } } });
  });

  test('metrics count requests by route, without device IDs', async () => {
    await client.get('/api/devices/greenhouse-1');
    const text = await (await fetch(`${client.url}/metrics`)).text();
    const sample = /^fieldstream_http_request_duration_seconds_count\{(.*)\} \d+$/gm;
    const labels = [...text.matchAll(sample)].map(([, list]) => list?.split(',').sort().join());
    expect(labels).toContain('method="GET",route="/api/devices/:id",service="api",status="200"');
    expect(text).toContain('process_cpu_seconds_total');
    expect(text).not.toContain('greenhouse-1');
  });

  test('answers carry security headers and do not name the software', async () => {
    const { headers } = await client.get('/api/devices');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-powered-by')).toBeNull();
  });
});

describe('requests that go nowhere', () => {
  test.each([
    ['GET', '/nope'],
    ['GET', '/api/nope'],
    ['DELETE', '/api/alerts'],
    ['POST', '/api/labels'],
  ])('%s %s is a 404 problem', async (method, path) => {
    const { status, headers, body } = await client.send(method, path);
    expect(status).toBe(404);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body).toMatchObject({ status: 404, instance: path, type: 'urn:fieldstream:problem:not-found' });
  });

  test('malformed escapes are a 400 problem', async () => {
    expect(await client.get('/api/devices/%zz')).toMatchObject({
      status: 400,
      body: { instance: '/api/devices/%zz' },
    });
  });

  test('malformed JSON is a 400 problem', async () => {
    expect(await client.send('POST', '/api/rules', '{"id":')).toMatchObject({
      status: 400,
      body: { type: 'urn:fieldstream:problem:malformed-json' },
    });
  });

  test('a large body is a 413 problem', async () => {
    const body = JSON.stringify({ name: 'x'.repeat(300 * 1024) });
    expect((await client.send('PATCH', '/api/devices/greenhouse-1', body)).status).toBe(413);
  });

  test('another content type is a 415 problem', async () => {
    const response = await fetch(`${client.url}/api/rules`, { method: 'POST', body: 'id=1' });
    expect(response.status).toBe(415);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });

  test('a change from a page of another site is a 403 problem', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' };
    const response = await fetch(`${client.url}/api/alerts/alert-1/acknowledge`, { method: 'POST', headers });
    expect(response.status).toBe(403);
  });
});

describe('devices', () => {
  interface Device {
    deviceId: string;
    name: string | null;
  }
  const ids = (page: { items: Device[] }): string[] => page.items.map(({ deviceId }) => deviceId);

  test('all pages have every device once, in the order of the IDs', async () => {
    const all = await allPages<Device>('/api/devices?limit=2');
    expect(ids(all)).toEqual(['Shed', 'empty', 'greenhouse-1', 'greenhouse-2', 'äöü']);
    expect(all.pages).toBe(3);
  });

  test.each([
    ['search=GREEN', ['greenhouse-1', 'greenhouse-2']],
    ['search=gew%C3%A4chs', ['Shed']],
    ['search=%25', []],
    ['presence=online', ['greenhouse-1']],
    ['presence=unknown', ['Shed', 'empty', 'äöü']],
    ['search=house&presence=offline', ['greenhouse-2']],
  ])('?%s', async (query, expected) => {
    expect(ids((await client.get<Page<Device>>(`/api/devices?${query}`)).body)).toEqual(expected);
  });

  test('a device tells when it was last seen', async () => {
    expect((await client.get('/api/devices/greenhouse-1')).body).toEqual({
      deviceId: 'greenhouse-1',
      name: 'North',
      labels: { site: 'a' },
      firstSeen: at(0),
      lastSeen: at(24 * HOUR - 10_000),
      presence: 'online',
      presenceAt: at(0),
      family: null,
      manufacturer: null,
      model: null,
      firmware: null,
      via: null,
      registered: false,
      disabled: false,
      gatewayId: null,
      openAlerts: 0,
      worstSeverity: null,
    });
    expect((await client.get('/api/devices/empty')).body).toMatchObject({ lastSeen: null, presence: null });
    expect((await client.get(`/api/devices/${encodeURIComponent('äöü')}`)).status).toBe(200);
  });

  test('name and labels can be changed, each by itself', async () => {
    const path = '/api/devices/greenhouse-2';
    expect((await client.send('PATCH', path, { name: "South'; DROP TABLE device" })).body).toMatchObject({
      name: "South'; DROP TABLE device",
      labels: {},
    });
    expect((await client.send('PATCH', path, { labels: { site: 'b', floor: '1' } })).body).toMatchObject({
      name: "South'; DROP TABLE device",
      labels: { site: 'b', floor: '1' },
    });
    expect((await client.send('PATCH', path, { name: null })).body).toMatchObject({
      name: null,
      labels: { site: 'b', floor: '1' },
    });
  });

  test('labels that are not named stay, and null takes one away', async () => {
    const change = async (labels: object) =>
      (await client.send('PATCH', '/api/devices/Shed', { labels })).body['labels'];
    expect(await change({ a: '1', b: '2' })).toEqual({ a: '1', b: '2' });
    expect(await change({ b: '3', a: null, nope: null })).toEqual({ b: '3' });
  });

  test('a device has at most 50 labels, whatever the changes', async () => {
    const path = '/api/devices/%C3%A4%C3%B6%C3%BC';
    const labels = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`label-${n}`, 'x']));
    expect((await client.send('PATCH', path, { labels })).status).toBe(200);
    const more = await client.send('PATCH', path, { labels: { more: 'x' } });
    expect(more).toMatchObject({ status: 400, body: { errors: [{ in: 'body', field: 'labels' }] } });
    const swapped = await client.send('PATCH', path, { labels: { more: 'x', 'label-0': null } });
    expect(swapped.status).toBe(200);
    const tooMany = await client.send('PATCH', path, { labels: { ...labels, one: 'x' } });
    expect(tooMany.status).toBe(400);
  });

  test.each([
    ['GET', '/api/devices/nobody', undefined, 404],
    ['PATCH', '/api/devices/nobody', { name: 'x' }, 404],
    ['GET', '/api/devices/nobody/latest', undefined, 404],
    ['GET', '/api/devices/a%00b', undefined, 400],
    ['GET', '/api/devices/a%2Fb', undefined, 400],
    ['PATCH', '/api/devices/greenhouse-1', {}, 400],
    ['PATCH', '/api/devices/greenhouse-1', { name: '' }, 400],
    ['PATCH', '/api/devices/greenhouse-1', { name: 'a\u0000' }, 400],
    ['PATCH', '/api/devices/greenhouse-1', { labels: { a: 1 } }, 400],
    ['PATCH', '/api/devices/greenhouse-1', { labels: { a: 'x'.repeat(257) } }, 400],
    ['PATCH', '/api/devices/greenhouse-1', { labels: { ['x'.repeat(65)]: 'x' } }, 400],
    ['PATCH', '/api/devices/greenhouse-1', { labels: { '': 'x' } }, 400],
    ['PATCH', '/api/devices/greenhouse-1', { deviceId: 'x' }, 400],
    ['GET', '/api/devices?limit=0', undefined, 400],
    ['GET', '/api/devices?limit=501', undefined, 400],
    ['GET', '/api/devices?cursor=x', undefined, 400],
    ['GET', '/api/devices?search=%00', undefined, 400],
    ['GET', '/api/devices?serach=x', undefined, 400],
  ])('%s %s %j is %i', async (method, path, body, status) => {
    expect((await client.send(method, path, body)).status).toBe(status);
  });

  test('latest has the newest value of each metric', async () => {
    expect((await client.get('/api/devices/greenhouse-1/latest')).body).toEqual({
      deviceId: 'greenhouse-1',
      values: [
        { metric: 'mode', value: null, text: 'manual', unit: null, time: at(2 * HOUR) },
        { metric: 'temperature', value: 8639, text: null, unit: '°C', time: at(24 * HOUR - 10_000) },
      ].map((value) => Object.assign(value, { name: null, deviceClass: null })),
      next: null,
    });
    expect((await client.get('/api/devices/empty/latest')).body).toEqual({
      deviceId: 'empty',
      values: [],
      next: null,
    });
  });

  test('latest has pages', async () => {
    const first = await client.get<{ next: string }>('/api/devices/greenhouse-1/latest?limit=1');
    const second = await client.get(`/api/devices/greenhouse-1/latest?limit=1&cursor=${first.body.next}`);
    expect(second.body).toMatchObject({ values: [{ metric: 'temperature' }], next: null });
  });
});

describe('readings', () => {
  interface Readings {
    resolution: string;
    points: Record<string, unknown>[];
    truncated: boolean;
    next: string | null;
    from: string;
    to: string;
  }
  const readings = (query: string, device = 'greenhouse-1') =>
    client.get<Readings>(`/api/devices/${device}/readings?${query}`);
  const range = (fromMs: number, toMs: number): string =>
    `metric=temperature&from=${at(fromMs)}&to=${at(toMs)}`;

  test('raw: from is included, to is not', async () => {
    const { body } = await readings(range(10_000, 40_000));
    expect(body).toMatchObject({
      resolution: 'raw',
      truncated: false,
      next: null,
      unit: '°C',
      from: at(10_000),
    });
    expect(body.points).toEqual(
      [1, 2, 3].map((n) => ({ time: at(n * 10_000), value: n, text: null, until: null })),
    );
  });

  test('epoch seconds and milliseconds are taken as well', async () => {
    const { body } = await readings(`metric=temperature&from=${START / 1000}&to=${START + 20_000}`);
    expect(body.points).toHaveLength(2);
  });

  test('a whole day comes in minutes, and equals the raw readings', async () => {
    const { body } = await readings(range(0, 24 * HOUR));
    expect(body).toMatchObject({ resolution: '1m', truncated: false });
    expect(body.points).toHaveLength(1440);
    expect(body.points[1]).toEqual({
      bucket: at(MINUTE),
      count: 6,
      min: 6,
      max: 11,
      avg: 8.5,
      first: 6,
      last: 11,
    });
  });

  test.each([
    ['1h', 24, { bucket: at(HOUR), count: 360, min: 360, max: 719, avg: 539.5, first: 360, last: 719 }],
    ['1d', 1, undefined],
  ])('%s', async (resolution, count, second) => {
    const { body } = await readings(`${range(0, 24 * HOUR)}&resolution=${resolution}`);
    expect(body).toMatchObject({ resolution });
    expect(body.points).toHaveLength(count);
    expect(body.points[1]).toEqual(second);
  });

  test('the first bucket is whole', async () => {
    const { body } = await readings(`${range(90_000, 3 * MINUTE)}&resolution=1m`);
    expect(body.points.map((point) => point['bucket'])).toEqual([at(MINUTE), at(2 * MINUTE)]);
  });

  test.each([
    ['raw', 8640],
    ['1m', 1440],
  ])('pages of %s say that they are cut, and together have every point once', async (resolution, total) => {
    const seen: string[] = [];
    let next: string | null = null;
    for (let page = 0; page < 9; page++) {
      const suffix: string = next === null ? '' : `&cursor=${next}`;
      const { body } = await readings(`${range(0, 24 * HOUR)}&resolution=${resolution}&limit=1000${suffix}`);
      expect(body.truncated).toBe(body.next !== null);
      expect(body).toMatchObject({ resolution, from: at(0), to: at(24 * HOUR) });
      seen.push(...body.points.map((point) => String(point['time'] ?? point['bucket'])));
      next = body.next;
      if (next === null) break;
    }
    expect(new Set(seen).size).toBe(total);
    expect(seen).toEqual([...seen].sort());
  });

  test('a series of texts is raw whatever the range, with the state that held at its start', async () => {
    const query = `metric=mode&from=${at(30 * MINUTE)}&to=${at(24 * HOUR)}`;
    const { body } = await readings(query);
    expect(body.resolution).toBe('raw');
    expect(body.points).toEqual([
      { time: at(0), value: null, text: 'auto', until: at(HOUR) },
      { time: at(HOUR), value: null, text: 'manual', until: at(2 * HOUR) },
    ]);
    const later = await readings(`metric=mode&from=${at(3 * HOUR)}&to=${at(24 * HOUR)}`);
    expect(later.body.points).toEqual([]);
  });

  test('without a range it is the last hour', async () => {
    const { body } = await readings('metric=temperature');
    expect(Date.parse(body.to) - Date.parse(body.from)).toBe(HOUR);
    expect(Math.abs(Date.parse(body.to) - Date.now())).toBeLessThan(MINUTE);
    expect(body.points).toEqual([]);
  });

  test.each([
    ['', 400, 'metric'],
    ['metric=temperature&from=later', 400, 'from'],
    ['metric=temperature&from=2&to=1', 400, 'from'],
    ['metric=temperature&to=1&from=1', 400, 'from'],
    ['metric=temperature&resolution=5m', 400, 'resolution'],
    ['metric=temperature&limit=25001', 400, 'limit'],
    ['metric=temperature&cursor=abc', 400, 'cursor'],
    ['metric=temperature&metric=mode', 400, 'metric'],
    ['metric=nope', 404, undefined],
  ])('?%s is %i', async (query, status, field) => {
    const answer = await readings(query);
    expect(answer.status).toBe(status);
    if (field !== undefined) expect(answer.body).toMatchObject({ errors: [{ in: 'query', field }] });
  });

  test('a device that does not exist is 404', async () => {
    expect((await readings('metric=temperature', 'nobody')).status).toBe(404);
  });

  test('the longest range is answered', async () => {
    expect((await readings('metric=temperature&from=0001-01-01&to=9999-12-31')).body.resolution).toBe('1d');
  });
});

describe('dead letters', () => {
  let good: number;
  let bad: number;
  let large: number;

  beforeAll(async () => {
    good = await addDeadLetter(1, 'devices/greenhouse-1/telemetry', '{"temperature": 21.5}');
    bad = await addDeadLetter(2, 'devices/greenhouse-1/telemetry', '{"temperature": ');
    large = await addDeadLetter(3, 'some/topic', Buffer.alloc(10_000, 0xff));
  });

  test('are listed newest first, with the beginning of the payload', async () => {
    const { items } = await allPages<{ id: number; payload: object }>('/api/dead-letters?limit=2');
    expect(items.map(({ id }) => id)).toEqual([large, bad, good]);
    expect(items[0]?.payload).toMatchObject({ bytes: 10_000, text: null, truncated: true });
    expect(items[2]).toMatchObject({
      reason: 'invalid-json',
      deviceId: 'greenhouse-1',
      mqttTopic: 'devices/greenhouse-1/telemetry',
      origin: { topic: 'telemetry.dead-letters', partition: 0, offset: 1 },
      payload: { bytes: 21, text: '{"temperature": 21.5}', truncated: false },
      receivedAt: at(1),
      replayedAt: null,
    });
  });

  test('are counted by reason', async () => {
    const { body } = await client.get('/api/dead-letters/summary');
    expect(body).toEqual({ reasons: [{ reason: 'invalid-json', count: 3, waiting: 3 }] });
  });

  test('one has its whole payload', async () => {
    const { body } = await client.get<{ payload: { base64: string } }>(`/api/dead-letters/${large}`);
    expect(Buffer.from(body.payload.base64, 'base64')).toEqual(Buffer.alloc(10_000, 0xff));
  });

  test('a replay is in Kafka, under the key of the device, before it is marked', async () => {
    const answer = await client.send('POST', `/api/dead-letters/${good}/replay`);
    expect(answer).toMatchObject({ status: 200, body: { id: good, records: 1 } });
    const values: { key: string | undefined; value: Buffer | null }[] = [];
    const kafka = createKafka({ brokers: bed.kafkaBrokers.split(','), clientId: 'api-test', logger });
    const consumer = kafka.consumer({ groupId: `${bed.topicPrefix}api-test` });
    await consumer.connect();
    try {
      await consumer.subscribe({ topic: bed.topicPrefix + TOPICS.readings, fromBeginning: true });
      await consumer.run({
        eachMessage: async ({ message }) => {
          values.push({ key: message.key?.toString(), value: message.value });
        },
      });
      await eventually(() => values.length >= 1, { timeoutMs: 20_000, what: 'the replayed record' });
    } finally {
      await consumer.disconnect();
    }
    expect(values.map(({ key }) => key)).toEqual(['greenhouse-1']);
    expect(decodeTelemetry(values[0]?.value ?? null)).toMatchObject({
      deviceId: 'greenhouse-1',
      receivedAtMs: START + 1,
      samples: [{ timeMs: START + 1, values: new Map([['temperature', 21.5]]) }],
    });
    const { body } = await client.get(`/api/dead-letters/${good}`);
    expect(body['replayedAt']).toBe(answer.body['replayedAt']);
    expect(
      (await client.get<Page<{ id: number }>>('/api/dead-letters?replayed=false')).body.items,
    ).toHaveLength(2);
  }, 40_000);

  test('a replay of what still cannot be decoded is 422 with the reason', async () => {
    const { status, body } = await client.send('POST', `/api/dead-letters/${bad}/replay`);
    expect(status).toBe(422);
    expect(body['detail']).toMatch(/^invalid-json: /);
    expect((await client.get(`/api/dead-letters/${bad}`)).body['replayedAt']).toBeNull();
    expect((await client.send('POST', `/api/dead-letters/${large}/replay`)).body['detail']).toMatch(
      /^unclaimed-topic/,
    );
  });

  test.each([
    ['GET', '/api/dead-letters/999999', 404],
    ['POST', '/api/dead-letters/999999/replay', 404],
    ['GET', '/api/dead-letters/x', 400],
    ['GET', '/api/dead-letters/-1', 400],
    ['GET', '/api/dead-letters/99999999999999999999', 400],
    ['GET', '/api/dead-letters?replayed=1', 400],
  ])('%s %s is %i', async (method, path, status) => {
    expect((await client.send(method, path)).status).toBe(status);
  });
});

describe('pipeline', () => {
  interface Pipeline {
    balanced: boolean;
    kafka: string;
    sources: {
      stage: string;
      source: string;
      counters: object;
      balances: { identity: string; holds: boolean }[];
    }[];
    partitions: { partition: number; storedOffset: number | null; lag: number }[];
  }

  test('shows counters, identities that hold, and the lag against Kafka', async () => {
    const kafka = createKafka({ brokers: bed.kafkaBrokers.split(','), clientId: 'api-test', logger });
    const producer = kafka.producer();
    await producer.connect();
    const topic = bed.topicPrefix + TOPICS.deviceEvents;
    await producer.send({ topic, messages: Array.from({ length: 7 }, () => ({ value: 'x', partition: 1 })) });
    await producer.disconnect();
    await pool.query(
      `INSERT INTO consumer_offset (consumer, topic, partition, start_offset, next_offset, records, dead_lettered,
                                    readings, stored, duplicates, coalesced, lost)
       VALUES ('fieldstream-aggregator', $1, 1, 0, 3, 2, 1, 10, 6, 3, 1, 1)`,
      [TOPICS.deviceEvents],
    );
    await pool.query(`INSERT INTO bridge_ledger VALUES ('b1', now(), now(), 21, 10, 5, 1, 2, 0, 3)`);
    const { body } = await client.get<Pipeline>('/api/pipeline');
    expect(body).toMatchObject({ balanced: true, kafka: 'reachable', lag: 4 });
    expect(body.sources.map(({ stage, source }) => [stage, source])).toEqual([
      ['bridge', 'b1'],
      ['fieldstream-aggregator', 'device.events/1'],
    ]);
    expect(body.sources[0]?.counters).toMatchObject({ received: 21, deadLettered: 1, inFlight: 3 });
    expect(body.sources[1]?.counters).toMatchObject({
      records: 2,
      decoded: 1,
      deadLettered: 1,
      coalesced: 1,
    });
    expect(body.partitions).toMatchObject([
      { partition: 0, storedOffset: null, lag: 0 },
      { partition: 1, storedOffset: 3, endOffset: 7, lag: 4 },
    ]);
  });

  test('says which identity does not hold', async () => {
    await pool.query(`UPDATE bridge_ledger SET received = 22`);
    const { body } = await client.get<Pipeline>('/api/pipeline');
    expect(body.balanced).toBe(false);
    expect(body.sources[0]?.balances).toMatchObject([{ left: 22, right: 21, holds: false }]);
    expect(body.sources[1]?.balances.every(({ holds }) => holds)).toBe(true);
  });
});

describe('a token', () => {
  const TOKEN = 'a-token-for-the-test';

  test('is asked for on everything that shows data', async () => {
    const env = { ...bed.env, HTTP_PORT: '0', API_TOKEN: TOKEN };
    const guarded = await startApi(loadConfig('api', env), logger);
    try {
      const url = `http://127.0.0.1:${guarded.port}`;
      const stranger = await DocumentedClient.open(url);
      for (const path of ['/api/devices', '/api/pipeline', '/nope']) {
        const answer = await stranger.get(path);
        expect(answer.status).toBe(401);
        expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
      }
      expect((await fetch(`${url}/metrics`)).status).toBe(401);
      expect((await stranger.send('POST', '/api/rules', 'x'.repeat(300 * 1024))).status).toBe(401);
      expect((await stranger.get('/health/ready')).status).toBe(200);
      const wrong = await DocumentedClient.open(url, `${TOKEN}x`);
      expect((await wrong.get('/api/devices')).status).toBe(401);
      const friend = await DocumentedClient.open(url, TOKEN);
      expect((await friend.get('/api/devices')).status).toBe(200);
    } finally {
      await guarded.close();
    }
  }, 30_000);
});

describe('engines that are away', () => {
  test('while the database is away requests are 503 with Retry-After, and afterwards they work again', async () => {
    await gate.shut();
    try {
      const answer = await client.get('/api/devices');
      expect(answer).toMatchObject({
        status: 503,
        body: { type: 'urn:fieldstream:problem:database-unavailable' },
      });
      expect(answer.headers.get('retry-after')).toBe('5');
      expect(await client.get('/health/ready')).toMatchObject({
        status: 503,
        body: { checks: { database: 'fail' } },
      });
      expect((await client.get('/health/live')).status).toBe(200);
    } finally {
      await gate.open();
    }
    await eventually(async () => (await client.get('/health/ready')).status === 200, { what: 'ready again' });
    expect((await client.get('/api/devices')).status).toBe(200);
  }, 30_000);

  test('without Kafka data is served, but a replay is 503 and leaves no mark', async () => {
    const env = { ...bed.env, HTTP_PORT: '0', KAFKA_BROKERS: '127.0.0.1:1' };
    const lonely = await startApi(loadConfig('api', env), logger);
    try {
      const other = await DocumentedClient.open(`http://127.0.0.1:${lonely.port}`);
      expect((await other.get('/api/devices')).status).toBe(200);
      expect(await other.get('/health/ready')).toMatchObject({
        status: 503,
        body: { checks: { database: 'pass', kafka: 'fail' } },
      });
      expect((await other.get('/api/pipeline')).body).toMatchObject({ kafka: 'unreachable', lag: null });
      const id = await addDeadLetter(9, 'devices/greenhouse-1/telemetry', '{"temperature": 1}');
      const replay = await other.send('POST', `/api/dead-letters/${id}/replay`);
      expect(replay).toMatchObject({
        status: 503,
        body: { type: 'urn:fieldstream:problem:kafka-unavailable' },
      });
      expect((await other.get(`/api/dead-letters/${id}`)).body['replayedAt']).toBeNull();
    } finally {
      await lonely.close();
    }
  }, 60_000);
});
