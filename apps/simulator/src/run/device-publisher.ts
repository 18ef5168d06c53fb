import type { FleetDevice } from '../fleet/fleet.js';
import type { Values } from '../fleet/device-kind.js';
import { DeviceConnection, type ConnectionOptions } from './device-connection.js';
import type { FleetCounts } from './fleet-counts.js';

/** Publishes of one device in flight at most; beyond it readings wait in the device's memory. */
const WINDOW = 4;
/** Readings that wait at most, then the oldest are lost; and how many go into one publish. */
const BACKLOG = 500;
const BATCH = 250;
/** Well below the packet size that a bridge takes by default. */
const HISTORY_BYTES = 128 * 1024;

export interface PublisherOptions extends Omit<ConnectionOptions, 'deviceId'> {
  readonly device: FleetDevice;
  /** Milliseconds between two readings. */
  readonly intervalMs: number;
  /** Wall clock, epoch milliseconds. */
  readonly now: () => number;
}

/** Which past readings to publish. Epoch milliseconds; the end is not included. */
export interface PastTimes {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

/** One reading's JSON. */
type Sample = string;

/** One device at work: takes its readings on time, and publishes them as its habits and the broker's pace allow. */
export class DevicePublisher {
  readonly deviceId: string;
  readonly connection: DeviceConnection;
  readonly #options: PublisherOptions;
  readonly #device: FleetDevice;
  readonly #counts: FleetCounts;
  readonly #topic: string;
  #backlog: Sample[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#device = options.device;
    this.#counts = options.counts;
    this.deviceId = options.device.deviceId;
    this.#topic = `devices/${this.deviceId}/telemetry`;
    this.connection = new DeviceConnection({ ...options, deviceId: this.deviceId });
  }

  /**
   * Publishes past readings, one every `stepMs`, in as few publishes as their size allows, one after the other.
   * Resolves when all are acknowledged, or when the signal asks for it.
   */
  async publishHistory({ fromMs, toMs, stepMs }: PastTimes, signal: AbortSignal): Promise<void> {
    let batch: Sample[] = [];
    let bytes = 0;
    const flush = async (): Promise<void> => {
      if (batch.length === 0 || signal.aborted) return;
      const samples = batch;
      [batch, bytes] = [[], 0];
      this.#counts.history++;
      await abortable(signal, (acked) => this.#publish(samples, acked));
    };
    for (let timeMs = Math.ceil(fromMs / stepMs) * stepMs; timeMs < toMs; timeMs += stepMs) {
      if (signal.aborted) return;
      const sample = this.#sampleOf(timeMs, this.#device.observeSound(timeMs));
      if (bytes + sample.length > HISTORY_BYTES) await flush();
      batch.push(sample);
      bytes += sample.length + 1;
    }
    await flush();
  }

  /** Takes readings from now on. */
  start(): void {
    if (!this.#isStopped) this.#schedule(this.#options.now());
  }

  /** Takes no more readings, sends what waits if it can, says goodbye. What is not acknowledged by then stays so. */
  async stop(timeoutMs: number): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#sendBacklog();
    this.#counts.overflowed += this.#backlog.splice(0).length;
    await this.connection.close(timeoutMs);
  }

  /** The first moment after `afterMs` at which a reading is due. They do not depend on when the device was started. */
  #schedule(afterMs: number): void {
    const { intervalMs } = this.#options;
    const phaseMs = this.#device.phaseMs % intervalMs;
    const dueMs = (Math.floor((afterMs - phaseMs) / intervalMs) + 1) * intervalMs + phaseMs;
    this.#timer = setTimeout(() => this.#tick(dueMs), Math.max(0, dueMs - this.#options.now()));
  }

  #tick(timeMs: number): void {
    // What a stalled process has missed is not made up for: a device that was off has no readings.
    this.#schedule(Math.max(timeMs, this.#options.now() - this.#options.intervalMs));
    const delivery = this.#device.deliveryAt(timeMs);
    if (delivery === 'lose') {
      this.#counts.dropped++;
      return;
    }
    this.#keep(this.#sampleOf(timeMs, this.#device.observe(timeMs)));
    if (delivery === 'hold') return;
    if (delivery === 'offline') {
      this.connection.cut();
      return;
    }
    if (!this.connection.isOpen) {
      // Tried again until it succeeds; readings wait for it.
      this.connection.open().catch(() => {});
    }
    this.#sendBacklog(delivery === 'repeat');
  }

  #keep(sample: Sample): void {
    if (this.#backlog.length >= BACKLOG) {
      this.#backlog.shift();
      this.#counts.overflowed++;
    }
    this.#backlog.push(sample);
  }

  #sendBacklog(twice = false): void {
    if (!this.connection.isConnected) return;
    while (this.#backlog.length > 0 && this.connection.inFlight < WINDOW) {
      const samples = this.#backlog.splice(0, BATCH);
      if (samples.length > 1) this.#counts.late++;
      this.#publish(samples);
      if (!twice) continue;
      this.#counts.repeated++;
      this.#publish(samples);
    }
  }

  #publish(samples: readonly Sample[], acked?: () => void): void {
    this.#counts.published++;
    this.#counts.readings += samples.length;
    const payload = samples.length === 1 ? (samples[0] ?? '') : `[${samples.join(',')}]`;
    this.connection.publish(this.#topic, payload, () => {
      this.#counts.acked++;
      acked?.();
    });
  }

  #sampleOf(timeMs: number, values: Values): Sample {
    return JSON.stringify({ ts: timeMs - this.#device.skewMs, ...values });
  }
}

/** Resolves when `start` calls back, or when the signal asks for it. */
async function abortable(signal: AbortSignal, start: (done: () => void) => void): Promise<void> {
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      signal.removeEventListener('abort', finish);
      resolve();
    };
    signal.addEventListener('abort', finish);
    start(finish);
  });
}
