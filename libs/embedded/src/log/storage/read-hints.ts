import { type ReadPoint } from './segment-reader.js';

const MAX_HINTS = 16;

interface Hint extends ReadPoint {
  readonly segment: number;
}

/** Where the latest reads of a partition ended: a consumer goes on there, and the index need not be searched. */
export class ReadHints {
  private hints: Hint[] = [];

  add(segment: number, point: ReadPoint): void {
    const others = this.hints.filter((hint) => hint.offset !== point.offset);
    this.hints = [{ segment, ...point }, ...others].slice(0, MAX_HINTS);
  }

  find(segment: number, offset: number): ReadPoint | undefined {
    return this.hints.find((hint) => hint.offset === offset && hint.segment === segment);
  }

  clear(): void {
    this.hints = [];
  }
}
