/** The strip of a series in a state timeline, in the unit of the height that was given. */
export interface Lane {
  readonly top: number;
  readonly height: number;
}

/**
 * `count` strips over `height`, of which they take the part `rowHeight` (0 to 1); what is left is between them, and around a
 * single one.
 */
export function lanes(count: number, height: number, rowHeight: number): readonly Lane[] {
  if (count === 0) return [];
  const part = Math.min(1, Math.max(0.05, rowHeight));
  const laneHeight = (height * part) / count;
  const rest = height * (1 - part);
  const gap = count === 1 ? 0 : rest / (count - 1);
  const start = count === 1 ? rest / 2 : 0;
  return Array.from({ length: count }, (_, index) => ({
    top: start + index * (laneHeight + gap),
    height: laneHeight,
  }));
}

/** The lane at a height, or undefined between two. */
export function laneAt(all: readonly Lane[], y: number): number | undefined {
  const index = all.findIndex(({ top, height }) => y >= top && y < top + height);
  return index === -1 ? undefined : index;
}

/** As much of a text as fits into `width`, with an ellipsis where something is left out. `widthOf` measures. */
export function fitText(text: string, width: number, widthOf: (text: string) => number): string {
  if (widthOf(text) <= width) return text;
  let low = 0;
  let high = text.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (widthOf(`${text.slice(0, middle)}…`) <= width) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? '' : `${text.slice(0, low)}…`;
}
