import 'reflect-metadata';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startApiBed, type ApiBed } from './api-bed.js';
import { queryHelpers, testDashboard, type QueryHelpers } from './api-query-support.js';
import { READER_PASSWORD } from '../support/reader-password.js';
import { DocumentedClient } from './api-support.js';

const TOKEN = 'token-of-the-hostile-tests';
const START = Date.UTC(2026, 0, 31);

let bed: ApiBed;
let folder: string;
let ask: QueryHelpers;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fieldstream-dashboards-'));
  await writeFile(join(folder, 'mine.json'), JSON.stringify(testDashboard));
  bed = await startApiBed('api-hostile');
  await bed.pool.query(
    "INSERT INTO device (device_id, first_seen) VALUES ('device-1', now()), ('device-2', now())",
  );
  await bed.pool.query(
    "INSERT INTO series (device_id, metric) VALUES ('device-1', 'temperature'), ('device-2', 'temperature')",
  );
  await bed.pool.query(
    'INSERT INTO reading (time, series_id, value) SELECT $1::timestamptz, series_id, 7 FROM series',
    [new Date(START)],
  );
  const { url } = await bed.start({
    DASHBOARDS_PATH: folder,
    API_TOKEN: TOKEN,
    GRAFANA_READER_PASSWORD: READER_PASSWORD,
  });
  ask = queryHelpers(await DocumentedClient.open(url, TOKEN), START - 1000, START + 1000);
}, 120_000);

afterAll(async () => {
  const { rows } = await bed.pool.query('SELECT device_id FROM device ORDER BY 1');
  expect(rows).toEqual([{ device_id: 'device-1' }, { device_id: 'device-2' }]);
  await bed.close();
  await rm(folder, { recursive: true, force: true });
});

const HOSTILE = [
  "' OR '1'='1",
  "'; DROP TABLE device; --",
  "device-1' UNION SELECT now(), 'x', 1 --",
  '\\',
  "\\' OR true --",
  "''",
  "'||(SELECT 'device-1')||'",
  '$$ OR $$',
  '$__timeFrom()',
  '$__timeFilter(time)) OR (true',
  '${device:raw}',
  '$metric',
  '/* */',
  '-- \n OR true',
  '\u2019 OR 1=1',
  "E'\\047'",
];

describe.each(HOSTILE)('the value %j', (value) => {
  test('of a variable between quotes is a value that no device has', async () => {
    const result = await ask.panel('mine', 1, 'A', { device: value, metric: ['temperature'] });
    expect(result).toMatchObject({ status: 200, frames: [{ schema: { fields: [] }, data: { values: [] } }] });
  });

  test('of a list is one of its values', async () => {
    const result = await ask.panel('mine', 1, 'A', { device: 'device-1', metric: [value, 'temperature'] });
    expect(result.frames?.[0]?.data.values).toEqual([[START], [7]]);
  });

  test('where no quotes are is refused', async () => {
    const result = await ask.panel('mine', 8, 'A', { device: 'device-1', fn: value, typed: '' });
    expect(result).toMatchObject({ status: 400, error: expect.stringContaining('variable "fn"') });
  });

  test('typed into a search finds nothing', async () => {
    const result = await ask.variable('mine', 'device', value);
    expect(result.status).toBe(200);
    expect(result.frames?.[0]?.data.values).toEqual([]);
  });

  test('of a known dashboard changes nothing', async () => {
    const result = await ask.panel('fieldstream-device', 4, 'A', { device: value, metric: [value] });
    expect(result.frames?.[0]?.data.values).toEqual([[0]]);
  });
});

test.each([
  ['min', [7]],
  ['avg', [7]],
  ['max', [7]],
])("an option of the dashboard's own may stand without quotes: %s", async (fn, expected) => {
  const result = await ask.panel('mine', 8, 'A', { device: 'device-1', fn, typed: "it's" });
  expect(result.frames?.[0]?.data.values).toEqual([expected]);
});

test('the text for All is the one of the dashboard, and cannot be another', async () => {
  const all = await ask.panel('mine', 1, 'A', { device: 'device-1', metric: '$__all' });
  expect(all.frames?.[0]?.schema.meta.executedQueryString).toContain("metric IN ('temperature')");
  const two = await ask.panel('mine', 1, 'A', { device: 'device-1', metric: ['$__all', 'x'] });
  expect(two.frames?.[0]?.schema.meta.executedQueryString).toContain("metric IN ('$__all','x')");
});

test.each([
  ["INSERT INTO dashboard.series (device_id, metric) VALUES ('x', 'y')", /only queries are run/],
  ['DELETE FROM dashboard.device', /only queries are run/],
  ['/* SELECT */ DO $$ BEGIN END $$', /only queries are run/],
  ["COPY (SELECT 1) TO PROGRAM 'true'", /only queries are run/],
  ['LISTEN x', /only queries are run/],
  ['', /is not valid|at least 1/],
  ['SELECT 1; SELECT 2', /42601/],
  ['SELECT * FROM public.device', /42501/],
  ['SELECT rolpassword FROM pg_authid', /42501/],
  ["SELECT pg_read_file('/etc/passwd')", /42501/],
  ["SELECT set_config('role', 'fieldstream', false)", /42501|42704|22023/],
  [
    "WITH x AS (INSERT INTO public.device (device_id) VALUES ('x') RETURNING 1) SELECT * FROM x",
    /42501|25006/,
  ],
  ['SELECT * FROM dashboard.device FOR UPDATE', /42501|25006/],
  ["SELECT '$x'; --", undefined],
])('SQL of somebody with the token: %s', async (sql, message) => {
  const answer = await ask.send([{ refId: 'X', source: { rawSql: sql } }], { x: "'; SELECT 1; --" });
  if (sql === '') {
    expect(answer.status).toBe(400);
    return;
  }
  if (message === undefined) expect(answer.body.results['X']?.status).toBe(200);
  else expect(answer.body.results['X']).toMatchObject({ status: 400, error: expect.stringMatching(message) });
});
