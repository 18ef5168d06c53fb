import { describe, expect, test } from '@jest/globals';
import { expiredSegments, type RetentionRule } from './retention.js';
import { type SegmentSummary } from './segment.js';

/** Segments of ten offsets and 100 bytes each, with the given newest times. */
function segments(...newestMs: number[]): SegmentSummary[] {
  return newestMs.map((maxTimestampMs, i) => ({
    baseOffset: i * 10,
    bytes: 100,
    lastOffset: i * 10 + 9,
    maxTimestampMs,
    maxTimestampOffset: i * 10 + 9,
    contiguous: true,
    createdAtMs: 500,
  }));
}

const KEEP: RetentionRule = { cleanup: 'delete', retentionMs: -1, retentionBytes: -1 };
const NOW = 1_000;

describe('expiredSegments', () => {
  test.each<[string, number, SegmentSummary[], Partial<RetentionRule>, number]>([
    ['nothing without limits', 0, segments(1, 2, 3), {}, 0],
    ['what is older than the retention time', 2, segments(100, 200, 950), { retentionMs: 100 }, 0],
    ['nothing that is as old as the retention time', 0, segments(900, 950), { retentionMs: 100 }, 0],
    ['nothing behind a segment that stays', 0, segments(950, 100, 950), { retentionMs: 100 }, 0],
    ['the last one too', 2, segments(100, 200), { retentionMs: 100 }, 0],
    ['by its creation what has no time', 1, segments(-1, 950), { retentionMs: 100 }, 0],
    ['nothing younger that has no time', 0, segments(-1, 950), { retentionMs: 600 }, 0],
    ['what the size does not need', 2, segments(1, 2, 3, 4), { retentionBytes: 200 }, 0],
    ['only what leaves the size', 1, segments(1, 2, 3, 4), { retentionBytes: 250 }, 0],
    ['not the last one by size', 3, segments(1, 2, 3, 4), { retentionBytes: 0 }, 0],
    ['what is below the start', 2, segments(1, 2, 3), {}, 20],
    ['nothing the start is in', 1, segments(1, 2, 3), {}, 19],
    [
      'only by the start what is compacted',
      1,
      segments(1, 2, 3),
      { cleanup: 'compact', retentionMs: 1, retentionBytes: 0 },
      10,
    ],
  ])('drops %s', (_, count, given, rule, startOffset) => {
    expect(expiredSegments(given, { ...KEEP, ...rule }, startOffset, NOW)).toBe(count);
  });
});
