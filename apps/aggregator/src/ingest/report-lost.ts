import type { Logger } from '@fieldstream/domain';
import type { Claim } from '@fieldstream/timescale';

/** Says what Kafka no longer had when it was due. */
export function reportLost(claim: Claim<unknown>, logger: Logger): void {
  if (claim.lost === 0n) return;
  logger.error(
    {
      topic: claim.topic,
      partition: claim.partition,
      lost: String(claim.lost),
      at: String(claim.fromOffset),
    },
    'records lost: Kafka dropped them before they were read; raise KAFKA_RETENTION_HOURS or add aggregators',
  );
}
