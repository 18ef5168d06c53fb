import type { Provider } from '@nestjs/common';
import { Kafka } from 'kafkajs';
import type { BridgeConfig } from '@fieldstream/config';
import type { Logger } from '@fieldstream/domain';
import { MqttBroker } from '../mqtt-broker.js';
import { PresenceBoard } from '../presence/presence-board.js';
import { PresenceFeed } from '../presence/presence-feed.js';

/** From presence in Kafka to those who subscribe to it. */
export function presence({ kafka }: BridgeConfig, logger: Logger): Provider[] {
  return [
    {
      provide: PresenceBoard,
      inject: [MqttBroker],
      useFactory: (broker: MqttBroker) => new PresenceBoard(broker),
    },
    {
      provide: PresenceFeed,
      inject: [Kafka, PresenceBoard],
      useFactory: (client: Kafka, board: PresenceBoard) =>
        new PresenceFeed({
          kafka: client,
          topicPrefix: kafka.topicPrefix,
          sessionTimeoutMs: kafka.sessionTimeoutMs,
          board,
          logger,
        }),
    },
  ];
}
