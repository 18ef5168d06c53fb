import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { cursor, encodeCursor, nextCursor } from './cursor.js';

const schema = cursor(z.strictObject({ at: z.int(), id: z.string() }));

test('a position survives the way to the client and back', () => {
  const position = { at: 5, id: 'ä/"' };
  const text = encodeCursor(position);
  expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(schema.parse(text)).toEqual(position);
});

test('without a position there is no cursor', () => {
  expect(nextCursor(undefined)).toBeNull();
  expect(schema.parse(undefined)).toBeUndefined();
});

test.each([
  '',
  'x',
  '!!',
  encodeCursor(null),
  encodeCursor({ at: 'x', id: 'a' }),
  encodeCursor({ at: 1, id: 'a', b: 1 }),
])('%j is refused', (text) => {
  expect(schema.safeParse(text).error?.issues[0]?.message).toBe('must be the `next` of an earlier page');
});
