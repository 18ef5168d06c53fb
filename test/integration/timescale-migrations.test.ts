import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { createTestDatabase, freePort, type TestDatabase } from '@fieldstream/testing';
import { createPool, editionOf, migrate, setGrafanaPassword, waitForDatabase } from '@fieldstream/timescale';
import { testOnGiven } from '../support/given-only.js';
import { FLAVOURS, type FlavourDatabase, openPlainPostgres, silent } from './timescale-flavours.js';

const poolOf = (url: string, maxConnections = 3): pg.Pool =>
  createPool({ url, maxConnections, applicationName: 'timescale-test', logger: silent });

describe.each(FLAVOURS)('migrations on the $name edition', (flavour) => {
  let database: FlavourDatabase;
  beforeAll(async () => {
    database = await flavour.open();
    await migrate(database.pool, silent);
  }, 60_000);
  afterAll(() => database.close(), 120_000);

  test('run once', async () => {
    expect((await migrate(database.pool, silent)).applied).toBe(0);
    expect(await editionOf(database.pool)).toBe(flavour.name);
  });

  test('hours and days are continuous aggregates where the edition has them', async () => {
    const { rows } = await database.pool.query<{ view_name: string }>(
      'SELECT view_name FROM timescaledb_information.continuous_aggregates ORDER BY 1',
    );
    expect(rows.map((row) => row.view_name)).toEqual(
      flavour.name === 'community' ? ['reading_1d', 'reading_1h'] : [],
    );
  });

  test('the dashboard role reads views and nothing else', async () => {
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN; SET LOCAL ROLE grafana_reader');
      await client.query('SELECT * FROM dashboard.latest');
      await expect(client.query('SELECT * FROM public.device')).rejects.toThrow('permission denied');
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });

  test('an applied file that was edited is refused', async () => {
    await database.pool.query("UPDATE schema_migration SET checksum = 'other' WHERE version = 2");
    await expect(migrate(database.pool, silent)).rejects.toMatchObject({
      code: 'migration-failed',
      message: expect.stringContaining('0002_rollups.sql was applied to this database with other contents'),
    });
  });

  test('a database of a newer program is refused', async () => {
    await database.pool.query(
      "INSERT INTO schema_migration (version, name, checksum) VALUES (999, '0999_new.sql', '')",
    );
    await expect(migrate(database.pool, silent)).rejects.toMatchObject({
      code: 'schema-too-new',
      retriable: false,
      message: expect.stringContaining('at version 999'),
    });
  });
});

describe('migrations and the server', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase('migrations');
  }, 120_000);
  afterAll(() => database.drop(), 120_000);

  test('a file that fails leaves nothing of itself, and those before it applied', async () => {
    const own = await createTestDatabase('migrations');
    const pool = poolOf(own.url);
    try {
      const good = { version: 1, name: '0001_a.sql', sql: 'CREATE TABLE a ()', checksum: 'a' };
      const bad = { version: 2, name: '0002_b.sql', sql: 'CREATE TABLE b (); SELECT 1/0', checksum: 'b' };
      await expect(migrate(pool, silent, { migrations: [good, bad] })).rejects.toMatchObject({
        code: 'migration-failed',
        message: expect.stringContaining('0002_b.sql: division by zero'),
      });
      const { rows } = await pool.query("SELECT to_regclass('a') AS a, to_regclass('b') AS b");
      expect(rows).toEqual([{ a: 'a', b: null }]);
      const mended = { ...bad, sql: 'CREATE TABLE b ()' };
      expect(await migrate(pool, silent, { migrations: [good, mended] })).toEqual({ version: 2, applied: 1 });
    } finally {
      await pool.end();
      await own.drop();
    }
  }, 120_000);

  test('services that start together migrate once', async () => {
    const pools = [poolOf(database.url), poolOf(database.url), poolOf(database.url)];
    try {
      const results = await Promise.all(pools.map((pool) => migrate(pool, silent)));
      const applied = results.map((result) => result.applied).sort((a, b) => a - b);
      expect(applied).toEqual([0, 0, results[0]?.version]);
    } finally {
      await Promise.all(pools.map((pool) => pool.end()));
    }
  }, 60_000);

  test('the password of the dashboard role is stored as its verifier', async () => {
    const pool = poolOf(database.url);
    try {
      await migrate(pool, silent);
      // The role is the whole server's, so it gets back what it had.
      const verifier = async (): Promise<string | null> => {
        const { rows } = await pool.query<{ rolpassword: string | null }>(
          "SELECT rolpassword FROM pg_authid WHERE rolname = 'grafana_reader'",
        );
        return rows[0]?.rolpassword ?? null;
      };
      const before = await verifier();
      await setGrafanaPassword(pool, 'first');
      expect(await verifier()).toMatch(/^SCRAM-SHA-256\$4096:/);
      expect(await verifier()).not.toBe(before);
      await pool.query(`ALTER ROLE grafana_reader PASSWORD ${before === null ? 'NULL' : `'${before}'`}`);
    } finally {
      await pool.end();
    }
  }, 120_000);

  async function expectRefused(change: (url: URL) => void): Promise<void> {
    const url = new URL(database.url);
    change(url);
    const pool = poolOf(url.href);
    try {
      await expect(migrate(pool, silent)).rejects.toMatchObject({
        code: 'refused',
        retriable: false,
        message: expect.stringContaining('DATABASE_URL'),
      });
    } finally {
      await pool.end();
    }
  }

  test('an unknown database ends the start at once', () =>
    expectRefused((url) => (url.pathname = '/does_not_exist')));

  testOnGiven('no passwords, and a loopback port only')(
    'a wrong password, or none where one is asked for, ends the start at once',
    async () => {
      for (const password of ['wrong', '']) await expectRefused((url) => (url.password = password));
    },
  );

  test('a server without TimescaleDB is told apart from one that is away', async () => {
    const plain = await openPlainPostgres();
    try {
      await expect(migrate(plain.pool, silent)).rejects.toMatchObject({
        code: 'migration-failed',
        retriable: false,
        message: expect.stringContaining('does not have TimescaleDB. Install it'),
      });
    } finally {
      await plain.close();
    }
  }, 120_000);

  test('waits for a database that is away, quietly, until it is told to stop', async () => {
    const pool = poolOf(`postgres://nobody@127.0.0.1:${await freePort()}/none`);
    const stop = new AbortController();
    const warnings: string[] = [];
    const waiting = waitForDatabase(
      pool,
      { ...silent, warn: (_, message) => void warnings.push(message) },
      { signal: stop.signal, pauseMs: { first: 5, max: 10 } },
    );
    setTimeout(() => stop.abort(), 200);
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
    expect(warnings).toEqual(['waiting for the database']);
    await pool.end();
  });
});
