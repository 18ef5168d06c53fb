import { expect, test } from '@jest/globals';
import { deliveryAt, SKEW_MS, type Delivery } from './delivery.js';
import type { Habit } from './device-kind.js';
import { Dice } from './dice.js';
import { withFaults } from './faults.js';
import { buildFleet, ONE_OF_EACH } from './fleet.js';
import { MIDNIGHT_MS } from './model-samples.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const dice = new Dice(1, 'habits');
const faults = { spike: { metric: 'a', value: -127 }, stuck: 'b' };
const counting = (timeMs: number) => ({ a: 20, b: timeMs });

function deliveriesOf(habit: Habit): readonly Delivery[] {
  return Array.from({ length: 720 }, (_, index) => deliveryAt(habit, dice, MIDNIGHT_MS + index * 5_000));
}

test.each<[Habit, Delivery, number, number]>([
  ['dropouts', 'lose', 0.08, 0.25],
  ['late', 'hold', 0.15, 0.4],
  ['flaky', 'offline', 0.06, 0.16],
  ['repeats', 'repeat', 0.04, 0.13],
])('%s: some readings meet with %s, the others are sent', (habit, delivery, low, high) => {
  const deliveries = deliveriesOf(habit);
  const share = deliveries.filter((each) => each === delivery).length / deliveries.length;
  expect(share).toBeGreaterThan(low);
  expect(share).toBeLessThan(high);
  expect(new Set(deliveries)).toEqual(new Set(['send', delivery]));
});

test.each<Habit>(['steady', 'spikes', 'stuck', 'skewed'])('%s: all readings are sent', (habit) => {
  expect(new Set(deliveriesOf(habit))).toEqual(new Set(['send']));
});

test('spikes: now and then one absurd value, alone', () => {
  const model = withFaults(counting, 'spikes', faults, dice);
  const values = Array.from({ length: 2_000 }, (_, index) => model(MIDNIGHT_MS + index * 5_000)['a']);
  const spikes = values.filter((value) => value === -127).length;
  expect(spikes).toBeGreaterThan(5);
  expect(spikes).toBeLessThan(40);
  expect(values.filter((value) => value === 20)).toHaveLength(2_000 - spikes);
});

test('stuck: one metric repeats itself for minutes, the others go on', () => {
  const model = withFaults(counting, 'stuck', faults, dice);
  let longestMs = 0;
  for (let at = MIDNIGHT_MS; at < MIDNIGHT_MS + HOUR; at += 1_000) {
    const values = model(at);
    expect(values['a']).toBe(20);
    longestMs = Math.max(longestMs, at - Number(values['b']));
  }
  expect(longestMs).toBeGreaterThan(80_000);
  expect(longestMs).toBeLessThan(4 * MINUTE);
});

test('each habit is met with within the first ten minutes of a fleet', () => {
  const fleet = buildFleet({
    seed: 1,
    devices: ONE_OF_EACH,
    prefix: 'demo',
    anchorMs: MIDNIGHT_MS,
    zoneOffsetMs: 0,
  });
  const seen = new Set<string>();
  for (const device of fleet) {
    for (let at = MIDNIGHT_MS; at < MIDNIGHT_MS + 10 * MINUTE; at += device.intervalMs) {
      seen.add(device.deliveryAt(at));
      const [shown, sound] = [device.observe(at), device.observeSound(at)];
      if (JSON.stringify(shown) !== JSON.stringify(sound)) seen.add(device.habit);
    }
  }
  expect([...seen].sort()).toEqual(['hold', 'lose', 'offline', 'repeat', 'send', 'spikes', 'stuck']);
  expect(fleet.filter(({ skewMs }) => skewMs !== 0).map(({ skewMs }) => skewMs)).toEqual([SKEW_MS]);
});
