/** A minute and its mean. */
export type SparkPoint = readonly [timeMs: number, value: number];

/** How a spark line is drawn, as SVG path data; the area reaches to the lower edge. */
export interface SparkPath {
  readonly line: string;
  readonly area: string;
}

/** Room above and below the line, so that its stroke is not cut. */
const MARGIN = 2;

/**
 * The path of points in the order of time over the whole of `fromMs` to `toMs`. A gap that is wider than three times the
 * usual distance of the points is left open; a point that stands alone becomes a short dash.
 */
export function sparkPath(
  points: readonly SparkPoint[],
  frame: { readonly fromMs: number; readonly toMs: number; readonly width: number; readonly height: number },
): SparkPath {
  const shown = points.filter(
    ([timeMs, value]) => timeMs >= frame.fromMs && timeMs <= frame.toMs && Number.isFinite(value),
  );
  if (shown.length === 0) return { line: '', area: '' };
  const values = shown.map(([, value]) => value);
  const least = Math.min(...values);
  const span = Math.max(...values) - least;
  const x = (timeMs: number): number =>
    round(((timeMs - frame.fromMs) / (frame.toMs - frame.fromMs)) * frame.width);
  const y = (value: number): number =>
    // A value that never changes is drawn in the middle.
    round(MARGIN + (1 - (span === 0 ? 0.5 : (value - least) / span)) * (frame.height - 2 * MARGIN));
  const parts = unbroken(shown).map((part) => {
    const [first] = part;
    const drawn = part.length === 1 && first ? [first, [first[0] + 60_000, first[1]] as const] : part;
    return drawn.map(([timeMs, value]) => ({ x: Math.min(x(timeMs), frame.width), y: y(value) }));
  });
  return {
    line: parts.map((part) => `M${part.map((at) => `${at.x} ${at.y}`).join('L')}`).join(''),
    area: parts
      .map((part) => {
        const drawn = part.map((at) => `${at.x} ${at.y}`).join('L');
        return `M${part[0]?.x ?? 0} ${frame.height}L${drawn}L${part.at(-1)?.x ?? 0} ${frame.height}Z`;
      })
      .join(''),
  };
}

function unbroken(points: readonly SparkPoint[]): SparkPoint[][] {
  const distances = points.slice(1).map(([timeMs], index) => timeMs - (points[index]?.[0] ?? timeMs));
  const usual = distances.toSorted((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 0;
  const parts: SparkPoint[][] = [];
  for (const [index, point] of points.entries()) {
    const part = parts.at(-1);
    if (part === undefined || (distances[index - 1] ?? 0) > 3 * usual) parts.push([point]);
    else part.push(point);
  }
  return parts;
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
