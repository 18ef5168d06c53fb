/** Settings of a topic; each applies to every partition by itself. */
export interface TopicConfig {
  /** `compact` keeps the newest record of each key and ignores both retentions. */
  readonly cleanup: 'delete' | 'compact';
  /** -1: no limit. */
  readonly retentionMs: number;
  /** Per partition; -1: no limit. */
  readonly retentionBytes: number;
  /** A segment is closed before it would grow beyond this. */
  readonly segmentBytes: number;
  /** A segment is closed when it is this old. */
  readonly segmentMs: number;
  /** Of one batch as it is stored, header included. */
  readonly maxMessageBytes: number;
  /** Whose clock stamps the records: the producer's, or the log's at the append. */
  readonly timestampType: 'create' | 'append';
}

const DAY_MS = 24 * 60 * 60 * 1000;

export const DEFAULT_TOPIC_CONFIG: TopicConfig = {
  cleanup: 'delete',
  retentionMs: 7 * DAY_MS,
  retentionBytes: -1,
  segmentBytes: 128 * 1024 * 1024,
  segmentMs: 7 * DAY_MS,
  maxMessageBytes: 1024 * 1024 + 12,
  timestampType: 'create',
};
