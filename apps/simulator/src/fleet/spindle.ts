import type { DeviceKind, Model, Surroundings } from './device-kind.js';
import { HOUR, MINUTE, round, SECOND } from './dice.js';
import { elapsedOf } from './incident.js';
import type { Window } from './recurring-window.js';

type State = 'running' | 'idle' | 'fault';

/** A job and the pause after it. */
const JOB_MS = 5 * MINUTE;
const SPEEDS = [6_000, 8_000, 10_000, 12_000] as const;
const RUN_UP_MS = 4 * SECOND;
/** The worn bearing: how long its vibration rises, when the machine stops itself, and when it is running again. */
const BEARING = { mmPerSecond: 9, riseMs: 70 * SECOND, stopMs: 100 * SECOND, repairedMs: 190 * SECOND };
/** A spindle warms up and cools down with this time constant; jobs from longer ago than these are not felt. */
const HEAT_MS = 4 * MINUTE;
const HEAT_JOBS = 6;
/** °C above the room: of a spindle that always runs, and what the worn bearing would add. */
const HEAT = { running: 26, bearing: 40 };

/** Milling machines: jobs and pauses, a spindle that warms up, and one whose bearing wears out. */
export const spindle: DeviceKind = {
  site: 'workshop',
  kind: 'spindle',
  nameOf: (n) => `Milling spindle ${n}`,
  intervalMs: 2 * SECOND,
  habits: ['steady', 'steady', 'skewed', 'repeats', 'late', 'spikes'],
  incident: { device: 2, afterMs: 6 * MINUTE },
  faults: { spike: { metric: 'spindle_temperature', value: 850 }, stuck: 'spindle_temperature' },
  rule: {
    slug: 'vibration',
    name: 'Spindle vibrates (demo)',
    description: 'Zone D of ISO 10816: stop the machine before it is damaged.',
    severity: 'warning',
    metric: 'vibration',
    // The zones of ISO 10816 for machines of this size: from 7.1 mm/s on, damage is to be expected.
    params: { operator: '>', threshold: 7.1, clearThreshold: 4.5 },
    forMs: 15 * SECOND,
  },
  model: spindleModel,
};

function spindleModel({ dice, climate, incident }: Surroundings): Model {
  const phaseMs = Math.floor(dice.between(1, 0, 0, JOB_MS));

  /** When job number `job` runs; the rest of its time is a pause. */
  const runOf = (job: number): Window | undefined => {
    if (dice.chance(2, job) < 0.08) return undefined;
    const startMs = job * JOB_MS - phaseMs;
    return { startMs, endMs: startMs + dice.between(3, job, 0.6, 0.95) * JOB_MS };
  };

  const stateAt = (timeMs: number): State => {
    const elapsedMs = elapsedOf(incident, timeMs);
    if (elapsedMs !== undefined && elapsedMs < BEARING.repairedMs) {
      return elapsedMs < BEARING.stopMs ? 'running' : 'fault';
    }
    const run = runOf(Math.floor((timeMs + phaseMs) / JOB_MS));
    return run !== undefined && timeMs < run.endMs ? 'running' : 'idle';
  };

  /** °C above the room. The incident takes the place of the jobs that it falls into. */
  const heatAt = (timeMs: number): number => {
    const heatOf = (startMs: number, endMs: number): number => warmthOf(timeMs, startMs, endMs);
    const elapsedMs = elapsedOf(incident, timeMs);
    const brokenMs = elapsedMs === undefined ? Infinity : timeMs - elapsedMs;
    const job = Math.floor((timeMs + phaseMs) / JOB_MS);
    let share = heatOf(brokenMs, brokenMs + BEARING.stopMs);
    for (let back = 0; back < HEAT_JOBS; back++) {
      const run = runOf(job - back);
      if (run === undefined) continue;
      share += heatOf(run.startMs, Math.min(run.endMs, brokenMs));
      share += heatOf(Math.max(run.startMs, brokenMs + BEARING.repairedMs), run.endMs);
    }
    return HEAT.running * share + HEAT.bearing * heatOf(brokenMs, brokenMs + BEARING.stopMs);
  };

  return (timeMs) => {
    const state = stateAt(timeMs);
    const job = Math.floor((timeMs + phaseMs) / JOB_MS);
    const intoJobMs = (timeMs + phaseMs) % JOB_MS;
    const speed = SPEEDS[Math.floor(dice.chance(4, job) * SPEEDS.length)] ?? SPEEDS[0];
    const runUp = Math.min(1, (intoJobMs + SECOND) / RUN_UP_MS);
    const rpm = state === 'running' ? speed * runUp * (1 + 0.004 * dice.jitter(5, timeMs)) : 0;
    const room = 19 + 0.15 * climate.temperatureOf(timeMs);
    const warmth = heatAt(timeMs) + 1.5 * dice.drift(6, timeMs, HOUR);
    const shaking = 1.4 + (0.9 * rpm) / 12_000 + 0.3 * dice.drift(7, timeMs, 2 * HOUR);
    const wear = wearOf(elapsedOf(incident, timeMs));
    const vibration = state === 'running' ? shaking + wear + 0.25 * dice.jitter(8, timeMs) : 0.15;
    return {
      state,
      rpm: Math.round(rpm),
      vibration: round(vibration + 0.05 * dice.jitter(9, timeMs), 2),
      spindle_temperature: round(room + warmth + 0.1 * dice.jitter(10, timeMs), 1),
    };
  };
}

/** What is left at a moment of the warmth of a run, as a share of that of an endless one. */
function warmthOf(timeMs: number, startMs: number, endMs: number): number {
  const untilMs = Math.min(timeMs, endMs);
  if (untilMs <= startMs) return 0;
  return Math.exp((untilMs - timeMs) / HEAT_MS) - Math.exp((startMs - timeMs) / HEAT_MS);
}

/** mm/s that the bearing adds. */
function wearOf(elapsedMs: number | undefined): number {
  if (elapsedMs === undefined || elapsedMs >= BEARING.stopMs) return 0;
  return BEARING.mmPerSecond * Math.min(1, elapsedMs / BEARING.riseMs);
}
