import type { DeviceKind, Model, Surroundings, Values } from './device-kind.js';
import { DAY, HOUR, MINUTE, round, SECOND } from './dice.js';
import { elapsedOf } from './incident.js';

/** When the meters were installed, with counters at zero: a local midnight. There are no readings from before. */
const INSTALLED_MS = Date.UTC(2024, 0, 1);
/** Angular frequencies, per millisecond, of the loads that come and go. */
const DAILY = (2 * Math.PI) / DAY;
const SLOW = (2 * Math.PI) / (47 * MINUTE);
const FAST = (2 * Math.PI) / (6.3 * MINUTE);
/** The sag: how long the second phase lacks voltage, and how much. */
const SAG = { lengthMs: 80 * SECOND, volts: 33 };

/** Three-phase meters: load by the time of day, a heat pump that switches, and a counter that never goes back. */
export const powerMeter: DeviceKind = {
  site: 'building',
  kind: 'meter',
  nameOf: (n) => `Power meter ${n}`,
  intervalMs: 4 * SECOND,
  habits: ['steady', 'steady', 'late', 'flaky', 'steady', 'repeats', 'dropouts', 'steady'],
  incident: { device: 2, afterMs: 9 * MINUTE },
  faults: { spike: { metric: 'frequency', value: 0 }, stuck: 'frequency' },
  rule: {
    slug: 'undervoltage',
    name: 'Undervoltage on L2 (demo)',
    description: 'EN 50160 allows 230 V less 10 %. Tell the grid operator if it lasts.',
    severity: 'warning',
    metric: 'l2.voltage',
    // EN 50160: 230 V less 10 %.
    params: { operator: '<', threshold: 207, clearThreshold: 212 },
    forMs: 10 * SECOND,
  },
  model: powerMeterModel,
};

function powerMeterModel({ dice, climate, incident }: Surroundings): Model {
  const loads = loadsOf(dice.between(1, 0, 0.7, 1.4), (channel) => dice.chance(channel));
  const shares = [0.34, 0.37, 0.29];
  return (timeMs) => {
    const installedForMs = climate.localMs(timeMs) - INSTALLED_MS;
    const watts = loads.wattsAt(installedForMs);
    const sagMs = elapsedOf(incident, timeMs);
    const phase = (index: number): Values => {
      const sag = index === 1 && sagMs !== undefined && sagMs < SAG.lengthMs ? SAG.volts : 0;
      const channel = 10 + index;
      const voltage =
        231 +
        3 * dice.drift(channel, timeMs, HOUR) -
        watts / 4_000 +
        0.6 * dice.jitter(channel, timeMs) -
        sag;
      const power = watts * (shares[index] ?? 0) * (1 + 0.01 * dice.jitter(channel + 10, timeMs));
      return {
        voltage: round(voltage, 1),
        current: round(power / voltage / 0.95, 2),
        power: Math.round(power),
      };
    };
    return {
      l1: phase(0),
      l2: phase(1),
      l3: phase(2),
      power: Math.round(watts * (1 + 0.005 * dice.jitter(5, timeMs))),
      frequency: round(50 + 0.03 * dice.drift(6, timeMs, 3 * MINUTE) + 0.01 * dice.jitter(7, timeMs), 3),
      energy: round(loads.wattMsUntil(installedForMs) / HOUR / 1_000, 3),
    };
  };
}

interface Loads {
  wattsAt(timeMs: number): number;
  /** Integral of `wattsAt` since the installation, so that the counter fits the power exactly. */
  wattMsUntil(timeMs: number): number;
}

/** Always above 0 W, so that the counter rises. Times are since the installation; chance gives each building's phases. */
function loadsOf(size: number, chance: (channel: number) => number): Loads {
  const waves = [
    { watts: 1_800 * size, frequency: DAILY, phase: -DAILY * 14 * HOUR },
    { watts: 420 * size, frequency: SLOW, phase: 2 * Math.PI * chance(2) },
    { watts: 160 * size, frequency: FAST, phase: 2 * Math.PI * chance(3) },
  ];
  const base = 2_900 * size;
  const pump = { watts: 1_500 * size, periodMs: 25 * MINUTE, onMs: 9 * MINUTE };
  return {
    wattsAt: (timeMs) =>
      waves.reduce(
        (sum, { watts, frequency, phase }) => sum + watts * Math.cos(frequency * timeMs + phase),
        base + (timeMs % pump.periodMs < pump.onMs ? pump.watts : 0),
      ),
    wattMsUntil(timeMs) {
      const pumpedMs =
        Math.floor(timeMs / pump.periodMs) * pump.onMs + Math.min(timeMs % pump.periodMs, pump.onMs);
      return waves.reduce(
        (sum, { watts, frequency, phase }) =>
          sum + (watts / frequency) * (Math.sin(frequency * timeMs + phase) - Math.sin(phase)),
        base * timeMs + pump.watts * pumpedMs,
      );
    },
  };
}
