import { randomBytes } from 'node:crypto';
import {
  Kafka,
  logLevel,
  type Admin,
  type IResourceConfigEntry,
  type ITopicConfig,
  type KafkaConfig,
  type Producer,
} from 'kafkajs';
import { eventually } from '@fieldstream/testing';
import type { Target } from './target.js';

/** A kafkajs client that gives up quickly: a refusal is what many cases wait for. */
export function kafkaClient(brokers: string, config: Partial<KafkaConfig> = {}): Kafka {
  return new Kafka({
    clientId: 'contract',
    brokers: [brokers],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 4 },
    ...config,
  });
}

export interface TopicOptions {
  readonly partitions?: number;
  readonly config?: Readonly<Record<string, string>>;
}

/** For topics whose records are given times of long ago. */
export const KEEPS_ALL = { 'retention.ms': '-1' } as const;

/** What one case has: names that no other case uses, topics made with them, and an end at which all of it goes away. */
export class CaseScope {
  private readonly cleanups: (() => Promise<unknown>)[] = [];

  private constructor(
    readonly target: Target,
    readonly kafka: Kafka,
    readonly admin: Admin,
    readonly producer: Producer,
  ) {}

  /** The clients are the case's own too: kafkajs asks for every topic that it ever knew, also for deleted ones. */
  static async open(target: Target): Promise<CaseScope> {
    const kafka = kafkaClient(target.brokers);
    const admin = kafka.admin();
    const producer = kafka.producer({ allowAutoTopicCreation: false });
    const scope = new CaseScope(target, kafka, admin, producer);
    scope.defer(() => admin.disconnect());
    scope.defer(() => producer.disconnect());
    await Promise.all([admin.connect(), producer.connect()]);
    return scope;
  }

  /** A random name, fit for a topic or a group. */
  name(label: string): string {
    return `contract-${label}-${randomBytes(6).toString('hex')}`;
  }

  /** Runs at the end of the case, passed or failed; the last one deferred runs first. */
  defer(cleanup: () => Promise<unknown>): void {
    this.cleanups.push(cleanup);
  }

  /** Makes a topic and resolves to its name when it can be written to. */
  async topic(options: TopicOptions = {}): Promise<string> {
    const topic = this.topicName();
    const numPartitions = options.partitions ?? 1;
    const configEntries: IResourceConfigEntry[] = Object.entries(options.config ?? {}).map(
      ([name, value]) => ({ name, value }),
    );
    await this.create({ topic, numPartitions, configEntries });
    return topic;
  }

  /** Makes a topic as it is given, and resolves when it can be written to. */
  async create(topic: ITopicConfig): Promise<void> {
    // kafkajs's own waiting gives up when the broker has not heard of the topic yet.
    await this.admin.createTopics({ topics: [topic], waitForLeaders: false });
    await this.ready(topic.topic, topic.numPartitions ?? 1);
  }

  /** Deletes a topic and resolves when the broker does not know it any more. */
  async delete(topic: string): Promise<void> {
    await this.admin.deleteTopics({ topics: [topic] });
    await eventually(async () => !(await this.admin.listTopics()).includes(topic), {
      what: `${topic} to be gone`,
      everyMs: 5,
    });
  }

  /** Resolves when a topic has so many partitions and all of them take requests: Apache Kafka's take a moment. */
  async ready(topic: string, partitions: number): Promise<void> {
    const what = `${topic} with ${partitions} partitions`;
    await eventually(async () => (await this.admin.fetchTopicOffsets(topic)).length === partitions, {
      what,
      everyMs: 5,
    });
  }

  /** A name for a topic that the case makes itself; the topic is deleted with the case if it is there by then. */
  topicName(): string {
    const topic = this.name('topic');
    this.defer(async () => {
      if ((await this.admin.listTopics()).includes(topic)) await this.admin.deleteTopics({ topics: [topic] });
    });
    return topic;
  }

  /** An ID for a group, which is deleted with the case if it is there by then. */
  groupId(): string {
    const groupId = this.name('group');
    this.defer(async () => {
      const { groups } = await this.admin.listGroups();
      if (groups.some((group) => group.groupId === groupId)) await this.admin.deleteGroups([groupId]);
    });
    return groupId;
  }

  /** Ends the case. The first failure of a cleanup is thrown after all have run. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const cleanup of this.cleanups.reverse()) {
      await cleanup().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}
