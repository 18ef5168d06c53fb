import type { Provider } from '@nestjs/common';
import { Kafka } from 'kafkajs';
import type { BridgeConfig } from '@fieldstream/config';
import type { Logger } from '@fieldstream/domain';
import { AlertBoard } from '../alert-board.js';
import { AlertFeed } from '../alert-feed.js';
import { MqttBroker } from '../mqtt-broker.js';

/** From alerts in Kafka to those who subscribe to them. */
export function alertPath({ kafka }: BridgeConfig, logger: Logger): Provider[] {
  return [
    { provide: AlertBoard, inject: [MqttBroker], useFactory: (broker: MqttBroker) => new AlertBoard(broker) },
    {
      provide: AlertFeed,
      inject: [Kafka, AlertBoard],
      useFactory: (client: Kafka, board: AlertBoard) =>
        new AlertFeed({
          kafka: client,
          topicPrefix: kafka.topicPrefix,
          sessionTimeoutMs: kafka.sessionTimeoutMs,
          board,
          logger,
        }),
    },
  ];
}
