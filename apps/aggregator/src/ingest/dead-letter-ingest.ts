import type { KafkaRecord, PartitionBatch } from '@fieldstream/kafka';
import { type DeadLetterRow, writeDeadLetters } from '@fieldstream/timescale';
import { decodeDeadLetter } from '@fieldstream/wire';
import { applyRecords } from './apply-records.js';
import type { IngestOptions } from './ingest-options.js';

/** Stores `telemetry.dead-letters`, so that they can be listed and replayed. */
export class DeadLetterIngest {
  constructor(private readonly options: IngestOptions) {}

  /** Resolves when all of it is stored. @throws DatabaseError */
  async ingest(batches: readonly PartitionBatch[]): Promise<void> {
    await applyRecords(this.options, batches, 'writing dead letters', async (client, claims) => {
      await writeDeadLetters(
        client,
        claims.flatMap((claim) => claim.records.map((record) => toRow(claim, record))),
      );
      return [];
    });
  }
}

function toRow(
  at: { readonly topic: string; readonly partition: number },
  record: KafkaRecord,
): DeadLetterRow {
  const { origin, ...letter } = decodeDeadLetter(record.value, record.headers, record.timestampMs);
  return {
    ...letter,
    originTopic: origin?.topic ?? at.topic,
    originPartition: origin?.partition ?? at.partition,
    originOffset: origin?.offset ?? record.offset,
  };
}
