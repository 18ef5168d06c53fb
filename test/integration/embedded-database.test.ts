import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { migrate } from '@fieldstream/timescale';
import { eventually } from '@fieldstream/testing';
import type pg from 'pg';
import {
  closeStatementMessage,
  queryMessage,
  syncMessage,
} from '../../libs/embedded/src/database/wire/frontend-messages.js';
import { bind, execute, flush, parse, RawClient, run, TestDatabase } from './embedded-support.js';
import { silent } from './timescale-flavours.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await TestDatabase.open();
}, 60_000);
afterAll(() => database.close(), 60_000);

/** A client for one test, ended after it. */
async function withClient<T>(
  work: (client: pg.Client) => Promise<T>,
  options: pg.ClientConfig = {},
): Promise<T> {
  const client = await database.client(options);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
const withTwo = <T>(work: (a: pg.Client, b: pg.Client) => Promise<T>): Promise<T> =>
  withClient((a) => withClient((b) => work(a, b)));
const value = async (client: pg.Client | pg.Pool, sql: string): Promise<unknown> => {
  const { rows } = await client.query<{ value: unknown }>(`SELECT (${sql}) AS value`);
  return rows[0]?.value;
};
const show = async (client: pg.Client, name: string): Promise<unknown> =>
  value(client, `current_setting('${name}')`);

describe('many clients', () => {
  test('transactions of several pools run one after the other', async () => {
    const pools = [database.pool(), database.pool(), database.pool()];
    try {
      await pools[0]?.query('CREATE TABLE counter (n int); INSERT INTO counter VALUES (0)');
      const increment = async (pool: pg.Pool): Promise<void> => {
        const client = await pool.connect();
        await client.query('BEGIN');
        const { rows } = await client.query<{ n: number }>('SELECT n FROM counter');
        await client.query('UPDATE counter SET n = $1', [(rows[0]?.n ?? 0) + 1]);
        await client.query('COMMIT');
        client.release();
      };
      await Promise.all(pools.flatMap((pool) => Array.from({ length: 40 }, () => increment(pool))));
      expect(await withClient((client) => value(client, 'SELECT n FROM counter'))).toBe(120);
    } finally {
      await Promise.all(pools.map((pool) => pool.end()));
    }
  });

  test('services that start together migrate once', async () => {
    const pools = [database.pool(), database.pool(), database.pool()];
    try {
      const results = await Promise.all(pools.map((pool) => migrate(pool, silent)));
      expect(results.map((result) => result.applied).sort((a, b) => a - b)).toEqual([
        0,
        0,
        results[0]?.version,
      ]);
    } finally {
      await Promise.all(pools.map((pool) => pool.end()));
    }
  }, 60_000);

  test('a session-level advisory lock keeps everybody else out until it is given back', () =>
    withTwo(async (a, b) => {
      await a.query('SELECT pg_advisory_lock(7)');
      let has = false;
      const other = b.query('SELECT pg_advisory_lock(7)').then(() => (has = true));
      await a.query('BEGIN');
      await a.query('COMMIT');
      expect(await value(a, 'SELECT count(*) FROM pg_locks WHERE locktype = $$advisory$$')).toBe('1');
      expect(has).toBe(false);
      await a.query('SELECT pg_advisory_unlock(7)');
      await other;
      await b.query('SELECT pg_advisory_unlock(7)');
      expect(await value(a, '1')).toBe(1);
    }));

  test('a client that goes away gives its advisory lock back', () =>
    withClient(async (b) => {
      await withClient((a) => a.query('SELECT pg_advisory_lock(8)'));
      expect(await value(b, 'SELECT count(*) FROM pg_locks WHERE locktype = $$advisory$$')).toBe('0');
    }));

  test('a cursor WITH HOLD stays its own', () =>
    withTwo(async (a, b) => {
      await a.query('BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT generate_series(1, 3) AS n; COMMIT');
      const other = b.query('SELECT 1');
      expect((await a.query('FETCH 2 FROM c')).rows).toEqual([{ n: 1 }, { n: 2 }]);
      await a.query('CLOSE c');
      await other;
    }));
});

describe('prepared statements', () => {
  test('of one name, in two clients, do not meet', () =>
    withTwo(async (a, b) => {
      for (let round = 0; round < 3; round++) {
        expect((await a.query({ name: 's', text: 'SELECT $1::int AS x', values: [round] })).rows).toEqual([
          { x: round },
        ]);
        expect((await b.query({ name: 's', text: "SELECT $1 || 'b' AS y", values: ['x'] })).rows).toEqual([
          { y: 'xb' },
        ]);
      }
    }));

  test.each(['DEALLOCATE ALL', 'DISCARD ALL'])('%s of one client leaves the others theirs', (sql) =>
    withTwo(async (a, b) => {
      const statement = { name: 'kept', text: 'SELECT 1 AS one' };
      await a.query(statement);
      await b.query(sql);
      expect((await a.query(statement)).rows).toEqual([{ one: 1 }]);
      await a.query(sql);
      // Its own is gone, as on a server: pg does not send the text again.
      await expect(a.query(statement)).rejects.toMatchObject({ code: '26000' });
    }),
  );

  test("of SQL's PREPARE are kept apart as well", () =>
    withTwo(async (a, b) => {
      await a.query('PREPARE p AS SELECT 1 AS n');
      await b.query('PREPARE p AS SELECT 2 AS n');
      expect((await a.query('EXECUTE p')).rows).toEqual([{ n: 1 }]);
      expect((await b.query('EXECUTE p')).rows).toEqual([{ n: 2 }]);
      await a.query('DEALLOCATE p');
      await expect(a.query('EXECUTE p')).rejects.toMatchObject({ code: '26000' });
      expect((await b.query('EXECUTE p')).rows).toEqual([{ n: 2 }]);
    }));

  test('the engine keeps none of clients that are gone', async () => {
    await withClient((client) => client.query({ name: 'gone', text: 'SELECT 1' }));
    await withClient((client) =>
      eventually(async () => (await value(client, 'SELECT count(*) FROM pg_prepared_statements')) === '0', {
        what: 'no statement is left',
      }),
    );
  });

  test('an unnamed one outlasts the requests of others, and names of any length work', async () => {
    const [a, b] = [await RawClient.connect(database.port), await RawClient.connect(database.port)];
    const long = 'n'.repeat(200);
    a.send(parse('', 'SELECT 1'), parse(long, 'SELECT 2'), syncMessage());
    expect(await a.until('Z(I)')).toBe('1 1 Z(I)');
    b.send(...run('SELECT 3'), syncMessage());
    expect(await b.until('Z(I)')).toBe('1 2 D(3) C(SELECT 1) Z(I)');
    a.send(bind(''), execute(), bind(long), execute(), syncMessage());
    expect(await a.until('Z(I)')).toBe('2 D(1) C(SELECT 1) 2 D(2) C(SELECT 1) Z(I)');
    b.send(queryMessage('SELECT 4'), bind(''), execute(), syncMessage());
    expect(await b.until('Z(I)')).toBe('T D(4) C(SELECT 1) Z(I)');
    expect(await b.until('Z(I)')).toBe('E(26000) Z(I)');
    a.close();
    b.close();
  });

  test('a name can be used again after Close, and not before', async () => {
    const client = await RawClient.connect(database.port);
    client.send(parse('s', 'SELECT 1'), syncMessage(), parse('s', 'SELECT 2'), syncMessage());
    expect(await client.until('Z(I)')).toBe('1 Z(I)');
    expect(await client.until('Z(I)')).toBe('E(42P05) Z(I)');
    client.send(closeStatementMessage('s'), parse('s', 'SELECT 2'), bind('s'), execute(), syncMessage());
    expect(await client.until('Z(I)')).toBe('3 1 2 D(2) C(SELECT 1) Z(I)');
    client.close();
  });
});

describe('pipelines', () => {
  test('an error skips the rest up to Sync, and the next part runs', async () => {
    const client = await RawClient.connect(database.port);
    client.send(
      ...run('SELECT 1'),
      ...run('SELECT 1/0'),
      ...run('SELECT 2'),
      syncMessage(),
      ...run('SELECT 3'),
      syncMessage(),
    );
    expect(await client.until('Z(I)')).toBe('1 2 D(1) C(SELECT 1) 1 E(22012) Z(I)');
    expect(await client.until('Z(I)')).toBe('1 2 D(3) C(SELECT 1) Z(I)');
    client.close();
  });

  test('an error before a Flush lasts until the Sync', async () => {
    const client = await RawClient.connect(database.port);
    client.send(...run('SELECT 1/0'), flush());
    expect(await client.until('E(22012)')).toBe('1 E(22012)');
    client.send(...run('SELECT 1'), flush());
    client.send(syncMessage());
    expect(await client.until('Z(I)')).toBe('Z(I)');
    client.close();
  });

  test('a portal is read in portions, in a transaction that nobody gets into', async () => {
    const [a, b] = [await RawClient.connect(database.port), await RawClient.connect(database.port)];
    a.send(parse('', 'SELECT generate_series(1, 3)'), bind('', 'p'), execute('p', 2), flush());
    expect(await a.until('s')).toBe('1 2 D(1) D(2) s');
    b.send(queryMessage('SELECT 9'));
    a.send(execute('p', 2), syncMessage());
    expect(await a.until('Z(I)')).toBe('D(3) C(SELECT 1) Z(I)');
    expect(await b.until('Z(I)')).toBe('T D(9) C(SELECT 1) Z(I)');
    a.close();
    b.close();
  });

  test('a pipeline of many megabytes runs as one transaction', async () => {
    const client = await RawClient.connect(database.port);
    client.send(queryMessage('CREATE TABLE piped (t text)'));
    await client.until('Z(I)');
    const insert = run(`INSERT INTO piped VALUES ('${'x'.repeat(20_000)}')`);
    client.send(...Array.from({ length: 300 }, () => insert).flat(), ...run('SELECT 1/0'), syncMessage());
    await client.until('Z(I)');
    client.send(queryMessage('SELECT count(*) FROM piped'));
    expect(await client.until('Z(I)')).toBe('T D(0) C(SELECT 1) Z(I)');
    client.close();
  });
});

describe('settings', () => {
  test('of one client are not those of another', () =>
    withTwo(async (a, b) => {
      await a.query("SET TimeZone = 'Asia/Tokyo'; SET search_path = pg_catalog");
      await b.query("SELECT set_config('DateStyle', 'German', false)");
      expect([await show(a, 'TimeZone'), await show(a, 'search_path'), await show(a, 'DateStyle')]).toEqual([
        'Asia/Tokyo',
        'pg_catalog',
        'ISO, MDY',
      ]);
      expect([await show(b, 'TimeZone'), await show(b, 'search_path'), await show(b, 'DateStyle')]).toEqual([
        'UTC',
        '"$user", public',
        'German, DMY',
      ]);
      await a.query('RESET ALL');
      expect(await show(a, 'TimeZone')).toBe('UTC');
      expect(await show(b, 'DateStyle')).toBe('German, DMY');
    }));

  test('of a transaction end with it', () =>
    withTwo(async (a, b) => {
      await a.query("BEGIN; SET LOCAL TimeZone = 'Asia/Tokyo'; SET work_mem = '8MB'");
      expect(await show(a, 'TimeZone')).toBe('Asia/Tokyo');
      await a.query('ROLLBACK');
      expect([await show(a, 'TimeZone'), await show(a, 'work_mem')]).toEqual(['UTC', '4MB']);
      await a.query("BEGIN; SET work_mem = '8MB'; COMMIT");
      expect([await show(b, 'work_mem'), await show(a, 'work_mem')]).toEqual(['4MB', '8MB']);
    }));

  test('of the start last, and RESET goes back to them', () =>
    withClient(
      async (client) => {
        expect([await show(client, 'search_path'), await show(client, 'application_name')]).toEqual([
          'pg_catalog, public',
          'a program',
        ]);
        await client.query("SET search_path = public; SET statement_timeout = '1h'");
        await client.query('RESET search_path; RESET statement_timeout');
        expect([await show(client, 'search_path'), await show(client, 'statement_timeout')]).toEqual([
          'pg_catalog, public',
          '12345ms',
        ]);
      },
      {
        application_name: 'a program',
        statement_timeout: 12_345,
        options: '-c search_path=pg_catalog,\\ public',
      },
    ));

  test('that are wrong end the connection', async () => {
    await expect(database.client({ options: '-c work_mem=much' })).rejects.toMatchObject({ code: '22023' });
  });
});

describe('roles', () => {
  beforeAll(() =>
    withClient((client) =>
      client.query(
        `CREATE TABLE secret (a int); CREATE TABLE shown (a int);
         CREATE ROLE reader LOGIN CONNECTION LIMIT 2; CREATE ROLE nologin; GRANT SELECT ON shown TO reader;
         ALTER ROLE reader SET default_transaction_read_only = on; ALTER ROLE reader SET statement_timeout = '15s'`,
      ),
    ),
  );

  test.each([
    ['SELECT * FROM secret', '42501'],
    ['INSERT INTO shown VALUES (1)', '25006'],
    ['SET ROLE fieldstream', '42501'],
    ['RESET ROLE', '42501'],
    ['SET SESSION AUTHORIZATION fieldstream', '42501'],
    ['RESET SESSION AUTHORIZATION', '42501'],
    ['DISCARD ALL', '42501'],
    ["SELECT set_config('role', 'fieldstream', false)", '42501'],
    ["DO $$ BEGIN EXECUTE 'SET ' || 'ROLE fieldstream'; END $$", '42501'],
    ['ALTER ROLE reader SUPERUSER', '25006'],
    ['COMMIT; SET ROLE fieldstream', '42501'],
    ['SET session_replication_role = replica', '42501'],
  ])('a role cannot leave its rights: %s', (sql, code) =>
    withClient(async (client) => {
      await expect(client.query(sql)).rejects.toMatchObject({ code });
      const { rows } = await client.query('SELECT current_user, session_user');
      expect(rows).toEqual([{ current_user: 'reader', session_user: 'reader' }]);
      await expect(client.query('SELECT * FROM secret')).rejects.toMatchObject({ code: '42501' });
    }, database.as('reader')),
  );

  test('options of the start are subject to the rights of the role', async () => {
    await expect(
      database.client({ ...database.as('reader'), options: '-c session_replication_role=replica' }),
    ).rejects.toMatchObject({ code: '42501' });
  });

  test('a role has its settings, and the owner next to it its rights', () =>
    withClient(async (owner) => {
      await withClient(async (reader) => {
        expect([await show(reader, 'statement_timeout'), await show(owner, 'statement_timeout')]).toEqual([
          '15s',
          '0',
        ]);
        await reader.query('SET default_transaction_read_only = off');
        await expect(reader.query('INSERT INTO shown VALUES (1)')).rejects.toMatchObject({ code: '42501' });
        await owner.query('INSERT INTO shown VALUES (1)');
        expect((await reader.query('SELECT * FROM shown')).rowCount).toBe(1);
        await reader.query('RESET ALL');
        expect(await show(reader, 'default_transaction_read_only')).toBe('on');
      }, database.as('reader'));
    }));

  test('the owner may be somebody else for a while, and stays it between the turns of others', () =>
    withTwo(async (a, b) => {
      await a.query('SET SESSION AUTHORIZATION reader');
      expect(await value(b, 'current_user')).toBe('fieldstream');
      expect(await value(a, 'current_user')).toBe('reader');
      await a.query('SET SESSION AUTHORIZATION fieldstream');
      await a.query('SET ROLE nologin');
      expect(await value(b, 'current_user')).toBe('fieldstream');
      expect(await value(a, 'current_user')).toBe('nologin');
      await a.query('RESET ROLE');
      expect(await value(a, 'current_user')).toBe('fieldstream');
    }));

  test.each([
    ['nobody', '28000'],
    ['nologin', '28000'],
  ])('%s is not let in', async (role, code) => {
    await expect(database.client(database.as(role))).rejects.toMatchObject({ code });
  });

  test('a role has no more connections than it may', () =>
    withClient(
      () =>
        withClient(async () => {
          await expect(database.client(database.as('reader'))).rejects.toMatchObject({ code: '53300' });
        }, database.as('reader')),
      database.as('reader'),
    ));
});

test.each([
  ['LISTEN x', '0A000'],
  ['/* now */ create database other', '0A000'],
])('%s is refused', (sql, code) =>
  withClient(async (client) => {
    await expect(client.query(sql)).rejects.toMatchObject({ code });
    await expect(client.query({ text: sql, name: 'p' })).rejects.toMatchObject({ code });
    expect(await value(client, '1')).toBe(1);
  }),
);

test('a temporary table ends with its client', async () => {
  await withClient((client) => client.query('CREATE TEMPORARY TABLE passing (a int)'));
  await withClient((client) =>
    eventually(async () => (await value(client, "to_regclass('passing')")) === null, {
      what: 'the table is gone',
    }),
  );
});

test('another database than the one there is does not exist', async () => {
  await expect(database.client({ connectionString: `${database.url}2` })).rejects.toMatchObject({
    code: '3D000',
  });
});
