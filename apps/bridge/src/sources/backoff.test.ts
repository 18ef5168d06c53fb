import { expect, test } from '@jest/globals';
import { Backoff } from './backoff.js';

test.each<[random: number, pauses: number[]]>([
  [1, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]],
  [0, [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]],
])('with a chance of %d the pauses are %j', (random, pauses) => {
  const backoff = new Backoff(() => random);
  expect(pauses.map(() => backoff.nextMs())).toEqual(pauses);
  backoff.reset();
  expect(backoff.nextMs()).toBe(pauses[0]);
});
