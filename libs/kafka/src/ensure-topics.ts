import type { Admin, ITopicConfig, Kafka } from 'kafkajs';
import type { Logger } from '@fieldstream/domain';
import { backOffMs, pause } from './back-off.js';
import { KafkaError, toKafkaError } from './kafka-error.js';
import { TOPIC_SPECS, type TopicSpec } from './topic-spec.js';

export interface EnsureTopicsOptions {
  readonly topicPrefix: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly retentionHours: number;
  readonly logger: Logger;
  readonly specs?: readonly TopicSpec[];
}

/** Kafka's own default; a topic must not inherit a smaller one, because the packet limit rests on it. */
const MAX_BATCH_BYTES = 1_048_588;
const ATTEMPTS = 8;

/**
 * Creates the topics that are missing; several services may do so at the same time. An existing topic is never changed.
 *
 * @throws KafkaError `topic-too-few-partitions` if a topic has fewer partitions than configured,
 * `topic-not-created` if the broker refuses to create one.
 */
export async function ensureTopics(kafka: Kafka, options: EnsureTopicsOptions): Promise<void> {
  const specs = options.specs ?? TOPIC_SPECS;
  const admin = kafka.admin();
  try {
    await admin.connect();
    const existing = new Set(await admin.listTopics());
    const missing = specs.filter((spec) => !existing.has(options.topicPrefix + spec.name));
    await createTopics(admin, missing, options);
    await checkPartitions(admin, specs, options);
    // A leader of a new partition refuses requests for a moment; what the first producer would do then is send twice.
    for (const spec of missing)
      await patiently(() => admin.fetchTopicOffsets(options.topicPrefix + spec.name));
  } catch (error) {
    throw toKafkaError(error, 'creating the topics');
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

async function createTopics(
  admin: Admin,
  specs: readonly TopicSpec[],
  options: EnsureTopicsOptions,
): Promise<void> {
  if (specs.length === 0) return;
  const topics = specs.map((spec) => topicConfig(spec, options));
  try {
    // `false`: another service was faster, which the check of the partitions then looks at.
    await admin.createTopics({ topics, waitForLeaders: false });
  } catch (error) {
    if (isOnly(error, 'TOPIC_ALREADY_EXISTS')) return;
    const fault = toKafkaError(error, 'creating the topics');
    if (fault.retriable || fault.code === 'refused') throw fault;
    const hint = isOnly(error, 'INVALID_REPLICATION_FACTOR')
      ? `: KAFKA_REPLICATION_FACTOR is ${options.replicationFactor}, which is more than there are brokers`
      : '';
    throw new KafkaError('topic-not-created', fault.message + hint, { cause: error });
  }
  const created = topics.map(({ topic }) => topic);
  options.logger.info(
    { topics: created, partitions: options.partitions, replicationFactor: options.replicationFactor },
    'Kafka topics created',
  );
}

function topicConfig(spec: TopicSpec, options: EnsureTopicsOptions): ITopicConfig {
  const entries: Record<string, string> = {
    'cleanup.policy': spec.cleanup,
    'max.message.bytes': String(MAX_BATCH_BYTES),
    // With three replicas or more an acknowledged record survives the loss of one broker.
    'min.insync.replicas': options.replicationFactor >= 3 ? '2' : '1',
  };
  if (spec.cleanup === 'delete') {
    const hours = Math.max(options.retentionHours, spec.minRetentionHours ?? 0);
    entries['retention.ms'] = String(hours * 3_600_000);
  }
  return {
    topic: options.topicPrefix + spec.name,
    numPartitions: options.partitions,
    replicationFactor: options.replicationFactor,
    configEntries: Object.entries(entries).map(([name, value]) => ({ name, value })),
  };
}

async function checkPartitions(
  admin: Admin,
  specs: readonly TopicSpec[],
  options: EnsureTopicsOptions,
): Promise<void> {
  const names = specs.map((spec) => options.topicPrefix + spec.name);
  const metadata = await patiently(() => admin.fetchTopicMetadata({ topics: names }));
  for (const { name, partitions } of metadata.topics) {
    const found = partitions.length;
    if (found < options.partitions) {
      throw new KafkaError(
        'topic-too-few-partitions',
        `topic ${name} has ${found} partitions, but KAFKA_PARTITIONS is ${options.partitions}: set KAFKA_PARTITIONS=${found}, ` +
          `or add partitions with "kafka-topics --alter --topic ${name} --partitions ${options.partitions}", ` +
          'which moves device keys to other partitions, so that the order of a device is not kept across the change',
      );
    }
    if (found > options.partitions) {
      options.logger.info(
        { topic: name, partitions: found, configured: options.partitions },
        'topic has more partitions than configured; all are used',
      );
    }
  }
}

/** A topic just created can be unknown, or without leaders, to the broker that is asked. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt + 1 >= ATTEMPTS || !toKafkaError(error, '').retriable) throw error;
      await pause(backOffMs(attempt, 100, 1_000));
    }
  }
}

function isOnly(error: unknown, type: string): boolean {
  const { errors, cause } = error as {
    errors?: { type?: string }[];
    cause?: { errors?: { type?: string }[] };
  };
  const faults = errors ?? cause?.errors;
  return faults !== undefined && faults.length > 0 && faults.every((fault) => fault.type === type);
}
