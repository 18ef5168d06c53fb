import { numericOf, type Telemetry } from '@fieldstream/domain';
import type { Queryable } from './queryable.js';
import { ReadingColumns } from './reading-columns.js';
import { writeReadings } from './reading-writer.js';
import type { SeriesSession } from './series-registry.js';
import { type TextObservation, writeTextStates } from './text-writer.js';

/** What became of readings; `readings = stored + duplicates + coalesced`. */
export interface TelemetryCounts {
  readonly readings: number;
  readonly stored: number;
  /** Series and time were known already. */
  readonly duplicates: number;
  /** Repetitions of a text state. */
  readonly coalesced: number;
}

/**
 * Writes telemetry: numbers, booleans and state words to `reading` and its minutes, texts and state words to
 * `reading_text`. Each reading is counted once, by its number where it has one. Publishes that would give their device too
 * many series are left out, and not counted.
 *
 * MUST run inside the transaction that moves the offset.
 * @param groups Telemetry that is counted apart, such as one group a partition; written together.
 * @returns The counts of each group.
 */
export async function writeTelemetry(
  client: Queryable,
  series: SeriesSession,
  groups: readonly (readonly Telemetry[])[],
): Promise<TelemetryCounts[]> {
  const { refused } = await series.resolve(groups.flat());
  return writeResolved(
    client,
    series,
    groups.map((group) => group.filter((publish) => !refused.has(publish))),
  );
}

/** `writeTelemetry` of what the session has resolved, without what it has refused. */
export async function writeResolved(
  client: Queryable,
  series: SeriesSession,
  groups: readonly (readonly Telemetry[])[],
): Promise<TelemetryCounts[]> {
  const numbers = new ReadingColumns();
  const texts: TextObservation[] = [];
  /** Slot under which a text is counted; -1 where its number is. */
  const textSlots: number[] = [];
  const numeric = groups.map(() => 0);
  for (const [slot, group] of groups.entries()) {
    const before = numbers.length;
    for (const { deviceId, samples } of group) {
      const ofDevice = series.ofDevice(deviceId);
      for (const { timeMs, values } of samples) {
        for (const [metric, value] of values) {
          const seriesId = ofDevice.get(metric)?.id;
          if (seriesId === undefined) throw new Error(`series of ${deviceId} ${metric} is not resolved`);
          const number = numericOf(value);
          if (number !== undefined) numbers.add(seriesId, timeMs, number, slot);
          if (typeof value === 'string') {
            texts.push({ seriesId, timeMs, value });
            textSlots.push(number === undefined ? slot : -1);
          }
        }
      }
    }
    numeric[slot] = numbers.length - before;
  }

  const stored = await writeReadings(client, numbers, groups.length);
  const outcomes = await writeTextStates(client, texts);
  return groups.map((_, slot) => {
    const counts = { stored: stored[slot] ?? 0, duplicate: 0, coalesced: 0 };
    counts.duplicate = (numeric[slot] ?? 0) - counts.stored;
    for (const [index, outcome] of outcomes.entries()) if (textSlots[index] === slot) counts[outcome]++;
    return {
      readings: counts.stored + counts.duplicate + counts.coalesced,
      stored: counts.stored,
      duplicates: counts.duplicate,
      coalesced: counts.coalesced,
    };
  });
}
