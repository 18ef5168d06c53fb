import { describe, expect, test } from '@jest/globals';
import { PendingConnections, type Pending } from './pending-connections.js';

const of = (address: string, sinceMs: number): Pending => ({ address, sinceMs });

describe('PendingConnections', () => {
  test('the oldest of the address with most silent ones goes first; those that have spoken stay', () => {
    const pending = new PendingConnections<Pending>();
    const [a1, b1, b2, b3] = [of('a', 1), of('b', 2), of('b', 3), of('b', 4)];
    for (const one of [a1, b1, b2, b3]) pending.add(one);
    pending.hasSpoken(b1);
    expect([pending.size, pending.silent]).toEqual([4, 3]);
    expect(pending.firstToGo()).toBe(b2);
    pending.remove(b2);
    pending.remove(b3);
    expect(pending.firstToGo()).toBe(a1);
    pending.remove(a1);
    expect(pending.firstToGo()).toBeUndefined();
    pending.remove(b1);
    pending.remove(b1);
    expect(pending.size).toBe(0);
  });

  test('tells who has been silent for too long', () => {
    const pending = new PendingConnections<Pending>();
    const all = [of('a', 1), of('b', 2), of('a', 3)];
    for (const one of all) pending.add(one);
    expect(pending.silentSinceBefore(3)).toEqual(all.slice(0, 2));
    expect(pending.silentSinceBefore(1)).toEqual([]);
  });
});
