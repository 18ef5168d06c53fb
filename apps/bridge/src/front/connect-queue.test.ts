import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ConnectQueue } from './connect-queue.js';

const isWanted = (): boolean => true;
let nowMs: number;
let queue: ConnectQueue;

const passes = (ms: number): void => {
  nowMs += ms;
  jest.advanceTimersByTime(ms);
};

beforeEach(() => {
  jest.useFakeTimers();
  nowMs = 0;
  queue = new ConnectQueue(4, () => nowMs);
});

afterEach(() => {
  jest.useRealTimers();
});

describe('ConnectQueue of 4 a second', () => {
  test('what comes beyond its turn waits, in order', async () => {
    const turns: number[] = [];
    expect(queue.turn(isWanted)).toBe(true);
    for (const n of [1, 2, 3]) void Promise.resolve(queue.turn(isWanted)).then(() => turns.push(n));
    expect(queue.waiting).toBe(3);
    passes(300);
    await Promise.resolve();
    expect(turns).toEqual([1]);
    passes(600);
    await Promise.resolve();
    expect(turns).toEqual([1, 2]);
    expect(queue.waiting).toBe(1);
  });

  test('beyond two seconds of waiting there is no turn', async () => {
    void queue.turn(isWanted);
    const waiting = Array.from({ length: 8 }, async () => queue.turn(isWanted));
    expect(await queue.turn(isWanted)).toBe(false);
    expect(queue.refused).toBe(1);
    for (let i = 0; i < 150; i++) passes(20);
    expect(await Promise.all(waiting)).toEqual(Array.from({ length: 8 }, () => true));
  });

  test('those who have left use up no turn', async () => {
    void queue.turn(isWanted);
    const left = queue.turn(() => false);
    const stays = queue.turn(isWanted);
    passes(300);
    expect([await left, await stays]).toEqual([false, true]);
  });
});
