import type { Kafka, Message, PartitionerArgs, Producer } from 'kafkajs';
import { within } from './back-off.js';
import { KafkaError, toKafkaError } from './kafka-error.js';
import type { PendingRecord } from './outgoing-record.js';
import type { PartitionCounts } from './partition-counts.js';

interface TopicGroup {
  readonly topic: string;
  readonly messages: Message[];
  readonly partitions: Set<number>;
}

/** Longer than a healthy broker takes to answer what is in flight. */
const DISCONNECT_MS = 3_000;

/** The way to Kafka: one produce call a batch, acknowledged by all in-sync replicas. */
export class BatchSender {
  private readonly producer: Producer;
  private connecting: Promise<void> | undefined;
  private connected = false;

  constructor(
    kafka: Kafka,
    private readonly topicPrefix: string,
    private readonly ackTimeoutMs: number,
    counts: PartitionCounts,
  ) {
    this.producer = kafka.producer({
      allowAutoTopicCreation: false,
      idempotent: false,
      // The lane retries: it knows the deadlines.
      retry: { retries: 0 },
      createPartitioner: () => (args) => checkedPartition(args, counts),
    });
  }

  /** @throws KafkaError */
  async connect(): Promise<void> {
    if (this.connected) return;
    this.connecting ??= this.producer.connect().finally(() => {
      this.connecting = undefined;
    });
    try {
      await this.connecting;
      this.connected = true;
    } catch (error) {
      throw toKafkaError(error, 'connecting the producer');
    }
  }

  /**
   * Sends records whose partition is set.
   * @throws KafkaError; some of the records may be in Kafka nevertheless.
   */
  async send(records: readonly PendingRecord[]): Promise<void> {
    if (!this.connected) await this.connect();
    const groups = this.group(records);
    let acknowledged: number;
    try {
      const topicMessages = groups.map(({ topic, messages }) => ({ topic, messages }));
      const acks = await this.producer.sendBatch({ acks: -1, timeout: this.ackTimeoutMs, topicMessages });
      acknowledged = acks.length;
    } catch (error) {
      throw toKafkaError(error, 'producing');
    }
    // kafkajs leaves out, without an error, messages of a partition that it has no leader for.
    const expected = groups.reduce((sum, group) => sum + group.partitions.size, 0);
    if (acknowledged !== expected) {
      throw new KafkaError(
        'request-failed',
        `producing: ${acknowledged} of ${expected} partitions were acknowledged`,
        { retriable: true },
      );
    }
  }

  async disconnect(): Promise<void> {
    this.connected = false;
    await within(
      this.producer.disconnect().catch(() => {}),
      DISCONNECT_MS,
    );
  }

  private group(records: readonly PendingRecord[]): TopicGroup[] {
    const groups: TopicGroup[] = [];
    let group: TopicGroup | undefined;
    let logicalTopic: string | undefined;
    for (const { record, partition } of records) {
      if (record.topic !== logicalTopic || !group) {
        logicalTopic = record.topic;
        const topic = this.topicPrefix + logicalTopic;
        group = groups.find((candidate) => candidate.topic === topic);
        if (!group) {
          group = { topic, messages: [], partitions: new Set() };
          groups.push(group);
        }
      }
      const { key, value, headers } = record;
      group.messages.push(headers ? { key, value, headers, partition } : { key, value, partition });
      group.partitions.add(partition);
    }
    return groups;
  }
}

/** The partition chosen at enqueueing, provided that the topic still has it. */
function checkedPartition(
  { topic, partitionMetadata, message }: PartitionerArgs,
  counts: PartitionCounts,
): number {
  const partition = message.partition ?? -1;
  counts.set(topic, partitionMetadata.length);
  if (partition < 0 || partition >= partitionMetadata.length) {
    throw new KafkaError('request-failed', `topic ${topic} has no partition ${partition}`, {
      retriable: false,
    });
  }
  return partition;
}
