import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@fieldstream/testing';
import type pg from 'pg';
import {
  cString,
  FRONTEND,
  frontendMessage,
  queryMessage,
  syncMessage,
} from '../../libs/embedded/src/database/wire/frontend-messages.js';
import type { EmbeddedDatabaseOptions } from '../../libs/embedded/src/database/embedded-database.js';
import { RawClient, run, TestDatabase } from './embedded-support.js';

/** One database for the tests of a block, with the table `t`, which each test finds empty. */
function shared(limits: EmbeddedDatabaseOptions['limits'] = {}): () => TestDatabase {
  let database: TestDatabase | undefined;
  const get = (): TestDatabase => {
    if (!database) throw new Error('the database is not open');
    return database;
  };
  beforeAll(async () => {
    database = await TestDatabase.open({ limits });
    await query('CREATE TABLE t (a int, b text)');
  }, 60_000);
  beforeEach(() => query('TRUNCATE t'));
  afterAll(() => get().close(), 60_000);
  const query = async (sql: string): Promise<void> => {
    const client = await get().client();
    await client.query(sql);
    await client.end();
  };
  return get;
}

describe('a client that keeps the database and says nothing', () => {
  const database = shared({ idleTimeoutMs: 1_000 });

  test.each([
    ['in a transaction', 'BEGIN; INSERT INTO t VALUES (1)'],
    ['in a failed transaction', 'BEGIN; INSERT INTO t VALUES (1); SELECT 1/0'],
    ['with an advisory lock', 'SELECT pg_advisory_lock(1)'],
    ['with a cursor', 'BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT 1; COMMIT'],
  ])('%s is disconnected, and the others go on', async (_, sql) => {
    const served = database();
    const [idle, other] = [await served.client(), await served.client()];
    const told = once(idle, 'error');
    await idle.query(sql).catch(() => {});
    expect((await other.query('SELECT count(*)::int AS n FROM t')).rows).toEqual([{ n: 0 }]);
    expect(await told).toEqual([expect.objectContaining({ code: '25P03', severity: 'FATAL' })]);
    expect(
      (await other.query('SELECT count(*)::int AS n FROM pg_locks WHERE locktype = $$advisory$$')).rows,
    ).toEqual([{ n: 0 }]);
    await other.end();
  });

  test('in the middle of a pipeline as well', async () => {
    const served = database();
    const [idle, other] = [await RawClient.connect(served.port), await served.client()];
    idle.send(...run('INSERT INTO t VALUES (1)'), frontendMessage(FRONTEND.flush));
    await idle.until('C(INSERT 0 1)');
    expect((await other.query('SELECT count(*)::int AS n FROM t')).rows).toEqual([{ n: 0 }]);
    await eventually(() => idle.isClosed, { what: 'the idle client is disconnected' });
    await other.end();
  });

  test('is rolled back when it goes away', async () => {
    const served = database();
    const other = await served.client();
    const gone = await RawClient.connect(served.port);
    gone.send(queryMessage('BEGIN'), queryMessage('INSERT INTO t VALUES (1)'));
    await gone.until('C(INSERT 0 1)');
    gone.close();
    expect((await other.query('SELECT count(*)::int AS n FROM t')).rows).toEqual([{ n: 0 }]);
    await other.end();
  });
});

describe('COPY', () => {
  const database = shared({ maxWaitingBytes: 64 * 1024 });

  const copy = (text: string): Buffer => frontendMessage(FRONTEND.copyData, Buffer.from(text));
  const done = frontendMessage(FRONTEND.copyDone);

  test('in and out, in a transaction and out of it', async () => {
    const served = database();
    const client = await RawClient.connect(served.port);
    client.send(queryMessage('COPY t FROM STDIN'));
    await client.until('G');
    client.send(copy('1\tx\n2'), copy('\ty\n'), done);
    expect(await client.until('Z(I)')).toBe('C(COPY 2) Z(I)');
    client.send(queryMessage('BEGIN'), queryMessage('COPY t (a) FROM STDIN'), copy('3\n'), done);
    expect(await client.until('C(COPY 1)')).toBe('C(BEGIN) Z(T) G C(COPY 1)');
    client.send(queryMessage('ROLLBACK'), queryMessage('COPY t TO STDOUT'));
    await client.until('C(ROLLBACK)');
    expect(await client.until('C(COPY 2)')).toBe('Z(I) H d d c C(COPY 2)');
    client.close();
  });

  test('of much data and a slow client keeps nobody waiting', async () => {
    const served = database();
    const [client, other] = [await RawClient.connect(served.port), await served.client()];
    client.send(queryMessage('COPY t FROM STDIN'));
    await client.until('G');
    const rows = Array.from({ length: 1_000 }, (_, n) => `${n}\t${'x'.repeat(100)}\n`).join('');
    for (let round = 0; round < 100; round++) {
      client.send(copy(rows));
      if (round % 25 === 0) await other.query('SELECT 1');
    }
    expect(await served.spilled()).toHaveLength(1);
    client.send(done);
    await client.until('C(COPY 100000)');
    expect((await other.query('SELECT count(*)::int AS n, sum(a)::int AS sum FROM t')).rows).toEqual([
      { n: 100_000, sum: 49_950_000 },
    ]);
    expect(await served.spilled()).toEqual([]);
    client.close();
    await other.end();
  });

  test.each([
    ['a table that does not exist', 'COPY absent FROM STDIN', '42P01'],
    ['wrong data', 'COPY t FROM STDIN', '22P02'],
  ])('of %s fails, and the connection goes on', async (_, sql, code) => {
    const served = database();
    const client = await RawClient.connect(served.port);
    client.send(queryMessage(sql), copy('no number\n'), done, queryMessage('SELECT 1'));
    expect(await client.until('Z(I)')).toBe(`G E(${code}) Z(I)`);
    expect(await client.until('Z(I)')).toBe('T D(1) C(SELECT 1) Z(I)');
    client.close();
  });

  test('given up by the client, or in a way that does not work here, fails and goes on', async () => {
    const served = database();
    const client = await RawClient.connect(served.port);
    client.send(
      queryMessage('COPY t FROM STDIN'),
      copy('1\tx\n'),
      frontendMessage(FRONTEND.copyFail, cString('no')),
    );
    expect(await client.until('Z(I)')).toBe('G E(57014) Z(I)');
    client.send(...run('COPY t FROM STDIN'), syncMessage());
    expect(await client.until('Z(I)')).toMatch(/G E\(57014\) Z\(I\)$/);
    client.send(queryMessage('SELECT 1; COPY t FROM STDIN'), done);
    expect(await client.until('Z(I)')).toMatch(/G E\(57014\) Z\(I\)$/);
    client.send(queryMessage('SELECT count(*) FROM t'));
    expect(await client.until('Z(I)')).toBe('T D(0) C(SELECT 1) Z(I)');
    client.close();
  });
});

describe('results', () => {
  const database = shared({
    maxWaitingBytes: 1024 * 1024,
    maxResultBytes: 70_000_000,
    stallTimeoutMs: 1_000,
  });

  const big = "SELECT repeat('x', 1000) FROM generate_series(1, 60000)";
  const bigBytes = 60_000 * 1_011;

  test('larger than what may wait in memory wait on disk for a slow reader, and others go on', async () => {
    const served = database();
    const [slow, other] = [await RawClient.connect(served.port), await served.client()];
    slow.socket.pause();
    slow.send(queryMessage(big), queryMessage('SELECT 7'));
    await eventually(async () => (await served.spilled()).length === 1, { what: 'the result is on disk' });
    for (let n = 0; n < 20; n++)
      expect((await other.query('SELECT $1::int AS n', [n])).rows).toEqual([{ n }]);
    slow.socket.resume();
    expect(await slow.until('D(7)')).toBe('T C(SELECT 60000) Z(I) T D(7)');
    expect(slow.rowBytes - 12).toBe(bigBytes);
    expect(await served.spilled()).toEqual([]);
    slow.close();
    await other.end();
  });

  test('that are not read at all end the connection', async () => {
    const served = database();
    const [stalled, other] = [await RawClient.connect(served.port), await served.client()];
    stalled.socket.pause();
    stalled.send(queryMessage('BEGIN'), queryMessage(big));
    await eventually(async () => (await served.spilled()).length === 1, { what: 'the result is on disk' });
    expect((await other.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
    await eventually(async () => (await served.spilled()).length === 0, { what: 'the result is given up' });
    stalled.close();
    await other.end();
  });

  test('larger than the bound are cut off by an error', async () => {
    const served = database();
    const [greedy, other] = [await served.client(), await served.client()];
    await expect(
      greedy.query("SELECT repeat('x', 1000) FROM generate_series(1, 100000)"),
    ).rejects.toMatchObject({ code: '54000' });
    expect((await greedy.query('SELECT 2 AS n')).rows).toEqual([{ n: 2 }]);
    await greedy.end();
    expect((await other.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
    await other.end();
  });

  test('stop at statement_timeout', async () => {
    const served = database();
    const client = await served.client({ statement_timeout: 100 });
    await expect(
      client.query("SELECT repeat('x', 1000) FROM generate_series(1, 5000000)"),
    ).rejects.toMatchObject({
      code: '57014',
      message: 'canceling statement due to statement timeout',
    });
    expect((await client.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
    await client.end();
  });
});

describe('connections', () => {
  const database = shared({ maxConnections: 3, startupTimeoutMs: 500 });

  test('are as many as may be', async () => {
    const served = database();
    const clients = [await served.client(), await served.client(), await served.client()];
    await expect(served.client()).rejects.toMatchObject({ code: '53300' });
    await clients.pop()?.end();
    await eventually(async () => (await served.client()).end(), { what: 'a place is free' });
    await Promise.all(clients.map((client) => client.end()));
  });

  test('are ended by an idle_in_transaction_session_timeout of their own', async () => {
    const [idle, other] = [await database().client(), await database().client()];
    await idle.query(
      "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '200ms'; INSERT INTO t VALUES (1)",
    );
    let count: number | undefined;
    const counted = other
      .query<{ n: number }>('SELECT count(*)::int AS n FROM t')
      .then(({ rows }) => (count = rows[0]?.n));
    await eventually(() => count !== undefined, {
      what: 'the other goes on, long before the server ends it',
    });
    await counted;
    expect(count).toBe(0);
    await other.end();
  });

  test('begin without encryption', async () => {
    const served = database();
    const socket = connect(served.port, '127.0.0.1');
    socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
    expect(await once(socket, 'data')).toEqual([Buffer.from('N')]);
    socket.destroy();
  });

  test.each([
    ['bytes of another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['an unknown version', Buffer.from([0, 0, 0, 8, 0, 2, 0, 0])],
  ])('that begin with %s are closed', async (_, bytes) => {
    const served = database();
    const socket = connect(served.port, '127.0.0.1');
    socket.resume();
    socket.write(bytes);
    await once(socket, 'close');
    const client = await served.client();
    await client.end();
  });

  test('are closed when they do not begin', async () => {
    const served = database();
    const socket = connect(served.port, '127.0.0.1');
    await once(socket, 'close');
  });

  test.each([
    ['an unknown message', frontendMessage(0x79, Buffer.from('x'))],
    ['a message without its end', frontendMessage(FRONTEND.parse, Buffer.from('x'))],
    ['a message that is too large', Buffer.from([FRONTEND.query, 0x7f, 0xff, 0xff, 0xff])],
    ['a negative length', Buffer.from([FRONTEND.query, 0xff, 0xff, 0xff, 0xff])],
  ])('that send %s end, and no other with them', async (_, bytes) => {
    const served = database();
    const [hostile, other] = [await RawClient.connect(served.port), await served.client()];
    hostile.send(bytes, syncMessage());
    expect(await hostile.until('E(08P01)')).toBe('E(08P01)');
    await eventually(() => hostile.isClosed, { what: 'the connection is closed' });
    expect((await other.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
    await other.end();
  });

  test('can be cancelled while they wait', async () => {
    const served = database();
    const [holder, waiting] = [await served.client(), await served.client()];
    await holder.query('BEGIN');
    const refused = expect(waiting.query('SELECT 1')).rejects.toMatchObject({ code: '57014' });
    const { processID, secretKey } = waiting as unknown as { processID: number; secretKey: number };
    await eventually(
      async () => {
        const socket = connect(served.port, '127.0.0.1');
        const request = Buffer.alloc(16);
        [16, 80_877_102, processID, secretKey].forEach((word, index) =>
          request.writeInt32BE(word, 4 * index),
        );
        socket.end(request);
        await once(socket.resume(), 'close');
      },
      { what: 'the request is taken' },
    );
    await refused;
    await holder.query('COMMIT');
    expect((await waiting.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
    await Promise.all([holder.end(), waiting.end()]);
  });
});

describe('what has no background processes to do it is done all the same', () => {
  let served: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    served = await TestDatabase.open({
      upkeep: {
        firstJobAfterMs: 100,
        lookEveryMs: 50,
        vacuumLookEveryMs: 100,
        checkpointEveryBytes: 2_000_000,
      },
    });
    client = await served.client();
  }, 60_000);
  afterAll(async () => {
    await client.end();
    await served.close();
  }, 60_000);
  const value = async (sql: string): Promise<unknown> =>
    (await client.query<{ value: unknown }>(`SELECT (${sql}) AS value`)).rows[0]?.value;

  test('jobs of policies', async () => {
    await client.query('CREATE EXTENSION timescaledb');
    await client.query(`CREATE TABLE r (time timestamptz NOT NULL, v int); SELECT create_hypertable('r', by_range('time'));
      INSERT INTO r SELECT now() - n * INTERVAL '1 hour', n FROM generate_series(1, 100) n`);
    await client.query(`CREATE MATERIALIZED VIEW h WITH (timescaledb.continuous, timescaledb.materialized_only = true) AS
      SELECT time_bucket('1 hour', time) AS bucket, sum(v) FROM r GROUP BY 1 WITH NO DATA`);
    await client.query(
      `SELECT add_continuous_aggregate_policy('h', NULL, INTERVAL '1 hour', schedule_interval => INTERVAL '1 hour')`,
    );
    await eventually(async () => (await value('SELECT count(*)::int FROM h')) !== 0, {
      what: 'the hours are materialised',
      timeoutMs: 30_000,
    });
  }, 60_000);

  test('vacuum and statistics', async () => {
    await client.query('CREATE TABLE v AS SELECT n FROM generate_series(1, 1000) n');
    await client.query('UPDATE v SET n = n + 1');
    await eventually(
      async () => {
        const { rows } = await client.query(
          "SELECT reltuples::int, relallvisible FROM pg_class WHERE relname = 'v'",
        );
        expect(rows).toEqual([{ reltuples: 1000, relallvisible: expect.any(Number) }]);
        return rows[0]?.relallvisible > 0;
      },
      { what: 'the table is vacuumed' },
    );
  });

  test('the log of commits that do not wait', async () => {
    await client.query('CREATE TABLE a (n int); SET synchronous_commit = off; INSERT INTO a VALUES (1)');
    await eventually(
      () =>
        value('pg_current_wal_flush_lsn() = pg_current_wal_insert_lsn()').then((flushed) => flushed === true),
      {
        what: 'the log is flushed',
      },
    );
  });

  test('checkpoints', async () => {
    const before = await value('SELECT redo_lsn::text FROM pg_control_checkpoint()');
    await client.query('CREATE TABLE c AS SELECT repeat(md5(n::text), 10) FROM generate_series(1, 20000) n');
    await eventually(
      async () => (await value('SELECT redo_lsn::text FROM pg_control_checkpoint()')) !== before,
      {
        what: 'a checkpoint is made',
      },
    );
  });
});

const hasPsql = spawnSync('psql', ['--version']).status === 0;
if (!hasPsql) process.stderr.write('psql is not installed: its tests are skipped\n');
(hasPsql ? describe : describe.skip)('psql', () => {
  const database = shared();

  test('describes, copies, and reads the same session again', async () => {
    const served = database();
    const child = spawn('psql', ['-X', '-A', '-t', '-v', 'ON_ERROR_STOP=1', served.url]);
    let output = '';
    child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (output += bytes.toString()));
    child.stdin.end(`CREATE TABLE p (a int PRIMARY KEY, b text);
\\copy p FROM PROGRAM 'seq 1 1000 | sed "s/$/\\tx/"'
SELECT count(*) FROM p;
\\d p
PREPARE p AS SELECT 'prepared';
SET TimeZone = 'Asia/Tokyo';
EXECUTE p;
SHOW TimeZone;
\\copy (SELECT a FROM p WHERE a < 3) TO STDOUT
`);
    await once(child, 'close');
    expect(output).toBe(`CREATE TABLE
COPY 1000
1000
a|integer||not null|
b|text|||
PREPARE
SET
prepared
Asia/Tokyo
1
2
`);
  });
});
