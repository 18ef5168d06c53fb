import type { Kafka } from 'kafkajs';
import { KafkaError, toKafkaError } from './kafka-error.js';

/** How many partitions each topic has, as last heard from the brokers. */
export class PartitionCounts {
  private readonly counts = new Map<string, number>();

  constructor(private readonly kafka: Kafka) {}

  get(topic: string): number | undefined {
    return this.counts.get(topic);
  }

  set(topic: string, count: number): void {
    if (this.counts.get(topic) !== count) this.counts.set(topic, count);
  }

  /**
   * Asks for those of the topics that exist.
   * @throws KafkaError
   */
  async load(topics: readonly string[]): Promise<void> {
    const admin = this.kafka.admin({ retry: { retries: 0 } });
    try {
      await admin.connect();
      const existing = new Set(await admin.listTopics());
      const wanted = topics.filter((topic) => existing.has(topic));
      if (wanted.length === 0) return;
      const metadata = await admin.fetchTopicMetadata({ topics: wanted });
      for (const { name, partitions } of metadata.topics) this.set(name, partitions.length);
    } catch (error) {
      throw toKafkaError(error, 'reading the partitions of the topics');
    } finally {
      // An idle kafkajs connection costs a timer that fires every millisecond.
      await admin.disconnect().catch(() => {});
    }
  }

  /** @throws KafkaError `unknown-topic` if it does not exist, or what hindered asking. */
  async require(topic: string): Promise<number> {
    const known = this.counts.get(topic);
    if (known !== undefined) return known;
    await this.load([topic]);
    const loaded = this.counts.get(topic);
    if (loaded === undefined) {
      throw new KafkaError('unknown-topic', `topic ${topic} does not exist`, { retriable: true });
    }
    return loaded;
  }
}
