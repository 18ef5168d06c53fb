import { type Segment } from './segment.js';

/** The segments of a partition, oldest first; at least one. */
export class SegmentList {
  private segments: readonly Segment[];
  private last: Segment;

  /** @throws RangeError when there is none. */
  constructor(segments: readonly Segment[]) {
    const last = segments.at(-1);
    if (!last) throw new RangeError('A partition has at least one segment.');
    this.segments = segments;
    this.last = last;
  }

  get all(): readonly Segment[] {
    return this.segments;
  }

  /** The one that is written to. */
  get active(): Segment {
    return this.last;
  }

  /** Those that change no more. */
  get closed(): readonly Segment[] {
    return this.segments.slice(0, -1);
  }

  get firstOffset(): number {
    return (this.segments[0] ?? this.last).baseOffset;
  }

  /** Those that may have `offset` or later ones. */
  from(offset: number): readonly Segment[] {
    let low = 0;
    let high = this.segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.segments[middle]?.baseOffset ?? Infinity) <= offset) low = middle + 1;
      else high = middle;
    }
    return this.segments.slice(Math.max(0, low - 1));
  }

  push(segment: Segment): void {
    this.segments = [...this.segments, segment];
    this.last = segment;
  }

  /** Takes out the oldest, and never the one that is written to. */
  dropOldest(count: number): readonly Segment[] {
    const dropped = this.closed.slice(0, count);
    this.segments = this.segments.slice(dropped.length);
    return dropped;
  }

  replace(replaced: readonly Segment[], by: Segment): void {
    const [first] = replaced;
    this.segments = this.segments.flatMap((segment) => {
      if (segment === first) return [by];
      return replaced.includes(segment) ? [] : [segment];
    });
  }
}
