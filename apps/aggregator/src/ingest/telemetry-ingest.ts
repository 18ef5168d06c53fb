import type { Logger, Telemetry } from '@fieldstream/domain';
import type { PartitionBatch } from '@fieldstream/kafka';
import {
  advanceOffsets,
  type Claim,
  claimRanges,
  type DeadLetterRow,
  inConsumerTransaction,
  type OffsetAdvance,
  SeriesRegistry,
  writeDeadLetters,
  writeResolved,
} from '@fieldstream/timescale';
import type { AggregatorMetrics } from '../aggregator-metrics.js';
import { cutBatches } from './cut-batches.js';
import { type DecodedBatch, type DecodedRecord, decodeBatch, letterOf } from './decoded-record.js';
import type { IngestOptions } from './ingest-options.js';
import { reportLost } from './report-lost.js';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** Writes `telemetry.readings`: rows, rollups, counters and offset in one transaction. */
export class TelemetryIngest {
  readonly #options: IngestOptions;
  readonly #logger: Logger;
  readonly #metrics: AggregatorMetrics;
  readonly #registry: SeriesRegistry;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#logger = options.logger;
    this.#metrics = options.metrics;
    this.#registry = new SeriesRegistry({ maxPerDevice: options.maxMetricsPerDevice });
  }

  /** Resolves when all of it is stored. @throws DatabaseError */
  async ingest(batches: readonly PartitionBatch[]): Promise<void> {
    const keptFromMs = this.#keptFromMs();
    const decoded = batches.map((batch) => decodeBatch(batch, keptFromMs));
    for (const piece of cutBatches(decoded)) await this.#write(piece);
  }

  /** An hour of margin for clocks that differ from the database's, by which chunks are dropped. */
  #keptFromMs(): number {
    const { rawRetentionDays } = this.#options;
    return rawRetentionDays === undefined ? -Infinity : Date.now() - rawRetentionDays * DAY_MS + HOUR_MS;
  }

  async #write(piece: readonly DecodedBatch[]): Promise<void> {
    const { pool, consumer } = this.#options;
    const written = await inConsumerTransaction(pool, 'writing telemetry', async (client) => {
      // EVERYTHING ELSE IS WRITTEN UNDER THESE CLAIMS: who holds none for a partition writes nothing of it.
      const claims = await claimRanges(client, consumer, piece);
      if (claims.length === 0) return undefined;
      const session = await this.#registry.open(client);
      const publishes = claims.map((claim) => claim.records.flatMap((record) => record.telemetry ?? []));
      const { refused, drifted } = await session.resolve(publishes.flat());
      const counts = await writeResolved(
        client,
        session,
        refused.size === 0
          ? publishes
          : publishes.map((group) => group.filter((publish) => !refused.has(publish))),
      );
      const letters = claims.map((claim) => this.#lettersOf(claim, refused));
      await writeDeadLetters(client, letters.flat());
      const advances = claims.map((claim, index) => ({
        ...advanceOf(claim, letters[index]?.length ?? 0),
        ...counts[index],
      }));
      await advanceOffsets(client, consumer, advances);
      return { session, claims, advances, refused, drifted };
    });
    if (!written) return;
    // ONLY NOW: series that were rolled back must not be remembered.
    written.session.committed();
    for (const claim of written.claims) reportLost(claim, this.#logger);
    for (const advance of written.advances) this.#metrics.countAdvance(advance);
    this.#options.guards.refused([...written.refused]);
    this.#options.guards.drifted(written.drifted);
    this.#observe(written.claims);
  }

  #lettersOf(claim: Claim<DecodedRecord>, refused: ReadonlySet<Telemetry>): DeadLetterRow[] {
    const letters: DeadLetterRow[] = [];
    for (const { letter, telemetry, source } of claim.records) {
      if (letter) letters.push(letter);
      if (refused.size > 0 && telemetry && refused.has(telemetry)) {
        const detail = `the device would have more than ${this.#options.maxMetricsPerDevice} metrics (DEVICE_MAX_METRICS)`;
        letters.push(letterOf(claim, source, 'too-many-series', detail));
      }
    }
    return letters;
  }

  #observe(claims: readonly Claim<DecodedRecord>[]): void {
    const committedAtMs = Date.now();
    for (const { records } of claims)
      for (const { telemetry } of records)
        if (telemetry) {
          this.#options.delays.observe(telemetry, committedAtMs);
          this.#options.book.observe(telemetry);
        }
  }
}

function advanceOf(
  claim: Claim<DecodedRecord>,
  refused: number,
): OffsetAdvance & { records: number; deadLettered: number } {
  const { topic, partition, nextOffset, lost } = claim;
  // No records but a range: the transport has dead-lettered what stood there.
  const passedOver = claim.records.length === 0 ? Number(nextOffset - claim.fromOffset) : 0;
  return {
    topic,
    partition,
    nextOffset,
    lost,
    records: claim.records.length + passedOver,
    deadLettered: refused + passedOver,
  };
}
