import { appendFileSync, chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { runCommand } from './command.js';
import type { Engine } from './engine.js';
import { postgresRuntime, type PostgresRuntime } from './postgres-runtime.js';
import { findProcesses } from './process-table.js';
import { stackId, type StackState } from './state.js';

/** One name for the role, its password and its database: this is a development stack on loopback. */
const NAME = 'fieldstream';

/** The address of the database, as in DATABASE_URL. */
export function databaseUrl(state: StackState, database = NAME): string {
  return `postgres://${NAME}:${NAME}@127.0.0.1:${state.postgres.port}/${database}`;
}

/** PostgreSQL with TimescaleDB preloaded. */
export const postgresEngine: Engine = {
  name: 'postgres',
  processName: 'postgres',
  // SIGTERM would wait for every client to leave; SIGINT ends their sessions and stops in order.
  stopSignal: 'SIGINT',
  mark: (dataDir) => `cluster_name=${clusterName(dataDir)}`,

  // A backend outlives a killed postmaster until it next waits, and keeps the shared memory that a new one needs. One
  // that was just forked still has the postmaster's command line.
  leftovers: (dataDir) =>
    findProcesses(
      (args) =>
        args[0]?.startsWith(`postgres: ${clusterName(dataDir)}: `) === true ||
        args.includes(postgresEngine.mark(dataDir)),
    ),

  async prepare(state) {
    const home = join(state.dataDir, 'postgres');
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const runtime = postgresRuntime(state.postgres, home);
    own(runtime, home);
    if (!existsSync(join(home, 'data'))) await initialise(runtime, home);
    // No process of this database is left by now. Its old process ID may be anybody's, or a zombie's, which PostgreSQL
    // takes for a running server.
    rmSync(join(home, 'data', 'postmaster.pid'), { force: true });
    const settings = join(home, 'data', 'fieldstream.conf');
    writeFileSync(settings, SETTINGS);
    own(runtime, settings);
    // prettier-ignore
    return runtime.command('postgres', [
      '-D', `${runtime.home}/data`,
      '-c', `port=${state.postgres.port}`,
      '-c', postgresEngine.mark(state.dataDir),
    ]);
  },

  async probe(state) {
    await query(state, 'postgres', 'SELECT 1');
  },

  async probeData(state) {
    const found = await query(state, 'postgres', `SELECT 1 FROM pg_database WHERE datname = '${NAME}'`);
    if (found.length === 0) await query(state, 'postgres', `CREATE DATABASE ${NAME}`);
  },
};

/** What a running server is. */
export interface PostgresVersions {
  readonly postgres: string;
  readonly timescaledb: string;
  /** The community edition has compression, continuous aggregates and policies; the Apache edition has not. */
  readonly timescaledbEdition: 'apache' | 'community';
}

/** Asks a running server for its versions. The edition shows in its files before any database has the extension. */
export async function postgresVersions(state: StackState): Promise<PostgresVersions> {
  const rows = await query(
    state,
    'postgres',
    `SELECT split_part(current_setting('server_version'), ' ', 1) AS postgres,
            (SELECT default_version FROM pg_available_extensions WHERE name = 'timescaledb') AS timescaledb,
            CASE WHEN EXISTS (SELECT FROM pg_config, pg_ls_dir(setting) AS file
                               WHERE name = 'PKGLIBDIR' AND file LIKE 'timescaledb-tsl-%')
                 THEN 'community' ELSE 'apache' END AS "timescaledbEdition"`,
  );
  return rows[0] as PostgresVersions;
}

/** INVARIANT: a folder named `data` is a complete cluster; it is made under another name. */
async function initialise(runtime: PostgresRuntime, home: string): Promise<void> {
  const partial = join(home, 'data.partial');
  rmSync(partial, { recursive: true, force: true });
  const password = join(home, 'password');
  writeFileSync(password, `${NAME}\n`);
  own(runtime, password);
  await runCommand(
    runtime.command('initdb', [
      `--pgdata=${runtime.home}/data.partial`,
      `--username=${NAME}`,
      `--pwfile=${runtime.home}/password`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
    ]),
  );
  rmSync(password);
  appendFileSync(join(partial, 'postgresql.conf'), "\ninclude 'fieldstream.conf'\n");
  renameSync(partial, join(home, 'data'));
}

const SETTINGS = `# Written at each start of the stack; put your own settings at the end of postgresql.conf.
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %d '

fsync = on
synchronous_commit = on
shared_buffers = '512MB'
max_wal_size = '4GB'
max_connections = 200
# DROP DATABASE waits for every connection, one that stopped in the middle of its log-in included.
authentication_timeout = 5s
max_locks_per_transaction = 256

shared_preload_libraries = 'timescaledb'
timescaledb.telemetry_level = 'off'
# One scheduler for each database that has the extension, and each test makes a database.
timescaledb.max_background_workers = 32
max_worker_processes = 48
`;

function clusterName(dataDir: string): string {
  return `fieldstream-${stackId(dataDir)}`;
}

function own(runtime: PostgresRuntime, path: string): void {
  if (runtime.owner !== null) chownSync(path, runtime.owner.uid, runtime.owner.gid);
}

async function query(state: StackState, database: string, sql: string): Promise<unknown[]> {
  const client = new Client({
    connectionString: databaseUrl(state, database),
    connectionTimeoutMillis: 2000,
    query_timeout: 10_000,
  });
  // Without a listener, a connection that is cut between two calls would end this process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
