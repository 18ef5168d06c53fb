import type { Telemetry } from '@fieldstream/domain';
import type { DelayCount, DeviceDelay } from '@fieldstream/timescale';
import { DelayHistogram } from './delay-histogram.js';

/** From received by the bridge to committed. */
const LATENCY_BOUNDS_MS = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000];
/** From observed by the device to received by the bridge; negative where the device's clock is ahead. */
const DELAY_BOUNDS_MS = [
  -3_600_000, -60_000, -5_000, 0, 1_000, 5_000, 60_000, 600_000, 3_600_000, 86_400_000,
];
/** As `dashboard.reading_quality` has it: both are bounds of the histogram. */
const LATE_MS = 60_000;
const AHEAD_MS = -5_000;

/** Devices that are told apart between two calls of `take`; the readings of others count in the histogram alone. */
export const MAX_DEVICES = 500;

type OpenDeviceDelay = { -readonly [Key in keyof DeviceDelay]: DeviceDelay[Key] };

/** What was counted between two calls of `take`. */
export interface CountedDelays {
  readonly counts: readonly DelayCount[];
  readonly devices: readonly DeviceDelay[];
}

/**
 * How long readings took, from the device's clock to the database. A few additions for a publish; bounded whatever devices
 * send.
 */
export class DeliveryDelays {
  readonly #latency = new DelayHistogram('latency', LATENCY_BOUNDS_MS);
  readonly #delay = new DelayHistogram('delay', DELAY_BOUNDS_MS);
  #devices = new Map<string, OpenDeviceDelay>();

  /** Counts a publish whose rows are committed. */
  observe({ deviceId, receivedAtMs, samples }: Telemetry, committedAtMs: number): void {
    // The clocks are two machines': a commit before the publish is one at once.
    this.#latency.add(Math.max(committedAtMs - receivedAtMs, 0));
    for (const { timeMs, values } of samples) {
      const delayMs = receivedAtMs - timeMs;
      this.#delay.add(delayMs, values.size);
      const isLate = delayMs > LATE_MS;
      const isAhead = delayMs <= AHEAD_MS;
      if (isLate || isAhead) this.#countDevice(deviceId, delayMs, isLate, values.size);
      // Of a device that is out of bounds, a reading that is not tells that its clock is right.
      else if (this.#devices.size > 0) this.#widen(this.#devices.get(deviceId), delayMs);
    }
  }

  /** What was counted since the last call; begins anew. */
  take(): CountedDelays {
    const devices = [...this.#devices.values()];
    this.#devices = new Map();
    return { counts: [...this.#latency.take(), ...this.#delay.take()], devices };
  }

  #countDevice(deviceId: string, delayMs: number, isLate: boolean, readings: number): void {
    let device = this.#devices.get(deviceId);
    if (!device) {
      if (this.#devices.size >= MAX_DEVICES) return;
      device = { deviceId, late: 0, ahead: 0, leastMs: delayMs, mostMs: delayMs };
      this.#devices.set(deviceId, device);
    }
    if (isLate) device.late += readings;
    else device.ahead += readings;
    this.#widen(device, delayMs);
  }

  #widen(device: OpenDeviceDelay | undefined, delayMs: number): void {
    if (!device) return;
    device.leastMs = Math.min(device.leastMs, delayMs);
    device.mostMs = Math.max(device.mostMs, delayMs);
  }
}
