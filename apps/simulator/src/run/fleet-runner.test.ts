import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually, freePort } from '@fieldstream/testing';
import type { Logger } from '@fieldstream/domain';
import { buildFleet, type FleetDevice } from '../fleet/fleet.js';
import { FleetRunner, type FleetRunnerOptions } from './fleet-runner.js';
import { TestBroker } from './test-broker.js';

const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const MINUTE = 60_000;

let broker: TestBroker;
const runners: FleetRunner[] = [];

beforeEach(async () => {
  broker = await TestBroker.start();
});

afterEach(async () => {
  for (const runner of runners.splice(0)) await runner.close();
  await broker.close();
});

async function run(
  devices: readonly FleetDevice[],
  options: Partial<FleetRunnerOptions> = {},
): Promise<FleetRunner> {
  const runner = await FleetRunner.start({ url: broker.url, devices, rate: 1, logger: SILENT, ...options });
  runners.push(runner);
  return runner;
}

/** A device that reports its own time, every 20 ms, and remembers which readings it has taken. */
function device(
  deviceId: string,
  more: Partial<FleetDevice> = {},
): FleetDevice & { readonly taken: readonly number[] } {
  const taken: number[] = [];
  return {
    taken,
    deviceId,
    site: 'test',
    name: deviceId,
    habit: 'steady',
    intervalMs: 20,
    phaseMs: 3,
    skewMs: 0,
    observe(timeMs) {
      taken.push(timeMs);
      return { at: timeMs };
    },
    observeSound: (timeMs) => ({ at: timeMs, sound: true }),
    deliveryAt: () => 'send',
    ...more,
  };
}

interface Reading {
  readonly ts: number;
  readonly at: number;
}

/** All readings of a device, in order of arrival, those of arrays one by one. */
function readingsOf(deviceId: string): readonly Reading[] {
  return broker.telemetryOf(deviceId).flat() as Reading[];
}

async function until(what: string, check: () => boolean): Promise<void> {
  await eventually(check, { what, everyMs: 10 });
}

test('every device connects, says online, and publishes what its model says of each moment', async () => {
  const fleet = buildFleet({
    seed: 1,
    devices: 20,
    prefix: 'test',
    anchorMs: Date.now() - MINUTE,
    zoneOffsetMs: 0,
    // The others may keep silent at the moment of the test.
  }).filter(({ habit }) => !['dropouts', 'late', 'flaky'].includes(habit));
  const runner = await run(fleet, { rate: 50 });
  await until('five readings of each device', () =>
    fleet.every(({ deviceId }) => readingsOf(deviceId).length >= 5),
  );
  for (const each of fleet) {
    expect(broker.statusesOf(each.deviceId)).toEqual(['online']);
    for (const { ts, ...values } of readingsOf(each.deviceId)) {
      expect(values).toEqual(each.observe(ts + each.skewMs));
    }
  }
  expect(runner.counts.connected).toBe(fleet.length);
});

test('moments of readings keep to the grid of the device, also when it is started again', async () => {
  const [first, again] = [device('a'), device('a')];
  await (await run([first])).close();
  await run([again]);
  await until('readings', () => readingsOf('a').length > 10);
  for (const { ts, at } of readingsOf('a')) {
    expect(ts % 20).toBe(3);
    expect(at).toBe(ts);
  }
});

test('closing waits for the acknowledgements and says offline, once, retained', async () => {
  const runner = await run([device('a'), device('b')]);
  await until('readings of both', () => readingsOf('a').length > 3 && readingsOf('b').length > 3);
  broker.hold();
  await until('something held', () => broker.held > 0);
  const closed = runner.close();
  await until('both goodbyes', () => broker.statusesOf('a').length + broker.statusesOf('b').length === 4);
  broker.release();
  await closed;
  const { published, acked, connected } = runner.counts;
  expect({ acked, connected }).toEqual({ acked: published, connected: 0 });
  for (const id of ['a', 'b']) expect(broker.statusesOf(id)).toEqual(['online', 'offline']);
  expect(broker.received.filter(({ topic }) => topic.endsWith('/status')).every(({ retain }) => retain)).toBe(
    true,
  );
});

test('while acknowledgements are withheld a bounded number is in flight, and nothing is lost', async () => {
  const a = device('a');
  const runner = await run([a]);
  await until('a first reading', () => readingsOf('a').length > 0);
  broker.hold();
  await until('the whole window in flight', () => runner.counts.published - runner.counts.acked === 4);
  const { published } = runner.counts;
  const taken = a.taken.length;
  await until('twenty more readings', () => a.taken.length > taken + 20);
  expect(runner.counts.published).toBe(published);
  broker.release();
  await until('a publish of several readings', () => runner.counts.late > 0);
  await runner.close();
  expect(readingsOf('a').map(({ ts }) => ts)).toEqual(a.taken);
  expect(runner.counts.overflowed).toBe(0);
});

test('readings beyond the backlog are lost, the oldest first, and counted', async () => {
  const a = device('a', { intervalMs: 1, phaseMs: 0 });
  const runner = await run([a]);
  await until('a first reading', () => readingsOf('a').length > 0);
  broker.hold();
  await until('an overflow', () => runner.counts.overflowed > 20);
  broker.release();
  await until('the backlog sent', () => runner.counts.late >= 2);
  await runner.close();
  const arrived = new Set(readingsOf('a').map(({ ts }) => ts));
  const missing = a.taken.filter((ts) => !arrived.has(ts));
  const from = a.taken.indexOf(missing[0] ?? NaN);
  expect(missing).toHaveLength(runner.counts.overflowed);
  expect(missing).toEqual(a.taken.slice(from, from + missing.length));
});

test('after the broker was away, devices come back and resend what was not acknowledged', async () => {
  const { port } = broker;
  const runner = await run([device('a')]);
  await until('readings', () => readingsOf('a').length > 3);
  broker.hold();
  await until('something held', () => broker.held > 2);
  const before = readingsOf('a').map(({ ts }) => ts);
  const heldFrom = before.length - broker.held;
  await broker.close();
  broker = await TestBroker.start(port);
  await until('the device back', () => readingsOf('a').length > 20);
  await runner.close();
  expect(runner.counts.acked).toBe(runner.counts.published);
  expect(runner.counts.lost).toBe(1);
  const after = new Set(readingsOf('a').map(({ ts }) => ts));
  for (const ts of before.slice(heldFrom)) expect(after).toContain(ts);
  expect(broker.statusesOf('a')).toEqual(['online', 'offline']);
});

test.each(['lose', 'hold', 'repeat'] as const)('a device that is to %s', async (delivery) => {
  // Each second group of five readings.
  const isOdd = (timeMs: number): boolean => Math.floor(timeMs / 100) % 2 === 1;
  const runner = await run([device('a', { deliveryAt: (at) => (isOdd(at) ? delivery : 'send') })]);
  await until('four groups', () => readingsOf('a').length > 20);
  await runner.close();
  const { dropped, late, repeated } = runner.counts;
  const times = readingsOf('a').map(({ ts }) => ts);
  const odd = times.filter(isOdd);
  if (delivery === 'lose') expect([odd.length, dropped > 4]).toEqual([0, true]);
  if (delivery === 'hold') expect([new Set(times).size === times.length, late > 0]).toEqual([true, true]);
  if (delivery === 'repeat') {
    const texts = broker.telemetryOf('a').map((payload) => JSON.stringify(payload));
    expect([texts.length - new Set(texts).size, repeated > 0]).toEqual([repeated, true]);
  }
});

test('a flaky device breaks off: last will, then online again with what it held', async () => {
  let isOffline = false;
  const a = device('a', { deliveryAt: () => (isOffline ? 'offline' : 'send') });
  const runner = await run([a]);
  await until('readings', () => readingsOf('a').length > 3);
  isOffline = true;
  await until('the last will', () => broker.statusesOf('a').includes('offline'));
  expect(runner.counts).toMatchObject({ cut: 1, lost: 0, connected: 0 });
  const sent = readingsOf('a').length;
  isOffline = false;
  await until('readings again', () => readingsOf('a').length > sent);
  await runner.close();
  expect(broker.statusesOf('a')).toEqual(['online', 'offline', 'online', 'offline']);
  expect(readingsOf('a').map(({ ts }) => ts)).toEqual(a.taken);
  expect(runner.counts.acked).toBe(runner.counts.published);
});

test('history comes first, in large publishes, and for those devices alone that want it', async () => {
  const now = Date.now();
  const fromMs = Math.floor(now / MINUTE) * MINUTE - 5_000 * MINUTE;
  const runner = await run([device('a'), device('b')], {
    history: { fromMs, toMs: now, stepMs: MINUTE, deviceIds: new Set(['a']) },
  });
  await runner.whenStarted();
  await until('present readings', () => readingsOf('a').length > 5_010 && readingsOf('b').length > 10);
  const past = readingsOf('a').filter((reading) => 'sound' in reading);
  expect(past.length).toBeGreaterThanOrEqual(5_000);
  expect(past.map(({ ts }) => ts)).toEqual(past.map((_, index) => fromMs + index * MINUTE));
  expect(readingsOf('a').slice(0, past.length)).toEqual(past);
  expect(runner.counts.history).toBeGreaterThan(1);
  expect(runner.counts.history).toBeLessThan(10);
  expect(readingsOf('b').every((reading) => !('sound' in reading))).toBe(true);
});

test('closing in the middle of the history ends it', async () => {
  broker.hold();
  const fleet = Array.from({ length: 30 }, (_, index) => device(`d${index}`));
  const runner = await run(fleet, { history: { fromMs: 0, toMs: 100 * MINUTE, stepMs: MINUTE } });
  await until('history held', () => broker.telemetryOf('d0').length === 1);
  broker.release();
  await runner.close();
  expect(runner.counts.connected).toBe(0);
  const received = broker.received.length;
  await runner.whenStarted();
  expect(broker.received).toHaveLength(received);
});

test('a broker that is not there is told in one sentence', async () => {
  const port = await freePort();
  const starting = FleetRunner.start({
    url: `mqtt://127.0.0.1:${port}`,
    devices: [device('a')],
    rate: 1,
    logger: SILENT,
  });
  await expect(starting).rejects.toThrow(`cannot connect to 127.0.0.1:${port}: `);
});
