import { createHash, timingSafeEqual } from 'node:crypto';
import { BoundedMap } from '../bounded-map.js';

export interface TokenChecksOptions {
  /** Compares a token with a hash; slow, and outside of this thread. */
  readonly verify: (token: string, tokenHash: string) => Promise<boolean>;
  /** Checks at a time: each keeps a thread busy and holds 32 MB. */
  readonly concurrency: number;
  /** Checks that may wait; beyond it they are not made. */
  readonly maxWaiting: number;
  /** Devices whose last right token is known. */
  readonly maxRight: number;
  /** Wrong tokens that are known: for devices that keep trying. */
  readonly maxWrong: number;
}

export interface TokenClaim {
  readonly deviceId: string;
  readonly token: string;
  readonly tokenHash: string;
  /** Whether anybody still waits for the answer; asked before the slow part. */
  readonly isWanted: () => boolean;
}

interface KnownToken {
  readonly digest: Buffer;
  readonly tokenHash: string;
}

/**
 * Checks tokens. A password hash is slow on purpose, so what came of a check is remembered by the SHA-256 of device and
 * token, for as long as the device has the same hash: a device that connects again costs nothing. Both the memory and the
 * checks that wait are bounded.
 */
export class TokenChecks {
  readonly #right: BoundedMap<string, KnownToken>;
  /** Hash that a wrong token was compared with, by its digest. */
  readonly #wrong: BoundedMap<string, string>;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  /** Comparisons that were not spared by the memory. */
  compared = 0;

  constructor(private readonly options: TokenChecksOptions) {
    this.#right = new BoundedMap(options.maxRight);
    this.#wrong = new BoundedMap(options.maxWrong);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** `busy`: too many wait already. `unwanted`: nobody waits for the answer any more. */
  async check(claim: TokenClaim): Promise<'right' | 'wrong' | 'busy' | 'unwanted'> {
    const { deviceId, token, tokenHash, isWanted } = claim;
    const digest = createHash('sha256').update(`${deviceId}\u0000${token}`).digest();
    const known = this.#recall(deviceId, tokenHash, digest);
    if (known !== undefined) return known;
    if (this.#running >= this.options.concurrency) {
      if (this.#waiting.length >= this.options.maxWaiting) return 'busy';
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running++;
    }
    try {
      const learned = this.#recall(deviceId, tokenHash, digest);
      if (learned !== undefined) return learned;
      if (!isWanted()) return 'unwanted';
      this.compared++;
      const isRight = await this.options.verify(token, tokenHash);
      if (isRight) this.#right.set(deviceId, { digest, tokenHash });
      else this.#wrong.set(digest.toString('base64'), tokenHash);
      return isRight ? 'right' : 'wrong';
    } finally {
      // Whoever waits longest takes the place over.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  #recall(deviceId: string, tokenHash: string, digest: Buffer): 'right' | 'wrong' | undefined {
    const right = this.#right.get(deviceId);
    if (right?.tokenHash === tokenHash && timingSafeEqual(right.digest, digest)) return 'right';
    return this.#wrong.get(digest.toString('base64')) === tokenHash ? 'wrong' : undefined;
  }
}
