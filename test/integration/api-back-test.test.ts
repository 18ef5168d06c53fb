import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startApiBed, type ApiBed } from './api-bed.js';

const MINUTE = 60_000;
const START = Date.UTC(2025, 0, 31);
const at = (ms: number): string => new Date(START + ms).toISOString();

interface Series {
  deviceId: string;
  metric: string;
  observations: number;
  firings: number;
  naiveFirings: number;
  alerts: Record<string, unknown>[];
}
interface BackTest {
  series: Series[];
  totals: Record<string, number>;
  hasMore: boolean;
  stopped: string | null;
  rawFrom: string | null;
  readFrom: string;
  to: string;
}

let api: ApiBed;

const RULE = {
  name: 'Too hot',
  scope: { devices: ['room-*'], metrics: ['temperature'] },
  kind: 'threshold',
  params: { operator: '>', threshold: 30, clearThreshold: 28 },
};

async function backTest(rule: object, more: object = {}): Promise<BackTest> {
  const body = { rule, from: at(0), to: at(60 * MINUTE), ...more };
  const answer = await api.client.send<BackTest>('POST', '/api/rules/back-test', body);
  expect(answer).toMatchObject({ status: 200 });
  return answer.body;
}

async function addSeries(deviceId: string, metric: string): Promise<number> {
  await api.pool.query(
    `INSERT INTO device (device_id, first_seen, labels) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    [deviceId, at(0), JSON.stringify({ site: deviceId.endsWith('1') ? 'north' : 'south' })],
  );
  const { rows } = await api.pool.query<{ series_id: number }>(
    'INSERT INTO series (device_id, metric) VALUES ($1, $2) RETURNING series_id',
    [deviceId, metric],
  );
  return rows[0]?.series_id ?? 0;
}

async function addReadings(seriesId: number, values: readonly (readonly [ms: number, value: number])[]) {
  await api.pool.query(
    `INSERT INTO reading (time, series_id, value)
     SELECT time, $1, value FROM unnest($2::timestamptz[], $3::float8[]) AS r (time, value)`,
    [seriesId, values.map(([ms]) => at(ms)), values.map(([, value]) => value)],
  );
}

beforeAll(async () => {
  api = await startApiBed('api_back_test');
  // Every 10 seconds about the threshold from minute 10 to 20, then clear; a second room that stays calm.
  const room1 = await addSeries('room-1', 'temperature');
  const noisy = Array.from({ length: 360 }, (_, n) => {
    const minute = n / 6;
    const value = minute < 10 ? 20 : minute < 20 ? (n % 2 === 0 ? 31 : 29) : 20;
    return [n * 10_000, value] as const;
  });
  await addReadings(room1, noisy);
  const room2 = await addSeries('room-2', 'temperature');
  await addReadings(
    room2,
    Array.from({ length: 360 }, (_, n) => [n * 10_000, 20] as const),
  );
  // A device with two metrics that falls silent after 30 minutes, in the one ten minutes before the other.
  const silent = await Promise.all(['a', 'b'].map((metric) => addSeries('silent', metric)));
  await addReadings(
    silent[0] ?? 0,
    Array.from({ length: 21 }, (_, n) => [n * MINUTE, n] as const),
  );
  await addReadings(
    silent[1] ?? 0,
    Array.from({ length: 31 }, (_, n) => [n * MINUTE, n] as const),
  );
  // A text, told again and again, and then another.
  const mode = await addSeries('machine', 'mode');
  await api.pool.query(
    `INSERT INTO reading_text (time, series_id, value, until_time)
     VALUES ($2, $1, 'FAULT', $3), ($4, $1, 'OK', $4), ($5, $1, 'FAULT', $6)`,
    [mode, at(-30 * MINUTE), at(-5 * MINUTE), at(5 * MINUTE), at(20 * MINUTE), at(40 * MINUTE)],
  );
  for (const [offset, ms, type] of [
    [1, -10 * MINUTE, 'connected'],
    [2, 10 * MINUTE, 'last-will'],
    [3, 20 * MINUTE, 'online'],
    [4, 30 * MINUTE, 'disconnected'],
  ] as const) {
    await api.pool.query(
      `INSERT INTO device_event (time, device_id, type, origin_partition, origin_offset) VALUES ($1, 'machine', $2, 0, $3)`,
      [at(ms), type, offset],
    );
  }
}, 120_000);

afterAll(() => api?.close(), 120_000);

test('tells when a rule would have fired, for how long, and how often it would have flapped', async () => {
  const { series, totals, ...rest } = await backTest(RULE);
  expect(series.map(({ deviceId, metric }) => [deviceId, metric])).toEqual([
    ['room-2', 'temperature'],
    ['room-1', 'temperature'],
  ]);
  expect(series[1]).toEqual({
    deviceId: 'room-1',
    metric: 'temperature',
    observations: 360,
    firings: 1,
    naiveFirings: 30,
    alerts: [
      {
        startedAt: at(10 * MINUTE),
        firedAt: at(10 * MINUTE),
        resolvedAt: at(20 * MINUTE),
        value: 31,
        text: null,
        severity: 'warning',
        changes: [{ at: at(10 * MINUTE), severity: 'warning' }],
      },
    ],
  });
  expect(series[0]).toMatchObject({ observations: 360, firings: 0, naiveFirings: 0, alerts: [] });
  expect(totals).toEqual({ series: 2, observations: 720, firings: 1, naiveFirings: 30, read: 720 });
  expect(rest).toMatchObject({ hasMore: false, stopped: null, rawFrom: null, readFrom: at(-60 * MINUTE) });
});

test('a severity ladder tells its steps', async () => {
  const params = { operator: '>', threshold: 15, levels: [{ severity: 'critical', threshold: 30.5 }] };
  const { series } = await backTest({ ...RULE, params, scope: { ...RULE.scope, devices: ['room-1'] } });
  expect(series[0]?.alerts[0]).toMatchObject({ severity: 'critical', resolvedAt: null });
  const changes = series[0]?.alerts[0]?.['changes'] as object[];
  expect(changes).toHaveLength(20);
  expect(changes.slice(0, 3)).toEqual([
    { at: at(0), severity: 'warning' },
    { at: at(10 * MINUTE), severity: 'critical' },
    { at: at(10 * MINUTE + 10_000), severity: 'warning' },
  ]);
});

test('the end of the range belongs to it, and what comes after does not', async () => {
  const { series } = await backTest(RULE, { from: at(0), to: at(10 * MINUTE) });
  expect(series[1]).toMatchObject({ observations: 61, firings: 1, alerts: [{ resolvedAt: null }] });
});

test('what was before the range is looked at', async () => {
  const { series } = await backTest(RULE, { from: at(15 * MINUTE), to: at(30 * MINUTE) });
  expect(series[1]).toMatchObject({
    observations: 91,
    firings: 1,
    alerts: [{ startedAt: at(10 * MINUTE), resolvedAt: at(20 * MINUTE) }],
  });
});

test('labels select', async () => {
  const { series } = await backTest({ ...RULE, scope: { ...RULE.scope, labels: { site: 'n*' } } });
  expect(series.map(({ deviceId }) => deviceId)).toEqual(['room-1']);
});

test('the newest series are taken where there are more than asked for', async () => {
  const { series, hasMore } = await backTest(RULE, { limit: 1 });
  expect(series.map(({ deviceId }) => deviceId)).toEqual(['room-2']);
  expect(hasMore).toBe(true);
});

test('a device as a whole is silent when all its metrics are', async () => {
  const absence = { name: 'Silent', kind: 'absence', scope: { devices: ['silent'] } };
  const device = await backTest({ ...absence, params: { per: 'device', afterMs: 5 * MINUTE } });
  expect(device.series).toMatchObject([
    { deviceId: 'silent', metric: '', alerts: [{ firedAt: at(35 * MINUTE), resolvedAt: null }] },
  ]);
  const series = await backTest({ ...absence, params: { afterMs: 5 * MINUTE } });
  const firedAt = series.series.map(({ metric, alerts }) => [metric, alerts[0]?.['firedAt']]);
  expect(Object.fromEntries(firedAt)).toEqual({ a: at(25 * MINUTE), b: at(35 * MINUTE) });
});

test('what spoke last long before the range is silent in it', async () => {
  const rule = {
    name: 'Silent',
    kind: 'absence',
    scope: { devices: ['silent'], metrics: ['a'] },
    params: { afterMs: MINUTE },
  };
  const { series, readFrom } = await backTest(rule, { from: at(600 * MINUTE), to: at(700 * MINUTE) });
  expect(Date.parse(readFrom)).toBeGreaterThan(START + 20 * MINUTE);
  expect(series).toMatchObject([
    { observations: 0, alerts: [{ firedAt: at(21 * MINUTE), resolvedAt: null }] },
  ]);
});

test('texts: from their changes, with what held when the range began', async () => {
  const rule = {
    name: 'Fault',
    kind: 'state',
    scope: { devices: ['machine'] },
    params: { operator: '=', value: 'FAULT' },
  };
  const { series } = await backTest(rule);
  expect(series).toMatchObject([
    {
      metric: 'mode',
      firings: 2,
      alerts: [
        { startedAt: at(-30 * MINUTE), resolvedAt: at(5 * MINUTE), text: 'FAULT', value: null },
        { startedAt: at(20 * MINUTE), resolvedAt: null },
      ],
    },
  ]);
});

test('connections: from what they told', async () => {
  const rule = { name: 'Away', kind: 'offline', scope: { devices: ['mach*'] }, params: {}, forMs: MINUTE };
  const { series } = await backTest(rule);
  expect(series).toMatchObject([
    {
      deviceId: 'machine',
      metric: '',
      observations: 3,
      alerts: [
        { startedAt: at(10 * MINUTE), firedAt: at(11 * MINUTE), resolvedAt: at(20 * MINUTE) },
        { startedAt: at(30 * MINUTE), firedAt: at(31 * MINUTE), resolvedAt: null },
      ],
    },
  ]);
});

test('a scope that fits nothing is an empty answer', async () => {
  const { series, totals } = await backTest({ ...RULE, scope: { devices: ['nope'] } });
  expect([series, totals['read']]).toEqual([[], 0]);
});

test('the longest range is answered, up to now', async () => {
  const { series, ...rest } = await backTest(RULE, { from: '0001-01-01', to: '9999-12-31' });
  expect(series).toHaveLength(2);
  expect(rest).toMatchObject({ from: '0001-01-01T00:00:00.000Z', readFrom: '0001-01-01T00:00:00.000Z' });
  expect(Date.parse(rest.to)).toBeLessThanOrEqual(Date.now());
});

test('where raw readings are dropped, it says since when they are known', async () => {
  const { url } = await api.start({ RAW_RETENTION_DAYS: '10' });
  const response = await fetch(`${url}/api/rules/back-test`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rule: RULE, from: new Date(Date.now() - 20 * 86_400_000).toISOString() }),
  });
  const { rawFrom } = (await response.json()) as BackTest;
  expect(Math.abs(Date.parse(rawFrom ?? '') - (Date.now() - 10 * 86_400_000))).toBeLessThan(60_000);
});

describe('bad requests', () => {
  test.each([
    [{}, 'rule'],
    [{ rule: 5 }, 'rule'],
    [{ rule: { ...RULE, kind: 'magic' } }, 'rule.kind'],
    [{ rule: { ...RULE, params: { operator: '>' } } }, 'rule.params.threshold'],
    [{ rule: RULE, from: '2', to: '1' }, 'from'],
    [{ rule: RULE, from: 'yesterday' }, 'from'],
    [{ rule: RULE, from: '9999-01-01' }, 'from'],
    [{ rule: RULE, limit: 101 }, 'limit'],
    [{ rule: RULE, limit: 0 }, 'limit'],
    [{ rule: RULE, more: 1 }, 'more'],
  ])('%j', async (body, field) => {
    const answer = await api.client.send('POST', '/api/rules/back-test', body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ in: 'body', field }] } });
  });
});
