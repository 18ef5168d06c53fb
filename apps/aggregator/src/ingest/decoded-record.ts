import type { Telemetry } from '@fieldstream/domain';
import type { KafkaRecord, PartitionBatch } from '@fieldstream/kafka';
import type { DeadLetterRow } from '@fieldstream/timescale';
import { decodeTelemetry, WireError } from '@fieldstream/wire';

/** Days that one publish may report on: each is a chunk of the hypertable, and each new chunk costs some eight locks. */
export const MAX_DAYS_PER_PUBLISH = 400;
const DAY_MS = 24 * 60 * 60 * 1000;

/** A record of `telemetry.readings`: either its telemetry, or why there is none. */
export interface DecodedRecord {
  readonly offset: bigint;
  /** As it stands in Kafka. */
  readonly source: KafkaRecord;
  readonly telemetry?: Telemetry;
  readonly letter?: DeadLetterRow;
  readonly readings: number;
  /** UTC days observed, counted from 1970. */
  readonly days: ReadonlySet<number>;
}

/** Consecutive decoded records of one partition. */
export type DecodedBatch = Omit<PartitionBatch, 'records'> & { readonly records: readonly DecodedRecord[] };

/**
 * Never throws for what a record contains.
 * @param keptFromMs Older raw readings may have been dropped, and with them the row that would show a repetition: a
 *   record that reaches further back is refused, or its readings could be folded into their minutes twice.
 */
export function decodeBatch(batch: PartitionBatch, keptFromMs = -Infinity): DecodedBatch {
  return { ...batch, records: batch.records.map((record) => decodeRecord(batch, record, keptFromMs)) };
}

function decodeRecord(batch: PartitionBatch, record: KafkaRecord, keptFromMs: number): DecodedRecord {
  try {
    const telemetry = decodeTelemetry(record.value);
    const days = new Set<number>();
    let readings = 0;
    for (const { timeMs, values } of telemetry.samples) {
      if (timeMs < keptFromMs) {
        const observed = new Date(timeMs).toISOString();
        return refused(
          batch,
          record,
          'past-retention',
          `observed ${observed}, older than RAW_RETENTION_DAYS`,
        );
      }
      days.add(Math.floor(timeMs / DAY_MS));
      readings += values.size;
    }
    if (days.size <= MAX_DAYS_PER_PUBLISH)
      return { offset: record.offset, source: record, telemetry, readings, days };
    return refused(
      batch,
      record,
      'too-many-days',
      `reports on ${days.size} days, at most ${MAX_DAYS_PER_PUBLISH} are taken`,
    );
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return refused(batch, record, error.code, error.message);
  }
}

function refused(batch: PartitionBatch, record: KafkaRecord, reason: string, detail: string): DecodedRecord {
  const letter = letterOf(batch, record, reason, detail);
  return { offset: record.offset, source: record, letter, readings: 0, days: new Set() };
}

/** The dead letter of a record. */
export function letterOf(
  at: { readonly topic: string; readonly partition: number },
  record: KafkaRecord,
  reason: string,
  detail: string,
): DeadLetterRow {
  return {
    originTopic: at.topic,
    originPartition: at.partition,
    originOffset: record.offset,
    reason,
    detail,
    deviceId: record.key?.toString('utf8'),
    payload: record.value ?? Buffer.alloc(0),
    receivedAtMs: record.timestampMs,
  };
}
