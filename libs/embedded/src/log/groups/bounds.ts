/** What a coordinator holds at most, and how long it waits. Times are in milliseconds. */
export interface GroupBounds {
  /** Groups that exist at once; a further one is refused with GROUP_MAX_SIZE_REACHED. */
  readonly maxGroups: number;
  /** Members of one group, those included that have only been given an ID. */
  readonly maxGroupSize: number;
  /** Bytes of subscription metadata that one member may bring, and of the assignment that it may be given. */
  readonly maxMemberBytes: number;
  /** Bytes that all members of all groups hold together. */
  readonly maxTotalMemberBytes: number;
  /** Characters of a group ID or of a group instance ID. */
  readonly maxIdLength: number;
  /** Partitions for which one group has committed offsets. */
  readonly maxOffsetsPerGroup: number;
  /** Characters of the text committed with an offset (Kafka's `offset.metadata.max.bytes`). */
  readonly maxOffsetMetadata: number;
  /** Journal writes that wait for the disk at once; a further one is refused with a retriable error. */
  readonly maxPendingWrites: number;
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
  /** A shorter rebalance timeout is taken for this one: at 0, rounds would follow each other without a pause. */
  readonly minRebalanceTimeoutMs: number;
  /**
   * How long the first join of an empty group waits for others (Kafka's `group.initial.rebalance.delay.ms`, there 3 s).
   * Short, because members on one machine start together and a person waits for the first of them.
   */
  readonly initialRebalanceDelayMs: number;
  /** How long a join without a member ID is held: its client may have gone without anybody noticing. */
  readonly newMemberJoinTimeoutMs: number;
  /** How long the offsets of a group without members are kept (Kafka's `offsets.retention.minutes`). */
  readonly offsetsRetentionMs: number;
  /** How often expired offsets are looked for. */
  readonly sweepEveryMs: number;
}

/** Kafka's defaults where it has one, and bounds that fit a process on a small machine where it has none. */
export const DEFAULT_GROUP_BOUNDS: GroupBounds = {
  maxGroups: 1_000,
  maxGroupSize: 250,
  maxMemberBytes: 256 * 1024,
  maxTotalMemberBytes: 32 * 1024 * 1024,
  maxIdLength: 255,
  maxOffsetsPerGroup: 10_000,
  maxOffsetMetadata: 4_096,
  maxPendingWrites: 10_000,
  minSessionTimeoutMs: 6_000,
  maxSessionTimeoutMs: 30 * 60_000,
  minRebalanceTimeoutMs: 1_000,
  initialRebalanceDelayMs: 50,
  newMemberJoinTimeoutMs: 5 * 60_000,
  offsetsRetentionMs: 7 * 24 * 3_600_000,
  sweepEveryMs: 10 * 60_000,
};
