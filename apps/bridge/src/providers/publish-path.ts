import type { Provider } from '@nestjs/common';
import { Kafka } from 'kafkajs';
import type { BridgeConfig } from '@fieldstream/config';
import { createDecoders, DecoderSet } from '@fieldstream/decoders';
import type { Logger } from '@fieldstream/domain';
import { KeyedProducer } from '@fieldstream/kafka';
import { Registry } from '@fieldstream/observability';
import { createAckHistogram } from '../bridge-metrics.js';
import { DecoderStateFeed } from '../decoder-state-feed.js';
import { DeviceEventSender } from '../device-event-sender.js';
import { MappingFile } from '../mapping-file.js';
import { PublishCounts } from '../publish-counts.js';
import { PublishIntake } from '../publish-intake.js';
import { PublishRequests } from '../publish-requests.js';
import { ReceivedTimes } from '../received-times.js';

const MAX_WAITING_EVENTS = 10_000;
const MAX_STAMPED_DEVICES = 200_000;
const MAX_REMEMBERED_PUBLISHES = 200_000;
const now = (): number => Date.now();

/** From a publish to its records in Kafka. */
export function publishPath({ kafka, mqtt, decoding }: BridgeConfig, logger: Logger): Provider[] {
  return [
    { provide: DecoderSet, useFactory: () => createDecoders({ timeZone: decoding.timeZone }) },
    {
      provide: MappingFile,
      inject: [DecoderSet],
      useFactory: (decoders: DecoderSet) =>
        new MappingFile({ path: decoding.mappingsPath, decoders, logger }),
    },
    {
      provide: DecoderStateFeed,
      inject: [Kafka, DecoderSet],
      useFactory: (client: Kafka, decoders: DecoderSet) =>
        new DecoderStateFeed({
          kafka: client,
          topicPrefix: kafka.topicPrefix,
          sessionTimeoutMs: kafka.sessionTimeoutMs,
          decoders,
          logger,
        }),
    },
    { provide: PublishRequests, useFactory: () => new PublishRequests() },
    { provide: PublishCounts, useFactory: () => new PublishCounts() },
    {
      provide: DeviceEventSender,
      inject: [KeyedProducer],
      useFactory: (producer: KeyedProducer) =>
        new DeviceEventSender({ producer, maxWaiting: MAX_WAITING_EVENTS, now }),
    },
    {
      provide: PublishIntake,
      inject: [KeyedProducer, DecoderSet, PublishCounts, PublishRequests, Registry],
      useFactory: (
        producer: KeyedProducer,
        decoders: DecoderSet,
        counts: PublishCounts,
        requests: PublishRequests,
        registry: Registry,
      ) => {
        const acknowledgements = createAckHistogram(registry);
        return new PublishIntake({
          producer,
          decoders,
          counts,
          times: new ReceivedTimes({
            maxDevices: MAX_STAMPED_DEVICES,
            maxPublishes: MAX_REMEMBERED_PUBLISHES,
          }),
          maxInFlightBytes: mqtt.maxInFlightBytes,
          onRequest: (request, source) => requests.send(request, source),
          onAcknowledged: (seconds) => acknowledgements.observe(seconds),
          now,
        });
      },
    },
  ];
}
