import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createDecoders, type Decoded } from '@fieldstream/decoders';
import type { Logger } from '@fieldstream/domain';
import { eventually } from '@fieldstream/testing';
import { TestBroker } from '../run/test-broker.js';
import { buildFamilies } from './device-families.js';
import type { FamilyDevice, FamilyPublish } from './family-device.js';
import { FamilyRunner } from './family-runner.js';

const START = Date.UTC(2026, 10, 21, 12);
const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
/** Not a device's own, or the platform's. */
const NO_DEVICES = new Set(['native', 'mapping', 'command-response']);

function decodeAll(
  device: FamilyDevice,
  publishes: readonly FamilyPublish[],
  decoders = createDecoders(),
): Decoded[] {
  return publishes.flatMap(({ topic, payload }) => {
    const bytes =
      typeof payload === 'string' || payload instanceof Uint8Array
        ? Buffer.from(payload)
        : Buffer.from(JSON.stringify(payload));
    const levels = topic.split('/');
    const decoder = decoders.select(levels, bytes);
    expect([topic, decoder?.name]).toEqual([topic, device.family]);
    const named = device.username === undefined ? {} : { username: device.username };
    const result = decoder?.decode({ topic, levels, payload: bytes, receivedAtMs: START, ...named });
    if (result?.kind === 'rejected') throw new Error(`${topic}: ${result.reason}: ${result.detail}`);
    if (result?.kind !== 'decoded') return [];
    for (const change of result.state ?? []) decoder?.apply?.(change);
    return [result];
  });
}

test('there is a device of every family', () => {
  const families = createDecoders().decoders.map(({ name }) => name);
  const simulated = new Set(buildFamilies(1, 'demo').map(({ family }) => family));
  expect([...simulated].sort()).toEqual(families.filter((name) => !NO_DEVICES.has(name)).sort());
});

describe.each(buildFamilies(1, 'demo').map((device) => [device.family, device] as const))(
  '%s',
  (_family, device) => {
    test('what it says is understood, and is the same whenever it is asked', () => {
      const decoders = createDecoders();
      decodeAll(device, device.announce(START), decoders);
      const decoded = [0, 1].flatMap((index) =>
        decodeAll(device, device.observe(START + index * device.intervalMs), decoders),
      );
      const telemetry = decoded.flatMap((result) => result.telemetry);
      expect(telemetry.length).toBeGreaterThanOrEqual(2);
      for (const { samples } of telemetry) {
        for (const { timeMs } of samples) {
          expect(Math.abs(timeMs - START)).toBeLessThan(60_000);
        }
      }
      decodeAll(device, device.farewell, decoders);
      const again = buildFamilies(1, 'demo').find(({ clientId }) => clientId === device.clientId);
      again?.announce(START);
      device.announce(START);
      expect(again?.observe(START)).toEqual(device.observe(START));
    });
  },
);

describe('at work', () => {
  let broker: TestBroker;
  beforeEach(async () => {
    broker = await TestBroker.start();
  });
  afterEach(() => broker.close());

  test('each device announces itself, observes, and says its farewell', async () => {
    const devices = buildFamilies(1, 'demo');
    const runner = new FamilyRunner({ url: broker.url, devices, logger: SILENT, now: () => START });
    const senders = (): Set<string | undefined> => new Set(broker.received.map(({ clientId }) => clientId));
    await eventually(() => senders().size === devices.length, { what: 'a publish of each' });
    await runner.close();
    const topics = new Set(broker.received.map(({ topic }) => topic));
    for (const { farewell } of devices) for (const { topic } of farewell) expect(topics).toContain(topic);
  });
});
