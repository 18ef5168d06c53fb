import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { Kafka } from 'kafkajs';
import type { BridgeConfig } from '@fieldstream/config';
import type { Logger } from '@fieldstream/domain';
import { KeyedProducer } from '@fieldstream/kafka';
import { Health, Registry } from '@fieldstream/observability';
import { AlertFeed } from './alert-feed.js';
import { Authenticator } from './auth/authenticator.js';
import { FirstUseClaims } from './auth/first-use-claims.js';
import { NamedConnections } from './auth/named-connections.js';
import { RegistrationBook } from './auth/registration-book.js';
import { RegistrationFeed } from './auth/registration-feed.js';
import { TokenChecks } from './auth/token-checks.js';
import { registerAuthMetrics, registerBridgeMetrics, registerFrontMetrics } from './bridge-metrics.js';
import { Bridge } from './bridge.js';
import { CommandFeed } from './commands/command-feed.js';
import { DecoderStateFeed } from './decoder-state-feed.js';
import { DeviceEventSender } from './device-event-sender.js';
import type { Entrance, Feed } from './entrance.js';
import { ClientLimits } from './front/client-limits.js';
import { ConnectQueue } from './front/connect-queue.js';
import { Front } from './front/front.js';
import { FurtherListeners } from './front/further-listeners.js';
import { LedgerReporter } from './ledger-reporter.js';
import { MappingFile } from './mapping-file.js';
import { MqttBroker } from './mqtt-broker.js';
import { MqttListener } from './mqtt-listener.js';
import { PresenceFeed } from './presence/presence-feed.js';
import { adapters } from './providers/adapters.js';
import { alertPath } from './providers/alert-path.js';
import { authentication } from './providers/authentication.js';
import { commands } from './providers/commands.js';
import { mqttSide } from './providers/mqtt-side.js';
import { presence } from './providers/presence.js';
import { publishPath } from './providers/publish-path.js';
import { answers, sourceSide } from './providers/sources.js';
import { PublishCounts } from './publish-counts.js';
import { PublishIntake } from './publish-intake.js';
import { SessionStore } from './session-store.js';
import { Sources } from './sources/sources.js';

const LEDGER_EVERY_MS = 2_000;
const now = (): number => Date.now();

/** What is read from Kafka before anything is taken in, in this order. */
const FEEDS = Symbol('feeds');
const FEED_CLASSES = [MappingFile, RegistrationFeed, DecoderStateFeed, AlertFeed, PresenceFeed, CommandFeed];
/** Ways in besides the main listener. */
const ENTRANCES = Symbol('entrances');
const ENTRANCE_CLASSES = [FurtherListeners, Sources];

/** Wires the bridge; the parts themselves know nothing of Nest. */
@Module({})
export class BridgeModule {
  static register(config: BridgeConfig, logger: Logger): DynamicModule {
    return {
      module: BridgeModule,
      providers: [
        ...adapters(config, logger),
        ...publishPath(config, logger),
        ...authentication(config, logger),
        ...mqttSide(config, logger),
        ...alertPath(config, logger),
        ...presence(config, logger),
        ...sourceSide(config, logger),
        answers(logger),
        ...commands(config, logger),
        { provide: FEEDS, inject: FEED_CLASSES, useFactory: (...feeds: Feed[]) => feeds },
        { provide: ENTRANCES, inject: ENTRANCE_CLASSES, useFactory: (...entrances: Entrance[]) => entrances },
        metrics(),
        bridge(config, logger),
      ],
      exports: [Bridge],
    };
  }
}

const METRICS = Symbol('metrics');

/** Registers what the parts count. */
function metrics(): Provider {
  return {
    provide: METRICS,
    inject: [
      Registry,
      PublishCounts,
      PublishIntake,
      MqttBroker,
      Front,
      ClientLimits,
      ConnectQueue,
      FurtherListeners,
      SessionStore,
      DeviceEventSender,
      NamedConnections,
      RegistrationBook,
      Authenticator,
      TokenChecks,
      FirstUseClaims,
    ],
    useFactory: (
      registry: Registry,
      counts: PublishCounts,
      intake: PublishIntake,
      broker: MqttBroker,
      front: Front,
      limits: ClientLimits,
      connects: ConnectQueue,
      listeners: FurtherListeners,
      sessions: SessionStore,
      events: DeviceEventSender,
      connections: NamedConnections,
      book: RegistrationBook,
      authenticator: Authenticator,
      checks: TokenChecks,
      claims: FirstUseClaims,
    ) => {
      registerBridgeMetrics(registry, {
        counts,
        intake,
        broker,
        front,
        limits,
        sessions,
        events,
        connections,
      });
      registerFrontMetrics(registry, { front, limits, connects, listeners });
      registerAuthMetrics(registry, { book, authenticator, checks, claims });
      return METRICS;
    },
  };
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
      FEEDS,
      ENTRANCES,
      Health,
      Registry,
      METRICS,
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
      feeds: Feed[],
      entrances: Entrance[],
      health: Health,
      registry: Registry,
    ) => {
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
        sessions,
        broker,
        listener,
        feeds,
        entrances,
        ledger,
        health,
        registry,
      });
    },
  };
}
