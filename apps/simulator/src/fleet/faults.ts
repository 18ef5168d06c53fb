import type { DeviceKind, Habit, Model, Values } from './device-kind.js';
import { MINUTE, SECOND, type Dice } from './dice.js';
import { windowAt, type Recurrence } from './recurring-window.js';

/** Share of the readings of a device that `spikes`. */
const SPIKE_CHANCE = 1 / 120;
const STUCK: Recurrence = { everyMs: 10 * MINUTE, minMs: 90 * SECOND, maxMs: 4 * MINUTE };
const CHANNEL = { spike: 9_000, stuck: 9_001 };

/** The model as a faulty sensor shows it, where the habit is a sensor's fault: still a pure function of the time. */
export function withFaults(model: Model, habit: Habit, faults: DeviceKind['faults'], dice: Dice): Model {
  if (habit === 'spikes') {
    const { metric, value } = faults.spike;
    return (timeMs) =>
      dice.chance(CHANNEL.spike, timeMs) < SPIKE_CHANCE
        ? { ...model(timeMs), [metric]: value }
        : model(timeMs);
  }
  if (habit === 'stuck') {
    return (timeMs) => {
      const window = windowAt(dice, CHANNEL.stuck, timeMs, STUCK);
      return window === undefined
        ? model(timeMs)
        : { ...model(timeMs), ...only(model(window.startMs), faults.stuck) };
    };
  }
  return model;
}

function only(values: Values, metric: string): Values {
  const value = values[metric];
  return value === undefined ? {} : { [metric]: value };
}
