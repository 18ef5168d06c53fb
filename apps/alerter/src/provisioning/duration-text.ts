const DURATION =
  /^(?=\d)(?:(?<d>\d+(?:\.\d+)?)d)?(?:(?<h>\d+(?:\.\d+)?)h)?(?:(?<m>\d+(?:\.\d+)?)m(?!s))?(?:(?<s>\d+(?:\.\d+)?)s)?(?:(?<ms>\d+)ms)?$/;

const UNITS_MS: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
};

/** What a duration as text has to be, to follow its name. */
export const DURATION_FAULT = 'must be a duration with its unit (d, h, m, s or ms), e.g. 30s, 5m or 1h30m';

/**
 * Milliseconds of a duration as people write it: numbers with units, the largest unit first, e.g. `5m`, `1.5h`, `1d12h`.
 * `undefined` for anything else, and for what is not a whole number of milliseconds.
 */
export function parseDurationText(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  let durationMs = 0;
  for (const [unit, count] of Object.entries(match.groups ?? {})) {
    if (count !== undefined) durationMs += Number(count) * (UNITS_MS[unit] ?? NaN);
  }
  // 0.1 has no exact binary form: 1.1s is 1100.0000000000002 ms.
  const wholeMs = Math.round(durationMs);
  return Math.abs(durationMs - wholeMs) < 1e-6 && Number.isSafeInteger(wholeMs) ? wholeMs : undefined;
}
