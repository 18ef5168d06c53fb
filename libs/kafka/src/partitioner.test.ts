import { describe, expect, test } from '@jest/globals';
import { Partitioners } from 'kafkajs';
import { murmur2, partitionOf } from './partitioner.js';

describe('murmur2', () => {
  // From UtilsTest.testMurmur2 of Apache Kafka.
  test.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as Java does', (text, hash) => {
    expect(murmur2(text)).toBe(hash);
  });

  test('agrees with kafkajs on keys of every length, also outside ASCII', () => {
    const partitioner = Partitioners.DefaultPartitioner();
    const partitionMetadata = Array.from({ length: 12 }, (_, partitionId) => ({
      partitionId,
      leader: 0,
      partitionErrorCode: 0,
      replicas: [0],
      isr: [0],
    }));
    for (let length = 0; length < 200; length++) {
      for (const sample of ['x', 'é', '温', '🌡', 'a9']) {
        const key = sample.repeat(length) + length;
        expect(partitionOf(key, 12)).toBe(
          partitioner({ topic: 't', partitionMetadata, message: { key, value: null } }),
        );
      }
    }
  });

  test('takes keys longer than its scratch buffer', () => {
    expect(Number.isInteger(murmur2('k'.repeat(100_000)))).toBe(true);
  });
});
