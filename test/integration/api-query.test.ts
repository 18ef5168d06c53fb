import 'reflect-metadata';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@fieldstream/testing';
import { startApiBed, type ApiBed } from './api-bed.js';
import { DocumentedClient } from './api-support.js';
import { queryHelpers, testDashboard, type QueryHelpers } from './api-query-support.js';
import { READER_PASSWORD } from '../support/reader-password.js';

const TOKEN = 'token-of-the-query-tests';
const START = Date.UTC(2026, 0, 31);
const MINUTE = 60_000;

let bed: ApiBed;
let folder: string;
let client: DocumentedClient;
let ask: QueryHelpers;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fieldstream-dashboards-'));
  await writeFile(join(folder, 'mine.json'), JSON.stringify(testDashboard));
  bed = await startApiBed('api-query');
  await bed.pool.query(
    `INSERT INTO device (device_id, name, labels, first_seen, presence, presence_at) VALUES
       ('greenhouse-1', 'North', '{"site": "a"}', $1, 'online', $1), ('o''brien', NULL, '{}', $1, 'offline', $1)`,
    [new Date(START)],
  );
  await bed.pool.query(
    "INSERT INTO series (device_id, metric, unit) VALUES ('greenhouse-1', 'temperature', '°C'), ('greenhouse-1', 'humidity', '%')",
  );
  await bed.pool.query(
    `INSERT INTO reading (time, series_id, value)
     SELECT $1::timestamptz + n * INTERVAL '10 seconds', series_id, n FROM series, generate_series(0, 59) n`,
    [new Date(START)],
  );
  const { url } = await bed.start({
    DASHBOARDS_PATH: folder,
    API_TOKEN: TOKEN,
    GRAFANA_READER_PASSWORD: READER_PASSWORD,
    DASHBOARD_MAX_ROWS: '1000',
  });
  client = await DocumentedClient.open(url, TOKEN);
  ask = queryHelpers(client, START, START + 10 * MINUTE);
}, 120_000);

afterAll(async () => {
  await bed?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('dashboards', () => {
  test('are the built-in ones and those of the folder', async () => {
    const { body } = await client.get<{
      items: { uid: string; origin: string; panels: number }[];
      faults: unknown[];
    }>('/api/dashboards');
    expect(body.items).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ uid: 'fieldstream-device', origin: 'built-in' }),
        expect.objectContaining({ uid: 'mine', origin: 'file', title: 'Mine', panels: 7 }),
      ]),
    );
    const { body: mine } = await client.get('/api/dashboards/mine');
    expect(mine).toEqual({ uid: 'mine', origin: 'file', dashboard: { ...testDashboard, uid: 'mine' } });
    expect(await client.get('/api/dashboards/none')).toMatchObject({ status: 404 });
  });

  test('come and go with their files, and a faulty one says why', async () => {
    const state = async () =>
      (
        await client.get<{
          items: { uid: string; title: string }[];
          faults: { file: string; fault: string }[];
        }>('/api/dashboards')
      ).body;
    await writeFile(join(folder, 'broken.json'), '{"panels": [');
    await writeFile(join(folder, 'list.json'), '[]');
    await writeFile(join(folder, 'v2.json'), '{"apiVersion": "dashboard.grafana.app/v2beta1", "spec": {}}');
    await writeFile(
      join(folder, 'same.json'),
      JSON.stringify({ uid: 'fieldstream-device', title: 'x', panels: [] }),
    );
    await writeFile(join(folder, 'Zweites Blatt.json'), JSON.stringify({ panels: [] }));
    await eventually(async () => (await state()).faults.length === 4, { what: 'four faults' });
    const { faults, items } = await state();
    expect(faults).toEqual(
      expect.arrayContaining([
        { file: 'broken.json', fault: expect.stringContaining('is not JSON') },
        { file: 'list.json', fault: expect.stringContaining('holds no object') },
        { file: 'v2.json', fault: expect.stringContaining('schema v2') },
        {
          file: 'same.json',
          fault: expect.stringContaining('has the uid "fieldstream-device", which the built-in'),
        },
      ]),
    );
    expect(items).toContainEqual(expect.objectContaining({ uid: 'Zweites-Blatt', title: 'Zweites Blatt' }));
    for (const name of ['broken', 'list', 'v2', 'same']) await rm(join(folder, `${name}.json`));
    await writeFile(join(folder, 'Zweites Blatt.json'), JSON.stringify({ title: 'Second', panels: [] }));
    await eventually(
      async () => {
        const now = await state();
        return now.faults.length === 0 && now.items.some(({ title }) => title === 'Second');
      },
      { what: 'the change of a file' },
    );
  });
});

describe('a panel', () => {
  test('of a built-in dashboard is answered', async () => {
    const result = await ask.panel('fieldstream-device', 4, 'A', { device: 'greenhouse-1' });
    expect(result).toMatchObject({
      status: 200,
      frames: [
        { schema: { refId: 'A', fields: [{ name: 'metrics', type: 'number' }] }, data: { values: [[2]] } },
      ],
    });
    expect(result.frames?.[0]?.schema.meta.executedQueryString).toContain("device_id = 'greenhouse-1'");
  });

  test('as time series has a field for each set of labels', async () => {
    const result = await ask.panel('mine', 1, 'A', {
      device: 'greenhouse-1',
      metric: ['temperature', 'humidity'],
    });
    expect(result.frames?.[0]?.schema.fields).toEqual([
      { name: 'Time', type: 'time' },
      { name: 'humidity', type: 'number' },
      { name: 'temperature', type: 'number' },
    ]);
    const [times, humidity] = result.frames?.[0]?.data.values ?? [];
    expect(times).toHaveLength(60);
    expect(times?.[1]).toBe(START + 10_000);
    expect(humidity?.[59]).toBe(59);
  });

  test('in a collapsed row, of types of all kinds', async () => {
    const { frames } = await ask.panel('mine', 3, 'A', {});
    expect(frames?.[0]?.schema.fields.map(({ name, type }) => [name, type])).toEqual([
      ['time', 'time'],
      ['day', 'time'],
      ['big', 'number'],
      ['exact', 'number'],
      ['nothing', 'number'],
      ['yes', 'boolean'],
      ['words', 'string'],
      ['document', 'string'],
      ['list', 'string'],
    ]);
    expect(frames?.[0]?.data.values.map(([first]) => first)).toEqual([
      START + 500,
      START,
      9007199254740991,
      1.25,
      null,
      true,
      "it's",
      '{"a": 1}',
      '{1,2}',
    ]);
  });

  test('of a filled group has a row in each bucket', async () => {
    const { frames } = await ask.panel('mine', 4, 'A', {});
    const [times, values] = frames?.[0]?.data.values ?? [];
    expect(times).toEqual([START, START + 5 * MINUTE, START + 10 * MINUTE]);
    expect(values).toEqual([30, 30, 0]);
  });

  test.each([
    [5, 'A', /data source "prometheus"/],
    [6, 'A', /no column "time"/],
    [7, 'A', /column "nonsense" does not exist \(SQLSTATE 42703\)/],
    [1, 'B', /panel 1 "Readings" has no query B/],
    [99, 'A', /no panel 99/],
  ])('%d, %s says what is wrong with it', async (panel, refId, message) => {
    expect(await ask.panel('mine', panel, refId, {})).toMatchObject({
      status: 400,
      error: expect.stringMatching(message),
    });
  });
});

test('a variable has its options, those that begin as typed', async () => {
  const all = await ask.variable('mine', 'device');
  expect(all.frames?.[0]?.data.values[0]).toEqual(['greenhouse-1', "o'brien"]);
  const typed = await ask.variable('mine', 'device', "o'b");
  expect(typed.frames?.[0]?.data.values[0]).toEqual(["o'brien"]);
});

test('an annotation is answered', async () => {
  const { frames } = await ask.annotation('mine', 'Marks');
  expect(frames?.[0]?.schema.fields).toEqual([
    { name: 'time', type: 'time' },
    { name: 'timeend', type: 'time' },
    { name: 'text', type: 'string' },
  ]);
  expect(frames?.[0]?.data.values).toEqual([[START], [START + MINUTE], ['a mark']]);
});

test('one query that fails does not concern the others, and several are answered at once', async () => {
  const { status, body } = await ask.send([
    ...Array.from({ length: 24 }, (_, index) => ({
      refId: `Q${index}`,
      source: { rawSql: `SELECT ${index} AS n` },
    })),
    { refId: 'bad', source: { rawSql: 'SELECT nonsense' } },
  ]);
  expect(status).toBe(200);
  expect(body.results['Q23']?.frames?.[0]?.data.values).toEqual([[23]]);
  expect(body.results['bad']).toMatchObject({ status: 400, error: expect.stringContaining('42703') });
});

test.each([
  [{ queries: [] }, 'queries'],
  [
    { queries: Array.from({ length: 51 }, (_, n) => ({ refId: String(n), source: { rawSql: 'SELECT 1' } })) },
    'queries',
  ],
  [{ queries: [{ refId: 'A', source: {} }] }, 'queries[0].source'],
  [{ queries: [1, 2].map(() => ({ refId: 'A', source: { rawSql: 'SELECT 1' } })) }, 'queries'],
  [{ variables: { 'a b': 'x' }, queries: [{ refId: 'A', source: { rawSql: 'SELECT 1' } }] }, 'variables.a b'],
  [{ variables: { a: 'x\0' }, queries: [{ refId: 'A', source: { rawSql: 'SELECT 1' } }] }, 'variables.a'],
])('a request is refused as a whole: %#', async (part, field) => {
  const answer = await client.send<{ errors: { field: string }[] }>('POST', '/api/ds/query', {
    from: START,
    to: START + 1,
    ...part,
  });
  expect(answer.status).toBe(400);
  expect(answer.body.errors.map((error) => error.field)).toContain(field);
});

describe('SQL in the request', () => {
  test('is not taken where no token is configured', async () => {
    const { url } = await bed.start({ GRAFANA_READER_PASSWORD: READER_PASSWORD });
    const open = await DocumentedClient.open(url);
    const answer = await queryHelpers(open, START, START + 1).send([
      { refId: 'A', source: { rawSql: 'SELECT 1' } },
    ]);
    expect(answer).toMatchObject({ status: 403, body: { type: 'urn:fieldstream:problem:token-needed' } });
    const known = await queryHelpers(open, START, START + 1).variable('fieldstream-fleet', 'site');
    expect(known.status).toBe(200);
  });

  test('is not taken with a wrong token', async () => {
    const other = await DocumentedClient.open(client.url, 'another-token-of-somebody');
    const answer = await queryHelpers(other, START, START + 1).send([
      { refId: 'A', source: { rawSql: 'SELECT 1' } },
    ]);
    expect(answer.status).toBe(401);
  });
});

test('more rows than the limit are left out, with a warning', async () => {
  const { frames } = await ask.sql('SELECT generate_series(1, 10000000) AS n');
  expect(frames?.[0]?.data.values[0]).toHaveLength(1000);
  expect(frames?.[0]?.schema.meta.notices).toEqual([
    { severity: 'warning', text: 'Results have been limited to 1000 because the SQL row limit was reached' },
  ]);
  expect(
    (await ask.sql('SELECT generate_series(1, 1000) AS n')).frames?.[0]?.schema.meta.notices,
  ).toBeUndefined();
});

test('a result that is too large is cut off', async () => {
  const { status, frames } = await ask.sql("SELECT repeat('x', 1000000) FROM generate_series(1, 100)");
  expect(status).toBe(200);
  expect(frames?.[0]?.schema.meta.notices?.[0]?.text).toMatch(
    /limited to 1\d because the result is larger than 16 MiB/,
  );
  expect((await ask.sql('SELECT 1')).status).toBe(200);
});

test('who goes away leaves no query behind', async () => {
  const { rows } = await bed.pool.query<{ version: string }>('SELECT version()');
  // The embedded engine is one thread: a query that runs there is not interrupted, and no other sees it.
  const isServer = rows[0]?.version.includes('emcc') === false;
  const left = new AbortController();
  const request = fetch(`${client.url}/api/ds/query`, {
    method: 'POST',
    signal: left.signal,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({
      from: 0,
      to: 1,
      queries: [
        {
          refId: 'A',
          source: {
            rawSql: isServer
              ? 'SELECT 1 AS to_be_found, pg_sleep(10)'
              : 'SELECT count(*) FROM generate_series(1, 1000000)',
          },
        },
      ],
    }),
  });
  const outcome = expect(request).rejects.toThrow();
  const running = async (): Promise<number> => {
    const found = await bed.pool.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = 'grafana_reader' AND state = 'active' AND query LIKE '%to_be_found%'",
    );
    return found.rows[0]?.n ?? 0;
  };
  if (isServer) await eventually(async () => (await running()) === 1, { what: 'the query to run' });
  left.abort();
  await outcome;
  if (isServer) await eventually(async () => (await running()) === 0, { what: 'the query to be cancelled' });
  expect((await ask.sql('SELECT 1')).status).toBe(200);
});
