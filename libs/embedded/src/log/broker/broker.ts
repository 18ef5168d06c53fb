import { type Logger } from '@fieldstream/domain';
import { type GroupCoordinator } from '../groups/coordinator.js';
import { type PartitionLog } from '../storage/partition-log.js';
import { type TopicStore } from '../storage/topic-store.js';
import { type FaultLog } from './fault-log.js';
import { type Identity } from './identity.js';
import { type LogLimits } from './limits.js';
import { type ResponseMemory } from './response-memory.js';
import { type Turns } from './turns.js';
import { type WakeUps } from './wake-ups.js';

/** The only node there is. */
export const NODE_ID = 1;
/** Nobody else ever leads, so there is one epoch. */
export const LEADER_EPOCH = 0;

/** What the handlers work with. */
export interface Broker {
  readonly identity: Identity;
  readonly topics: TopicStore;
  readonly groups: GroupCoordinator;
  readonly limits: LogLimits;
  readonly responses: ResponseMemory;
  readonly faults: FaultLog;
  readonly logger: Logger;
  /** Topics are created, changed and deleted one at a time. */
  readonly topicChanges: Turns;
  /** Fired when a topic was deleted and when the log closes. */
  readonly wakeUps: WakeUps;
  /** From when on nobody is made to wait. */
  isClosing: boolean;
}

export function partitionOf(broker: Broker, topic: string, index: number): PartitionLog | undefined {
  return broker.topics.get(topic)?.partitions[index];
}
