const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
] as const;

/** A duration in the largest unit in which it is whole: `5 min`, `90 s`. */
export function formatDuration(durationMs: number): string {
  if (durationMs === 0) return '0 s';
  const [unitMs, unit] = UNITS.find(([size]) => durationMs % size === 0) ?? [1, 'ms'];
  return `${durationMs / unitMs} ${unit}`;
}

/** A duration as what something is counted by: `min`, `15 min`. */
export function formatUnit(durationMs: number): string {
  return formatDuration(durationMs).replace(/^1 /, '');
}
