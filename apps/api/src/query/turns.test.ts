import { expect, test } from '@jest/globals';
import { Turns } from './turns.js';

test('so many work at once, the others in order, and one that fails gives its place on', async () => {
  const turns = new Turns(2, 10);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const work = (id: number) =>
    turns.run(async () => {
      begun.push(id);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (id === 1) throw new Error('failed');
      return id;
    });
  const results = Promise.allSettled([work(1), work(2), work(3), work(4)]);
  for (let done = 0; done < 4; done++) {
    expect(begun).toHaveLength(Math.min(2 + done, 4));
    ends[done]?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(begun).toEqual([1, 2, 3, 4]);
  expect((await results).map(({ status }) => status)).toEqual([
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
});

test('more than may wait are refused', async () => {
  const turns = new Turns(1, 2);
  expect(() => turns.expect(3)).not.toThrow();
  expect(() => turns.expect(4)).toThrow('More than 2 queries wait already');
});
