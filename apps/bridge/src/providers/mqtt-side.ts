import type { Provider } from '@nestjs/common';
import type { BridgeConfig } from '@fieldstream/config';
import type { Logger } from '@fieldstream/domain';
import { Authenticator } from '../auth/authenticator.js';
import { NamedConnections } from '../auth/named-connections.js';
import { DeviceEventSender } from '../device-event-sender.js';
import { MqttBroker } from '../mqtt-broker.js';
import { MqttListener } from '../mqtt-listener.js';
import { PublishIntake } from '../publish-intake.js';
import { SessionStore } from '../session-store.js';

/** A CONNECT holds a client ID, a will and credentials; whoever sends more is no device. */
const MAX_CONNECT_BYTES = 16 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;
const DRAIN_TIMEOUT_MS = 5_000;
const MAX_SUBSCRIBER_BYTES = 1024 * 1024;

/** The broker and its listeners. */
export function mqttSide({ mqtt, broker: { policy } }: BridgeConfig, logger: Logger): Provider[] {
  return [
    { provide: SessionStore, useFactory: () => new SessionStore() },
    {
      provide: MqttBroker,
      inject: [PublishIntake, SessionStore, DeviceEventSender, Authenticator, NamedConnections],
      useFactory: (
        intake: PublishIntake,
        sessions: SessionStore,
        events: DeviceEventSender,
        authenticator: Authenticator,
        connections: NamedConnections,
      ) =>
        new MqttBroker({
          intake,
          sessions,
          events,
          policy,
          authenticator,
          connections,
          logger,
          connectTimeoutMs: CONNECT_TIMEOUT_MS,
          drainTimeoutMs: DRAIN_TIMEOUT_MS,
          maxSubscriberBytes: MAX_SUBSCRIBER_BYTES,
        }),
    },
    {
      provide: MqttListener,
      inject: [MqttBroker],
      useFactory: (broker: MqttBroker) =>
        new MqttListener({
          host: mqtt.host,
          port: mqtt.port,
          maxConnections: mqtt.maxConnections,
          limits: {
            maxPacketBytes: mqtt.maxPacketBytes,
            maxConnectBytes: Math.min(MAX_CONNECT_BYTES, mqtt.maxPacketBytes),
          },
          handle: (stream) => broker.handle(stream),
          logger,
        }),
    },
  ];
}
