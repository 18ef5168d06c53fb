import { expect, test } from '@jest/globals';
import { ageText } from './age.js';

test.each([
  [-5_000, 'now'],
  [0, 'now'],
  [999, 'now'],
  [1_000, '1 s ago'],
  [59_999, '59 s ago'],
  [60_000, '1 min ago'],
  [3_599_999, '59 min ago'],
  [3_600_000, '1 h ago'],
  [86_399_999, '23 h ago'],
  [86_400_000 * 400, '400 d ago'],
])('%i ms: %s', (ageMs, text) => {
  expect(ageText(1e12 - ageMs, 1e12)).toBe(text);
});
