import { z } from 'zod';
import { isValidDeviceId, isValidMetricName } from '@fieldstream/domain';
import { parseTime } from './parse-time.js';

/** A whole number in decimal digits. */
export function wholeNumber(options: {
  min: number;
  max: number;
  description: string;
  /** For the documentation. */
  fallback?: number;
}): z.ZodType<number, string> {
  const { min, max, description, fallback } = options;
  return z
    .string()
    .transform((text, context): number => {
      const value = Number(text);
      if (/^\d{1,15}$/.test(text) && value >= min && value <= max) return value;
      context.issues.push({
        code: 'custom',
        message: `must be a whole number from ${min} to ${max}`,
        input: text,
      });
      return z.NEVER;
    })
    .meta({
      type: 'integer',
      minimum: min,
      maximum: max,
      description,
      ...(fallback === undefined ? {} : { default: fallback }),
    });
}

/** Bound of a page. */
export function pageLimit(fallback: number, max: number) {
  return wholeNumber({ min: 1, max, description: 'Most items of the answer.', fallback }).default(fallback);
}

/** A moment, in epoch milliseconds. */
export function time(description: string): z.ZodType<number, string> {
  return z
    .string()
    .transform((text, context): number => {
      const timeMs = parseTime(text);
      if (timeMs !== undefined) return timeMs;
      const message = 'must be ISO 8601 (2026-01-31T12:00:00Z) or epoch seconds or milliseconds';
      context.issues.push({ code: 'custom', message, input: text });
      return z.NEVER;
    })
    .meta({
      description: `${description} ISO 8601 (UTC unless it has an offset), or epoch seconds or milliseconds.`,
    });
}

/** `true` or `false`. */
export function flag(description: string): z.ZodType<boolean, string> {
  return z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .meta({ type: 'boolean', enum: undefined, description });
}

/** A parameter that may be repeated, e.g. `?device=a&device=b`. */
export function listOf(item: z.ZodType<string, string>, max: number): z.ZodType<string[], string | string[]> {
  return z
    .union([item.transform((one) => [one]), z.array(item).max(max)])
    .meta({ type: 'array', anyOf: undefined, items: { type: 'string' }, maxItems: max });
}

/** A text that a database text can hold. */
export function plainText(maxLength: number) {
  return z
    .string()
    .min(1)
    .max(maxLength)
    .refine((text) => !/\p{Cc}/u.test(text) && text.isWellFormed(), 'must not have control characters');
}

export const deviceId = z
  .string()
  .refine(isValidDeviceId, 'must be a device ID: 1 to 128 characters without control characters, /, + and #')
  .meta({ minLength: 1, maxLength: 128, description: 'Device ID.' });

export const metricName = z
  .string()
  .refine(isValidMetricName, 'must be a metric name: 1 to 256 characters without control characters')
  .meta({ minLength: 1, maxLength: 256, description: 'Name of a metric that the device reports.' });
