/** How one table is taken to another database. */
export interface CopiedTable {
  readonly name: string;
  /** Columns of a unique key, in whose order the rows are read. */
  readonly key: readonly string[];
  /** Columns that get another value there, as SQL over the row. */
  readonly replace?: Readonly<Record<string, string>>;
  /** Identity column whose sequence goes on after the largest value. */
  readonly identity?: string;
}

/**
 * The history of an installation, parents before children. Left out is what belongs to its Kafka: stored offsets and the
 * bridges' ledgers, which begin anew with another one. What is told apart by a Kafka offset gets an origin of its own, so
 * that the same offset of the next Kafka is not taken for it.
 */
export const COPIED_TABLES: readonly CopiedTable[] = [
  // The trigger gives a revision to those that have labels.
  { name: 'device', key: ['device_id'], replace: { label_revision: '0', presence_published: '0' } },
  // Older than any change that is made there, and not published there yet.
  { name: 'device_registration', key: ['device_id'], replace: { revision: '0', published_revision: '-1' } },
  { name: 'series', key: ['series_id'], identity: 'series_id' },
  { name: 'reading', key: ['series_id', 'time'] },
  { name: 'reading_text', key: ['series_id', 'time'] },
  { name: 'reading_1m', key: ['series_id', 'bucket'] },
  {
    name: 'dead_letter',
    key: ['dead_letter_id'],
    identity: 'dead_letter_id',
    replace: { origin_topic: `'copied:' || origin_topic` },
  },
  {
    name: 'device_event',
    key: ['origin_partition', 'origin_offset'],
    replace: { origin_partition: '-1 - origin_partition' },
  },
  // What still waits goes to the other Kafka, too.
  { name: 'device_command', key: ['command_id'], identity: 'sequence', replace: { published: 'false' } },
  { name: 'alert_rule', key: ['rule_id'] },
  { name: 'alert', key: ['alert_id'] },
  { name: 'alert_event', key: ['sequence'], identity: 'sequence' },
  { name: 'notification_channel', key: ['channel_id'] },
  { name: 'notification_message', key: ['message_id'], identity: 'message_id' },
  { name: 'notification', key: ['notification_id'], identity: 'notification_id' },
  { name: 'alert_state', key: ['rule_id', 'device_id', 'metric'] },
  { name: 'pipeline_sample', key: ['width_s', 'time', 'stage', 'topic'] },
  { name: 'delay_count', key: ['width_s', 'kind', 'time', 'up_to_ms'] },
  { name: 'device_delay', key: ['time', 'device_id'] },
];
