import { crc32 } from 'node:zlib';
import { BoundedMap } from './bounded-map.js';

export interface ReceivedTimesOptions {
  /** Devices whose last received time is known. */
  readonly maxDevices: number;
  /** Publishes that can be recognised when they are resent. */
  readonly maxPublishes: number;
}

/** What identifies a publish of QoS 1 or 2 when it comes again. */
export interface PublishIdentity {
  readonly clientId: string;
  readonly messageId: number;
  readonly dup: boolean;
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** A publish whose readings took received times, until it is forgotten. */
export interface RememberedPublish {
  /** Set when the acknowledgement was handed to the connection. */
  acknowledged: boolean;
}

/**
 * How long after an unacknowledged publish the same one without the DUP flag counts as its resend. Later it is a new
 * reading that happens to look alike: a client that starts anew counts its message IDs from 1 again.
 */
const UNFLAGGED_RESEND_MS = 10 * 60 * 1000;

interface Entry extends RememberedPublish {
  readonly arrivedAtMs: number;
  readonly checksum: number;
  readonly deviceId: string;
  readonly firstMs: number;
  /** First times of further devices of the same publish. */
  others: Map<string, number> | undefined;
}

/**
 * Times for readings that come without one. Per device they strictly increase, so that two readings of one millisecond
 * do not collapse into one row. A publish that is resent gets the times of its first arrival, so that it is stored once:
 * resent is what has the client ID, message ID, topic and payload of a former one and either carries the DUP flag or
 * soon follows one that was never acknowledged (some clients resend without the flag).
 *
 * The memory is bounded and of this process alone: after a restart, or very many publishes later, a resent publish
 * without a time of its own counts as a new reading.
 */
export class ReceivedTimes {
  readonly #lastMs: BoundedMap<string, number>;
  readonly #publishes: BoundedMap<string, Entry>;
  #nowMs = 0;
  #identity: PublishIdentity | undefined;
  #entry: Entry | undefined;

  constructor(options: ReceivedTimesOptions) {
    this.#lastMs = new BoundedMap(options.maxDevices);
    this.#publishes = new BoundedMap(options.maxPublishes);
  }

  /** Says which publish the following calls of `stamp` belong to; without an identity it cannot be resent. */
  begin(nowMs: number, identity: PublishIdentity | undefined): void {
    this.#nowMs = nowMs;
    this.#identity = identity;
    this.#entry = undefined;
  }

  /** The memory of the present publish, if any of its readings took a received time. */
  get remembered(): RememberedPublish | undefined {
    return this.#entry;
  }

  /** Reserves `count` milliseconds of a device and returns the first: the decoders' `stamp`. */
  readonly stamp = (deviceId: string, count: number): number => {
    if (!this.#identity) return this.#next(deviceId, count);
    if (!this.#entry) return this.#firstOf(this.#identity, deviceId, count);
    const known = this.#entry.deviceId === deviceId ? this.#entry.firstMs : this.#entry.others?.get(deviceId);
    if (known !== undefined) return known;
    const firstMs = this.#next(deviceId, count);
    (this.#entry.others ??= new Map()).set(deviceId, firstMs);
    return firstMs;
  };

  #firstOf(identity: PublishIdentity, deviceId: string, count: number): number {
    const key = `${identity.messageId} ${identity.clientId}`;
    const checksum = crc32(identity.payload, crc32(identity.topic));
    const known = this.#publishes.get(key);
    if (known && known.checksum === checksum && (identity.dup || this.#mayBeResent(known))) {
      this.#entry = known;
      return this.stamp(deviceId, count);
    }
    const firstMs = this.#next(deviceId, count);
    const arrivedAtMs = this.#nowMs;
    this.#entry = { arrivedAtMs, checksum, deviceId, firstMs, others: undefined, acknowledged: false };
    this.#publishes.set(key, this.#entry);
    return firstMs;
  }

  #mayBeResent({ acknowledged, arrivedAtMs }: Entry): boolean {
    return !acknowledged && this.#nowMs - arrivedAtMs <= UNFLAGGED_RESEND_MS;
  }

  #next(deviceId: string, count: number): number {
    const firstMs = Math.max(this.#nowMs, (this.#lastMs.get(deviceId) ?? 0) + 1);
    this.#lastMs.set(deviceId, firstMs + count - 1);
    return firstMs;
  }
}
