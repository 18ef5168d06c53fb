const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  sec: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const SHOWN = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1_000, 's'],
  [1, 'ms'],
] as const;

/** A duration as people type it (`5m`, `1h 30m`, `90 s`, `0`), in milliseconds; `undefined` for anything else. */
export function parseDurationText(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase();
  if (trimmed === '0') return 0;
  if (!/^(\d+(\.\d+)?\s*[a-z]+\s*)+$/.test(trimmed)) return undefined;
  let totalMs = 0;
  for (const [, digits, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    const unitMs = Object.hasOwn(UNIT_MS, unit ?? '') ? UNIT_MS[unit ?? ''] : undefined;
    if (unitMs === undefined) return undefined;
    totalMs += Number(digits) * unitMs;
  }
  return Number.isSafeInteger(totalMs) ? totalMs : undefined;
}

/** A duration in the form in which it can be typed: `5m`, `1h 30m`, `0s`. */
export function durationText(durationMs: number): string {
  if (durationMs === 0) return '0s';
  let restMs = durationMs;
  const parts: string[] = [];
  for (const [unitMs, unit] of SHOWN) {
    const count = Math.floor(restMs / unitMs);
    if (count === 0) continue;
    parts.push(`${count}${unit}`);
    restMs -= count * unitMs;
  }
  return parts.join(' ');
}

/** How long something has lasted, to its two largest units: `3 min 20 s`, `2 d 4 h`. For people, not for reading back. */
export function spanText(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

/** How long ago something was: `just now`, `5 min ago`, `3 h ago`. */
export function agoText(durationMs: number): string {
  if (durationMs < 10_000) return 'just now';
  const text = spanText(durationMs);
  const words = text.split(' ');
  return `${words.slice(0, 2).join(' ')} ago`;
}
