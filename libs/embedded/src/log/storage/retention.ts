import { type SegmentSummary } from './segment.js';
import { type TopicConfig } from './topic-config.js';

export type RetentionRule = Pick<TopicConfig, 'cleanup' | 'retentionMs' | 'retentionBytes'>;

/**
 * How many segments, from the oldest on, are to go: all their records are older than the retention time, or below the
 * start offset, or the others alone are as large as the retention size. The last one, which is written to, goes by time
 * alone. Records without a time are as old as their segment.
 */
export function expiredSegments(
  segments: readonly SegmentSummary[],
  rule: RetentionRule,
  startOffset: number,
  nowMs: number,
): number {
  const byStart = segments.filter((_, i) => {
    const next = segments[i + 1];
    return next !== undefined && next.baseOffset <= startOffset;
  }).length;
  if (rule.cleanup === 'compact') return byStart;
  return Math.max(byStart, expiredByTime(segments, rule.retentionMs, nowMs), expiredBySize(segments, rule));
}

function expiredByTime(segments: readonly SegmentSummary[], retentionMs: number, nowMs: number): number {
  if (retentionMs < 0) return 0;
  const kept = segments.findIndex((segment) => {
    const newestMs = segment.maxTimestampMs < 0 ? segment.createdAtMs : segment.maxTimestampMs;
    return newestMs + retentionMs >= nowMs;
  });
  return kept < 0 ? segments.length : kept;
}

function expiredBySize(segments: readonly SegmentSummary[], rule: RetentionRule): number {
  if (rule.retentionBytes < 0) return 0;
  let bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  let count = 0;
  for (const segment of segments.slice(0, -1)) {
    if (bytes - segment.bytes < rule.retentionBytes) break;
    bytes -= segment.bytes;
    count++;
  }
  return count;
}
