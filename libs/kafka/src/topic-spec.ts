import { COMMAND_LIMITS } from '@fieldstream/domain';
import { TOPICS } from '@fieldstream/wire';

/** How one topic is created. */
export interface TopicSpec {
  /** Logical name, without the configured prefix. */
  readonly name: string;
  /** `delete`: records go after the retention time; `compact`: the newest record of each key stays. */
  readonly cleanup: 'delete' | 'compact';
  /** Records stay at least so long, however short the configured retention time is. */
  readonly minRetentionHours?: number;
}

const COMMAND_RETENTION_HOURS = COMMAND_LIMITS.maxExpiryMs / 3_600_000 + 24;

/** Every topic of the platform. */
export const TOPIC_SPECS: readonly TopicSpec[] = [
  { name: TOPICS.readings, cleanup: 'delete' },
  { name: TOPICS.deadLetters, cleanup: 'delete' },
  { name: TOPICS.deviceEvents, cleanup: 'delete' },
  { name: TOPICS.alerts, cleanup: 'compact' },
  { name: TOPICS.deviceRegistry, cleanup: 'compact' },
  { name: TOPICS.deviceClaims, cleanup: 'delete' },
  // A bridge that starts reads what is still to be delivered, for as long as it may take.
  { name: TOPICS.deviceCommands, cleanup: 'delete', minRetentionHours: COMMAND_RETENTION_HOURS },
  { name: TOPICS.devicePresence, cleanup: 'compact' },
  { name: TOPICS.decoderState, cleanup: 'compact' },
];
