import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import {
  DashboardReader,
  migrate,
  readerUrl,
  setGrafanaPassword,
  type TextResult,
} from '@fieldstream/timescale';
import { READER_PASSWORD } from '../support/reader-password.js';
import { FLAVOURS, silent, type FlavourDatabase } from './timescale-flavours.js';

const LIMITS = { maxRows: 1_000, maxBytes: 1024 * 1024 };

/** What the role has no right to, whoever asks and however. */
const DENIED: readonly (readonly [what: string, sql: string])[] = [
  ['a table', 'SELECT * FROM public.device'],
  ['a table, locked', 'SELECT * FROM public.device FOR UPDATE'],
  ['a view of the services', 'SELECT * FROM public.latest'],
  ['payloads', 'SELECT payload FROM public.dead_letter'],
  ['secrets of channels', 'SELECT * FROM public.notification_channel'],
  ['credentials of devices', 'SELECT * FROM public.device_registration'],
  ['migrations', 'SELECT * FROM public.schema_migration'],
  ['passwords', 'SELECT rolpassword FROM pg_catalog.pg_authid'],
  ['passwords, by another view', 'SELECT passwd FROM pg_catalog.pg_shadow'],
  ['a file', "SELECT pg_catalog.pg_read_file('/etc/passwd')"],
  ['a file, in bytes', "SELECT pg_catalog.pg_read_binary_file('/etc/passwd')"],
  ['a folder', "SELECT pg_catalog.pg_ls_dir('.')"],
  ['a program', "COPY (SELECT 1) TO PROGRAM 'true'"],
  ['a file to write', "COPY (SELECT 1) TO '/tmp/fieldstream-role-test'"],
  ['large objects into files', "SELECT pg_catalog.lo_export(1, '/tmp/fieldstream-role-test')"],
  ['files into large objects', "SELECT pg_catalog.lo_import('/etc/passwd')"],
  ['the configuration', 'SELECT pg_catalog.pg_reload_conf()'],
  ['a table, in XML', "SELECT pg_catalog.query_to_xml('SELECT * FROM public.device', true, true, '')"],
  ['the statistics of others', 'SELECT pg_catalog.pg_stat_reset()'],
  ['an insert', "INSERT INTO dashboard.series (device_id, metric) VALUES ('x', 'y')"],
  ['an update', "UPDATE dashboard.series SET unit = 'x'"],
  ['a deletion', 'DELETE FROM dashboard.device'],
  [
    'an insert in a query',
    "WITH x AS (INSERT INTO public.device (device_id) VALUES ('x') RETURNING 1) SELECT * FROM x",
  ],
  ['a lock of rows', 'SELECT * FROM dashboard.device FOR UPDATE'],
  ['a lock of a table', 'LOCK TABLE public.device'],
  ['a table of its own', 'CREATE TABLE dashboard.x (a int)'],
  ['a table in public', 'CREATE TABLE public.x (a int)'],
  ['a function', 'CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$'],
  ['a schema', 'CREATE SCHEMA x'],
  ['a role', 'CREATE ROLE x'],
  ['more rights', 'ALTER ROLE grafana_reader SUPERUSER'],
  ['another role', 'SET ROLE fieldstream'],
  ['another user', 'SET SESSION AUTHORIZATION fieldstream'],
  ['another role, by a function', "SELECT pg_catalog.set_config('role', 'fieldstream', false)"],
  [
    'another user, by a function',
    "SELECT pg_catalog.set_config('session_authorization', 'fieldstream', false)",
  ],
  [
    'another role, within XML',
    "SELECT pg_catalog.query_to_xml('SELECT set_config(''role'', ''fieldstream'', true)', true, true, '')",
  ],
  ['another role, in a block', "DO $$ BEGIN EXECUTE 'SET ROLE fieldstream'; END $$"],
  ['an insert, in a block', "DO $$ BEGIN INSERT INTO public.device (device_id) VALUES ('x'); END $$"],
];

/** What a read-only transaction refuses as well. */
const READ_ONLY = [
  'CREATE TEMPORARY TABLE t (a int)',
  'SELECT 1 INTO TEMPORARY t',
  'TRUNCATE dashboard.device',
];

describe.each(FLAVOURS)('grafana_reader on the $name edition', (flavour) => {
  let database: FlavourDatabase;
  let url: string;
  let reader: DashboardReader;
  let isServer: boolean;

  const open = (statementTimeoutMs: number): DashboardReader =>
    new DashboardReader({
      url,
      password: READER_PASSWORD,
      // One, so that each query meets what the one before it has left.
      maxConnections: 1,
      statementTimeoutMs,
      logger: silent,
    });
  const run = (sql: string, by = reader): Promise<TextResult> =>
    by.run(sql, { ...LIMITS, signal: new AbortController().signal });
  const value = async (sql: string): Promise<string | null | undefined> => (await run(sql)).values[0]?.[0];

  /** Logged in as the role, by the simple protocol, without a transaction around. */
  async function directly<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: readerUrl(url, READER_PASSWORD) });
    client.on('error', () => {});
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  beforeAll(async () => {
    database = await flavour.open();
    await migrate(database.pool, silent);
    await setGrafanaPassword(database.pool, READER_PASSWORD);
    await database.pool.query("INSERT INTO device (device_id, first_seen) VALUES ('device-1', now())");
    url = String(database.pool.options.connectionString);
    const { rows } = await database.pool.query<{ version: string }>('SELECT version()');
    isServer = rows[0]?.version.includes('emcc') === false;
    reader = open(15_000);
  }, 120_000);

  afterAll(async () => {
    await reader?.close();
    await database?.close();
  });

  test('is who runs a query, and there is nobody else to become', async () => {
    expect((await run('SELECT current_user, session_user, device_id FROM dashboard.device')).values).toEqual([
      ['grafana_reader'],
      ['grafana_reader'],
      ['device-1'],
    ]);
  });

  test.each(DENIED)('is refused %s, by the query service', async (_, sql) => {
    await expect(run(sql)).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringMatching(/SQLSTATE (42501|25006|42704|22023|25P01)/),
    });
    expect(await value('SELECT current_user')).toBe('grafana_reader');
  });

  test.each(DENIED)('is refused %s, logged in itself, after it has lifted what it may', async (_, sql) => {
    await directly(async (client) => {
      await client.query(
        'SET default_transaction_read_only = off; SET statement_timeout = 0; SET search_path = public',
      );
      await expect(client.query(sql)).rejects.toMatchObject({
        code: expect.stringMatching(/42501|25006|42704|22023|25P01/),
      });
    });
  });

  test.each(READ_ONLY)('is in a transaction that reads: %s', async (sql) => {
    await expect(run(sql)).rejects.toMatchObject({
      message: expect.stringMatching(/SQLSTATE (25006|42501)/),
    });
  });

  test.each([
    'SELECT 1; SELECT 2',
    'SELECT 1; DROP TABLE device',
    'COMMIT; DELETE FROM dashboard.device',
    ';;SELECT 1;;SELECT 2',
  ])('has one statement in a query: %s', async (sql) => {
    await expect(run(sql)).rejects.toMatchObject({ message: expect.stringContaining('SQLSTATE 42601') });
  });

  test.each([
    [
      "SELECT set_config('default_transaction_read_only', 'off', false)",
      'default_transaction_read_only',
      'on',
    ],
    ["SELECT set_config('search_path', 'pg_temp, public', false)", 'search_path', 'dashboard, public'],
    ["SELECT set_config('statement_timeout', '0', false)", 'statement_timeout', '15s'],
    ["SELECT set_config('standard_conforming_strings', 'off', false)", 'standard_conforming_strings', 'on'],
    ['SET statement_timeout = 0', 'statement_timeout', '15s'],
    ['SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE', 'default_transaction_read_only', 'on'],
    ['COMMIT', 'transaction_read_only', 'on'],
    ['ROLLBACK', 'transaction_read_only', 'on'],
    ['COMMIT AND CHAIN', 'transaction_read_only', 'on'],
    ['RESET ALL', 'transaction_read_only', 'on'],
  ])('leaves nothing to the next one: %s', async (sql, setting, expected) => {
    await run(sql).catch(() => {});
    expect(await value(`SELECT current_setting('${setting}')`)).toBe(expected);
  });

  test.each([
    'SELECT pg_advisory_lock(4711)',
    'SELECT pg_advisory_lock(4711), 1 / 0',
    'SELECT U&"pg_advisory_l\\006fck"(4711)',
  ])('keeps no lock: %s', async (sql) => {
    await run(sql).catch(() => {});
    const { rows } = await database.pool.query(
      "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711",
    );
    expect(rows).toEqual([]);
  });

  test('is heard by nobody, and hears nothing', async () => {
    await run("SELECT pg_notify('fieldstream', 'x')").catch(() => {});
    await run('LISTEN fieldstream').catch(() => {});
    expect((await run('SELECT * FROM pg_listening_channels()')).rows).toBe(0);
  });

  test('does not sleep on', async () => {
    const hasty = open(300);
    try {
      for (const sql of [
        'SELECT pg_sleep(600)',
        "SELECT pg_sleep_for('10 minutes')",
        "SELECT pg_sleep_until('2100-01-01')",
      ]) {
        await expect(run(sql, hasty)).rejects.toMatchObject(
          isServer ? { code: 'timeout' } : { message: expect.stringContaining('42501') },
        );
      }
      expect((await run('SELECT 1', hasty)).rows).toBe(1);
    } finally {
      await hasty.close();
    }
  });

  test('does not count on and on', async () => {
    // The embedded engine notices a timeout where it reads or writes a block, or sends rows.
    if (!isServer) return;
    const hasty = open(300);
    try {
      const endless = 'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT 1 FROM r) SELECT count(*) FROM r';
      await expect(run(endless, hasty)).rejects.toMatchObject({ code: 'timeout' });
      await expect(
        run("SELECT set_config('statement_timeout', '0', false), pg_sleep(600)", hasty),
      ).rejects.toMatchObject({
        code: 'timeout',
      });
    } finally {
      await hasty.close();
    }
  });

  test('gets so many rows of ten million, and so many bytes', async () => {
    const many = await run('SELECT generate_series(1, 10000000) AS n');
    expect(many).toMatchObject({ rows: 1_000, cutBy: 'rows' });
    const wide = await run("SELECT repeat('x', 100000) FROM generate_series(1, 200)");
    expect(wide.cutBy).toBe('bytes');
    expect(wide.rows).toBeLessThan(12);
    const huge = await run("SELECT repeat('x', 20000000)");
    expect(huge).toMatchObject({ rows: 0, cutBy: 'bytes' });
    expect(await value('SELECT 1')).toBe('1');
  });

  test('gets no chunk around the views', async () => {
    const { rows } = await database.pool.query<{ relation: string }>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS relation FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname LIKE '\\_timescaledb%' AND c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname LIKE '%internal'
         AND has_table_privilege('grafana_reader', c.oid, 'SELECT, INSERT, UPDATE, DELETE')
         AND c.relname LIKE ANY (ARRAY['\\_hyper%', '\\_materialized%', '\\_partial%', '\\_direct%', 'compress\\_hyper%'])`,
    );
    expect(rows).toEqual([]);
  });

  test('has changed nothing', async () => {
    const { rows } = await database.pool.query('SELECT device_id FROM device');
    expect(rows).toEqual([{ device_id: 'device-1' }]);
  });
});
