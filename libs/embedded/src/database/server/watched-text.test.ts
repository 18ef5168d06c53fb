import { expect, test } from '@jest/globals';
import { watchText } from './watched-text.js';

test.each([
  'SELECT temperature FROM reading',
  'SELECT pg_advisory_xact_lock(1, 2)',
  'UPDATE listener SET a = 1',
  'BEGIN',
])('%s leaves nothing', (text) => {
  expect(watchText(text)).toBeUndefined();
});

test.each([
  ["SELECT set_config('a', 'b', false)", { mayChangeSettings: true }],
  ['SELECT pg_advisory_lock(1)', { mayStay: true }],
  ['SELECT pg_try_advisory_lock_shared(1)', { mayStay: true }],
  ['DECLARE c CURSOR WITH HOLD FOR SELECT 1', { mayStay: true }],
  ['CREATE LOCAL TEMPORARY TABLE t (a int)', { makesTemporary: true }],
  ['SELECT 1 INTO TEMP t', { makesTemporary: true }],
  ['SELECT temp FROM reading', {}],
])('%s may leave %j', (text, expected) => {
  expect(watchText(text)).toEqual({
    mayChangeSettings: false,
    mayStay: false,
    makesTemporary: false,
    replacement: undefined,
    ...expected,
  });
});

test.each([
  ['LISTEN x', true],
  ['SELECT 1; create  database d', true],
  ["SELECT 'LISTEN x'", false],
  ['-- LISTEN x\nSELECT 1', false],
  ['UNLISTEN *; SELECT listen FROM t', false],
])('%s is replaced: %s', (text, isReplaced) => {
  expect(watchText(text)?.replacement !== undefined).toBe(isReplaced);
});
