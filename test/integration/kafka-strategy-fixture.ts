import type { INestMicroservice } from '@nestjs/common';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload } from '@nestjs/microservices';
import {
  KafkaBatchStrategy,
  RethrowFilter,
  type KafkaBatchStrategyOptions,
  type KafkaRecord,
  type OffsetStore,
  type PartitionBatch,
} from '@fieldstream/kafka';
import type { KafkaFixture } from './kafka-fixture.js';

/** What a database does for a consumer: positions and applied records, changed together, fenced by the position. */
export class FencedStore implements OffsetStore {
  readonly applied: { partition: number; offset: bigint; key: string; value: string }[] = [];
  readonly positions = new Map<number, bigint>();
  lost = 0n;
  loads = 0;

  load(_topic: string, partitions: readonly number[]): Promise<ReadonlyMap<number, bigint>> {
    this.loads++;
    return Promise.resolve(
      new Map([...this.positions].filter(([partition]) => partitions.includes(partition))),
    );
  }

  /** One transaction. */
  apply(batches: readonly PartitionBatch[]): void {
    for (const batch of batches) {
      const stored = this.positions.get(batch.partition) ?? batch.firstOffset;
      if (stored < batch.firstOffset && batch.logStartOffset !== batch.firstOffset) {
        throw Object.assign(new Error('stale position'), { code: 'stale-position', retriable: true });
      }
    }
    for (const batch of batches) {
      const stored = this.positions.get(batch.partition) ?? batch.firstOffset;
      if (stored >= batch.nextOffset) continue;
      if (stored < batch.firstOffset) this.lost += batch.firstOffset - stored;
      for (const record of batch.records) {
        if (record.offset >= stored) this.applied.push({ partition: batch.partition, ...read(record) });
      }
      this.positions.set(batch.partition, batch.nextOffset);
    }
  }

  values(): number[] {
    return this.applied.map(({ value }) => Number(value)).toSorted((a, b) => a - b);
  }
}

function read(record: KafkaRecord): { offset: bigint; key: string; value: string } {
  return {
    offset: record.offset,
    key: record.key?.toString() ?? '',
    value: record.value?.toString() ?? '',
  };
}

export type Handle = (batches: readonly PartitionBatch[]) => unknown;

/** A Nest microservice with one handler of `telemetry.readings`. */
export async function startService(
  fixture: KafkaFixture,
  store: OffsetStore,
  handle: Handle,
  options: Partial<KafkaBatchStrategyOptions> = {},
  prepare: (strategy: KafkaBatchStrategy) => void = () => {},
): Promise<{ strategy: KafkaBatchStrategy; app: INestMicroservice; close: () => Promise<void> }> {
  @Controller()
  class ReadingsController {
    @EventPattern('telemetry.readings')
    async handle(@Payload() batches: PartitionBatch[]): Promise<void> {
      await handle(batches);
    }
  }

  @Module({ controllers: [ReadingsController] })
  class ReadingsModule {}

  const strategy = new KafkaBatchStrategy({
    kafka: fixture.kafka,
    groupId: `${fixture.prefix}group`,
    topicPrefix: fixture.prefix,
    offsets: store,
    logger: fixture.logger,
    sessionTimeoutMs: 10_000,
    ...options,
  });
  prepare(strategy);
  const app = await NestFactory.createMicroservice(ReadingsModule, { strategy, logger: false });
  app.useGlobalFilters(new RethrowFilter());
  await app.listen();
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= app.close());
  fixture.onClose(close);
  return { strategy, app, close };
}
