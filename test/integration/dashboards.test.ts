import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { resolutionFor } from '@fieldstream/domain';
import { migrate } from '@fieldstream/timescale';
import { projectRoot } from '@fieldstream/testing';
import { readDashboards } from '../../dashboards/src/read-dashboards.js';
import { expandMacros, intervalMsFor } from '@fieldstream/grafana';
import { seedAlerts } from './dashboards-alert-seed.js';
import { placedQueries, variablesOf, type Chosen } from './dashboards-queries.js';
import { seedDashboards, SEEDED } from './dashboards-seed.js';
import { FLAVOURS, silent, type FlavourDatabase } from './timescale-flavours.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** SQLSTATE insufficient_privilege. */
const DENIED = '42501';
/** SQLSTATE read_only_sql_transaction. */
const READ_ONLY = '25006';

const RANGES = [
  ['15 minutes', 15 * MINUTE_MS],
  ['24 hours', DAY_MS],
  ['30 days', 30 * DAY_MS],
  ['1 year', 365 * DAY_MS],
] as const;

/** Reads what the services measure of themselves, or dead letters. */
const STATISTICS =
  /dashboard\.(pipeline|reading_quality|delay_histogram|device_delays|device_silence|dead_letter|type_drift)/;

const dashboards = readDashboards(join(projectRoot(), 'dashboards', 'json'));
const queries = placedQueries(dashboards);

describe.each(FLAVOURS)('dashboards on the $name edition', (flavour) => {
  let database: FlavourDatabase;
  let nowMs: number;

  beforeAll(async () => {
    database = await flavour.open();
    await migrate(database.pool, silent);
    nowMs = await seedDashboards(database.pool, flavour.name);
    await seedAlerts(database.pool, nowMs);
  }, 120_000);

  afterAll(async () => {
    await database?.close();
  });

  /** One connection with the rights and the settings that a log-in as grafana_reader has. */
  async function asReader<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await database.pool.connect();
    // By name: PGlite does not find its way back with RESET.
    const { rows: owner } = await client.query<{ name: string }>('SELECT quote_ident(session_user) AS name');
    const { rows: settings } = await client.query<{ name: string; value: string; before: string }>(
      `SELECT name, value, current_setting(name) AS before
       FROM pg_roles, unnest(rolconfig) setting,
         LATERAL (VALUES (split_part(setting, '=', 1), substr(setting, strpos(setting, '=') + 1))) s (name, value)
       WHERE rolname = 'grafana_reader'`,
    );
    try {
      await client.query('SET SESSION AUTHORIZATION grafana_reader');
      for (const { name, value } of settings)
        await client.query(`SELECT set_config($1, $2, false)`, [name, value]);
      return await work(client);
    } finally {
      await client.query(`SET SESSION AUTHORIZATION ${owner[0]?.name ?? 'postgres'}`);
      for (const { name, before } of settings)
        await client.query(`SELECT set_config($1, $2, false)`, [name, before]);
      client.release();
    }
  }

  // What other ranges change, dashboards-year.test.ts looks at.
  test.each(queries)('$file, $where', async ({ kind, file, dashboard, sql, format, repeat }) => {
    const selections = repeat === undefined ? [SEEDED.metrics] : SEEDED.metrics;
    for (const metric of selections) {
      const expanded = expandMacros(sql, {
        fromMs: nowMs - DAY_MS,
        toMs: nowMs,
        intervalMs: intervalMsFor(DAY_MS, 1000),
        variables: variablesOf(dashboard, { device: [SEEDED.device], metric }),
      });
      const { rows, fields } = await asReader((client) => client.query<Record<string, unknown>>(expanded));
      // A panel repeated for a metric without numbers, or a question for the unit of one without unit, has no rows.
      const empty =
        repeat !== undefined &&
        (format === 'table' ? !hasUnit(metric) : SEEDED.textOnly.includes(String(metric)));
      // Statistics of the platform are not seeded here; nor are alerts of every severity about the one metric compared.
      const mayBeEmpty = STATISTICS.test(sql) || (kind === 'annotation' && file === 'compare.json');
      if (!mayBeEmpty) expect(rows.length > 0).toBe(!empty);
      if (format === 'time_series') expectTimeSeries(rows, fields);
    }
  });

  test.each<[string, Chosen]>([
    ['nothing that exists', { device: ['no such'], rule: ['no such'], severity: ['no such'], metric: ['x'] }],
    ['nothing at all', { device: [], rule: [], severity: [], metric: [] }],
    ['names that must be escaped', { device: ["'; --", 'a"b\\'], rule: ["'"], severity: ["''"] }],
  ])('all queries are answered where chosen is %s', async (_, chosen) => {
    for (const { dashboard, sql } of queries) {
      // With no metric there is no panel to repeat.
      if (sql.includes('${metric:sqlstring}')) continue;
      const variables = variablesOf(dashboard, chosen);
      const expanded = expandMacros(sql, {
        fromMs: nowMs - DAY_MS,
        toMs: nowMs,
        intervalMs: MINUTE_MS,
        variables: new Map([...variables, ['__searchFilter', 'nothing-is-called-this']]),
      });
      await asReader((client) => client.query(expanded));
    }
  });

  test.each([
    ['before Grafana knows what is typed', undefined],
    ['an empty search', '%'],
    ['a part of the ID', 'uth%'],
    ['a part of the name', "o'brien"],
  ])('the device list with %s', async (_, typed) => {
    const devices = queries.find(({ where }) => where === 'variable device');
    if (!devices) throw new Error('no dashboard lists devices');
    const variables = variablesOf(devices.dashboard, {});
    if (typed !== undefined) variables.set('__searchFilter', typed);
    const expanded = expandMacros(devices.sql, { fromMs: 0, toMs: nowMs, intervalMs: 1, variables });
    const { rows } = await asReader((client) => client.query<{ __value: string }>(expanded));
    expect(rows.map((row) => row.__value)).toContain(SEEDED.device);
  });

  describe('dashboard.readings', () => {
    test.each([...RANGES.map(([, spanMs]) => spanMs), 5 * HOUR_MS, 3 * DAY_MS, 91 * DAY_MS])(
      'over %d ms equals GROUP BY over what is stored',
      async (spanMs) => {
        const intervalMs = intervalMsFor(spanMs, 1000);
        const resolution = resolutionFor(nowMs - spanMs, nowMs);
        const baseMs = { raw: 1, '1m': MINUTE_MS, '1h': HOUR_MS, '1d': DAY_MS }[resolution];
        const widthMs = Math.max(Math.ceil(intervalMs / baseMs) * baseMs, baseMs);
        const range = [SEEDED.device, new Date(nowMs - spanMs), new Date(nowMs)];
        const answer = await asReader((client) =>
          client.query(
            'SELECT time, value, min, max FROM dashboard.readings($1, ARRAY[$4], $2, $3, $5) ORDER BY 1',
            [...range, 'temperature', intervalMs],
          ),
        );
        const stored =
          resolution === 'raw'
            ? 'SELECT time AS at, value AS sum, 1 AS count, value AS min, value AS max FROM reading'
            : 'SELECT bucket AS at, sum, count, min, max FROM reading_1m';
        const expected = await database.pool.query(
          `SELECT time_bucket($4::interval, at) AS time, sum(r.sum) / sum(r.count) AS value, min(r.min), max(r.max)
           FROM (${stored} WHERE series_id = (SELECT series_id FROM series WHERE device_id = $1 AND metric = 'temperature')) r
           WHERE at >= time_bucket($4::interval, $2::timestamptz) AND at <= $3 GROUP BY 1 ORDER BY 1`,
          [...range, `${widthMs} milliseconds`],
        );
        expect(answer.rows.length).toBeGreaterThan(1);
        expect(answer.rows.map(rounded)).toEqual(expected.rows.map(rounded));
      },
    );

    test('gives minutes where raw readings are gone', async () => {
      const toMs = nowMs - 100 * DAY_MS;
      const { rows } = await asReader((client) =>
        client.query<{ count: number }>(
          "SELECT count(*)::int FROM dashboard.readings($1, '{temperature}', $2, $3, 5000)",
          [SEEDED.device, new Date(toMs - 6 * HOUR_MS), new Date(toMs)],
        ),
      );
      expect(rows[0]?.count).toBeGreaterThanOrEqual(6);
    });

    test('has the thresholds of resolutionFor', async () => {
      const spansMs = [0, 6 * HOUR_MS, 96 * HOUR_MS, 90 * DAY_MS].flatMap((edge) => [edge, edge + 1]);
      for (const spanMs of spansMs) {
        const { rows } = await asReader((client) =>
          client.query('SELECT dashboard.resolution($1, $2)', [new Date(nowMs - spanMs), new Date(nowMs)]),
        );
        expect(rows).toEqual([{ resolution: resolutionFor(nowMs - spanMs, nowMs) }]);
      }
    });
  });

  test('a state that holds since before the range is there from its beginning', async () => {
    const { rows } = await asReader((client) =>
      client.query("SELECT time, value FROM dashboard.states($1, '{power}', $2, $3)", [
        SEEDED.device,
        new Date(nowMs - 15 * MINUTE_MS),
        new Date(nowMs),
      ]),
    );
    expect(rows[0]).toEqual({ time: new Date(nowMs - 15 * MINUTE_MS), value: 'OFF' });
    expect(rows.map((row) => row.value)).toEqual(['OFF', 'ON']);
  });

  describe('the role grafana_reader', () => {
    test('may read the views and functions of the schema dashboard, and no other relation', async () => {
      const { rows } = await database.pool.query<{ relation: string }>(
        `SELECT c.oid::regclass::text AS relation FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname IN ('public', 'dashboard') AND c.relkind IN ('r', 'v', 'm', 'p')
           AND has_table_privilege('grafana_reader', c.oid, 'SELECT') ORDER BY 1`,
      );
      expect(rows.length).toBeGreaterThan(5);
      expect(rows.filter(({ relation }) => !relation.startsWith('dashboard.'))).toEqual([]);
    });

    test('may change nothing', async () => {
      const { rows } = await database.pool.query(
        `SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname IN ('public', 'dashboard') AND c.relkind IN ('r', 'v', 'm', 'p')
           AND has_table_privilege('grafana_reader', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')`,
      );
      expect(rows).toEqual([]);
    });

    test.each([
      ['reads no table', 'SELECT 1 FROM public.device'],
      ['reads no view of the services', 'SELECT 1 FROM public.latest'],
      ['reads no payload', 'SELECT payload FROM public.dead_letter'],
    ])('%s', async (_, sql) => {
      await expect(asReader((client) => client.query(sql))).rejects.toMatchObject({ code: DENIED });
    });

    test('is in read-only transactions', async () => {
      const { rows } = await asReader((client) => client.query('SHOW transaction_read_only'));
      expect(rows).toEqual([{ transaction_read_only: 'on' }]);
      const attempt = asReader((client) => client.query('CREATE TABLE dashboard.x (a int)'));
      await expect(attempt).rejects.toMatchObject({ code: READ_ONLY });
    });

    test.each([
      "INSERT INTO dashboard.series (device_id, metric) VALUES ('x', 'y')",
      "UPDATE dashboard.series SET unit = 'x'",
      'DELETE FROM dashboard.series',
      'CREATE TABLE dashboard.x (a int)',
      'CREATE TABLE public.x (a int)',
      'DROP FUNCTION dashboard.states',
    ])('stays without rights after it has lifted its own read-only setting: %s', async (sql) => {
      const attempt = asReader(async (client) => {
        await client.query('SET default_transaction_read_only = off');
        await client.query(sql);
      });
      await expect(attempt).rejects.toMatchObject({ code: DENIED });
    });

    test('is stopped after a time, and bounded in connections', async () => {
      const { rows } = await database.pool.query(
        "SELECT rolconnlimit, rolsuper, rolconfig FROM pg_roles WHERE rolname = 'grafana_reader'",
      );
      expect(rows).toEqual([
        {
          rolconnlimit: expect.any(Number),
          rolsuper: false,
          rolconfig: expect.arrayContaining(['default_transaction_read_only=on', 'statement_timeout=15s']),
        },
      ]);
      expect(rows[0]?.rolconnlimit).toBeGreaterThan(0);
    });
  });

  // PGlite comes without auto_explain.
  const onServer = flavour.name === 'apache' ? test : test.skip;
  onServer.each([
    ['15 minutes', 15 * MINUTE_MS, 1],
    ['24 hours', DAY_MS, 2],
    ['30 days', 30 * DAY_MS, 3],
  ])('dashboard.readings over %s opens no chunk outside it', async (_, spanMs, atMost) => {
    const client = await database.pool.connect();
    const plans: string[] = [];
    const note = (notice: { message?: string | undefined }): void => void plans.push(notice.message ?? '');
    client.on('notice', note);
    try {
      await client.query("LOAD 'auto_explain'");
      await client.query(
        "SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on; SET auto_explain.log_level = 'notice'",
      );
      await client.query("SELECT * FROM dashboard.readings($1, '{temperature}', $2, $3, 60000)", [
        SEEDED.device,
        new Date(nowMs - spanMs),
        new Date(nowMs),
      ]);
    } finally {
      client.off('notice', note);
      client.release(true);
    }
    const chunks = new Set(plans.join('\n').match(/_hyper_\d+_\d+_chunk/g));
    expect(chunks.size).toBeGreaterThan(0);
    expect(chunks.size).toBeLessThanOrEqual(atMost);
  });
});

const hasUnit = (metric: unknown): boolean => metric === 'temperature' || metric === 'humidity';

function expectTimeSeries(rows: readonly Record<string, unknown>[], fields: readonly pg.FieldDef[]): void {
  expect(fields[0]?.name).toBe('time');
  const times = rows.map((row) => Number(row['time']));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  const float8 = 701;
  expect(fields.some((field) => field.dataTypeID === float8)).toBe(true);
}

/** Sums of parts differ from the sum of the whole in the last digits. */
function rounded(row: Record<string, unknown>): unknown {
  return Object.values(row).map((value) => (typeof value === 'number' ? Number(value.toFixed(9)) : value));
}
