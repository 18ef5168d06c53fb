import { expect, test } from '@jest/globals';
import { type Broker } from './broker.js';
import { type Peer } from './dispatch.js';
import { durableChange, durableOffsets } from './long-poll.js';
import { WakeUps } from './wake-ups.js';

const WANTED = [
  { topic: 't', partition: 0 },
  { topic: 't', partition: 1 },
  { topic: 'gone', partition: 0 },
];
const LONG_MS = 600_000;

/** As much of a broker as polls look at, with the number of those who listen. */
function make(): {
  broker: Broker;
  peer: Peer;
  move: (partition: number) => void;
  leave: () => void;
  listeners: () => number;
} {
  const all = { data: [new Set<() => void>(), new Set<() => void>()], leave: new Set<() => void>() };
  const subscribe = (set: Set<() => void>, listener: () => void): (() => void) => {
    set.add(listener);
    return () => {
      set.delete(listener);
    };
  };
  const partitions = all.data.map((set) => ({
    durableOffset: 5,
    onDurable: (listener: () => void) => subscribe(set, listener),
  }));
  const wakeUps = new WakeUps();
  const topics = { get: (name: string) => (name === 't' ? { partitions } : undefined) };
  const broker = { topics, wakeUps } as unknown as Broker;
  const peer = { onClose: (listener: () => void) => subscribe(all.leave, listener) } as unknown as Peer;
  const fire = (set: Set<() => void> | undefined): void => {
    for (const listener of set ?? []) listener();
  };
  return {
    broker,
    peer,
    move: (partition) => {
      const log = partitions[partition];
      if (log) log.durableOffset++;
      fire(all.data[partition]);
    },
    leave: () => fire(all.leave),
    listeners: () => all.leave.size + all.data.reduce((sum, set) => sum + set.size, 0),
  };
}

test.each<[string, (bed: ReturnType<typeof make>) => void, string]>([
  ['a partition moves', ({ move }) => move(1), 'look'],
  ['everybody is woken', ({ broker }) => broker.wakeUps.wake(), 'look'],
  ['the client goes', ({ leave }) => leave(), 'gone'],
])('ends when %s, and listens to nothing any more', async (_, happen, outcome) => {
  const bed = make();
  const seen = durableOffsets(bed.broker, WANTED);
  expect(seen).toEqual([5, 5, undefined]);
  const polling = durableChange(bed.broker, WANTED, seen, { leftMs: LONG_MS, pauseMs: 0, peer: bed.peer });
  expect(bed.listeners()).toBe(3);
  happen(bed);
  await expect(polling).resolves.toBe(outcome);
  expect(bed.listeners()).toBe(0);
});

test('ends at once when a partition has moved since it was read', async () => {
  const bed = make();
  const seen = durableOffsets(bed.broker, WANTED);
  bed.move(0);
  await durableChange(bed.broker, WANTED, seen, { leftMs: LONG_MS, pauseMs: 0, peer: bed.peer });
  expect(bed.listeners()).toBe(0);
});

test('ends when the time is up, even one that no timer can hold', async () => {
  const bed = make();
  const seen = durableOffsets(bed.broker, WANTED);
  await durableChange(bed.broker, WANTED, seen, { leftMs: 1, pauseMs: 0, peer: bed.peer });
  const polling = durableChange(bed.broker, WANTED, seen, { leftMs: 2 ** 40, pauseMs: 0, peer: bed.peer });
  bed.leave();
  await expect(polling).resolves.toBe('gone');
});
