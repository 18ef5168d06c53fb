import { type PartitionLog } from './partition-log.js';
import { type TopicConfig } from './topic-config.js';

export interface Topic {
  readonly name: string;
  readonly config: TopicConfig;
  readonly partitions: readonly PartitionLog[];
}
