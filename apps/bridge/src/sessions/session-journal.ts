import { mkdir } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { ClassicLevel } from 'classic-level';
import type { Logger } from '@fieldstream/domain';
import { BridgeError } from '../bridge-error.js';

/** What is kept: retained messages, subscriptions, queued packets, QoS 2 identifiers, when a session was last here. */
export type JournalKind = 'retained' | 'subscription' | 'queued' | 'incoming' | 'session';

/** One thing kept: its kind, what it belongs to, and which of those it is. */
export type JournalKey = readonly [kind: JournalKind, owner: string, item: string | number];

export interface JournalEntry {
  readonly key: JournalKey;
  readonly value: unknown;
}

type Database = ClassicLevel<string, Uint8Array>;

const LOG_EVERY_MS = 60_000;

/**
 * Sessions and retained messages on disk (LevelDB), as changes to what is in memory. Changes are written together while
 * the ones before are under way. The operating system has them when `written` resolves: they survive the end of this
 * process at any moment, and a power cut but for the last moments.
 */
export class SessionJournal {
  #pending = new Map<string, Uint8Array | undefined>();
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #loggedAtMs = -Infinity;
  /** Why changes cannot be written at present; undefined when they can. */
  fault: Error | undefined;

  private constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  /**
   * Opens the folder, and makes it where it is missing.
   * @throws BridgeError `state-unusable`, such as for a folder that another process uses
   */
  static async open(path: string, logger: Logger): Promise<SessionJournal> {
    const database: Database = new ClassicLevel(path, { keyEncoding: 'utf8', valueEncoding: 'view' });
    try {
      await mkdir(path, { recursive: true });
      await database.open();
    } catch (error) {
      const { cause = error } = error as { cause?: unknown };
      const isLocked = (cause as { code?: unknown }).code === 'LEVEL_LOCKED';
      const why = isLocked ? 'another bridge uses it' : (cause as Error).message;
      throw new BridgeError(
        'state-unusable',
        `the folder ${path} (MQTT_STATE_PATH) cannot be used: ${why}; each bridge needs a folder of its own that it may write`,
        { cause: error },
      );
    }
    return new SessionJournal(database, logger);
  }

  /** Everything that is kept, in no particular order; what cannot be read is left out, and logged. */
  async *entries(): AsyncGenerator<JournalEntry> {
    let unreadable = 0;
    for await (const [key, value] of this.database.iterator()) {
      const entry = decoded(key, value);
      if (entry) yield entry;
      else unreadable++;
    }
    if (unreadable > 0) {
      this.logger.error({ unreadable }, 'some of the kept sessions and retained messages cannot be read');
    }
  }

  put(key: JournalKey, value: unknown): void {
    this.#pending.set(JSON.stringify(key), serialize(value));
  }

  delete(key: JournalKey): void {
    this.#pending.set(JSON.stringify(key), undefined);
  }

  /** Resolves when everything that was changed up to now is written. A fault is logged and shown, and does not reject. */
  written(): Promise<void> {
    if (this.#pending.size === 0) return this.#writing ?? Promise.resolve();
    if (!this.#writing) return this.#write();
    // Whoever comes meanwhile shares the next batch.
    return (this.#next ??= this.#writing.then(() => {
      this.#next = undefined;
      return this.#write();
    }));
  }

  async close(): Promise<void> {
    await this.written();
    await this.#writing;
    await this.database.close();
  }

  #write(): Promise<void> {
    const changes = [...this.#pending];
    this.#pending = new Map();
    const operations = changes.map(([key, value]) =>
      value === undefined ? { type: 'del' as const, key } : { type: 'put' as const, key, value },
    );
    const writing = this.database.batch(operations).then(
      () => {
        this.fault = undefined;
      },
      (error: unknown) => this.#failed(error),
    );
    this.#writing = writing.finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  #failed(error: unknown): void {
    this.fault = error as Error;
    if (Date.now() - this.#loggedAtMs < LOG_EVERY_MS) return;
    this.#loggedAtMs = Date.now();
    this.logger.error({ err: error }, 'sessions and retained messages cannot be kept on disk');
  }
}

function decoded(key: string, value: Uint8Array): JournalEntry | undefined {
  try {
    return { key: JSON.parse(key) as JournalKey, value: deserialize(value) as unknown };
  } catch {
    return undefined;
  }
}
