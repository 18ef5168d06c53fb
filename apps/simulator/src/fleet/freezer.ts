import type { DeviceKind, Model, Surroundings } from './device-kind.js';
import { HOUR, MINUTE, round, SECOND } from './dice.js';
import { elapsedOf } from './incident.js';
import { windowOf, type Recurrence } from './recurring-window.js';

/** Ordinary openings, at most one in each period, while people work. */
const OPENINGS: Recurrence = { everyMs: 7 * MINUTE, minMs: 6 * SECOND, maxMs: 12 * SECOND };
const OPENING_CHANCE = 0.4;
/** How long the failing door stands open. */
const LEFT_OPEN_MS = 75 * SECOND;
/** The air in an open freezer nears room temperature with this time constant, and recovers with the other. */
const WARMING_MS = 100 * SECOND;
const COOLING_MS = 50 * SECOND;
/** °C between the room and the freezer's air near its door. */
const ROOM_ABOVE = 25;

/** Chest freezers at -20 °C: compressor cycles, doors that people open, and one door that is left open. */
export const freezer: DeviceKind = {
  site: 'coldstore',
  kind: 'freezer',
  nameOf: (n) => `Freezer ${n}`,
  intervalMs: 5 * SECOND,
  habits: ['steady', 'late', 'steady', 'stuck', 'steady', 'repeats', 'flaky', 'steady', 'dropouts', 'steady'],
  incident: { device: 3, afterMs: 2 * MINUTE },
  faults: { spike: { metric: 'humidity', value: 0 }, stuck: 'humidity' },
  rule: {
    slug: 'too-warm',
    name: 'Freezer too warm (demo)',
    description: 'Is the door shut, does the compressor run? Food is at risk after an hour.',
    severity: 'critical',
    metric: 'temperature',
    params: { operator: '>', threshold: -15, clearThreshold: -17 },
    forMs: 30 * SECOND,
  },
  model: freezerModel,
};

function freezerModel({ dice, climate, incident }: Surroundings): Model {
  const setPoint = dice.between(1, 0, -20.4, -19.6);
  const cycleMs = dice.between(2, 0, 18 * MINUTE, 26 * MINUTE);
  const phase = dice.chance(3);

  const opening = (period: number): { readonly startMs: number; readonly lengthMs: number } | undefined => {
    const { startMs, endMs } = windowOf(dice, 5, period, OPENINGS);
    const hour = climate.hourOf(startMs);
    const isOpened = hour >= 6 && hour < 22 && dice.chance(4, period) < OPENING_CHANCE;
    return isOpened ? { startMs, lengthMs: endMs - startMs } : undefined;
  };

  return (timeMs) => {
    let isOpen = false;
    let warmth = 0;
    const addDoor = (elapsedMs: number, lengthMs: number): void => {
      if (elapsedMs >= 0 && elapsedMs < lengthMs) isOpen = true;
      warmth += warmthOf(elapsedMs, lengthMs);
    };
    const period = Math.floor(timeMs / OPENINGS.everyMs);
    // The one before may still be felt.
    for (const door of [opening(period - 1), opening(period)]) {
      if (door) addDoor(timeMs - door.startMs, door.lengthMs);
    }
    const leftOpenMs = elapsedOf(incident, timeMs);
    if (leftOpenMs !== undefined) addDoor(leftOpenMs, LEFT_OPEN_MS);

    const place = (timeMs / cycleMs + phase) % 1;
    const isCooling = place < 0.4;
    const cycle = isCooling ? 1 - (2 * place) / 0.4 : (2 * (place - 0.4)) / 0.6 - 1;
    const temperature = setPoint + 0.9 * cycle + 0.2 * dice.drift(7, timeMs, 9 * HOUR) + warmth;
    return {
      temperature: round(temperature + 0.08 * dice.jitter(8, timeMs), 2),
      humidity: round(58 + 6 * dice.drift(9, timeMs, HOUR) + 2 * warmth + 0.5 * dice.jitter(10, timeMs), 1),
      door: isOpen ? 'open' : 'closed',
      compressor: isCooling || warmth > 1 ? 'on' : 'off',
    };
  };
}

/** °C that an opening has brought `elapsedMs` after it began. */
function warmthOf(elapsedMs: number, lengthMs: number): number {
  if (elapsedMs <= 0) return 0;
  const warmed = ROOM_ABOVE * (1 - Math.exp(-Math.min(elapsedMs, lengthMs) / WARMING_MS));
  return warmed * Math.exp(-Math.max(0, elapsedMs - lengthMs) / COOLING_MS);
}
