import type { Provider } from '@nestjs/common';
import { Kafka } from 'kafkajs';
import type { BridgeConfig } from '@fieldstream/config';
import type { Logger } from '@fieldstream/domain';
import { createKafka, KeyedProducer } from '@fieldstream/kafka';
import { createRegistry, Health, Registry } from '@fieldstream/observability';

/** What reaches outside: Kafka, health and metrics. */
export function adapters({ kafka, mqtt }: BridgeConfig, logger: Logger): Provider[] {
  return [
    { provide: Registry, useFactory: () => createRegistry('bridge') },
    { provide: Health, useFactory: () => new Health({ logger }) },
    {
      provide: Kafka,
      useFactory: () => createKafka({ brokers: kafka.brokers, clientId: 'fieldstream-bridge', logger }),
    },
    {
      provide: KeyedProducer,
      inject: [Kafka],
      useFactory: (client: Kafka) =>
        new KeyedProducer({
          kafka: client,
          topicPrefix: kafka.topicPrefix,
          lingerMs: mqtt.lingerMs,
          maxBatchRecords: mqtt.maxBatchRecords,
          maxBatchBytes: mqtt.maxBatchBytes,
          lanes: mqtt.lanes,
          deadlineMs: mqtt.ackDeadlineMs,
          // The intake's bound comes first; this one is for payloads that grow when they are decoded.
          maxInFlightBytes: mqtt.maxInFlightBytes * 2,
          logger,
        }),
    },
  ];
}
