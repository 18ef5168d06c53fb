import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, projectRoot } from '@fieldstream/testing';
import pg from 'pg';
import { EmbeddedDatabase } from '../../libs/embedded/src/database/embedded-database.js';
import { temporaryFolder, TestDatabase } from './embedded-support.js';
import { silent } from './timescale-flavours.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = await temporaryFolder();
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

async function startProcess(): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(
    process.execPath,
    // Compiled: a start from source takes seconds, and each round has one.
    ['dist/test/integration/embedded-database-process.js', dataDir],
    { cwd: projectRoot(), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, url: line.toString().trim() };
}

test('what was committed before a kill -9 in mid-write is there, five times over', async () => {
  const acked = new Set<number>();
  let next = 0;
  for (let round = 0; round < 5; round++) {
    const { child, url } = await startProcess();
    const pool = new pg.Pool({ connectionString: url, max: 4 });
    pool.on('error', () => {});
    await pool.query(`CREATE TABLE IF NOT EXISTS kept (id int PRIMARY KEY, padding text);
      CREATE TABLE IF NOT EXISTS pair (id int PRIMARY KEY)`);
    const { rows } = await pool.query<{ id: number; paired: boolean }>(
      'SELECT k.id, p.id IS NOT NULL AS paired FROM kept k FULL JOIN pair p USING (id)',
    );
    const stored = new Set(rows.map((row) => row.id));
    expect([...acked].filter((id) => !stored.has(id))).toEqual([]);
    expect(rows.filter((row) => !row.paired)).toEqual([]);

    const killed = new AbortController();
    const write = async (): Promise<void> => {
      while (!killed.signal.aborted) {
        const id = next++;
        const client = await pool.connect();
        // A connection that dies while it is checked out emits 'error' as well as failing the query.
        client.on('error', () => {});
        try {
          await client.query('BEGIN');
          await client.query("INSERT INTO kept VALUES ($1, repeat('x', 500))", [id]);
          await client.query('INSERT INTO pair VALUES ($1)', [id]);
          await client.query('COMMIT');
          acked.add(id);
        } finally {
          client.release(true);
        }
      }
    };
    const before = acked.size;
    const writers = Promise.allSettled([write(), write(), write()]);
    await eventually(() => acked.size >= before + 60, { what: 'rows are written', timeoutMs: 30_000 });
    child.kill('SIGKILL');
    killed.abort();
    await once(child, 'close');
    await writers;
    await pool.end();
  }
  expect(acked.size).toBeGreaterThanOrEqual(300);
}, 120_000);

test('an engine that crashes starts again with what was committed, and serves new connections', async () => {
  const database = await TestDatabase.open();
  try {
    const [victim, other] = [await database.client(), await database.client()];
    await other.query('CREATE TABLE t (a int); INSERT INTO t VALUES (1)');
    await victim.query(
      'CREATE FUNCTION endless(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN endless(n + 1); END $$',
    );
    await victim.query('BEGIN; INSERT INTO t VALUES (2)');
    await expect(victim.query('SELECT endless(0)')).rejects.toMatchObject({ code: '57P02' });
    await expect(other.query('SELECT 1')).rejects.toThrow();
    const again = await database.client();
    expect((await again.query('SELECT a FROM t')).rows).toEqual([{ a: 1 }]);
    await again.end();
  } finally {
    await database.close();
  }
}, 60_000);

test('close waits for a transaction, and what is open opens again', async () => {
  const database = await TestDatabase.open();
  const writer = await database.client();
  await writer.query('CREATE TABLE t (a int); BEGIN; INSERT INTO t VALUES (1)');
  const idle = await database.client();
  const told = once(idle, 'error');
  const reopened = database.reopen();
  expect(await told).toEqual([expect.objectContaining({ code: '57P01' })]);
  await writer.query('COMMIT');
  await reopened;
  const reader = await database.client();
  expect((await reader.query('SELECT a FROM t')).rows).toEqual([{ a: 1 }]);
  await reader.end();
  await database.close();
}, 60_000);

test('close rolls back a transaction that does not end', async () => {
  const database = await TestDatabase.open({ limits: { closeTimeoutMs: 100 } });
  const writer = await database.client();
  await writer.query('CREATE TABLE t (a int)');
  await writer.query('BEGIN; INSERT INTO t VALUES (1)');
  await database.reopen();
  const reader = await database.client();
  expect((await reader.query('SELECT a FROM t')).rows).toEqual([]);
  await reader.end();
  await database.close();
}, 60_000);

describe('a folder or port that cannot be used is told with its remedy, and left as it is', () => {
  const open = (
    options: { dataDir?: string; port?: number; host?: string } = {},
  ): Promise<EmbeddedDatabase> => EmbeddedDatabase.open({ dataDir, logger: silent, ...options });

  test('a port that is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    await expect(open({ port })).rejects.toMatchObject({
      code: 'port-unavailable',
      message: expect.stringContaining(`port ${port} on 127.0.0.1 is in use`),
    });
    taken.close();
  }, 60_000);

  test('an address that others can reach', async () => {
    await expect(open({ host: '0.0.0.0' })).rejects.toMatchObject({
      code: 'port-unavailable',
      message: expect.stringContaining('loopback only'),
    });
  });

  test("a folder of somebody else's", async () => {
    await writeFile(join(dataDir, 'thesis.txt'), 'precious');
    await expect(open()).rejects.toMatchObject({
      code: 'wrong-format',
      message: expect.stringContaining('"thesis.txt"'),
    });
    expect(await readdir(dataDir)).toEqual(['thesis.txt']);
  });

  test('a folder that is a file', async () => {
    const file = join(dataDir, 'file');
    await writeFile(file, '');
    await expect(open({ dataDir: join(file, 'below') })).rejects.toMatchObject({ code: 'not-writable' });
  });

  test.each([
    ['18', 'newer'],
    ['16', 'older'],
  ])('a cluster of PostgreSQL %s', async (version, which) => {
    await mkdir(join(dataDir, 'pgdata', 'global'), { recursive: true });
    await writeFile(join(dataDir, 'pgdata', 'PG_VERSION'), `${version}\n`);
    await writeFile(join(dataDir, 'pgdata', 'global', 'pg_control'), '');
    await expect(open()).rejects.toMatchObject({
      code: 'wrong-format',
      message: expect.stringContaining(`start the ${which} Fieldstream`),
    });
  });

  test('a cluster with parts missing', async () => {
    await mkdir(join(dataDir, 'pgdata'));
    await expect(open()).rejects.toMatchObject({
      code: 'wrong-format',
      message: expect.stringContaining('parts of it are missing'),
    });
  });

  test('what a crash has left half made is made anew', async () => {
    await mkdir(join(dataDir, 'pgdata.new', 'base'), { recursive: true });
    const database = await open();
    await database.close();
    expect(existsSync(join(dataDir, 'pgdata.new'))).toBe(false);
  }, 60_000);
});
