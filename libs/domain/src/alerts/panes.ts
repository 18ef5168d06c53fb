/** Panes of a moving window. */
export const PANES = 30;

/** Bounds of a moving window, milliseconds: 10 s to 7 days. */
export const WINDOW_TERMS = {
  min: 10_000,
  max: 7 * 24 * 60 * 60 * 1000,
  unit: 'milliseconds',
  example: '600000 for 10 minutes',
} as const;

/**
 * A window moves in steps: time is cut into panes, 30 to a window (rounded up to whole milliseconds), that begin at
 * multiples of their length since the epoch. The window at a moment is the pane of that moment, as far as it has come,
 * and the 29 before it.
 */
export function paneMsOf(windowMs: number): number {
  return Math.ceil(windowMs / PANES);
}

/** When a pane has left the window. */
export function paneLeavesAtMs(index: number, paneMs: number): number {
  return (index + PANES) * paneMs;
}

/** Something of a pane, which comes first. */
type OfPane = readonly [index: number, ...unknown[]];

/** Place of the first that is in the window whose last pane is given; all after it are too. */
export function firstInWindow(panes: readonly OfPane[], newest: number): number {
  let place = panes.length;
  while (place > 0 && (panes[place - 1]?.[0] ?? 0) > newest - PANES) place--;
  return place;
}

/** When the first pane leaves that is still in the window at a moment. */
export function nextLeavesAtMs(
  panes: readonly OfPane[],
  paneMs: number,
  afterMs: number,
): number | undefined {
  const first = panes[firstInWindow(panes, Math.floor(afterMs / paneMs))];
  return first === undefined ? undefined : paneLeavesAtMs(first[0], paneMs);
}
