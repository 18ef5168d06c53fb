import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { allPages, startApiBed, type ApiBed, type Page } from './api-bed.js';

const MINUTE = 60_000;
/** The start of a minute, half an hour ago: the API looks at the last hour of the real clock. */
const START = Math.floor(Date.now() / MINUTE - 30) * MINUTE;
const at = (ms: number): string => new Date(START + ms).toISOString();

interface Device {
  deviceId: string;
  openAlerts: number;
  worstSeverity: string | null;
}
interface Sparkline {
  metric: string;
  points: [number, number][];
}
interface Glance {
  deviceId: string;
  values: { metric: string; value: number | null; text: string | null; time: string }[];
  sparkline: Sparkline | null;
}

let api: ApiBed;

async function seed(): Promise<void> {
  const { pool } = api;
  await pool.query(
    `INSERT INTO device (device_id, name, labels, first_seen, presence, presence_at) VALUES
       ('meter', NULL, '{"site": "north", "floor": "1"}', $1, 'online', $1),
       ('boiler', 'Zulu', '{"site": "north"}', $1, 'offline', $1),
       ('valve', 'alpha', '{"site": "south=1"}', $1, NULL, NULL),
       ('old', 'Mike', '{}', $1, NULL, NULL),
       ('sparklines', NULL, '{}', $1, NULL, NULL)`,
    [at(0)],
  );
  await pool.query(
    `INSERT INTO series (device_id, metric, unit) VALUES
       ('meter', 'battery', '%'), ('meter', 'ENERGY.Power', 'W'), ('meter', 'aaa', NULL), ('meter', 'zzz', NULL),
       ('boiler', 'temperature', '°C'), ('boiler', 'level', NULL), ('valve', 'state', NULL), ('old', 'temperature', NULL)`,
  );
  const minute = (device: string, metric: string, minutes: number, values: number[]) =>
    pool.query(
      `INSERT INTO reading_1m SELECT $3, series_id, count(*), sum(v), min(v), max(v), min(v), $3, max(v), $3
       FROM series, unnest($4::float8[]) v WHERE device_id = $1 AND metric = $2 GROUP BY series_id`,
      [device, metric, at(minutes * MINUTE), values],
    );
  await minute('meter', 'battery', 9, [90]);
  await minute('meter', 'ENERGY.Power', 0, [10, 20]);
  await minute('meter', 'ENERGY.Power', 2, [40]);
  await minute('meter', 'zzz', 1, [1]);
  // Its temperature tells more, and is long gone.
  await minute('boiler', 'temperature', -300, [60]);
  await minute('boiler', 'level', 5, [0.5]);
  await minute('old', 'temperature', -5000, [1]);
  await pool.query(
    `INSERT INTO reading_text SELECT $1, series_id, 'open', $1 FROM series WHERE device_id = 'valve'`,
    [at(3 * MINUTE)],
  );
  await pool.query(
    `INSERT INTO device_registration (device_id, token_hash, disabled_at)
     VALUES ('meter', 'hash', NULL), ('boiler', 'hash', now()), ('valve', NULL, now())`,
  );
  await pool.query(
    `INSERT INTO alert (alert_id, rule_id, rule_name, severity, device_id, metric, state, started_at, fired_at, summary)
     SELECT 'alert-' || n, 'rule', 'Rule', severity, device, '', state, $1, $1, 'x'
     FROM (VALUES (1, 'warning', 'old', 'firing'), (2, 'critical', 'valve', 'firing'), (3, 'info', 'valve', 'firing'),
                  (4, 'critical', 'meter', 'resolved')) v (n, severity, device, state)`,
    [at(0)],
  );
}

beforeAll(async () => {
  api = await startApiBed('api-devices');
  await seed();
}, 60_000);

afterAll(async () => {
  await api?.close();
}, 60_000);

describe('the list', () => {
  const list = async (query: string) => {
    const { status, body } = await api.client.get<Page<Device> & { total: number }>(`/api/devices?${query}`);
    expect(status).toBe(200);
    return { ...body, ids: body.items.map(({ deviceId }) => deviceId) };
  };

  test.each([
    ['sort=id', ['boiler', 'meter', 'old', 'sparklines', 'valve']],
    ['sort=name', ['valve', 'meter', 'old', 'sparklines', 'boiler']],
    ['sort=trouble', ['valve', 'old', 'boiler', 'meter', 'sparklines']],
    ['sort=last-seen', ['meter', 'boiler', 'valve', 'old', 'sparklines']],
    ['sort=silent', ['sparklines', 'old', 'valve', 'boiler', 'meter']],
    ['alerts=true', ['old', 'valve']],
    ['alerts=false', ['boiler', 'meter', 'sparklines']],
    ['registered=true', ['boiler', 'meter']],
    ['registered=false', ['old', 'sparklines', 'valve']],
    ['disabled=true', ['boiler']],
    [`seenBefore=${at(-1)}`, ['old', 'sparklines']],
    [`seenBefore=${at(4 * MINUTE)}`, ['old', 'sparklines', 'valve']],
    ['label=site%3Dnorth', ['boiler', 'meter']],
    ['label=site%3Dnorth&label=floor%3D1', ['meter']],
    ['label=site%3Dsouth%3D1', ['valve']],
    ['label=site%3D%25', []],
    ['search=E&presence=unknown&alerts=true&sort=name', ['valve', 'old']],
  ])('?%s', async (query, expected) => {
    const { ids, total } = await list(query);
    expect(ids).toEqual(expected);
    expect(total).toBe(expected.length);
  });

  test.each(['id', 'name', 'trouble', 'last-seen', 'silent'])(
    'pages by %s have every device once, in the order of the whole',
    async (sort) => {
      const whole = await list(`sort=${sort}`);
      const pages = await allPages<Device>(api.client, `/api/devices?sort=${sort}&limit=2`);
      expect(pages.items.map(({ deviceId }) => deviceId)).toEqual(whole.ids);
      expect(pages.pages).toBe(3);
      expect(await list(`sort=${sort}&limit=2&skip=2`)).toMatchObject({
        ids: whole.ids.slice(2, 4),
        total: 5,
      });
      expect((await list(`sort=${sort}&skip=9`)).ids).toEqual([]);
    },
  );

  test('a device tells of its alerts that fire', async () => {
    const { items } = await list('sort=id');
    const alerts = items.map(({ deviceId, openAlerts, worstSeverity }) => [
      deviceId,
      openAlerts,
      worstSeverity,
    ]);
    expect(alerts).toEqual([
      ['boiler', 0, null],
      ['meter', 0, null],
      ['old', 1, 'warning'],
      ['sparklines', 0, null],
      ['valve', 2, 'critical'],
    ]);
    expect((await api.client.get('/api/devices/valve')).body).toMatchObject({
      openAlerts: 2,
      worstSeverity: 'critical',
    });
    const changed = await api.client.send('PATCH', '/api/devices/valve', { name: 'alpha' });
    expect(changed.body).toMatchObject({ openAlerts: 2 });
  });

  test.each([
    'sort=size',
    'alerts=maybe',
    'label=site',
    'label=%3Dnorth',
    'label=a%3D%00',
    'skip=-1',
    'skip=1&cursor=Mg',
    // A place in the order of the IDs says nothing in another order.
    'sort=name&cursor=Im1ldGVyIg',
  ])('?%s is refused', async (query) => {
    expect((await api.client.get(`/api/devices?${query}`)).status).toBe(400);
  });
});

test('labels in use, with the number of their devices', async () => {
  expect((await api.client.get('/api/labels')).body).toEqual({
    items: [
      { label: 'site', value: 'north', devices: 2 },
      { label: 'floor', value: '1', devices: 1 },
      { label: 'site', value: 'south=1', devices: 1 },
    ],
  });
});

describe('spark lines', () => {
  const glances = async (query: string) => {
    const { status, body } = await api.client.get<{ items: Glance[] }>(`/api/sparklines?${query}`);
    expect(status).toBe(200);
    return new Map(body.items.map((item) => [item.deviceId, item]));
  };

  test('the main metric is the one that tells most of those that are active', async () => {
    const all = await glances('device=meter&device=boiler&device=valve&device=old&device=nobody');
    expect([...all.keys()].sort()).toEqual(['boiler', 'meter', 'old', 'valve']);
    // `aaa` never had a value; the battery stands behind all else.
    expect(all.get('meter')?.values.map(({ metric }) => metric)).toEqual(['ENERGY.Power', 'zzz', 'battery']);
    expect(all.get('meter')?.sparkline).toEqual({
      metric: 'ENERGY.Power',
      points: [
        [START, 15],
        [START + 2 * MINUTE, 40],
      ],
    });
    expect(all.get('boiler')?.values.map(({ metric, value }) => [metric, value])).toEqual([
      ['level', 0.5],
      ['temperature', 60],
    ]);
    expect(all.get('boiler')?.sparkline?.metric).toBe('level');
  });

  test('a text has no line, and neither has what is older than an hour', async () => {
    const all = await glances('device=valve&device=old');
    expect(all.get('valve')).toEqual({
      deviceId: 'valve',
      values: [{ metric: 'state', value: null, text: 'open', unit: null, time: at(3 * MINUTE) }],
      sparkline: null,
    });
    expect(all.get('old')).toMatchObject({ values: [{ value: 1 }], sparkline: null });
  });

  test('of one device: all its metrics with numbers, also of one with the ID of the route', async () => {
    const { body } = await api.client.get<{ items: Sparkline[] }>('/api/devices/meter/sparklines');
    expect(body.items.map(({ metric }) => metric)).toEqual(['ENERGY.Power', 'battery', 'zzz']);
    const empty = await api.client.get('/api/devices/sparklines/sparklines');
    expect(empty.body).toEqual({ deviceId: 'sparklines', items: [] });
    expect((await api.client.get('/api/devices/sparklines')).body).toMatchObject({ deviceId: 'sparklines' });
    expect((await glances('device=sparklines')).get('sparklines')).toMatchObject({
      values: [],
      sparkline: null,
    });
  });

  test.each([
    ['no device', '/api/sparklines', 400],
    ['a faulty ID', '/api/sparklines?device=a%2Fb', 400],
    ['too many', `/api/sparklines?${Array.from({ length: 101 }, (_, n) => `device=d${n}`).join('&')}`, 400],
    ['an unknown device', '/api/devices/nobody/sparklines', 404],
  ])('%s', async (_, path, status) => {
    expect((await api.client.get(path)).status).toBe(status);
  });
});
