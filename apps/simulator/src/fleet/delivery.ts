import type { Habit } from './device-kind.js';
import { MINUTE, SECOND, type Dice } from './dice.js';
import { windowAt, type Recurrence } from './recurring-window.js';

/**
 * What becomes of a reading: `send` it, `repeat` it (send it twice), `lose` it, `hold` it back until the next that is
 * sent, or hold it back while the device is `offline`, its connection broken.
 */
export type Delivery = 'send' | 'repeat' | 'lose' | 'hold' | 'offline';

/** How much the clock of a device with the habit `skewed` is slow. */
export const SKEW_MS = 3 * MINUTE;

const REPEAT_CHANCE = 1 / 12;
const CHANNEL = { repeat: 9_100, window: 9_101 };
const WINDOWS = {
  dropouts: { everyMs: 6 * MINUTE, minMs: 30 * SECOND, maxMs: 90 * SECOND },
  late: { everyMs: 5 * MINUTE, minMs: 45 * SECOND, maxMs: 2 * MINUTE },
  flaky: { everyMs: 8 * MINUTE, minMs: 30 * SECOND, maxMs: 75 * SECOND },
} satisfies Partial<Record<Habit, Recurrence>>;

/** A pure function of the device and the time. */
export function deliveryAt(habit: Habit, dice: Dice, timeMs: number): Delivery {
  switch (habit) {
    case 'repeats':
      return dice.chance(CHANNEL.repeat, timeMs) < REPEAT_CHANCE ? 'repeat' : 'send';
    case 'dropouts':
      return windowAt(dice, CHANNEL.window, timeMs, WINDOWS.dropouts) ? 'lose' : 'send';
    case 'late':
      return windowAt(dice, CHANNEL.window, timeMs, WINDOWS.late) ? 'hold' : 'send';
    case 'flaky':
      return windowAt(dice, CHANNEL.window, timeMs, WINDOWS.flaky) ? 'offline' : 'send';
    case 'steady':
    case 'spikes':
    case 'stuck':
    case 'skewed':
      return 'send';
  }
}
