import { createHash, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';
import type { Logger } from '@fieldstream/domain';
import { BridgeError } from '../bridge-error.js';

export interface SourceMemoryOptions {
  /** Undefined: in memory, forgotten with the process. */
  readonly folder: string | undefined;
  /** Topics of all sources together; beyond it the one that was written longest ago goes. */
  readonly maxTopics: number;
  readonly logger: Logger;
}

/** Hashes of the last payloads of a topic that were stored: of one received live, and of a retained one. */
interface Stored {
  readonly live: string;
  readonly retained: string;
}

const HASH_BYTES = 16;
const TOPIC = 't';
const CLIENT_ID = 'c';
const FILTERS = 'f';

/**
 * What a bridge keeps in mind of foreign brokers: which retained messages it has stored, so that the broker's replay of
 * them at the next subscription is not stored again; its client IDs; and its subscriptions there.
 *
 * A RETAINED MESSAGE IS NOTED AFTER KAFKA HAS IT AND BEFORE IT IS ACKNOWLEDGED: a crash between the two stores it twice
 * rather than never. Of each topic the last payload that came live and the last that came retained are known; a retained
 * payload that others without the retain flag have followed on its topic is stored once more when it is replayed.
 */
export class SourceMemory {
  readonly #topics = new Map<string, Stored>();
  readonly #values = new Map<string, string>();
  #pending = new Map<string, string | undefined>();
  #waiting: (() => void)[] = [];
  #writing: Promise<void> | undefined;
  /** Why it cannot be written at present; undefined when it can. */
  fault: Error | undefined;

  private constructor(
    private readonly options: SourceMemoryOptions,
    private readonly database: ClassicLevel | undefined,
  ) {}

  /** @throws BridgeError `state-unusable` for a folder that another process uses, or that cannot be written */
  static async open(options: SourceMemoryOptions): Promise<SourceMemory> {
    const { folder } = options;
    if (folder === undefined) return new SourceMemory(options, undefined);
    const database: ClassicLevel = new ClassicLevel(folder);
    try {
      await mkdir(folder, { recursive: true });
      await database.open();
    } catch (error) {
      const { message } = ((error as Error).cause ?? error) as Error;
      throw new BridgeError(
        'state-unusable',
        `the folder ${folder} (under MQTT_STATE_PATH) cannot be used: ${message}; each bridge needs a folder of its own that it may write`,
        { cause: error },
      );
    }
    const memory = new SourceMemory(options, database);
    for await (const [key, value] of database.iterator()) memory.#restore(key, value);
    return memory;
  }

  /** Whether a retained message is one that is stored already. */
  isStored(source: string, topic: string, payload: Uint8Array): boolean {
    const known = this.#topics.get(keyOf(TOPIC, source, topic));
    if (!known) return false;
    const hash = hashOf(payload);
    return known.live === hash || known.retained === hash;
  }

  /** Notes that a message is stored, and calls `written` when a restart would still know of it. */
  note(source: string, topic: string, payload: Uint8Array, isRetained: boolean, written: () => void): void {
    const key = keyOf(TOPIC, source, topic);
    const hash = hashOf(payload);
    const { live, retained } = this.#topics.get(key) ?? { live: '', retained: '' };
    const stored = isRetained ? { live, retained: hash } : { live: hash, retained };
    // Set anew, it is the newest.
    this.#topics.delete(key);
    this.#topics.set(key, stored);
    const isKnown = stored.live === live && stored.retained === retained;
    if (!isKnown) this.#put(key, `${stored.live} ${stored.retained}`);
    this.#forgetOldest();
    // What is the same as before may still be on its way to the disk.
    if (this.#pending.size === 0 && !this.#writing) written();
    else this.#waiting.push(written);
  }

  /** The client ID of a source, the same after a restart; without a folder, undefined. */
  clientIdOf(source: string): string | undefined {
    if (!this.database) return undefined;
    const key = keyOf(CLIENT_ID, source, '');
    let clientId = this.#values.get(key);
    if (clientId === undefined) {
      clientId = `fieldstream-${source}-${randomBytes(6).toString('hex')}`;
      this.#setValue(key, clientId);
    }
    return clientId;
  }

  /** What the session of a client at a source is subscribed to, as far as is known. */
  filtersOf(source: string, clientId: string): readonly string[] {
    const text = this.#values.get(keyOf(FILTERS, source, clientId));
    return text === undefined ? [] : (JSON.parse(text) as string[]);
  }

  setFilters(source: string, clientId: string, filters: readonly string[]): void {
    const key = keyOf(FILTERS, source, clientId);
    const text = JSON.stringify(filters);
    if (this.#values.get(key) !== text) this.#setValue(key, text);
  }

  /** Writes what is still to be written. */
  async close(): Promise<void> {
    while (this.#writing) await this.#writing;
    await this.database?.close();
  }

  #restore(key: string, value: string): void {
    if (!key.startsWith(TOPIC)) {
      this.#values.set(key, value);
      return;
    }
    const [live = '', retained = ''] = value.split(' ');
    this.#topics.set(key, { live, retained });
    this.#forgetOldest();
  }

  #forgetOldest(): void {
    if (this.#topics.size <= this.options.maxTopics) return;
    const { value: oldest } = this.#topics.keys().next();
    if (oldest === undefined) return;
    this.#topics.delete(oldest);
    this.#put(oldest, undefined);
  }

  #setValue(key: string, value: string): void {
    this.#values.set(key, value);
    this.#put(key, value);
  }

  #put(key: string, value: string | undefined): void {
    if (!this.database) return;
    this.#pending.set(key, value);
    this.#writing ??= this.#write(this.database);
  }

  /** One batch after another, each with everything that has come in the meantime. Does not reject. */
  async #write(database: ClassicLevel): Promise<void> {
    // Everything of this turn goes into the first batch.
    await Promise.resolve();
    while (this.#pending.size > 0) {
      const batch = this.#pending;
      const waiting = this.#waiting;
      this.#pending = new Map();
      this.#waiting = [];
      try {
        await database.batch(
          [...batch].map(([key, value]) =>
            value === undefined ? { type: 'del' as const, key } : { type: 'put' as const, key, value },
          ),
        );
        this.fault = undefined;
      } catch (error) {
        // Nothing is lost by it: at worst a retained message is stored twice.
        if (!this.fault)
          this.options.logger.error({ err: error }, 'what was taken from sources cannot be written down');
        this.fault = error as Error;
      }
      for (const written of waiting) written();
    }
    this.#writing = undefined;
    // Those who came while the last batch was told of.
    const rest = this.#waiting;
    this.#waiting = [];
    for (const written of rest) written();
  }
}

function keyOf(kind: string, source: string, rest: string): string {
  return `${kind}${source}\u0000${rest}`;
}

function hashOf(payload: Uint8Array): string {
  return createHash('sha256').update(payload).digest().subarray(0, HASH_BYTES).toString('base64url');
}
