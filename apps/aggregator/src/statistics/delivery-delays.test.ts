import { expect, test } from '@jest/globals';
import type { Telemetry } from '@fieldstream/domain';
import { DeliveryDelays, MAX_DEVICES } from './delivery-delays.js';

const NOON = Date.UTC(2026, 5, 1, 12);

/** A publish that was received at noon, with a sample of two readings for each delay. */
const publish = (deviceId: string, ...delaysMs: number[]): Telemetry => ({
  deviceId,
  receivedAtMs: NOON,
  samples: delaysMs.map((delayMs) => ({
    timeMs: NOON - delayMs,
    values: new Map<string, number | string>([
      ['a', 1],
      ['b', 'on'],
    ]),
  })),
});

test('counts publishes by the time until their commit, readings by the time until they were received', () => {
  const delays = new DeliveryDelays();
  delays.observe(publish('d', 0, 1), NOON + 5);
  delays.observe(publish('d', 1_000), NOON + 6);
  delays.observe(publish('d', 1_001), NOON + 60_001);
  expect(delays.take()).toEqual({
    counts: [
      { kind: 'latency', fromMs: -Infinity, upToMs: 5, count: 1 },
      { kind: 'latency', fromMs: 5, upToMs: 10, count: 1 },
      { kind: 'latency', fromMs: 60_000, upToMs: Infinity, count: 1 },
      { kind: 'delay', fromMs: -5_000, upToMs: 0, count: 2 },
      { kind: 'delay', fromMs: 0, upToMs: 1_000, count: 4 },
      { kind: 'delay', fromMs: 1_000, upToMs: 5_000, count: 2 },
    ],
    devices: [],
  });
  expect(delays.take()).toEqual({ counts: [], devices: [] });
});

test('a commit by a clock that is behind the bridge is one at once', () => {
  const delays = new DeliveryDelays();
  delays.observe(publish('d', 0), NOON - 500);
  expect(delays.take().counts[0]).toEqual({ kind: 'latency', fromMs: -Infinity, upToMs: 5, count: 1 });
});

test.each([
  ['just in time', 60_000, []],
  ['late', 60_001, [{ deviceId: 'd', late: 2, ahead: 0, leastMs: 60_001, mostMs: 60_001 }]],
  ['not yet ahead', -4_999, []],
  ['ahead', -5_000, [{ deviceId: 'd', late: 0, ahead: 2, leastMs: -5_000, mostMs: -5_000 }]],
])('tells a device apart that is %s', (_, delayMs, expected) => {
  const delays = new DeliveryDelays();
  delays.observe(publish('d', delayMs), NOON);
  expect(delays.take().devices).toEqual(expected);
});

test('the least delay of a device that sends a backlog is that of its newest reading', () => {
  const delays = new DeliveryDelays();
  delays.observe(publish('d', 3_600_000, 120_000, 10), NOON);
  delays.observe(publish('other', 10), NOON);
  expect(delays.take().devices).toEqual([
    { deviceId: 'd', late: 4, ahead: 0, leastMs: 10, mostMs: 3_600_000 },
  ]);
});

test('keeps a bounded number of devices; all readings stay counted', () => {
  const delays = new DeliveryDelays();
  for (let index = 0; index < MAX_DEVICES + 10; index++) delays.observe(publish(`d${index}`, 70_000), NOON);
  const { counts, devices } = delays.take();
  expect(devices).toHaveLength(MAX_DEVICES);
  expect(counts.find(({ kind }) => kind === 'delay')?.count).toBe(2 * (MAX_DEVICES + 10));
});
