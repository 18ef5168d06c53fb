import type { Provider } from '@nestjs/common';
import { Kafka } from 'kafkajs';
import type { BridgeConfig } from '@fieldstream/config';
import type { Logger } from '@fieldstream/domain';
import { KeyedProducer } from '@fieldstream/kafka';
import { Registry } from '@fieldstream/observability';
import { CommandCourier } from '../commands/command-courier.js';
import { CommandDesk } from '../commands/command-desk.js';
import { CommandFeed } from '../commands/command-feed.js';
import { registerCommandMetrics } from '../commands/command-metrics.js';
import { CommandReporter } from '../commands/command-reporter.js';
import { MqttBroker } from '../mqtt-broker.js';

const MAX_WAITING_BYTES = 64 * 1024 * 1024;
const MAX_REMEMBERED_COMMANDS = 200_000;
const MAX_WAITING_REPORTS = 10_000;
const now = (): number => Date.now();

/** From commands in Kafka to the devices that are connected here. */
export function commands({ kafka }: BridgeConfig, logger: Logger): Provider[] {
  return [
    {
      provide: CommandReporter,
      inject: [KeyedProducer],
      useFactory: (producer: KeyedProducer) =>
        new CommandReporter({ producer, maxWaiting: MAX_WAITING_REPORTS, logger, now }),
    },
    {
      provide: CommandDesk,
      inject: [MqttBroker, CommandReporter, Registry],
      useFactory: (broker: MqttBroker, reporter: CommandReporter, registry: Registry) => {
        const { subscribers } = broker;
        const courier = new CommandCourier(subscribers, (client, topic) => broker.mayReceive(client, topic));
        const desk = new CommandDesk({
          carrier: courier,
          onDelivered: (command) => reporter.delivered(command),
          maxBytes: MAX_WAITING_BYTES,
          maxDone: MAX_REMEMBERED_COMMANDS,
          now,
        });
        subscribers.listen({
          onSubscribed: (filter) => desk.subscribed(filter),
          onGone: (client) => courier.gone(client),
        });
        registerCommandMetrics(registry, { desk, reporter });
        return desk;
      },
    },
    {
      provide: CommandFeed,
      inject: [Kafka, CommandDesk, CommandReporter],
      useFactory: (client: Kafka, desk: CommandDesk, reporter: CommandReporter) =>
        new CommandFeed({
          kafka: client,
          topicPrefix: kafka.topicPrefix,
          sessionTimeoutMs: kafka.sessionTimeoutMs,
          desk,
          reporter,
          logger,
        }),
    },
  ];
}
