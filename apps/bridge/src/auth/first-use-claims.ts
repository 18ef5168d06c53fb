import type { KeyedProducer } from '@fieldstream/kafka';
import { encodeDeviceClaim, TOPICS } from '@fieldstream/wire';
import type { RegistrationBook } from './registration-book.js';

export interface FirstUseClaimsOptions {
  readonly book: Pick<RegistrationBook, 'find'>;
  readonly producer: Pick<KeyedProducer, 'send'>;
  /** Hash of a password that somebody chose; slow, and outside of this thread. */
  readonly hash: (password: string) => Promise<string>;
  /** Names that are claimed at one time; others have to come again. */
  readonly maxPending: number;
  /** How long a client waits for its registration. */
  readonly waitMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const LOOK_EVERY_MS = 50;

/**
 * Has names registered by those who use them first. The bridge registers nothing itself: it hashes the password and puts the
 * claim into `device.claims`; the API registers the name if nobody has it, and then it arrives here as any registration.
 * THE PASSWORD LEAVES THIS PROCESS AS A HASH ONLY. A claim that gets lost is made again when the device comes again.
 */
export class FirstUseClaims {
  /** Names whose claims are under way. */
  readonly #pending = new Set<string>();
  #hashing: Promise<unknown> = Promise.resolve();
  /** Claims that were put into Kafka. */
  made = 0;

  constructor(private readonly options: FirstUseClaimsOptions) {}

  get pending(): number {
    return this.#pending.size;
  }

  /**
   * Resolves when the name is registered, by whomever, so that the password is still to be checked; or when it took too
   * long, too many claims are under way, or nobody waits any more.
   * @param isWanted Whether the connection is still there.
   * @throws KafkaError
   */
  async claim(deviceId: string, password: string, isWanted: () => boolean): Promise<void> {
    const deadlineMs = this.options.now() + this.options.waitMs;
    // Whoever comes second under a name waits for what becomes of the first claim.
    if (this.#pending.has(deviceId)) return this.#registration(deviceId, deadlineMs, isWanted);
    if (this.#pending.size >= this.options.maxPending) return;
    this.#pending.add(deviceId);
    try {
      await this.#make(deviceId, password, isWanted);
      await this.#registration(deviceId, deadlineMs, isWanted);
    } finally {
      this.#pending.delete(deviceId);
    }
  }

  async #make(deviceId: string, password: string, isWanted: () => boolean): Promise<void> {
    const { book, producer, hash } = this.options;
    // One at a time: whoever has no name yet gets one thread at most.
    const turn = this.#hashing.then(() => (isWanted() ? hash(password) : undefined));
    this.#hashing = turn.catch(() => {});
    const tokenHash = await turn;
    if (tokenHash === undefined || book.find(deviceId)) return;
    const value = encodeDeviceClaim({ v: 1, deviceId, tokenHash });
    await producer.send({ topic: TOPICS.deviceClaims, key: deviceId, value });
    this.made++;
  }

  async #registration(deviceId: string, deadlineMs: number, isWanted: () => boolean): Promise<void> {
    const { book, now } = this.options;
    while (book.find(deviceId) === undefined && now() < deadlineMs && isWanted()) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}
