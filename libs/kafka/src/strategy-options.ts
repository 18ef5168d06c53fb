import type { Kafka } from 'kafkajs';
import type { Logger } from '@fieldstream/domain';
import type { OffsetStore } from './partition-batch.js';

/** What a service may count; called synchronously, must not throw. */
export interface StrategyObserver {
  /** A handler call has succeeded. */
  onBatch?(event: {
    readonly topic: string;
    readonly partitions: number;
    readonly records: number;
    readonly durationMs: number;
  }): void;
  /** A handler call has failed and will be repeated. */
  onRetry?(event: { readonly topic: string; readonly attempt: number; readonly error: unknown }): void;
  onDeadLetter?(event: {
    readonly topic: string;
    readonly partition: number;
    readonly offset: bigint;
    readonly error: unknown;
  }): void;
  /** Kafka has records for a partition that are not delivered; the consumer is being restarted. */
  onStall?(event: {
    readonly topic: string;
    readonly partition: number;
    readonly position: bigint;
    readonly end: bigint;
  }): void;
  /** The group has given this member these partitions, in place of those it had. */
  onAssigned?(event: { readonly topic: string; readonly partitions: readonly number[] }): void;
}

export interface KafkaBatchStrategyOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly topicPrefix: string;
  readonly offsets: OffsetStore;
  readonly logger: Logger;
  readonly observer?: StrategyObserver;
  /** A member that is silent for longer loses its partitions. Default 10,000. */
  readonly sessionTimeoutMs?: number;
  /** Bytes of one fetch from one broker; about three times as much is held at most. Default 4 MiB. */
  readonly maxBytesPerFetch?: number;
  /** Bounds of one handler call; a single greater record is a call of its own. Defaults 10,000 and 8 MiB. */
  readonly maxRecordsPerCall?: number;
  readonly maxBytesPerCall?: number;
  /** How often end offsets are compared with own positions, and how long a partition may stand still. Defaults 15 s, 45 s. */
  readonly stallCheckMs?: number;
  readonly stallAfterMs?: number;
  /**
   * How long a stored position may lie beyond the end of the log, as it does for a moment with a new leader, before the
   * partition is given up until an operator has acted. Default 30 s.
   */
  readonly endGraceMs?: number;
  /** How long `close` waits for the running handler call. Default 10,000. */
  readonly closeTimeoutMs?: number;
}

/** Called with a logical topic and its partitions; awaited before records of the assignment are delivered. */
export type AssignmentHook = (topic: string, partitions: readonly number[]) => void | Promise<void>;

/** Position of one assigned partition. */
export interface PartitionPosition {
  readonly topic: string;
  readonly partition: number;
  /** Offset of the next record to apply. */
  readonly position: bigint;
  /** End of the log as last heard from the broker. */
  readonly end: bigint;
}
