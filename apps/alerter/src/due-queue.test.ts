import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DueQueue } from './due-queue.js';

test('takes out what is due, earliest first, and keeps the rest', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 })), fc.integer({ min: 0, max: 50 }), (times, now) => {
      const queue = new DueQueue<number>();
      for (const [index, atMs] of times.entries()) queue.add(index, atMs);
      const due = queue.takeUntil(now).map(({ atMs }) => atMs);
      expect(due).toEqual(times.filter((atMs) => atMs <= now).sort((a, b) => a - b));
      expect(queue.takeUntil(Infinity).map(({ atMs }) => atMs)).toEqual(
        times.filter((atMs) => atMs > now).sort((a, b) => a - b),
      );
      expect(queue.length).toBe(0);
    }),
  );
});
