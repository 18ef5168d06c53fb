import type pg from 'pg';
import type { KafkaRecord, PartitionBatch } from '@fieldstream/kafka';
import {
  advanceOffsets,
  type Claim,
  claimRanges,
  type DeadLetterRow,
  inConsumerTransaction,
} from '@fieldstream/timescale';
import type { IngestOptions } from './ingest-options.js';
import { reportLost } from './report-lost.js';

/**
 * Applies records of a topic without readings: what `write` writes, the counters and the offsets in one transaction.
 * @param write Gets what is still to be applied; answers the dead letters that it recorded.
 * @throws DatabaseError
 */
export async function applyRecords(
  options: IngestOptions,
  batches: readonly PartitionBatch[],
  doing: string,
  write: (client: pg.PoolClient, claims: readonly Claim<KafkaRecord>[]) => Promise<readonly DeadLetterRow[]>,
): Promise<void> {
  const { pool, consumer, logger, metrics } = options;
  const written = await inConsumerTransaction(pool, doing, async (client) => {
    const claims = await claimRanges(client, consumer, batches);
    if (claims.length === 0) return undefined;
    const letters = await write(client, claims);
    const advances = claims.map((claim) => {
      const { topic, partition, nextOffset, lost, records } = claim;
      // No records but a range: the transport has dead-lettered what stood there.
      const passedOver = records.length === 0 ? Number(nextOffset - claim.fromOffset) : 0;
      const refused = letters.filter(
        (letter) => letter.originTopic === topic && letter.originPartition === partition,
      );
      const counts = { records: records.length + passedOver, deadLettered: refused.length + passedOver };
      return { topic, partition, nextOffset, lost, ...counts };
    });
    await advanceOffsets(client, consumer, advances);
    return { claims, advances };
  });
  if (!written) return;
  for (const claim of written.claims) reportLost(claim, logger);
  for (const advance of written.advances) metrics.countAdvance(advance);
}
