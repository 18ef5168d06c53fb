import { connect, type Socket } from 'node:net';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { eventually } from '@fieldstream/testing';
import { EmbeddedDatabase } from '../../libs/embedded/src/database/embedded-database.js';
import type { EmbeddedDatabaseOptions } from '../../libs/embedded/src/database/embedded-database.js';
import { readDataRow, readErrorFields } from '../../libs/embedded/src/database/wire/backend-messages.js';
import { FrameReader } from '../../libs/embedded/src/database/wire/frame-reader.js';
import {
  cString,
  FRONTEND,
  frontendMessage,
} from '../../libs/embedded/src/database/wire/frontend-messages.js';
import { silent } from './timescale-flavours.js';

/** An embedded database in a folder of its own. */
export class TestDatabase {
  private constructor(
    readonly dataDir: string,
    private readonly options: Partial<EmbeddedDatabaseOptions>,
    private database: EmbeddedDatabase,
  ) {}

  static async open(options: Partial<EmbeddedDatabaseOptions> = {}): Promise<TestDatabase> {
    const dataDir = await temporaryFolder();
    const opened = await EmbeddedDatabase.open({ dataDir, logger: silent, ...options });
    return new TestDatabase(dataDir, options, opened);
  }

  get url(): string {
    return this.database.url;
  }

  get port(): number {
    return this.database.port;
  }

  get failed(): Promise<Error> {
    return this.database.failed;
  }

  /** Every pool, and every client of it, must be ended by the test. */
  pool(options: pg.PoolConfig = {}): pg.Pool {
    const pool = new pg.Pool({ connectionString: this.url, max: 10, ...options });
    pool.on('error', () => {});
    return pool;
  }

  /** One client that is not ended by the server's ending it. */
  async client(options: pg.ClientConfig = {}): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.url, ...options });
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  as(role: string): pg.ClientConfig {
    return { connectionString: this.url.replace('fieldstream@', `${role}@`) };
  }

  spilled(): Promise<string[]> {
    return readdir(join(this.dataDir, 'spill'));
  }

  async reopen(): Promise<void> {
    await this.database.close();
    this.database = await EmbeddedDatabase.open({
      dataDir: this.dataDir,
      logger: silent,
      ...this.options,
    });
  }

  closeEngine(): Promise<void> {
    return this.database.close();
  }

  async close(): Promise<void> {
    await this.database.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'fieldstream-database-'));

/** A client that speaks the protocol by hand, message by message. */
export class RawClient {
  private readonly reader = new FrameReader(1024 * 1024 * 1024);
  private readonly seen: string[] = [];
  /** Bytes of DataRow messages. */
  rowBytes = 0;
  isClosed = false;

  private constructor(readonly socket: Socket) {
    socket.on('data', (bytes) => this.receive(bytes));
    socket.on('error', () => {});
    socket.on('close', () => (this.isClosed = true));
  }

  static async connect(port: number, user = 'fieldstream'): Promise<RawClient> {
    const client = new RawClient(connect(port, '127.0.0.1'));
    const body = Buffer.concat([
      Buffer.from([0, 3, 0, 0]),
      ...['user', user, 'database', 'fieldstream', ''].map(cString),
    ]);
    const length = Buffer.alloc(4);
    length.writeInt32BE(4 + body.length);
    client.socket.write(Buffer.concat([length, body]));
    await client.until('Z(I)');
    return client;
  }

  send(...messages: Buffer[]): void {
    this.socket.write(Buffer.concat(messages));
  }

  /** Waits for a message, and takes all up to it: types, with a row's columns, a command's tag, an error's SQLSTATE. */
  async until(last: string): Promise<string> {
    const at = await eventually(
      () => {
        const index = this.seen.indexOf(last);
        return index >= 0 && index + 1;
      },
      { what: `${last} after ${this.seen.slice(-5).join(' ')}`, everyMs: 2, timeoutMs: 30_000 },
    );
    return this.seen.splice(0, at).join(' ');
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(bytes: Buffer): void {
    this.reader.push(bytes);
    for (let message = this.reader.takeMessage(); message; message = this.reader.takeMessage()) {
      this.note(message);
    }
  }

  private note(message: Buffer): void {
    const type = String.fromCharCode(message[0] ?? 0);
    if (type === 'D') this.rowBytes += message.length;
    if (type === 'D' && message.length > 200) return;
    const detail: Record<string, () => string> = {
      D: () => readDataRow(message).join(','),
      C: () => message.toString('latin1', 5, message.length - 1),
      E: () => readErrorFields(message).get('C') ?? '',
      Z: () => message.toString('latin1', 5, 6),
    };
    if ('RSKN'.includes(type)) return;
    const text = detail[type]?.();
    this.seen.push(text === undefined ? type : `${type}(${text})`);
  }
}

const counts = (count: number): Buffer => Buffer.alloc(2 * count);

export const parse = (name: string, sql: string): Buffer =>
  frontendMessage(FRONTEND.parse, cString(name), cString(sql), counts(1));
export const bind = (statement: string, portal = ''): Buffer =>
  frontendMessage(FRONTEND.bind, cString(portal), cString(statement), counts(3));
export const execute = (portal = '', rows = 0): Buffer => {
  const limit = Buffer.alloc(4);
  limit.writeInt32BE(rows);
  return frontendMessage(FRONTEND.execute, cString(portal), limit);
};
export const flush = (): Buffer => frontendMessage(FRONTEND.flush);
export const run = (sql: string): Buffer[] => [parse('', sql), bind(''), execute()];
