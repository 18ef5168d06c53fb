import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { Kafka } from 'kafkajs';
import type { BridgeConfig } from '@fieldstream/config';
import type { Logger } from '@fieldstream/domain';
import { createKafka, KeyedProducer } from '@fieldstream/kafka';
import { createRegistry, Health, Registry } from '@fieldstream/observability';
import { verifyToken } from '@fieldstream/wire';
import { AlertBoard } from './alert-board.js';
import { AlertFeed } from './alert-feed.js';
import { Authenticator } from './auth/authenticator.js';
import { NamedConnections } from './auth/named-connections.js';
import { RegistrationBook } from './auth/registration-book.js';
import { RegistrationFeed } from './auth/registration-feed.js';
import { TokenChecks } from './auth/token-checks.js';
import { createAckHistogram, registerAuthMetrics, registerBridgeMetrics } from './bridge-metrics.js';
import { Bridge } from './bridge.js';
import { DeviceEventSender } from './device-event-sender.js';
import { LedgerReporter } from './ledger-reporter.js';
import { MqttBroker } from './mqtt-broker.js';
import { MqttListener } from './mqtt-listener.js';
import { PublishCounts } from './publish-counts.js';
import { PublishIntake } from './publish-intake.js';
import { ReceivedTimes } from './received-times.js';
import { SessionStore } from './session-store.js';

/** A CONNECT holds a client ID, a will and credentials; whoever sends more is no device. */
const MAX_CONNECT_BYTES = 16 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;
const DRAIN_TIMEOUT_MS = 5_000;
const MAX_SUBSCRIBER_BYTES = 1024 * 1024;
const MAX_WAITING_EVENTS = 10_000;
const MAX_STAMPED_DEVICES = 200_000;
const MAX_REMEMBERED_PUBLISHES = 200_000;
/** Two of libuv's four threads: files and names are still looked up while tokens are checked. */
const TOKEN_CHECKS_AT_A_TIME = 2;
const MAX_WAITING_TOKEN_CHECKS = 2_000;
const MAX_RIGHT_TOKENS = 200_000;
const MAX_WRONG_TOKENS = 10_000;
const LEDGER_EVERY_MS = 2_000;
const now = (): number => Date.now();

/** Wires the bridge; the parts themselves know nothing of Nest. */
@Module({})
export class BridgeModule {
  static register(config: BridgeConfig, logger: Logger): DynamicModule {
    return {
      module: BridgeModule,
      providers: [
        ...adapters(config, logger),
        ...publishPath(config),
        ...authentication(config, logger),
        ...mqttSide(config, logger),
        ...alertPath(config, logger),
        bridge(config, logger),
      ],
      exports: [Bridge],
    };
  }
}

function adapters({ kafka, mqtt }: BridgeConfig, logger: Logger): Provider[] {
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

function publishPath({ mqtt }: BridgeConfig): Provider[] {
  return [
    { provide: PublishCounts, useFactory: () => new PublishCounts() },
    {
      provide: DeviceEventSender,
      inject: [KeyedProducer],
      useFactory: (producer: KeyedProducer) =>
        new DeviceEventSender({ producer, maxWaiting: MAX_WAITING_EVENTS, now }),
    },
    {
      provide: PublishIntake,
      inject: [KeyedProducer, PublishCounts, Registry],
      useFactory: (producer: KeyedProducer, counts: PublishCounts, registry: Registry) => {
        const acknowledgements = createAckHistogram(registry);
        return new PublishIntake({
          producer,
          counts,
          times: new ReceivedTimes({
            maxDevices: MAX_STAMPED_DEVICES,
            maxPublishes: MAX_REMEMBERED_PUBLISHES,
          }),
          maxInFlightBytes: mqtt.maxInFlightBytes,
          onAcknowledged: (seconds) => acknowledgements.observe(seconds),
          now,
        });
      },
    },
  ];
}

function authentication({ kafka, broker }: BridgeConfig, logger: Logger): Provider[] {
  return [
    { provide: NamedConnections, useFactory: () => new NamedConnections() },
    {
      provide: RegistrationBook,
      inject: [NamedConnections],
      useFactory: (connections: NamedConnections) =>
        new RegistrationBook((deviceId) => connections.cutAll(deviceId)),
    },
    {
      provide: RegistrationFeed,
      inject: [Kafka, RegistrationBook],
      useFactory: (client: Kafka, book: RegistrationBook) =>
        new RegistrationFeed({
          kafka: client,
          topicPrefix: kafka.topicPrefix,
          sessionTimeoutMs: kafka.sessionTimeoutMs,
          book,
          logger,
        }),
    },
    {
      provide: TokenChecks,
      useFactory: () =>
        new TokenChecks({
          verify: verifyToken,
          concurrency: TOKEN_CHECKS_AT_A_TIME,
          maxWaiting: MAX_WAITING_TOKEN_CHECKS,
          maxRight: MAX_RIGHT_TOKENS,
          maxWrong: MAX_WRONG_TOKENS,
        }),
    },
    {
      provide: Authenticator,
      inject: [RegistrationBook, TokenChecks],
      useFactory: (book: RegistrationBook, checks: TokenChecks) =>
        new Authenticator({ policy: broker.policy, book, checks, logger, now }),
    },
  ];
}

function mqttSide({ mqtt, broker: { policy } }: BridgeConfig, logger: Logger): Provider[] {
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

function alertPath({ kafka }: BridgeConfig, logger: Logger): Provider[] {
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

function bridge(config: BridgeConfig, logger: Logger): Provider {
  return {
    provide: Bridge,
    inject: [
      Kafka,
      KeyedProducer,
      PublishIntake,
      PublishCounts,
      DeviceEventSender,
      SessionStore,
      MqttBroker,
      MqttListener,
      AlertFeed,
      RegistrationFeed,
      RegistrationBook,
      NamedConnections,
      Authenticator,
      TokenChecks,
      Health,
      Registry,
    ],
    useFactory: (
      kafka: Kafka,
      producer: KeyedProducer,
      intake: PublishIntake,
      counts: PublishCounts,
      events: DeviceEventSender,
      sessions: SessionStore,
      broker: MqttBroker,
      listener: MqttListener,
      alerts: AlertFeed,
      registrations: RegistrationFeed,
      book: RegistrationBook,
      connections: NamedConnections,
      authenticator: Authenticator,
      checks: TokenChecks,
      health: Health,
      registry: Registry,
    ) => {
      registerBridgeMetrics(registry, { counts, intake, broker, listener, sessions, events, connections });
      registerAuthMetrics(registry, { book, authenticator, checks });
      const ledger = new LedgerReporter({
        counts,
        events,
        everyMs: LEDGER_EVERY_MS,
        onSent: () => intake.noteKafkaAnswers(),
        logger,
        now,
      });
      return new Bridge({
        config,
        logger,
        kafka,
        producer,
        intake,
        broker,
        listener,
        alerts,
        registrations,
        ledger,
        health,
        registry,
      });
    },
  };
}
