import { randomUUID } from 'node:crypto';
import type { Logger } from '@fieldstream/domain';
import type { BridgeCounters } from '@fieldstream/wire';
import type { DeviceEventSender } from './device-event-sender.js';
import type { PublishCounts } from './publish-counts.js';

export interface LedgerReporterOptions {
  readonly counts: PublishCounts;
  readonly events: DeviceEventSender;
  readonly everyMs: number;
  /** Kafka has taken the counters. */
  readonly onSent: () => void;
  readonly logger: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const SUMMARY_EVERY_MS = 60_000;

/** Sends the bridge's counters when they have changed, and tells the log once a minute what did not go well. */
export class LedgerReporter {
  readonly #instance = randomUUID();
  readonly #startedAtMs: number;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #sent: BridgeCounters | undefined;
  #logged: BridgeCounters;
  #loggedAtMs: number;

  constructor(private readonly options: LedgerReporterOptions) {
    this.#startedAtMs = options.now();
    this.#loggedAtMs = this.#startedAtMs;
    this.#logged = options.counts.snapshot();
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#summarise();
      // One that waits for Kafka is enough: the newest counters are what counts.
      this.#sending ??= this.#send().finally(() => (this.#sending = undefined));
    }, this.options.everyMs);
  }

  /** Sends the last counters; to be called when nothing is taken in any more. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
    this.#summarise(true);
    await this.#send();
  }

  async #send(): Promise<void> {
    const counters = this.options.counts.snapshot();
    if (this.#sent && isEqual(this.#sent, counters)) return;
    const timeMs = this.options.now();
    try {
      await this.options.events.sendLedger({
        kind: 'bridge-ledger',
        instance: this.#instance,
        startedAtMs: this.#startedAtMs,
        timeMs,
        counters,
      });
      this.#sent = counters;
      this.options.onSent();
    } catch (error) {
      this.options.logger.warn({ err: error, counters }, 'the counters did not reach Kafka');
    }
  }

  #summarise(isLast = false): void {
    const nowMs = this.options.now();
    if (!isLast && nowMs - this.#loggedAtMs < SUMMARY_EVERY_MS) return;
    const counters = this.options.counts.snapshot();
    const { shed, refused, deadLettered } = difference(counters, this.#logged);
    const fields = { shed, refused, deadLettered, inFlight: counters.inFlight };
    if (shed > 0) this.options.logger.error(fields, 'QoS 0 publishes were lost');
    else if (refused + deadLettered > 0)
      this.options.logger.warn(fields, 'publishes were refused or dead-lettered');
    this.#logged = counters;
    this.#loggedAtMs = nowMs;
  }
}

function names(counters: BridgeCounters): (keyof BridgeCounters)[] {
  return Object.keys(counters) as (keyof BridgeCounters)[];
}

function isEqual(a: BridgeCounters, b: BridgeCounters): boolean {
  return names(a).every((name) => a[name] === b[name]);
}

function difference(now: BridgeCounters, before: BridgeCounters): BridgeCounters {
  return Object.fromEntries(
    names(now).map((name) => [name, now[name] - before[name]]),
  ) as unknown as BridgeCounters;
}
