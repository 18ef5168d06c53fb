import { PATIENCE, ReportingRhythm, type Telemetry } from '@fieldstream/domain';
import type { PresenceSigns, StoredPresence } from '@fieldstream/timescale';

interface Entry {
  readonly rhythm: ReportingRhythm;
  heardMs: number;
  /** Readings up to here are told by what is stored. */
  toldUntilMs: number;
  /** As stored. */
  usualMs: number | undefined;
}

/** Devices that one aggregator keeps in mind, some 300 bytes each. One that is forgotten is learned anew. */
const MAX_DEVICES = 200_000;
/** After so long its newest reading is stored again: a third of the least patience, so none is judged before two thirds. */
const TELL_EVERY_MS = PATIENCE.minMs / 3;
/** The same, of a device that is connected and whose rhythm is known: its readings tell nothing while it is. */
const TELL_CONNECTED_EVERY_MS = PATIENCE.minMs;
/** By so much a rhythm must have changed to be stored again. */
const NEW_RHYTHM = 1.5;

/**
 * What this aggregator heard of devices: when last, and how often. Most readings change nothing that presence is judged
 * from, and cost a look into a map; the others are handed out by `take`, to be stored.
 */
export class PresenceBook {
  readonly #entries = new Map<string, Entry>();
  #waiting = new Set<string>();
  #newestMs = -Infinity;

  constructor(private readonly maxDevices = MAX_DEVICES) {}

  /** Takes in a publish whose readings are committed. */
  observe({ deviceId, receivedAtMs }: Pick<Telemetry, 'deviceId' | 'receivedAtMs'>): void {
    if (receivedAtMs > this.#newestMs) this.#newestMs = receivedAtMs;
    let entry = this.#entries.get(deviceId);
    if (!entry) {
      entry = {
        rhythm: new ReportingRhythm(),
        heardMs: receivedAtMs,
        toldUntilMs: -Infinity,
        usualMs: undefined,
      };
      this.#makeRoom();
      this.#entries.set(deviceId, entry);
    }
    entry.rhythm.observe(receivedAtMs);
    if (receivedAtMs > entry.heardMs) entry.heardMs = receivedAtMs;
    if (entry.heardMs > entry.toldUntilMs) this.#waiting.add(deviceId);
  }

  /** Up to `limit` devices that have something to tell; they are told once. */
  take(limit: number): PresenceSigns[] {
    const signs: PresenceSigns[] = [];
    for (const deviceId of this.#waiting) {
      if (signs.length >= limit) break;
      this.#waiting.delete(deviceId);
      signs.push(this.signsOf(deviceId));
    }
    return signs;
  }

  /** What is known of one device; nothing but its ID where it was not heard. */
  signsOf(deviceId: string): PresenceSigns {
    const entry = this.#entries.get(deviceId);
    if (!entry) return { deviceId };
    const usualMs = entry.rhythm.usualMs;
    return { deviceId, heardMs: entry.heardMs, ...(isNew(usualMs, entry.usualMs) ? { usualMs } : {}) };
  }

  /** Notes what is stored since. */
  told(stored: readonly StoredPresence[]): void {
    for (const { deviceId, state, heardMs, usualMs, connection } of stored) {
      const entry = this.#entries.get(deviceId);
      if (!entry || heardMs === undefined) continue;
      entry.usualMs = usualMs;
      const isConnected = connection?.isOpen === true && usualMs !== undefined;
      // The next reading of one that is offline brings it back.
      if (state === 'offline') entry.toldUntilMs = heardMs;
      else entry.toldUntilMs = heardMs + (isConnected ? TELL_CONNECTED_EVERY_MS : TELL_EVERY_MS);
    }
  }

  /** Tells once more what could not be stored. */
  putBack(signs: readonly PresenceSigns[]): void {
    for (const { deviceId } of signs) this.#waiting.add(deviceId);
  }

  /** When the newest publish since the last call was received; undefined where none came. */
  takeNewestMs(): number | undefined {
    const newestMs = this.#newestMs;
    this.#newestMs = -Infinity;
    return newestMs === -Infinity ? undefined : newestMs;
  }

  #makeRoom(): void {
    if (this.#entries.size < this.maxDevices) return;
    const [oldest] = this.#entries.keys();
    if (oldest === undefined) return;
    this.#entries.delete(oldest);
    this.#waiting.delete(oldest);
  }
}

function isNew(usualMs: number | undefined, storedMs: number | undefined): boolean {
  if (usualMs === undefined || storedMs === undefined) return usualMs !== undefined;
  return usualMs > storedMs * NEW_RHYTHM || usualMs < storedMs / NEW_RHYTHM;
}
