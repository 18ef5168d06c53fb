import { type Logger } from '@fieldstream/domain';
import { EmbeddedError } from '../../embedded-error.js';
import { type GroupJournal, type JournalEntry } from '../groups/journal.js';
import { DEFAULT_TOPIC_CONFIG, type TopicConfig } from '../storage/topic-config.js';
import { type PartitionLog } from '../storage/partition-log.js';
import { type TopicStore } from '../storage/topic-store.js';
import { decodeJournalBatches, encodeJournalBatch } from './journal-batch.js';
import { OFFSETS_TOPIC } from './topic-name.js';
import { type Turns } from './turns.js';

const MEBIBYTE = 1024 * 1024;
const READ_BYTES = MEBIBYTE;
const FEW_ENTRIES = 1_000;

/** Small segments, so that old commits are compacted away soon; large batches, since one commit is one batch. */
const CONFIG: TopicConfig = {
  ...DEFAULT_TOPIC_CONFIG,
  cleanup: 'compact',
  segmentBytes: 32 * MEBIBYTE,
  maxMessageBytes: 16 * MEBIBYTE,
};

/** Keeps the state of the groups in the compacted topic `__consumer_offsets`, which is made with the first entry. */
export class TopicGroupJournal implements GroupJournal {
  #partition: Promise<PartitionLog> | undefined;

  constructor(
    private readonly topics: TopicStore,
    private readonly topicChanges: Turns,
    private readonly logger: Logger,
  ) {}

  async append(entries: readonly JournalEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const batch = encodeJournalBatch(entries, Date.now());
    // Every call waits for the same promise, so that the batches are appended in the order of the calls.
    this.#partition ??= this.#open().catch((error: unknown) => {
      this.#partition = undefined;
      throw error;
    });
    const partition = await this.#partition;
    const outcome = await partition.append(batch, { origin: 'producer' });
    if (outcome.kind === 'refused') throw new Error(`${OFFSETS_TOPIC} refused an entry: ${outcome.message}`);
  }

  async *entries(): AsyncIterable<JournalEntry> {
    const partition = this.topics.get(OFFSETS_TOPIC)?.partitions[0];
    if (!partition) return;
    for (let offset = partition.startOffset; offset < partition.durableOffset;) {
      const batches = await this.#readPastDamage(partition, offset);
      if (batches.length === 0) return;
      const { entries, nextOffset } = decodeJournalBatches(batches);
      yield* entries;
      offset = nextOffset;
    }
  }

  /**
   * Damaged entries are told and left out: some groups begin again where they were a while ago, which is better than no
   * group at all.
   */
  async #readPastDamage(partition: PartitionLog, offset: number): Promise<Buffer> {
    let isTold = false;
    for (let at = offset, step = 1; at <= partition.durableOffset; at += step) {
      try {
        return await partition.read(at, READ_BYTES);
      } catch (error) {
        if (!(error instanceof EmbeddedError) || error.code !== 'corrupt') throw error;
        if (!isTold) {
          this.logger.error(
            { err: error },
            `committed offsets are lost, and groups may go on from older ones: ${error.message}`,
          );
        }
        isTold = true;
        // A batch has few entries; a file that is damaged to its end has many.
        if (at - offset > FEW_ENTRIES) step *= 2;
      }
    }
    return Buffer.alloc(0);
  }

  #open(): Promise<PartitionLog> {
    return this.topicChanges.take(async () => {
      const topic = this.topics.get(OFFSETS_TOPIC) ?? (await this.topics.create(OFFSETS_TOPIC, 1, CONFIG));
      const [partition] = topic.partitions;
      if (!partition) throw new Error(`${OFFSETS_TOPIC} has no partition`);
      return partition;
    });
  }
}
