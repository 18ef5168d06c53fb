import { z } from 'zod';

/** Text of a place in a list, opaque to clients. */
export function encodeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** The cursor of a place, null where the list has ended. */
export function nextCursor(position: unknown): string | null {
  return position === undefined ? null : encodeCursor(position);
}

/** A query parameter that takes what `encodeCursor` made of a position of this shape. */
export function cursor<T>(position: z.ZodType<T>): z.ZodOptional<z.ZodType<T, string>> {
  return z
    .string()
    .transform((text, context): T => {
      const parsed = position.safeParse(parse(text));
      if (parsed.success) return parsed.data;
      context.issues.push({ code: 'custom', message: 'must be the `next` of an earlier page', input: text });
      return z.NEVER;
    })
    .meta({ description: 'The `next` of the page before; left out for the first page.' })
    .optional();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
