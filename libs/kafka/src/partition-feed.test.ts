import { describe, expect, test } from '@jest/globals';
import type { KafkaMessage } from 'kafkajs';
import { PartitionFeed } from './partition-feed.js';

function messages(...offsets: number[]): KafkaMessage[] {
  return offsets.map((offset) => ({
    offset: String(offset),
    timestamp: '1700000000000',
    attributes: 0,
    key: Buffer.from('k'),
    value: Buffer.alloc(9),
  })) as KafkaMessage[];
}

function placed(position: bigint, lost = false): PartitionFeed {
  const feed = new PartitionFeed('readings', 3);
  feed.place(position, 100n, lost);
  return feed;
}

function summary(feed: PartitionFeed, maxRecords = 1_000, maxBytes = 1_000_000): unknown {
  const taken = feed.take(maxRecords, maxBytes);
  if (!taken) return undefined;
  const { firstOffset, nextOffset, records } = taken.batch;
  return [firstOffset, records.map((record) => record.offset), nextOffset];
}

describe('PartitionFeed', () => {
  test('hands out what it accepted, from its position on', () => {
    const feed = placed(10n);
    feed.accept(messages(10, 11, 12), 13n);
    expect(feed.isFull).toBe(true);
    expect(summary(feed)).toEqual([10n, [10n, 11n, 12n], 13n]);
    expect(feed.isFull).toBe(false);
    expect(feed.accepted).toBe(13n);
    expect(feed.applied).toBe(10n);
    expect(summary(feed)).toBeUndefined();
  });

  test('the range covers gaps that compaction left', () => {
    const feed = placed(10n);
    feed.accept(messages(14, 19), 25n);
    expect(summary(feed)).toEqual([10n, [14n, 19n], 25n]);
  });

  test('leaves out records before its position', () => {
    const feed = placed(12n);
    feed.accept(messages(10, 11, 12, 13), 14n);
    expect(summary(feed)).toEqual([12n, [12n, 13n], 14n]);
  });

  test('cuts by records; the parts follow each other', () => {
    const feed = placed(0n);
    feed.accept(messages(0, 1, 5, 6, 7), 9n);
    expect(summary(feed, 2)).toEqual([0n, [0n, 1n], 5n]);
    expect(feed.isFull).toBe(true);
    expect(summary(feed, 2)).toEqual([5n, [5n, 6n], 7n]);
    expect(summary(feed, 2)).toEqual([7n, [7n], 9n]);
    expect(feed.isFull).toBe(false);
  });

  test('cuts by bytes, but gives at least one record', () => {
    const feed = placed(0n);
    feed.accept(messages(0, 1, 2), 3n);
    expect(summary(feed, 100, 25)).toEqual([0n, [0n, 1n], 2n]);
    expect(summary(feed, 100, 1)).toEqual([2n, [2n], 3n]);
  });

  test('tells the start of the log until a batch is applied after it', () => {
    const feed = placed(50n, true);
    feed.accept(messages(50, 51), 52n);
    expect(feed.take(1, 100)?.batch).toMatchObject({ firstOffset: 50n, logStartOffset: 50n });
    feed.markApplied(51n);
    expect(feed.take(1, 100)?.batch).not.toHaveProperty('logStartOffset');
  });

  test('gives nothing while its position is in doubt, and drops what waited', () => {
    const feed = placed(0n);
    feed.accept(messages(0, 1), 2n);
    feed.displace('locating');
    expect(summary(feed)).toBeUndefined();
    feed.place(1n, 100n, false);
    expect(summary(feed)).toBeUndefined();
    feed.accept(messages(1), 2n);
    expect(summary(feed)).toEqual([1n, [1n], 2n]);
  });
});
