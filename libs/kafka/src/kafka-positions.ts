import type { Admin, Kafka } from 'kafkajs';
import { toKafkaError } from './kafka-error.js';

/** First and next offset of a partition in Kafka. */
export interface PartitionEnds {
  readonly low: number;
  readonly high: number;
}

/** Asks Kafka for the ends of topics. Connects when first asked, and anew after a fault. */
export class KafkaPositions {
  private admin: Promise<Admin> | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly topicPrefix: string,
  ) {}

  /** First and next offset of each partition; none for a topic that does not exist. @throws KafkaError */
  async ends(topic: string): Promise<ReadonlyMap<number, PartitionEnds>> {
    return this.ask('reading the ends of a topic', async (admin) => {
      const name = this.topicPrefix + topic;
      if (!(await admin.listTopics()).includes(name)) return new Map();
      const offsets = await admin.fetchTopicOffsets(name);
      return new Map(
        offsets.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]),
      );
    });
  }

  /** Resolves if a broker answers. @throws KafkaError */
  async ping(): Promise<void> {
    await this.ask('asking Kafka for its brokers', async (admin) => admin.describeCluster());
  }

  /** Whether the topic is there and holds no record. @throws KafkaError */
  async isEmpty(topic: string): Promise<boolean> {
    const ends = [...(await this.ends(topic)).values()];
    return ends.length > 0 && ends.every(({ low, high }) => low === high);
  }

  async close(): Promise<void> {
    const admin = this.admin;
    this.admin = undefined;
    await admin?.then((connected) => connected.disconnect()).catch(() => {});
  }

  private async ask<T>(doing: string, question: (admin: Admin) => Promise<T>): Promise<T> {
    this.admin ??= this.connect();
    const asked = this.admin;
    try {
      return await question(await asked);
    } catch (error) {
      if (this.admin === asked) {
        this.admin = undefined;
        asked.then((admin) => admin.disconnect()).catch(() => {});
      }
      throw toKafkaError(error, doing);
    }
  }

  private async connect(): Promise<Admin> {
    const admin = this.kafka.admin({ retry: { retries: 0 } });
    await admin.connect();
    return admin;
  }
}
