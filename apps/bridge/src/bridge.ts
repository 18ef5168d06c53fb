import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import type { BridgeConfig } from '@fieldstream/config';
import type { Logger } from '@fieldstream/domain';
import { ensureTopics, waitForKafka, type KeyedProducer } from '@fieldstream/kafka';
import { startOpsServer, type Health, type OpsServer, type Registry } from '@fieldstream/observability';
import type { Entrance, Feed } from './entrance.js';
import type { LedgerReporter } from './ledger-reporter.js';
import type { MqttBroker } from './mqtt-broker.js';
import type { MqttListener } from './mqtt-listener.js';
import type { PublishIntake } from './publish-intake.js';
import type { SessionStore } from './session-store.js';
import { SessionJournal } from './sessions/session-journal.js';

export interface BridgeParts {
  readonly config: BridgeConfig;
  readonly logger: Logger;
  readonly kafka: Kafka;
  readonly producer: KeyedProducer;
  readonly intake: PublishIntake;
  readonly sessions: SessionStore;
  readonly broker: MqttBroker;
  readonly listener: MqttListener;
  /** Read in this order before anything is taken in; closed in the reverse one. */
  readonly feeds: readonly Feed[];
  /** Opened after the main listener. */
  readonly entrances: readonly Entrance[];
  readonly ledger: LedgerReporter;
  readonly health: Health;
  readonly registry: Registry;
}

/** For what is in flight when the bridge closes; with the rest it stays below the 25 s of a service. */
const FLUSH_MS = 10_000;
const PRODUCER_CLOSE_MS = 5_000;
const RETRY_MS = 1_000;

/** The order in which the bridge starts and stops. */
export class Bridge {
  #ops: OpsServer | undefined;
  #mqttPort: number | undefined;
  #isOpen = false;
  #closing: Promise<void> | undefined;

  constructor(private readonly parts: BridgeParts) {}

  /** Port that MQTT is listened for on, once open. */
  get mqttPort(): number | undefined {
    return this.#mqttPort;
  }

  /** Port of health and metrics, once open. */
  get opsPort(): number | undefined {
    return this.#ops?.port;
  }

  /**
   * Opens from the inside out; devices can connect only when everything behind them is there.
   * @throws KafkaError, BridgeError
   */
  async open(): Promise<void> {
    const { config, logger, broker, listener, entrances, ledger, health, registry } = this.parts;
    this.#addChecks();
    this.#ops = await startOpsServer({ ...config.ops, health, registry });
    await this.#restoreSessions();
    await broker.start();
    await this.#connect();
    this.#mqttPort = await listener.open();
    for (const entrance of entrances) await entrance.open();
    ledger.start();
    this.#isOpen = true;
    logger.info({ host: config.mqtt.host, port: this.#mqttPort }, 'listening for MQTT');
  }

  /** Closes from the outside in. What is in flight is brought to its end first, so that its acknowledgements still leave. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    const { intake, producer, sessions, broker, listener, entrances, feeds, ledger } = this.parts;
    listener.stopAccepting();
    for (const entrance of entrances) entrance.stopAccepting();
    intake.drain();
    if (this.#isOpen) {
      await intake.idle(FLUSH_MS);
      await ledger.close();
    }
    for (const entrance of entrances) await entrance.close();
    for (const feed of feeds.toReversed()) await feed.close();
    await broker.close();
    await sessions.destroy();
    await producer.close({ timeoutMs: PRODUCER_CLOSE_MS });
    await this.#ops?.close();
  }

  /** What a former bridge with the same folder kept. */
  async #restoreSessions(): Promise<void> {
    const { config, logger, sessions } = this.parts;
    const { path } = config.bridgeState;
    if (path === undefined) return;
    await sessions.restore(await SessionJournal.open(join(path, 'sessions'), logger));
    const { sessions: restored, retainedMessages } = sessions;
    logger.info({ sessions: restored, retainedMessages }, 'sessions and retained messages restored');
  }

  /** Waits for Kafka, with its topics and everything that the feeds read. */
  async #connect(): Promise<void> {
    const { config, logger, kafka, producer, feeds } = this.parts;
    const unread = [...feeds];
    const { topicPrefix, partitions, replicationFactor, retentionHours } = config.kafka;
    for (;;) {
      await waitForKafka(kafka, { logger });
      try {
        await ensureTopics(kafka, { topicPrefix, partitions, replicationFactor, retentionHours, logger });
        await producer.connect();
        for (let next = unread[0]; next; next = unread[0]) {
          await next.start();
          unread.shift();
        }
        return;
      } catch (error) {
        if (!isRetriable(error)) throw error;
        logger.warn({ err: error }, 'Kafka answers but is not ready, trying again');
        await setTimeout(RETRY_MS);
      }
    }
  }

  #addChecks(): void {
    const { health, listener, intake, sessions, feeds, entrances } = this.parts;
    health.add('mqtt', () => {
      if (!listener.isListening) throw new Error('MQTT is not listened for yet, or not any more');
    });
    health.add('kafka', () => {
      const since = intake.failingSince;
      if (since !== undefined)
        throw new Error(`Kafka has stored nothing since ${new Date(since).toISOString()}`);
    });
    health.add('sessions', () => {
      if (sessions.fault) throw new Error('sessions cannot be kept on disk', { cause: sessions.fault });
    });
    for (const part of [...feeds, ...entrances]) {
      health.add(part.name, () => {
        if (part.fault) throw new Error(`${part.name}: ${part.fault.message}`, { cause: part.fault });
      });
    }
  }
}

function isRetriable(error: unknown): boolean {
  return (error as { retriable?: unknown } | null)?.retriable === true;
}
