import { type RequestOf } from '../protocol/api.js';
import { ERROR } from '../protocol/error-codes.js';
import { type createTopics } from '../protocol/messages/create-topics.js';
import { DEFAULT_TOPIC_CONFIG, type TopicConfig } from '../storage/topic-config.js';
import { NODE_ID, type Broker } from './broker.js';
import { RequestRefusal } from './request-refusal.js';
import { changeConfig, SettingError } from './topic-settings.js';
import { collides, isInternal, topicNameFault } from './topic-name.js';

type WantedTopic = RequestOf<typeof createTopics>['topics'][number];

const BY_DEFAULT = -1;
const DEFAULT_PARTITIONS = 1;
const REPLICAS = 1;

export interface TopicPlan {
  readonly name: string;
  readonly partitions: number;
  readonly config: TopicConfig;
}

/** The topic that is asked for. @throws RequestRefusal where Kafka on one node would refuse it too */
export function planTopic(broker: Broker, wanted: WantedTopic): TopicPlan {
  const { name } = wanted;
  const fault = topicNameFault(name);
  if (fault !== undefined) throw new RequestRefusal(ERROR.invalidTopicException, fault);
  if (isInternal(name)) throw new RequestRefusal(ERROR.policyViolation, `${name} is the log's own`);
  if (broker.topics.get(name)) {
    throw new RequestRefusal(ERROR.topicAlreadyExists, `Topic '${name}' already exists.`);
  }
  const rival = broker.topics.list().find((topic) => collides(topic.name, name));
  if (rival) {
    throw new RequestRefusal(
      ERROR.invalidTopicException,
      `Topic '${name}' collides with existing topic: ${rival.name}`,
    );
  }
  const partitions = countPartitions(wanted);
  checkRoom(broker, partitions);
  return { name, partitions, config: plannedConfig(wanted) };
}

/** @throws RequestRefusal if so many more partitions are too many */
export function checkRoom(broker: Broker, more: number): void {
  const { maxPartitions } = broker.limits;
  const there = broker.topics.list().reduce((sum, topic) => sum + topic.partitions.length, 0);
  if (there + more <= maxPartitions) return;
  throw new RequestRefusal(
    ERROR.policyViolation,
    `the embedded log has ${there} partitions of at most ${maxPartitions}: ${more} more are too many`,
  );
}

/** @throws RequestRefusal unless each partition is assigned to this node alone */
export function checkAssignments(assignments: readonly (readonly number[])[]): void {
  if (assignments.every((nodes) => nodes.length === 1 && nodes[0] === NODE_ID)) return;
  throw new RequestRefusal(ERROR.invalidReplicaAssignment, `the only node there is has the ID ${NODE_ID}`);
}

function countPartitions({ numPartitions, replicationFactor, assignments }: WantedTopic): number {
  if (assignments.length > 0) {
    if (numPartitions !== BY_DEFAULT || replicationFactor !== BY_DEFAULT) {
      throw new RequestRefusal(
        ERROR.invalidRequest,
        'With assignments, the number of partitions and the replication factor must be -1.',
      );
    }
    const indexes = new Set(assignments.map(({ partitionIndex }) => partitionIndex));
    if (indexes.size < assignments.length || assignments.some((_, i) => !indexes.has(i))) {
      throw new RequestRefusal(ERROR.invalidReplicaAssignment, 'partitions must be consecutive, from 0 on');
    }
    checkAssignments(assignments.map(({ brokerIds }) => brokerIds));
    return assignments.length;
  }
  if (replicationFactor !== BY_DEFAULT && replicationFactor !== REPLICAS) {
    throw new RequestRefusal(
      ERROR.invalidReplicationFactor,
      `Unable to replicate the partition ${replicationFactor} time(s): there is 1 node.`,
    );
  }
  if (numPartitions === BY_DEFAULT) return DEFAULT_PARTITIONS;
  if (numPartitions < 1) {
    throw new RequestRefusal(
      ERROR.invalidPartitions,
      'Number of partitions was set to an invalid non-positive value.',
    );
  }
  return numPartitions;
}

function plannedConfig({ configs }: WantedTopic): TopicConfig {
  try {
    return changeConfig(DEFAULT_TOPIC_CONFIG, configs);
  } catch (error) {
    if (error instanceof SettingError) throw new RequestRefusal(ERROR.invalidConfig, error.message);
    throw error;
  }
}
