import type { Logger } from '@fieldstream/domain';
import type { Assignment } from './assignment.js';
import { backOffMs, pause } from './back-off.js';
import { KafkaError } from './kafka-error.js';
import type { LogRange } from './log-ranges.js';
import type { OffsetStore } from './partition-batch.js';
import type { PartitionFeed } from './partition-feed.js';

export interface PartitionLocatorOptions {
  readonly offsets: OffsetStore;
  readonly rangesOf: (topic: string) => Promise<ReadonlyMap<number, LogRange>>;
  /** Runs between reading the positions and reading from them. */
  readonly prepare: (topic: string, partitions: readonly number[]) => Promise<void>;
  readonly seek: (feed: PartitionFeed, offset: bigint) => void;
  readonly hold: (feed: PartitionFeed) => void;
  /** How long the end of the log may be reported too low. */
  readonly endGraceMs: number;
  readonly logger: Logger;
}

interface Place {
  readonly feed: PartitionFeed;
  readonly stored: bigint | undefined;
  readonly range: LogRange;
}

const LOG_EVERY_MS = 60_000;

/**
 * Finds out where to read: at the stored position, which the database has, not at Kafka's committed offset; at the
 * beginning where nothing is stored.
 */
export class PartitionLocator {
  constructor(private readonly options: PartitionLocatorOptions) {}

  /** Places the feeds, which are of one topic. Tries until it succeeds or the assignment ends; never rejects. */
  async locate(assignment: Assignment, topic: string, feeds: readonly PartitionFeed[]): Promise<void> {
    const startedMs = performance.now();
    let loggedMs = -Infinity;
    for (let attempt = 0; !assignment.signal.aborted; attempt++) {
      try {
        const places = await this.read(topic, feeds);
        const inGrace = performance.now() - startedMs < this.options.endGraceMs;
        if (inGrace && places.some(isBeyondEnd)) throw beyondEnd(topic);
        await this.options.prepare(
          topic,
          feeds.map((feed) => feed.partition),
        );
        if (assignment.signal.aborted) return;
        for (const place of places) this.apply(place);
        return;
      } catch (error) {
        if (performance.now() - loggedMs >= LOG_EVERY_MS) {
          loggedMs = performance.now();
          this.options.logger.warn({ err: error, topic }, 'positions not known yet, trying again');
        }
        await pause(backOffMs(attempt, 100, 3_000), assignment.signal);
      }
    }
  }

  private async read(topic: string, feeds: readonly PartitionFeed[]): Promise<Place[]> {
    // The log's range is read last: what is stored by then is inside it, unless Kafka has lost something.
    const stored = await this.options.offsets.load(
      topic,
      feeds.map((feed) => feed.partition),
    );
    const ranges = await this.options.rangesOf(topic);
    return feeds.map((feed) => {
      const range = ranges.get(feed.partition);
      if (!range) {
        throw new KafkaError('unknown-topic', `${topic} has no partition ${feed.partition}`, {
          retriable: true,
        });
      }
      return { feed, stored: stored.get(feed.partition), range };
    });
  }

  private apply(place: Place): void {
    const { feed, stored, range } = place;
    const fields = { topic: feed.topic, partition: feed.partition, stored: String(stored) };
    if (isBeyondEnd(place)) {
      feed.displace('blocked');
      this.options.hold(feed);
      this.options.logger.error(
        { ...fields, end: String(range.end) },
        'stored position is beyond the end of the log: Kafka has lost records, or the topic was created anew; ' +
          'the partition is not consumed until its row in consumer_offset is corrected',
      );
      return;
    }
    const lost = stored !== undefined && stored < range.start;
    if (lost) {
      this.options.logger.error(
        { ...fields, start: String(range.start), lost: String(range.start - stored) },
        'Kafka has deleted records that were not read yet',
      );
    }
    const position = stored === undefined || lost ? range.start : stored;
    feed.place(position, range.end, lost);
    this.options.seek(feed, position);
  }
}

function isBeyondEnd({ stored, range }: Place): boolean {
  return stored !== undefined && stored > range.end;
}

function beyondEnd(topic: string): KafkaError {
  return new KafkaError('request-failed', `a stored position of ${topic} is beyond the end of the log`, {
    retriable: true,
  });
}
