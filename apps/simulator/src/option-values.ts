/** A mistake of the caller's, in one sentence. The command exits with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const MINUTE_MS = 60_000;

/** @throws UsageError */
export function parseUrl(url: string): string {
  if (!URL.canParse(url) || !/^(mqtts?|wss?):$/.test(new URL(url).protocol)) {
    throw new UsageError(`--url is not an MQTT URL: ${JSON.stringify(url)}, e.g. mqtt://127.0.0.1:1883`);
  }
  return url;
}

/** `Z`, `+02`, `+0200` or `+02:00`, at most 14 hours. @returns milliseconds east of UTC. @throws UsageError */
export function parseZoneOffset(text: string): number {
  if (/^z$/i.test(text)) return 0;
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(text);
  const minutes = match ? Number(match[2]) * 60 + Number(match[3] ?? 0) : NaN;
  if (!match || minutes > 14 * 60 || Number(match[3] ?? 0) > 59) {
    throw new UsageError(`--zone-offset is not an offset: ${JSON.stringify(text)}, e.g. +02:00, -08:00 or Z`);
  }
  return (match[1] === '-' ? -minutes : minutes) * MINUTE_MS;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: MINUTE_MS,
  h: 60 * MINUTE_MS,
  d: 1_440 * MINUTE_MS,
};

/** `90s`, `10m`, `24h` or `7d`, up to `maxMs`. @returns milliseconds. @throws UsageError */
export function parseDuration(option: string, text: string, maxMs: number): number {
  const match = /^(\d{1,7}(?:\.\d{1,3})?)([smhd])$/.exec(text);
  const durationMs = match ? Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? NaN) : NaN;
  if (durationMs > 0 && durationMs <= maxMs) return durationMs;
  const limit = `${maxMs / 1_440 / MINUTE_MS}d`;
  throw new UsageError(
    `${option} is not a duration up to ${limit}: ${JSON.stringify(text)}, e.g. 90s, 10m or 24h`,
  );
}

/** A whole number from `min` to `max`. @throws UsageError */
export function parseWhole(option: string, text: string, min: number, max: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`${option} is not ${min} to ${max}: ${JSON.stringify(text)}`);
}
