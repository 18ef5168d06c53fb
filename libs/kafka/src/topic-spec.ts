import { TOPICS } from '@fieldstream/wire';

/** How one topic is created. */
export interface TopicSpec {
  /** Logical name, without the configured prefix. */
  readonly name: string;
  /** `delete`: records go after the retention time; `compact`: the newest record of each key stays. */
  readonly cleanup: 'delete' | 'compact';
}

/** Every topic of the platform. */
export const TOPIC_SPECS: readonly TopicSpec[] = [
  { name: TOPICS.readings, cleanup: 'delete' },
  { name: TOPICS.deadLetters, cleanup: 'delete' },
  { name: TOPICS.deviceEvents, cleanup: 'delete' },
  { name: TOPICS.alerts, cleanup: 'compact' },
  { name: TOPICS.deviceRegistry, cleanup: 'compact' },
  { name: TOPICS.deviceCommands, cleanup: 'delete' },
  { name: TOPICS.devicePresence, cleanup: 'compact' },
  { name: TOPICS.decoderState, cleanup: 'compact' },
];
