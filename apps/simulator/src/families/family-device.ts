import type { Dice } from '../fleet/dice.js';

/** A publish of a device that speaks as its maker made it. */
export interface FamilyPublish {
  readonly topic: string;
  /** An object is sent as JSON. */
  readonly payload: string | Uint8Array | object;
  readonly retain?: boolean;
}

/** One device, or one gateway with its devices, of a family that is not the platform's own. */
export interface FamilyDevice {
  /** Name of the decoder. */
  readonly family: string;
  readonly clientId: string;
  /** Where the family names its devices by it. */
  readonly username?: string;
  readonly intervalMs: number;
  /** What it says when it has connected; the first is also why its last will is known to belong to it. */
  announce(timeMs: number): readonly FamilyPublish[];
  observe(timeMs: number): readonly FamilyPublish[];
  /** What it says when it leaves; the first is its last will, too. */
  readonly farewell: readonly FamilyPublish[];
}

/** Makes a family's device. `id` is its name, unique to it; values are functions of the dice and the time alone. */
export type MakeFamilyDevice = (id: string, dice: Dice) => FamilyDevice;

/** A value that goes up and down between two bounds within a period, with a little noise, rounded to `digits`. */
export function swinging(
  dice: Dice,
  channel: number,
  timeMs: number,
  { low, high, periodMs, digits = 1 }: { low: number; high: number; periodMs: number; digits?: number },
): number {
  const turn = timeMs / periodMs + dice.chance(channel);
  const middle = (low + high) / 2;
  const value =
    middle + ((high - low) / 2) * (0.9 * Math.sin(turn * 2 * Math.PI) + 0.1 * dice.jitter(channel, timeMs));
  return Number(value.toFixed(digits));
}

/** A counter that grows by `perHour`, and never goes back; it began with the year 2026. */
export function counting(timeMs: number, perHour: number, digits = 3): number {
  return Number(((Math.max(0, timeMs - Date.UTC(2026, 0, 1)) / 3_600_000) * perHour).toFixed(digits));
}

/** Zone-less local time as firmware prints it. UTC here: the platform's default zone of devices. */
export function localTime(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 19);
}

/** Common periods. */
export const PERIODS = { minutes: 12 * 60_000, hour: 3_600_000, day: 86_400_000 } as const;
