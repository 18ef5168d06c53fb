import { createPool, migrate } from '@fieldstream/timescale';
import { seedHistory, type HistorySize } from '@fieldstream/testing';
import pg from 'pg';

/** A database with a year of a fleet, kept for the next run: seeding 100 million readings takes a quarter of an hour. */
export interface HistoryDatabase {
  readonly pool: pg.Pool;
  /** When it was seeded: nothing in it is newer. Epoch milliseconds. */
  readonly nowMs: number;
  readonly readings: number;
}

const QUIET = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Opens the database `name` on the server, or makes and seeds it where it is not there or was not finished.
 * @throws DatabaseError, among others where another version of the migrations has made it: then drop it.
 */
export async function openHistory(
  serverUrl: string,
  name: string,
  size: HistorySize,
  progress: (line: string) => void,
): Promise<HistoryDatabase> {
  const server = new pg.Client({ connectionString: serverUrl });
  await server.connect();
  try {
    const { rows } = await server.query<{ seeded: string | null }>(
      `SELECT shobj_description(oid, 'pg_database') AS seeded FROM pg_database WHERE datname = $1`,
      [name],
    );
    const seeded = /^seeded at (\d+)$/.exec(rows[0]?.seeded ?? '')?.[1];
    if (seeded === undefined) {
      await server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await server.query(`CREATE DATABASE ${name} TEMPLATE template0`);
      await server.query(`ALTER DATABASE ${name} SET synchronous_commit = off`);
    }
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    const pool = createPool({ url: url.href, maxConnections: 2, applicationName: 'bench', logger: QUIET });
    await migrate(pool, QUIET);
    if (seeded !== undefined) progress(`database ${name} is there already`);
    const nowMs = seeded === undefined ? await seedHistory(pool, size, progress) : Number(seeded);
    if (seeded === undefined) await server.query(`COMMENT ON DATABASE ${name} IS 'seeded at ${nowMs}'`);
    const { rows: counted } = await pool.query<{ readings: string }>(
      "SELECT approximate_row_count('reading') AS readings",
    );
    return { pool, nowMs, readings: Number(counted[0]?.readings) };
  } finally {
    await server.end();
  }
}
