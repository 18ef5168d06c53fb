import { describe, expect, test } from '@jest/globals';
import { native } from '@fieldstream/decoders';
import { compareLevels, isValidDeviceId, parseRule } from '@fieldstream/domain';
import { demoRules } from '../demo/demo-rules.js';
import { buildFleet, DEVICE_KINDS, ONE_OF_EACH, type FleetOptions } from './fleet.js';
import { MIDNIGHT_MS, modelOf, seriesOf, valueOf } from './model-samples.js';

const OPTIONS: FleetOptions = {
  seed: 1,
  devices: ONE_OF_EACH,
  prefix: 'demo',
  anchorMs: MIDNIGHT_MS,
  zoneOffsetMs: 0,
};
const HOUR = 3_600_000;
const fleet = buildFleet(OPTIONS);

test('has 36 devices with IDs of their own, at five sites', () => {
  const ids = fleet.map(({ deviceId }) => deviceId);
  expect(new Set(ids).size).toBe(36);
  expect(ids.every(isValidDeviceId)).toBe(true);
  expect(new Set(fleet.map(({ site }) => site)).size).toBe(5);
  expect(ids).toContain('demo-coldstore-freezer-3');
});

test('publishes less than thirty times a second in all, each device every 2 to 10 seconds', () => {
  expect(fleet.reduce((sum, { intervalMs }) => sum + 1_000 / intervalMs, 0)).toBeLessThan(30);
  for (const { intervalMs } of fleet) expect(intervalMs >= 2_000 && intervalMs <= 10_000).toBe(true);
});

test.each([
  [1, 1],
  [5, 4],
  [8, 5],
  [1_000, 5],
])('a fleet of %d has that many; the first eight are of %d sites', (devices, expected) => {
  const ids = buildFleet({ ...OPTIONS, devices }).map(({ deviceId }) => deviceId);
  expect(new Set(ids).size).toBe(devices);
  expect(new Set(ids.slice(0, 8).map((id) => id.split('-')[1])).size).toBe(expected);
});

test('the same options give the same readings and deliveries, in whatever order they are asked for', () => {
  const moments = Array.from({ length: 50 }, (_, index) => MIDNIGHT_MS + index * 37_000);
  const again = buildFleet(OPTIONS);
  for (const [index, device] of fleet.entries()) {
    const backwards = moments
      .toReversed()
      .map((at) => [again[index]?.observe(at), again[index]?.deliveryAt(at)]);
    expect(moments.map((at) => [device.observe(at), device.deliveryAt(at)])).toEqual(backwards.toReversed());
  }
});

test('another seed gives other readings', () => {
  const other = buildFleet({ ...OPTIONS, seed: 2 });
  for (const [index, device] of fleet.entries()) {
    expect(other[index]?.observe(MIDNIGHT_MS + HOUR)).not.toEqual(device.observe(MIDNIGHT_MS + HOUR));
  }
});

test('every payload is one that the native decoder takes, with the same metrics each time', () => {
  for (const device of fleet) {
    const metricsAt = (timeMs: number): readonly string[] => {
      const decoded = native.decode({
        topic: '',
        levels: ['devices', device.deviceId, 'telemetry'],
        payload: Buffer.from(JSON.stringify({ ts: timeMs, ...device.observe(timeMs) })),
        receivedAtMs: timeMs,
      });
      if (decoded.kind !== 'decoded') throw new Error(`${device.deviceId}: ${decoded.kind}`);
      const sample = decoded.telemetry[0]?.samples[0];
      expect(sample?.timeMs).toBe(timeMs);
      return [...(sample?.values.keys() ?? [])].sort();
    };
    expect(metricsAt(MIDNIGHT_MS + 12 * HOUR)).toEqual(metricsAt(MIDNIGHT_MS));
  }
});

describe.each(DEVICE_KINDS.map((kind) => [kind.kind, kind] as const))('%s', (_, kind) => {
  const values = modelOf(kind, 1)(MIDNIGHT_MS);

  test('has a rule that the platform takes, on a metric that it reports', () => {
    const rule = demoRules('demo').find(({ site }) => site === kind.site)?.rule;
    expect(parseRule(JSON.parse(JSON.stringify(rule)))).toEqual({ ok: true, rule });
    expect(typeof valueOf(values, kind.rule.metric)).toBe('number');
  });

  test('breaks other metrics than the one that the rule watches, and such as it reports', () => {
    for (const metric of [kind.faults.spike.metric, kind.faults.stuck]) {
      expect(Object.keys(values)).toContain(metric);
      expect(metric).not.toBe(kind.rule.metric);
    }
  });

  test('lets a steady device have the incident', () => {
    expect(kind.habits[kind.incident.device - 1]).toBe('steady');
  });

  test.each([1, 2, 3])('never breaches its rule in two days without an incident (seed %d)', (seed) => {
    const series = seriesOf(
      modelOf(kind, seed),
      kind.rule.metric,
      MIDNIGHT_MS,
      MIDNIGHT_MS + 48 * HOUR,
      kind.intervalMs * 10,
    );
    expect(series.filter((value) => compareLevels(kind.rule.params, value).breached > 0)).toEqual([]);
  });
});
