import { type Logger } from '@fieldstream/domain';
import { GroupCoordinator } from '../groups/coordinator.js';
import { TopicStore } from '../storage/topic-store.js';
import { type Broker } from './broker.js';
import { RequestDispatcher } from './dispatcher.js';
import { FaultLog } from './fault-log.js';
import { TopicGroupJournal } from './group-journal.js';
import { allHandlers } from './handlers.js';
import { Identity } from './identity.js';
import { DEFAULT_LOG_LIMITS, type LogLimits } from './limits.js';
import { Maintenance } from './maintenance.js';
import { ResponseMemory } from './response-memory.js';
import { LogServer } from './server.js';
import { Turns } from './turns.js';
import { WakeUps } from './wake-ups.js';

export interface EmbeddedLogOptions {
  /** The log's own folder; made where it is missing. Nobody else may have it open. */
  readonly dataDir: string;
  /** Where to listen; 127.0.0.1 by default. There is no authentication, so anything else is for closed networks. */
  readonly host?: string;
  /** 0, the default: any free one. */
  readonly port?: number;
  readonly logger: Logger;
  readonly limits?: Partial<LogLimits>;
}

/**
 * A single-node log that speaks the Kafka protocol, for clients written for Apache Kafka. One node with ID 1, no
 * replicas, no transactions, no authentication; topics are never created by using them. Whatever it acknowledges is on
 * the disk.
 */
export class EmbeddedLog {
  #closing: Promise<void> | undefined;

  private constructor(
    readonly host: string,
    readonly port: number,
    private readonly broker: Broker,
    private readonly server: LogServer,
    private readonly maintenance: Maintenance,
  ) {}

  /**
   * Recovers what is stored, and listens.
   * @throws EmbeddedError naming what is wrong and what to do; nothing stays open then
   */
  static async open(options: EmbeddedLogOptions): Promise<EmbeddedLog> {
    const { dataDir, host = '127.0.0.1', port = 0, logger } = options;
    const limits = { ...DEFAULT_LOG_LIMITS, ...options.limits };
    const identity = await Identity.open(dataDir);
    const topics = await TopicStore.open(dataDir, { logger });
    let groups: GroupCoordinator | undefined;
    try {
      const topicChanges = new Turns();
      groups = await GroupCoordinator.restore({
        journal: new TopicGroupJournal(topics, topicChanges, logger),
        topicExists: (topic, partition) => topics.get(topic)?.partitions[partition] !== undefined,
        logger,
      });
      const responses = new ResponseMemory(limits);
      const faults = new FaultLog(logger);
      const broker: Broker = {
        identity,
        topics,
        groups,
        limits,
        responses,
        faults,
        logger,
        topicChanges,
        wakeUps: new WakeUps(),
        isClosing: false,
      };
      const dispatcher = new RequestDispatcher(allHandlers(broker));
      const server = new LogServer({ limits, dispatcher, responses, faults });
      const heardPort = await server.listen(host, port);
      return new EmbeddedLog(host, heardPort, broker, server, new Maintenance(topics, faults));
    } catch (error) {
      await groups?.close();
      await topics.close();
      throw error;
    }
  }

  /** As KAFKA_BROKERS names it. */
  get address(): string {
    return `${this.host}:${this.port}`;
  }

  /**
   * Stops accepting, answers what has begun (whoever waits is answered with what there is), and makes everything
   * durable. Bounded by the grace time for clients. Calling it again answers the same.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { broker } = this;
    broker.isClosing = true;
    const swept = this.maintenance.stop();
    const ended = this.server.close();
    broker.wakeUps.wake();
    await broker.groups.close();
    await ended;
    await broker.topics.close();
    await swept;
  }
}
