import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createLogger } from '@fieldstream/observability';
import { BroadcastReader } from '@fieldstream/kafka';
import { eventually } from '@fieldstream/testing';
import { decodeRegistration, verifyToken, type RegistryRecord } from '@fieldstream/wire';
import { startApiBed, type ApiBed } from './api-bed.js';

jest.setTimeout(60_000);

interface Credentials {
  username: string;
  password: string;
}
interface Registered {
  device: Record<string, unknown>;
  credentials: Credentials;
}

let api: ApiBed;
let published: RegistryRecord[];
let reader: BroadcastReader;

beforeAll(async () => {
  api = await startApiBed('registry_api');
  published = [];
  reader = new BroadcastReader({
    kafka: api.kafka,
    topic: `${api.bed.topicPrefix}device.registry`,
    groupPrefix: `${api.bed.topicPrefix}registry-test`,
    sessionTimeoutMs: 10_000,
    from: 'beginning',
    handle: async (records) => {
      published.push(...records.map(({ value }) => decodeRegistration(value)));
    },
    logger: createLogger({ name: 'registry-test', level: 'silent' }),
  });
  await reader.start();
}, 120_000);

afterAll(async () => {
  await reader?.close();
  await api?.close();
}, 120_000);

const register = (body: object) => api.client.send<Registered>('POST', '/api/devices', body);
const publishedOf = (deviceId: string) => published.filter((record) => record.deviceId === deviceId);
const lastOf = (deviceId: string, state: string) =>
  eventually(() => publishedOf(deviceId).findLast((record) => record.state === state) ?? false, {
    what: `${deviceId} being published as ${state}`,
  });

describe('registering', () => {
  test('a new device gets credentials, which are stored as a hash only', async () => {
    const answer = await register({ deviceId: 'reg-new', name: 'New one', labels: { site: 'north' } });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe('/api/devices/reg-new');
    const { device, credentials } = answer.body;
    expect(device).toMatchObject({
      deviceId: 'reg-new',
      name: 'New one',
      labels: { site: 'north' },
      registered: true,
      disabled: false,
      lastSeen: null,
    });
    expect(credentials).toEqual({
      username: 'reg-new',
      password: expect.stringMatching(/^[\w-]{32}$/) as unknown,
    });
    const record = await lastOf('reg-new', 'enabled');
    if (record.state !== 'enabled') throw new Error('not enabled');
    expect(record.tokenHash).toMatch(/^\$scrypt\$ln=8,r=8,p=1\$/);
    expect(await verifyToken(credentials.password, record.tokenHash)).toBe(true);
    expect(await verifyToken(`${credentials.password}x`, record.tokenHash)).toBe(false);
    const { rows } = await api.pool.query('SELECT * FROM device_registration');
    expect(JSON.stringify(rows)).not.toContain(credentials.password);
    const { body } = await api.client.get('/api/devices/reg-new');
    expect(JSON.stringify(body)).not.toContain(credentials.password);
  });

  test('a device that appeared by itself keeps what it has', async () => {
    await api.pool.query(
      `INSERT INTO device (device_id, name, labels, first_seen) VALUES ('reg-adopt', 'Old', '{"a":"1"}', '2026-01-01Z')`,
    );
    expect((await api.client.get('/api/devices/reg-adopt')).body).toMatchObject({ registered: false });
    const { body } = await register({ deviceId: 'reg-adopt', labels: { b: '2' } });
    expect(body.device).toMatchObject({
      name: 'Old',
      labels: { a: '1', b: '2' },
      firstSeen: '2026-01-01T00:00:00.000Z',
      registered: true,
    });
  });

  test('a registered one is a conflict, and stays as it is', async () => {
    await register({ deviceId: 'reg-twice', name: 'First' });
    const { status, body } = await api.client.send('POST', '/api/devices', {
      deviceId: 'reg-twice',
      name: 'Second',
    });
    expect(status).toBe(409);
    expect(body).toMatchObject({ type: 'urn:fieldstream:problem:conflict' });
    expect((await api.client.get('/api/devices/reg-twice')).body).toMatchObject({ name: 'First' });
  });

  test('of many at once for one ID one is taken', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => api.client.send('POST', '/api/devices', { deviceId: 'reg-race' })),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([
      201,
      ...Array<number>(7).fill(409),
    ]);
  });

  test.each([
    ['an ID with a slash', { deviceId: 'a/b' }],
    ['no ID', {}],
    ['a field that is not known', { deviceId: 'reg-x', password: 'mine' }],
    ['a label with a control character', { deviceId: 'reg-x', labels: { a: '\u0000' } }],
  ])('%s is refused', async (_, body) => {
    expect((await api.client.send('POST', '/api/devices', body)).status).toBe(400);
  });
});

describe('changing', () => {
  test('a new token, disabling and enabling are published in their order', async () => {
    const first = await register({ deviceId: 'reg-change' });
    await lastOf('reg-change', 'enabled');
    const rotated = await api.client.send<{ credentials: Credentials }>(
      'POST',
      '/api/devices/reg-change/token',
    );
    expect(rotated.body.credentials.password).not.toBe(first.body.credentials.password);
    const disabled = await api.client.send('POST', '/api/devices/reg-change/disable');
    expect(disabled.body).toMatchObject({ registered: true, disabled: true });
    await lastOf('reg-change', 'disabled');
    const enabled = await api.client.send('POST', '/api/devices/reg-change/enable');
    expect(enabled.body).toMatchObject({ disabled: false });
    await eventually(() => publishedOf('reg-change').length === 4, { what: 'four records' });
    expect(publishedOf('reg-change').map(({ state }) => state)).toEqual([
      'enabled',
      'enabled',
      'disabled',
      'enabled',
    ]);
    const last = publishedOf('reg-change').at(-1);
    if (last?.state !== 'enabled') throw new Error('not enabled');
    expect(await verifyToken(rotated.body.credentials.password, last.tokenHash)).toBe(true);
  });

  test.each(['token', 'disable', 'enable'])('%s of a device that is not registered: 404', async (action) => {
    expect((await api.client.send('POST', `/api/devices/nobody/${action}`)).status).toBe(404);
  });
});

describe('deleting', () => {
  test('with its history kept the device is registered no more, and can be again', async () => {
    await register({ deviceId: 'del-keep', name: 'Kept' });
    expect((await api.client.send('DELETE', '/api/devices/del-keep')).status).toBe(204);
    await lastOf('del-keep', 'removed');
    expect((await api.client.get('/api/devices/del-keep')).body).toMatchObject({
      name: 'Kept',
      registered: false,
      disabled: false,
    });
    expect((await register({ deviceId: 'del-keep' })).status).toBe(201);
    expect((await api.client.send('DELETE', '/api/devices/del-nobody')).status).toBe(404);
    expect((await api.client.send('DELETE', '/api/devices/del-nobody?history=delete')).status).toBe(404);
  });

  test('with its history nothing is left of it, and everything of others', async () => {
    await register({ deviceId: 'del-all' });
    await register({ deviceId: 'del-other' });
    await seed('del-all');
    await seed('del-other');
    expect((await api.client.send('DELETE', '/api/devices/del-all?history=delete')).status).toBeLessThan(300);
    await eventually(async () => (await api.client.get('/api/devices/del-all')).status === 404, {
      what: 'the device being gone',
    });
    const left = await api.pool.query<{ series: number; alerts: number; events: number; states: number }>(
      `SELECT (SELECT count(*)::int FROM series WHERE device_id = 'del-all') AS series,
              (SELECT count(*)::int FROM alert WHERE device_id = 'del-all') AS alerts,
              (SELECT count(*)::int FROM device_event WHERE device_id = 'del-all') AS events,
              (SELECT count(*)::int FROM alert_state WHERE device_id = 'del-all') AS states`,
    );
    expect(left.rows[0]).toEqual({ series: 0, alerts: 0, events: 0, states: 0 });
    // Those of the other one, and nobody's.
    const rows = await api.pool.query<{ table: string; count: number; others: number }>(
      ['reading', 'reading_text', 'reading_1m']
        .map(
          (table) => `SELECT '${table}' AS table, count(*)::int AS count, count(s.series_id)::int AS others
                      FROM ${table} LEFT JOIN series s USING (series_id)`,
        )
        .join(' UNION ALL '),
    );
    expect(rows.rows).toEqual([
      { table: 'reading', count: 400, others: 400 },
      { table: 'reading_text', count: 1, others: 1 },
      { table: 'reading_1m', count: 400, others: 400 },
    ]);
    await lastOf('del-all', 'removed');
    expect((await register({ deviceId: 'del-all' })).status).toBe(201);
  });
});

describe('publication', () => {
  test('another API publishes everything once more at its start', async () => {
    await register({ deviceId: 'pub-again' });
    await lastOf('pub-again', 'enabled');
    const before = publishedOf('pub-again').length;
    const { api: second } = await api.start();
    await eventually(() => publishedOf('pub-again').length > before, { what: 'the record coming again' });
    await second.close();
  });
});

test('the server says where devices connect', async () => {
  const { body } = await api.client.get('/api/server');
  expect(body).toEqual({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown,
    mqtt: { host: '127.0.0.1', port: 1883 },
    devicePolicy: 'open',
  });
});

/** 400 readings with their rollups, over 400 hours, a state, an open alert and an event. */
async function seed(deviceId: string): Promise<void> {
  await api.pool.query(
    `WITH s AS (INSERT INTO series (device_id, metric) VALUES ('${deviceId}', 't') RETURNING series_id),
      x AS (INSERT INTO series (device_id, metric) VALUES ('${deviceId}', 'mode') RETURNING series_id),
      r AS (INSERT INTO reading SELECT now() - n * INTERVAL '1 hour', series_id, n FROM s, generate_series(1, 400) n),
      m AS (INSERT INTO reading_1m SELECT date_trunc('minute', now()) - n * INTERVAL '1 hour', series_id, 1, n, n, n, n,
              now() - n * INTERVAL '1 hour', n, now() - n * INTERVAL '1 hour' FROM s, generate_series(1, 400) n)
     INSERT INTO reading_text SELECT now(), series_id, 'on', now() FROM x`,
  );
  await api.pool.query(
    `WITH a AS (
       INSERT INTO alert (alert_id, rule_id, rule_name, severity, device_id, metric, state, started_at, fired_at, summary)
       VALUES ('alert-${deviceId}', 'hot', 'Hot', 'warning', '${deviceId}', 't', 'firing', now(), now(), 'hot') RETURNING alert_id)
     SELECT * FROM a`,
  );
  await api.pool.query(
    `INSERT INTO alert_event (alert_id, transition, time) VALUES ('alert-${deviceId}', 'firing', now())`,
  );
  await api.pool.query(
    `INSERT INTO alert_state (rule_id, device_id, metric, partition, revision, state)
     VALUES ('hot', '${deviceId}', 't', 0, 1, '{}')`,
  );
  await api.pool.query(
    `INSERT INTO device_event (time, device_id, type, origin_partition, origin_offset)
     VALUES (now(), '${deviceId}', 'connected', ${deviceId.length}, 1)`,
  );
}
