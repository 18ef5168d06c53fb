import type { MetricValue } from '@fieldstream/domain';
import { flatten } from './flatten.js';
import { arrayOf, numberOf, objectOf } from './json-shape.js';
import type { Refusal } from './payload-text.js';
import type { SampleDraft } from './sample-draft.js';

/** How well an uplink was heard, by the gateway that heard it best. */
export interface Signal {
  /** dBm. */
  readonly rssi: number | undefined;
  /** dB. */
  readonly snr: number | undefined;
}

/** The strongest of the gateways' receptions. @param snrField Its name differs between network servers */
export function bestSignal(receptions: unknown, rssiField: string, snrField: string): Signal {
  let best: Signal = { rssi: undefined, snr: undefined };
  for (const entry of arrayOf(receptions)) {
    const reception = objectOf(entry);
    const signal = { rssi: numberOf(reception?.[rssiField]), snr: numberOf(reception?.[snrField]) };
    if ((signal.rssi ?? -Infinity) > (best.rssi ?? -Infinity) || best.rssi === undefined) best = signal;
  }
  return best;
}

/** The radio's own figures under the names that both network servers' users know, with their units. */
export function addSignal(draft: SampleDraft, values: Map<string, MetricValue>, { rssi, snr }: Signal): void {
  addWithUnit(draft, values, 'rssi', rssi, 'dBm');
  addWithUnit(draft, values, 'snr', snr, 'dB');
}

/** Adds a number where there is one. */
export function addWithUnit(
  draft: SampleDraft,
  values: Map<string, MetricValue>,
  metric: string,
  value: unknown,
  unit?: string,
): void {
  const number = numberOf(value);
  if (number === undefined) return;
  values.set(metric, number);
  if (unit !== undefined) draft.units.set(metric, unit);
}

/**
 * Adds what the device measured, over what the radio said: where both have a name, such as `rssi`, the device's own
 * stands, without the radio's unit.
 */
export function addMeasured(
  draft: SampleDraft,
  values: Map<string, MetricValue>,
  measured: Readonly<Record<string, unknown>>,
): Refusal | undefined {
  for (const [key, value] of Object.entries(measured)) {
    draft.units.delete(key);
    const refusal = flatten(values, key, value);
    if (refusal) return refusal;
  }
  return undefined;
}
