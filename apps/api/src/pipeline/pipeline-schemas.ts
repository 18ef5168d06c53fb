import { z } from 'zod';
import { component, timestamp } from '../http/components.js';

export const Pipeline = component(
  'Pipeline',
  z.object({
    balanced: z.boolean().describe('Whether every identity of every source holds.'),
    kafka: z.enum(['reachable', 'unreachable']).describe('While Kafka is away, lags are null.'),
    lag: z.int().nullable().describe('Sum over all consumers and partitions.'),
    sources: z.array(
      z.object({
        stage: z.string().describe('`bridge`, or the name of a consumer.'),
        source: z.string().describe('A bridge process, or topic/partition.'),
        counters: z
          .record(z.string(), z.int())
          .describe('Publishes of a bridge; records and readings of a consumer.'),
        updatedAt: timestamp,
        balances: z.array(
          z.object({
            identity: z.string(),
            left: z.int(),
            right: z.int(),
            holds: z.boolean(),
          }),
        ),
      }),
    ),
    partitions: z.array(
      z.object({
        consumer: z.string(),
        topic: z.string().describe('Without the configured prefix.'),
        partition: z.int(),
        storedOffset: z
          .int()
          .nullable()
          .describe('Next offset, stored with the data; null if nothing was read yet.'),
        endOffset: z.int().nullable(),
        lag: z.int().nullable().describe('Records that are still to be read.'),
      }),
    ),
  }),
);
