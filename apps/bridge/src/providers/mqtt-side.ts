import type { Provider } from '@nestjs/common';
import type { BridgeConfig } from '@fieldstream/config';
import type { Logger } from '@fieldstream/domain';
import { Authenticator } from '../auth/authenticator.js';
import { NamedConnections } from '../auth/named-connections.js';
import { TopicRights } from '../auth/topic-rights.js';
import { DeviceEventSender } from '../device-event-sender.js';
import { ClientLimits } from '../front/client-limits.js';
import { ConnectQueue } from '../front/connect-queue.js';
import { Front } from '../front/front.js';
import { FurtherListeners } from '../front/further-listeners.js';
import { MqttBroker } from '../mqtt-broker.js';
import { MqttListener } from '../mqtt-listener.js';
import { PublishIntake } from '../publish-intake.js';
import { SessionStore } from '../session-store.js';

const DRAIN_TIMEOUT_MS = 5_000;
const MAX_SUBSCRIBER_BYTES = 1024 * 1024;
/** Milliseconds that never go back. */
const now = (): number => performance.now();

/** The broker and its listeners. */
export function mqttSide(
  { mqtt, limits, listeners, broker: { policy } }: BridgeConfig,
  logger: Logger,
): Provider[] {
  const bytes = {
    maxConnectBytes: Math.min(limits.maxConnectBytes, mqtt.maxPacketBytes),
    maxPacketBytes: mqtt.maxPacketBytes,
  };
  return [
    {
      provide: Front,
      useFactory: () =>
        new Front({ limits: { ...limits, ...bytes, maxConnections: mqtt.maxConnections }, logger, now }),
    },
    { provide: ClientLimits, useFactory: () => new ClientLimits(limits, logger, now) },
    { provide: ConnectQueue, useFactory: () => new ConnectQueue(limits.connectsPerSecond, now) },
    { provide: SessionStore, useFactory: () => new SessionStore(limits) },
    {
      provide: MqttBroker,
      inject: [
        PublishIntake,
        SessionStore,
        DeviceEventSender,
        Authenticator,
        NamedConnections,
        TopicRights,
        Front,
        ClientLimits,
        ConnectQueue,
      ],
      useFactory: (
        intake: PublishIntake,
        sessions: SessionStore,
        events: DeviceEventSender,
        authenticator: Authenticator,
        connections: NamedConnections,
        rights: TopicRights,
        front: Front,
        clientLimits: ClientLimits,
        connects: ConnectQueue,
      ) =>
        new MqttBroker({
          intake,
          sessions,
          events,
          rights,
          authenticator,
          connections,
          front,
          limits: clientLimits,
          connects,
          logger,
          connectTimeoutMs: limits.connectTimeoutMs,
          drainTimeoutMs: DRAIN_TIMEOUT_MS,
          maxSubscriberBytes: MAX_SUBSCRIBER_BYTES,
        }),
    },
    {
      provide: MqttListener,
      inject: [Front, MqttBroker],
      useFactory: (front: Front, broker: MqttBroker) =>
        new MqttListener({
          host: mqtt.host,
          port: mqtt.port,
          variable: 'MQTT_PORT',
          front,
          begin: (connection) =>
            front.serve(connection, connection.socket, (stream) => broker.handle(stream)),
          logger,
        }),
    },
    {
      provide: FurtherListeners,
      inject: [Front, MqttBroker],
      useFactory: (front: Front, broker: MqttBroker) =>
        new FurtherListeners({
          host: mqtt.host,
          listeners,
          policy,
          ...bytes,
          front,
          handle: (stream) => broker.handle(stream),
          logger,
        }),
    },
  ];
}
