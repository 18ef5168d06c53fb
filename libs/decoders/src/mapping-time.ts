import { parseObservationTime } from '@fieldstream/domain';
import type { MappingDefinition } from './mapping-definition.js';
import type { OffsetAt } from './local-time.js';
import { describe, type Refusal } from './payload-text.js';
import type { SampleDraft } from './sample-draft.js';

/** Local times are looked at as if they were UTC first; no zone is further off than a day. */
const DAY_MS = 86_400_000;

/**
 * Reads a time that a mapping points at, in the format that it names. Undefined: received time stands in, because there is
 * none or it is implausible, which is counted.
 */
export function readMappedTime(
  draft: SampleDraft,
  value: unknown,
  format: NonNullable<MappingDefinition['time']>['format'],
  offsetAt: OffsetAt,
  receivedAtMs: number,
): { readonly timeMs: number | undefined } | Refusal {
  if (value === undefined || value === null) return { timeMs: undefined };
  switch (format) {
    case 'epoch-s':
    case 'epoch-ms': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      if (typeof number !== 'number' || !Number.isFinite(number)) return malformed(value, format);
      const timeMs = Math.round(format === 'epoch-s' ? number * 1000 : number);
      // A small number would count as seconds.
      return draft.readTime(Math.abs(timeMs) < 1e11 ? new Date(timeMs).toISOString() : timeMs);
    }
    case 'local':
      return readLocal(draft, withoutOffset(value), offsetAt, receivedAtMs);
    case 'iso':
      return typeof value === 'string' && value.includes(':')
        ? readLocal(draft, value, offsetAt, receivedAtMs)
        : malformed(value, format);
    case 'auto':
      return readLocal(draft, value, offsetAt, receivedAtMs);
  }
}

function readLocal(
  draft: SampleDraft,
  value: unknown,
  offsetAt: OffsetAt,
  receivedAtMs: number,
): { readonly timeMs: number | undefined } | Refusal {
  const asUtc = parseObservationTime(value, receivedAtMs + DAY_MS);
  return draft.readTime(value, asUtc.kind === 'time' ? offsetAt(asUtc.timeMs) : 0);
}

function withoutOffset(value: unknown): unknown {
  return typeof value === 'string' ? value.trim().replace(/(?:Z|[+-]\d{2}:?\d{2})$/i, '') : value;
}

function malformed(value: unknown, format: string): Refusal {
  return { reason: 'invalid-timestamp', detail: `the time is not ${format}: ${describe(value)}` };
}
