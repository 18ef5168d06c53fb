import type { RejectReason } from '@fieldstream/decoders';
import type { BridgeCounters } from '@fieldstream/wire';

/** How a publish on a claimed topic ends. */
export type PublishFate = Exclude<keyof BridgeCounters, 'received' | 'inFlight'>;

/**
 * Every publish on a claimed topic, by fate.
 *
 * INVARIANT: received = produced + presence + deadLettered + shed + refused + inFlight.
 */
export class PublishCounts {
  readonly #fates: Record<PublishFate, number> = {
    produced: 0,
    presence: 0,
    deadLettered: 0,
    shed: 0,
    refused: 0,
  };
  #received = 0;
  #inFlight = 0;
  /** Publishes on topics that no decoder claims: ordinary MQTT. */
  unclaimed = 0;
  /** Publishes on topics that clients may not write. */
  forbidden = 0;
  /** Samples that got received time because their own was implausible. */
  implausibleTimes = 0;
  readonly rejects = new Map<RejectReason, number>();

  /** A publish arrives; it is in flight until `end`. */
  begin(): void {
    this.#received++;
    this.#inFlight++;
  }

  end(fate: PublishFate): void {
    this.#inFlight--;
    this.#fates[fate]++;
  }

  /** What was begun turns out to be ordinary MQTT. */
  withdraw(): void {
    this.#received--;
    this.#inFlight--;
    this.unclaimed++;
  }

  reject(reason: RejectReason): void {
    this.rejects.set(reason, (this.rejects.get(reason) ?? 0) + 1);
  }

  snapshot(): BridgeCounters {
    return { received: this.#received, ...this.#fates, inFlight: this.#inFlight };
  }
}
