import { Controller, Get, Inject } from '@nestjs/common';
import type { z } from 'zod';
import { KafkaError, KafkaPositions, type PartitionEnds } from '@fieldstream/kafka';
import { LedgerReader, type LedgerEntry } from '@fieldstream/timescale';
import { Documented } from '../http/documented.js';
import { balancesOf, decodedOf } from './balance.js';
import { lagsOf } from './lag.js';
import type * as schemas from './pipeline-schemas.js';
import { Pipeline } from './pipeline-schemas.js';

/** More than any consumer has partitions; bridges beyond it are of processes long gone. */
const MAX_SOURCES_PER_STAGE = 5_000;

/** The ledger and the lag. */
@Controller('api/pipeline')
export class PipelineController {
  constructor(
    @Inject(LedgerReader) private readonly ledger: LedgerReader,
    @Inject(KafkaPositions) private readonly positions: KafkaPositions,
  ) {}

  @Get()
  @Documented({
    tag: 'Pipeline',
    summary: 'What every stage took in, what became of it, and how far the consumers are behind',
    description:
      'Counters and stored offsets are of one moment; end offsets are read from Kafka right after.',
    response: Pipeline,
    problems: ['database-unavailable'],
  })
  async read(): Promise<z.input<typeof schemas.Pipeline>> {
    const entries = await this.ledger.read(MAX_SOURCES_PER_STAGE);
    const ends = await this.endsOf(entries);
    const partitions = lagsOf(entries, ends);
    const sources = entries.map((entry) => ({
      stage: entry.stage,
      source: entry.source,
      counters: countersOf(entry),
      updatedAt: entry.updatedAt.toISOString(),
      balances: balancesOf(entry),
    }));
    return {
      balanced: sources.every(({ balances }) => balances.every(({ holds }) => holds)),
      kafka: ends === undefined ? 'unreachable' : 'reachable',
      lag: ends === undefined ? null : partitions.reduce((total, { lag }) => total + (lag ?? 0), 0),
      sources,
      partitions,
    };
  }

  private async endsOf(
    entries: readonly LedgerEntry[],
  ): Promise<ReadonlyMap<string, ReadonlyMap<number, PartitionEnds>> | undefined> {
    const topics = [
      ...new Set(entries.flatMap(({ position }) => (position === null ? [] : [position.topic]))),
    ];
    try {
      // Asked even where there is no topic yet, so that `kafka` tells the truth.
      if (topics.length === 0) await this.positions.ping();
      return new Map(
        await Promise.all(topics.map(async (topic) => [topic, await this.positions.ends(topic)] as const)),
      );
    } catch (error) {
      if (error instanceof KafkaError) return undefined;
      throw error;
    }
  }
}

/** The counters under the names that the rest of the API would give them. */
function countersOf({ counters, position }: LedgerEntry): Record<string, number> {
  const named = Object.fromEntries(
    Object.entries(counters).map(([name, value]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
  return position === null ? named : { ...named, decoded: decodedOf(counters) };
}
