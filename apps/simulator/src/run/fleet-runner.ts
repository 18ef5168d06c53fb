import { setMaxListeners } from 'node:events';
import type { Logger } from '@fieldstream/domain';
import type { FleetDevice } from '../fleet/fleet.js';
import { DevicePublisher, type PastTimes } from './device-publisher.js';
import { noCounts, type FleetCounts } from './fleet-counts.js';

/** Devices that connect, or publish their history, at the same time. */
const STARTING_AT_ONCE = 16;
const SUMMARY_EVERY_MS = 60_000;
/** Bound on waiting for the last acknowledgements. */
const STOP_TIMEOUT_MS = 5_000;

export interface FleetRunnerOptions {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly devices: readonly FleetDevice[];
  /** Times the devices' own pace. */
  readonly rate: number;
  readonly history?: FleetHistory | undefined;
  readonly logger: Logger;
  /** Wall clock, epoch milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** Past readings that devices publish before they begin with present ones. */
export interface FleetHistory extends PastTimes {
  /** Which devices have it; undefined means all. */
  readonly deviceIds?: ReadonlySet<string> | undefined;
}

/**
 * A fleet at work: a connection for each device, publishes of QoS 1, a bounded number of them in flight. One summary a
 * minute is logged. Holds nothing outside itself: several may run in one process.
 */
export class FleetRunner {
  readonly #options: FleetRunnerOptions;
  readonly #counts = noCounts();
  readonly #stopping = new AbortController();
  readonly #publishers: readonly DevicePublisher[];
  readonly #summary: NodeJS.Timeout;
  #starting: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  private constructor(options: FleetRunnerOptions) {
    this.#options = options;
    // One listener for each device that publishes its history.
    setMaxListeners(STARTING_AT_ONCE + 1, this.#stopping.signal);
    const { url, username, password, rate, now = Date.now } = options;
    this.#publishers = options.devices.map(
      (device) =>
        new DevicePublisher({
          url,
          username,
          password,
          counts: this.#counts,
          device,
          intervalMs: Math.max(1, Math.round(device.intervalMs / rate)),
          now,
        }),
    );
    this.#summary = setInterval(() => this.#logSummary(), SUMMARY_EVERY_MS);
    this.#summary.unref();
  }

  /**
   * Connects the first device, and goes on with the others, then history, then present readings, each device on its own.
   * @throws Error when the broker cannot be reached or refuses the first device; nothing is left running then.
   */
  static async start(options: FleetRunnerOptions): Promise<FleetRunner> {
    const runner = new FleetRunner(options);
    try {
      await runner.#publishers[0]?.connection.open();
    } catch (error) {
      await runner.close();
      const cause = error as NodeJS.ErrnoException;
      const reason = cause.message || cause.code || 'connection failed';
      throw new Error(`cannot connect to ${new URL(options.url).host}: ${reason}`, { cause: error });
    }
    runner.#starting = runner.#startAll();
    return runner;
  }

  /** A copy. */
  get counts(): FleetCounts {
    return { ...this.#counts };
  }

  /** Resolves when every device has connected once and published its history, or when the fleet is being closed. */
  async whenStarted(): Promise<void> {
    await this.#starting;
  }

  /** Stops the devices, waits a bounded time for their acknowledgements, and says `offline` for each. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#summary);
    this.#stopping.abort();
    await Promise.all(this.#publishers.map((publisher) => publisher.stop(STOP_TIMEOUT_MS)));
    await this.#starting;
  }

  async #startAll(): Promise<void> {
    // One iterator that all of them take from.
    const queue = this.#publishers.values();
    const startNext = async (): Promise<void> => {
      for (const publisher of queue) {
        if (this.#stopping.signal.aborted) return;
        await this.#startOne(publisher);
      }
    };
    await Promise.all(Array.from({ length: STARTING_AT_ONCE }, startNext));
  }

  async #startOne(publisher: DevicePublisher): Promise<void> {
    // The first one has been reached, so whatever fails now is tried again by the connection itself.
    if (!publisher.connection.isOpen) await publisher.connection.open().catch(() => {});
    const { history } = this.#options;
    if (history && (history.deviceIds?.has(publisher.deviceId) ?? true)) {
      await publisher.publishHistory(history, this.#stopping.signal);
    }
    publisher.start();
  }

  #logSummary(): void {
    const fields = { devices: this.#publishers.length, ...this.#counts };
    const { logger } = this.#options;
    if (this.#counts.connected > 0) logger.info(fields, 'Simulated fleet');
    else logger.warn(fields, 'Simulated fleet: no device is connected');
  }
}
