import { describe, expect, it } from '@jest/globals';
import { durationText } from './duration-text.js';

describe('durationText', () => {
  it.each([
    [0, '0s'],
    [-5, '0s'],
    [250, '250ms'],
    [1_000, '1s'],
    [1_500, '1s 500ms'],
    [65_000, '1m 5s'],
    [3_600_000, '1h'],
    [3_605_000, '1h'],
    [93_600_000, '1d 2h'],
  ])('%d ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});
