import { Climate } from './climate.js';
import { deliveryAt, SKEW_MS, type Delivery } from './delivery.js';
import type { DeviceKind, Habit, Values } from './device-kind.js';
import { Dice, MINUTE } from './dice.js';
import { withFaults } from './faults.js';
import { freezer } from './freezer.js';
import { greenhouse } from './greenhouse.js';
import { powerMeter } from './power-meter.js';
import { spindle } from './spindle.js';
import { weatherStation } from './weather-station.js';

/** Every kind of device, one for each site. A further one is one file and one line here. */
export const DEVICE_KINDS: readonly DeviceKind[] = [freezer, greenhouse, spindle, powerMeter, weatherStation];

/** Devices of one of each site, as many as the kinds have habits: a fleet of this size has each of them once. */
export const ONE_OF_EACH = DEVICE_KINDS.reduce((sum, { habits }) => sum + habits.length, 0);

/** Something goes wrong at each site once in this time. */
const INCIDENT_EVERY_MS = 30 * MINUTE;

export interface FleetOptions {
  readonly seed: number;
  readonly devices: number;
  /** Begins all device IDs. */
  readonly prefix: string;
  /** When the fleet starts: incidents are reckoned from here. Epoch milliseconds. */
  readonly anchorMs: number;
  /** Milliseconds east of UTC: where day and night are. */
  readonly zoneOffsetMs: number;
}

/** A simulated device. What it reports, and what becomes of it, are pure functions of the seed, its ID and the time. */
export interface FleetDevice {
  /** `<prefix>-<site>-<kind>-<n>`. */
  readonly deviceId: string;
  readonly site: string;
  /** For people. */
  readonly name: string;
  readonly habit: Habit;
  readonly intervalMs: number;
  /** Moments of readings are this much after a multiple of the interval, so that not all come at once. */
  readonly phaseMs: number;
  /** What the device's clock is slow by. */
  readonly skewMs: number;
  /** Values without the sensor's faults, for history. */
  observeSound(timeMs: number): Values;
  observe(timeMs: number): Values;
  deliveryAt(timeMs: number): Delivery;
}

/** The devices of a fleet, sites mixed, so that even a few devices are of several kinds. */
export function buildFleet(options: FleetOptions): readonly FleetDevice[] {
  const climate = new Climate(new Dice(options.seed, 'climate'), options.zoneOffsetMs);
  const counts = new Map<DeviceKind, number>();
  return Array.from({ length: options.devices }, (_, index) => {
    const kind = furthestBehind(counts, index + 1);
    const n = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, n);
    return buildDevice(kind, n, climate, options);
  });
}

/** The kind that has least of its share among the first `total` devices. */
function furthestBehind(counts: ReadonlyMap<DeviceKind, number>, total: number): DeviceKind {
  const behind = (kind: DeviceKind): number =>
    (kind.habits.length / ONE_OF_EACH) * total - (counts.get(kind) ?? 0);
  return DEVICE_KINDS.reduce((worst, kind) => (behind(kind) > behind(worst) ? kind : worst));
}

function buildDevice(kind: DeviceKind, n: number, climate: Climate, options: FleetOptions): FleetDevice {
  const deviceId = `${options.prefix}-${kind.site}-${kind.kind}-${n}`;
  const dice = new Dice(options.seed, deviceId);
  const place = (n - 1) % kind.habits.length;
  const habit = kind.habits[place] ?? 'steady';
  const { device, afterMs } = kind.incident;
  const incident =
    place === device - 1 ? { anchorMs: options.anchorMs, afterMs, everyMs: INCIDENT_EVERY_MS } : undefined;
  const model = kind.model({ dice, climate, incident });
  return {
    deviceId,
    site: kind.site,
    name: kind.nameOf(n),
    habit,
    intervalMs: kind.intervalMs,
    phaseMs: Math.floor(dice.between(9_200, 0, 0, kind.intervalMs)),
    skewMs: habit === 'skewed' ? SKEW_MS : 0,
    observeSound: model,
    observe: withFaults(model, habit, kind.faults, dice),
    deliveryAt: (timeMs) => deliveryAt(habit, dice, timeMs),
  };
}
