import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { engineKind, requireEngines } from './engines.js';
import { eventually } from './eventually.js';
import { startEngine } from './test-run.js';

/**
 * Above PostgreSQL's `authentication_timeout` of 60 s: any client of the server that stops in the middle of connecting
 * holds up every DROP DATABASE for so long.
 */
const DROP_TIMEOUT_MS = 90_000;

export interface TestDatabase {
  readonly name: string;
  /** `postgres://…/<name>`. */
  readonly url: string;
  /** Drops it, connections that are still open included. Dropping twice is no fault. */
  drop(): Promise<void>;
}

/**
 * Creates an empty database with a random name on DATABASE_URL's server (or on `serverUrl`'s); where no engines are
 * given, starts an embedded one, which has one database. The migrations are the caller's, or the service's, to run.
 * @param area lower-case word for the name, so that a left-over tells where it came from.
 */
export async function createTestDatabase(area = 'test', serverUrl?: string): Promise<TestDatabase> {
  if (serverUrl !== undefined) return createOn(serverUrl, area);
  if (engineKind() === 'given') return createOn(requireEngines().databaseUrl, area);
  const engine = await startEngine('database');
  const url = engine.address;
  return { name: new URL(url).pathname.slice(1), url, drop: () => engine.remove() };
}

async function createOn(serverUrl: string, area: string): Promise<TestDatabase> {
  const name = `fs_${area.replace(/[^a-z0-9]/g, '_')}_${randomBytes(5).toString('hex')}`;
  // template0, because nobody can be connected to it; a connection to the template makes CREATE DATABASE fail.
  await onServer(serverUrl, `CREATE DATABASE ${name} TEMPLATE template0`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    name,
    url: url.href,
    drop: () =>
      // Retried: a background worker of the extension may connect again between the forced end and the drop.
      eventually(() => onServer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`), {
        timeoutMs: DROP_TIMEOUT_MS,
        everyMs: 200,
        what: `dropping ${name}`,
      }),
  };
}

async function onServer(serverUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
