import { hash32 } from './seeded-random.js';

/** A metric of the fleet's payload: values from `low` on, with six decimals and always the same number of digits. */
interface FleetMetric {
  readonly name: string;
  /** In millionths. */
  readonly low: number;
  readonly span: number;
  /** Characters of a value, the point included. */
  readonly width: number;
}

const METRICS: readonly FleetMetric[] = [
  { name: 'room_ambient_temperature_celsius', low: 10_000_000, span: 30_000_000, width: 9 },
  { name: 'room_relative_humidity_percent', low: 20_000_000, span: 70_000_000, width: 9 },
  { name: 'room_barometric_pressure_hectopascal', low: 1_000_000_000, span: 50_000_000, width: 11 },
  { name: 'room_battery_terminal_voltage', low: 3_000_000, span: 1_000_000, width: 8 },
];
const TIME_DIGITS = 13;

/** Names of the metrics in every payload of a fleet. */
export const FLEET_METRICS: readonly string[] = METRICS.map((metric) => metric.name);

/** The value that a device reports for a metric (an index of `FLEET_METRICS`) in its publish number `seq`. */
export function fleetValue(seed: number, device: number, seq: number, metric: number): number {
  return millionths(seed, device, seq, metric) / 1e6;
}

function millionths(seed: number, device: number, seq: number, metric: number): number {
  const { low, span } = METRICS[metric] as FleetMetric;
  return low + (hash32(seed, device, seq, metric) % span);
}

/**
 * A payload's text with all digits zero, and where they go. Every payload has the same length, so that a packet can be
 * encoded in advance and only its digits written for each publish.
 */
export interface PayloadTemplate {
  readonly text: string;
  readonly timeAt: number;
  readonly valuesAt: readonly number[];
}

/** `{"ts":<epoch ms>,"<metric>":<value>,…}`, 200 bytes. */
export const PAYLOAD: PayloadTemplate = buildTemplate();

function buildTemplate(): PayloadTemplate {
  let text = '{"ts":';
  const timeAt = text.length;
  text += '0'.repeat(TIME_DIGITS);
  const valuesAt = METRICS.map((metric) => {
    text += `,"${metric.name}":`;
    const at = text.length;
    text += `${'0'.repeat(metric.width - 7)}.000000`;
    return at;
  });
  return { text: `${text}}`, timeAt, valuesAt };
}

/** Writes the digits of one publish over a template at `start` in `target`. `tsMs` has 13 digits (years 2001 to 2286). */
export function writePayload(
  target: Uint8Array,
  start: number,
  publish: { readonly seed: number; readonly device: number; readonly seq: number; readonly tsMs: number },
): void {
  // In two halves, because 32-bit integer arithmetic is several times faster.
  const seconds = Math.floor(publish.tsMs / 1000);
  writeDigits(target, start + PAYLOAD.timeAt, 10, seconds);
  writeDigits(target, start + PAYLOAD.timeAt + 10, 3, publish.tsMs - seconds * 1000);
  for (let metric = 0; metric < METRICS.length; metric++) {
    const value = millionths(publish.seed, publish.device, publish.seq, metric);
    const at = start + (PAYLOAD.valuesAt[metric] as number);
    const whole = Math.floor(value / 1_000_000);
    const wholeWidth = (METRICS[metric] as FleetMetric).width - 7;
    writeDigits(target, at, wholeWidth, whole);
    writeDigits(target, at + wholeWidth + 1, 6, value - whole * 1_000_000);
  }
}

function writeDigits(target: Uint8Array, at: number, width: number, value: number): void {
  let rest = value;
  for (let position = at + width - 1; position >= at; position--) {
    const tenth = Math.floor(rest / 10);
    target[position] = 48 + rest - tenth * 10;
    rest = tenth;
  }
}
