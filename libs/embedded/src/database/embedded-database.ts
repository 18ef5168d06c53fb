import type { Logger } from '@fieldstream/domain';
import { EmbeddedError } from '../embedded-error.js';
import { asFolderError, DATABASE_NAME, openClusterFolder, OWNER } from './engine/cluster-folder.js';
import { Engine, EngineCrash } from './engine/engine.js';
import { DatabaseServer } from './server/database-server.js';
import { type DatabaseLimits, DEFAULT_LIMITS } from './server/limits.js';
import { DEFAULT_UPKEEP, Upkeep, type UpkeepOptions } from './server/upkeep.js';

export interface EmbeddedDatabaseOptions {
  /** Made where it is missing. Nobody else may have it open. */
  readonly dataDir: string;
  /** A loopback address; there are no passwords. Default 127.0.0.1. */
  readonly host?: string;
  /** 0 or none: any free one. */
  readonly port?: number;
  readonly logger: Logger;
  readonly limits?: Partial<DatabaseLimits>;
  readonly upkeep?: Partial<UpkeepOptions>;
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;
/** An engine that crashes more often than so many times in a minute does not start again. */
const MAX_CRASHES = 3;
const CRASH_WINDOW_MS = 60_000;

/**
 * PostgreSQL 17 with TimescaleDB (community edition) as WebAssembly, served in PostgreSQL's protocol to any client.
 *
 * PGlite is one session, and there is no second one: transactions of all clients run one after the other, and a client
 * that keeps one open keeps everybody else waiting (`DatabaseLimits.idleTimeoutMs`). So a program must not wait inside of
 * a transaction for another connection's statement. What a client sees of its own session is as on a server; see
 * `Conversation` for what is kept apart, `Engine` for durability and time-outs, `Upkeep` for background work.
 *
 * The package pglite-socket (0.0.22) does not serve here: it queues message by message, so that pipelines of two clients
 * mix; prepared statements of all clients share their names; it knows neither settings nor roles per client; and it
 * brings a second PGlite.
 *
 * The calling thread is blocked while a statement runs: give it a thread of its own.
 */
export class EmbeddedDatabase {
  private isClosing = false;
  private hasFailed = false;
  private crashesMs: number[] = [];
  private tellFailed: (error: EmbeddedError) => void = () => {};
  private restarting: Promise<void> = Promise.resolve();
  /** Resolves when the engine has crashed and cannot be started again; never otherwise. */
  readonly failed: Promise<EmbeddedError>;
  private server: DatabaseServer | undefined;
  private upkeep: Upkeep | undefined;

  private constructor(
    private engine: Engine,
    private readonly pgdata: string,
    private readonly host: string,
    private readonly logger: Logger,
  ) {
    this.failed = new Promise((resolve) => (this.tellFailed = resolve));
  }

  /**
   * Opens the folder, recovers what a crash has left, and listens.
   * @throws EmbeddedError `not-writable`, `wrong-format`, `disk-full`, `port-unavailable`, `engine-failed`
   */
  static async open(options: EmbeddedDatabaseOptions): Promise<EmbeddedDatabase> {
    const { dataDir, host = '127.0.0.1', port = 0, logger } = options;
    if (!LOOPBACK.test(host)) {
      throw new EmbeddedError(
        'port-unavailable',
        `the embedded database has no passwords and listens on loopback only, not on ${host}: use 127.0.0.1`,
      );
    }
    const { pgdata, spillDir } = await openClusterFolder(dataDir);
    const engine = await Engine.open(pgdata).catch((error: unknown) => {
      throw asFolderError(error, pgdata);
    });
    const database = new EmbeddedDatabase(engine, pgdata, host, logger);
    try {
      database.server = await DatabaseServer.listen(engine, {
        host,
        port,
        spillDir,
        logger,
        limits: { ...DEFAULT_LIMITS, ...options.limits },
        onFault: (error) => database.crashed(error),
      });
    } catch (error) {
      await engine.close();
      throw error;
    }
    database.upkeep = new Upkeep(database.server, { ...DEFAULT_UPKEEP, ...options.upkeep });
    return database;
  }

  get port(): number {
    return this.server?.port ?? 0;
  }

  /** As DATABASE_URL names it. */
  get url(): string {
    const host = this.host.includes(':') ? `[${this.host}]` : this.host;
    return `postgres://${OWNER}@${host}:${this.port}/${DATABASE_NAME}`;
  }

  /** Ends the clients, each after its transaction if that ends in time, and closes the engine with a checkpoint. */
  async close(): Promise<void> {
    if (this.isClosing) return;
    this.isClosing = true;
    this.upkeep?.stop();
    await this.restarting;
    if (this.hasFailed) return;
    await this.server?.close();
    await this.engine.close().catch((error: unknown) => {
      // What was committed is in the log, and is recovered at the next start.
      this.logger.warn({ err: error }, 'the database engine did not close in order');
    });
  }

  private crashed(error: unknown): void {
    const crash = error instanceof EngineCrash ? error : new EngineCrash(String(error), { cause: error });
    this.server?.suspend();
    this.engine.abandon();
    const nowMs = performance.now();
    this.crashesMs = [...this.crashesMs.filter((ms) => nowMs - ms < CRASH_WINDOW_MS), nowMs];
    const fileFault = this.engine.fileFault;
    this.logger.error({ err: crash, ...(fileFault ? { fileFault } : {}) }, 'the database engine crashed');
    if (this.crashesMs.length > MAX_CRASHES) {
      this.giveUp(fileFault ?? crash);
      return;
    }
    this.restarting = this.restart();
  }

  /** As PostgreSQL does after a crash of one of its processes: everybody is disconnected, the log is replayed. */
  private async restart(): Promise<void> {
    try {
      this.engine = await Engine.open(this.pgdata);
      this.upkeep?.restarted();
      this.server?.resume(this.engine);
      this.logger.warn({}, 'the database engine has started again');
    } catch (error) {
      this.giveUp(error);
    }
  }

  /** Nobody is served any more. */
  private giveUp(cause: unknown): void {
    this.hasFailed = true;
    this.upkeep?.stop();
    this.restarting = this.server?.close() ?? Promise.resolve();
    this.tellFailed(asFolderError(cause, this.pgdata));
  }
}
