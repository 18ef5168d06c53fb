import { expect, test } from '@jest/globals';
import { float8Array, int4Array, timestamptzArray } from './binary-array.js';

test('int4[] as PostgreSQL sends it', () => {
  // SELECT array_send('{1,-2}'::int4[])
  expect(int4Array(2, (index) => [1, -2][index] ?? 0).toString('hex')).toBe(
    '0000000100000000000000170000000200000001000000040000000100000004fffffffe',
  );
});

test('an array without items has no dimensions', () => {
  // SELECT array_send('{}'::float8[])
  expect(float8Array(0, () => 0).toString('hex')).toBe('0000000000000000000002bd');
});

test('timestamptz counts microseconds since 2000', () => {
  const buffer = timestamptzArray(2, (index) => Date.UTC(2000, 0, 1) + (index === 0 ? 1 : -1));
  expect(buffer.readBigInt64BE(24)).toBe(1_000n);
  expect(buffer.readBigInt64BE(36)).toBe(-1_000n);
});
