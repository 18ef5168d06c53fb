import type { MetricValue } from '@fieldstream/domain';
import type { Decoded, DecodeResult } from './decoder.js';
import { parseJson, payloadText, type Refusal } from './payload-text.js';
import type { DecodedExtras, SampleDraft } from './sample-draft.js';

/** A payload that is JSON of any kind. */
export function payloadJson(payload: Uint8Array): { readonly value: unknown } | Refusal {
  const text = payloadText(payload);
  return typeof text === 'string' ? parseJson(text) : text;
}

/** A refusal as the outcome for a device. */
export function refused(deviceId: string, { reason, detail }: Refusal): DecodeResult {
  return { kind: 'rejected', reason, detail, deviceId };
}

/** What a publish says besides readings; ignored if that is nothing. */
export function toldOnly(extras: DecodedExtras): Decoded | { readonly kind: 'ignored' } {
  const says = Object.values(extras).some((part) => part.length > 0);
  if (!says) return { kind: 'ignored' };
  return { kind: 'decoded', telemetry: [], receivedTimeUsed: false, implausibleTimes: 0, ...extras };
}

/** Gives the numbers among the values the units that the family knows them to have. */
export function addUnits(
  draft: SampleDraft,
  values: ReadonlyMap<string, MetricValue>,
  unitOf: (metric: string) => string | undefined,
): void {
  for (const [metric, value] of values) {
    const unit = typeof value === 'number' ? unitOf(metric) : undefined;
    if (unit !== undefined) draft.units.set(metric, unit);
  }
}
