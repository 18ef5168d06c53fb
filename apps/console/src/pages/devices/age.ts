const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** How long ago a moment was, in the largest unit that fits: `12 s ago`, `3 h ago`; `now` within a second, or ahead. */
export function ageText(timeMs: number, nowMs: number): string {
  const ageMs = nowMs - timeMs;
  for (const [unit, unitMs] of UNITS) if (ageMs >= unitMs) return `${Math.floor(ageMs / unitMs)} ${unit} ago`;
  return 'now';
}
