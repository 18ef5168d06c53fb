import type { AnnotationMark } from './annotation-marks.js';

/** Where a mark lies under a chart, in pixels from the left of the plotting area. */
export interface PlacedMark {
  /** Unique among the marks of a chart. */
  readonly key: string;
  readonly mark: AnnotationMark;

  readonly left: number;
  /** Of a region; absent for a point in time. */
  readonly width?: number;
}

/** A region narrower than this could not be hit. */
const MIN_WIDTH = 3;

/** The marks that are in view, regions cut to it. `positionOf` tells a time's distance from the left. */
export function placeMarks(
  marks: readonly AnnotationMark[],
  positionOf: (time: number) => number,
  plotWidth: number,
): readonly PlacedMark[] {
  const places: PlacedMark[] = [];
  for (const mark of marks) {
    const left = Math.round(positionOf(mark.from));
    if (!Number.isFinite(left)) continue;
    const key = `${mark.from} ${places.length}`;
    if (mark.to === undefined) {
      if (left >= 0 && left <= plotWidth) places.push({ key, mark, left });
      continue;
    }
    const right = Math.round(positionOf(mark.to));
    if (right <= 0 || left >= plotWidth) continue;
    const start = Math.max(0, left);
    places.push({ key, mark, left: start, width: Math.max(MIN_WIDTH, Math.min(plotWidth, right) - start) });
  }
  return places;
}
