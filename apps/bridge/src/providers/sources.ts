import { join } from 'node:path';
import type { Provider } from '@nestjs/common';
import type { BridgeConfig } from '@fieldstream/config';
import { DecoderSet } from '@fieldstream/decoders';
import type { Logger } from '@fieldstream/domain';
import { Health, Registry } from '@fieldstream/observability';
import { RegistrationBook } from '../auth/registration-book.js';
import { MqttBroker } from '../mqtt-broker.js';
import { PublishIntake } from '../publish-intake.js';
import { PublishRequests } from '../publish-requests.js';
import { registerSourceMetrics } from '../sources/source-metrics.js';
import { Sources } from '../sources/sources.js';
import { readSources } from '../sources/sources-file.js';

/** Foreign brokers. A file that is not as it should be stops the start. */
export function sourceSide({ sources, bridgeState, mqtt }: BridgeConfig, logger: Logger): Provider[] {
  return [
    {
      provide: Sources,
      inject: [PublishIntake, DecoderSet, RegistrationBook, PublishRequests, Health, Registry],
      useFactory: async (
        intake: PublishIntake,
        decoders: DecoderSet,
        book: RegistrationBook,
        requests: PublishRequests,
        health: Health,
        registry: Registry,
      ) => {
        const definitions = sources.path === undefined ? [] : await readSources(sources.path, process.env);
        const entrance = new Sources({
          definitions,
          intake,
          decoders,
          mayReport: (deviceId) => book.find(deviceId)?.isDisabled !== true,
          requests,
          health,
          folder: bridgeState.path === undefined ? undefined : join(bridgeState.path, 'sources'),
          maxPacketBytes: mqtt.maxPacketBytes,
          port: mqtt.port,
          logger,
        });
        if (definitions.length > 0) registerSourceMetrics(registry, entrance);
        return entrance;
      },
    },
  ];
}

const ANSWERS = Symbol('answers');

/** What decoders ask of the bridge's own clients goes to them by way of the broker. */
export function answers(logger: Logger): Provider {
  return {
    provide: ANSWERS,
    inject: [PublishRequests, MqttBroker],
    useFactory: (requests: PublishRequests, broker: MqttBroker) => {
      requests.attach(undefined, ({ topic, payload }) => {
        broker.publish(topic, Buffer.from(payload), false).catch((error: unknown) => {
          logger.warn({ err: error, topic }, 'what a decoder asks for could not be published');
        });
      });
      return ANSWERS;
    },
  };
}
