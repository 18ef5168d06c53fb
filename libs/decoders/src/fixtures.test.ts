import { describe, expect, test } from '@jest/globals';
import { fixturePayload, loadDeviceFixtures, type DeviceFixture } from '../../testing/src/device-fixtures.js';
import type { DeviceDescription, DevicePresence } from '@fieldstream/domain';
import { createDecoders } from './registry.js';

/** 2026-11-21T12:00:00Z; after every time in the fixtures. */
const RECEIVED_AT_MS = Date.UTC(2026, 10, 21, 12);

type Expectation = DeviceFixture['expect'];

/** Plays the publishes in order into decoders of their own, and gathers what came out, as a fixture says it. */
function play(fixture: DeviceFixture): Expectation & { families: string[] } {
  const decoders = createDecoders();
  const families = new Set<string>();
  const readings: Expectation['readings'] = [];
  const presence: DevicePresence[] = [];
  const descriptions: DeviceDescription[] = [];
  let rejected: string | undefined;
  for (const publish of fixture.publishes) {
    const levels = publish.topic.split('/');
    const payload = fixturePayload(publish);
    // As the bridge: an empty retained payload removes what was retained, and is nobody's.
    if (publish.retain === true && payload.length === 0) continue;
    const decoder = decoders.select(levels, payload);
    if (!decoder) continue;
    families.add(decoder.name);
    const result = decoder.decode({
      topic: publish.topic,
      levels,
      payload,
      receivedAtMs: RECEIVED_AT_MS,
      ...(fixture.username === undefined ? {} : { username: fixture.username }),
    });
    if (result.kind === 'rejected') rejected ??= result.reason;
    if (result.kind !== 'decoded') continue;
    for (const change of result.state ?? []) {
      // Through JSON, as it comes back from Kafka.
      decoder.apply?.({ key: change.key, value: JSON.parse(JSON.stringify(change.value)) as unknown });
    }
    presence.push(...(result.presence ?? []));
    descriptions.push(...(result.descriptions ?? []));
    for (const { deviceId, samples, units } of result.telemetry) {
      for (const { timeMs, values } of samples) {
        const isReceived = timeMs >= RECEIVED_AT_MS && timeMs < RECEIVED_AT_MS + samples.length;
        const time = isReceived ? {} : { time: new Date(timeMs).toISOString() };
        for (const [metric, value] of values) {
          const unit = units?.get(metric);
          readings.push({ deviceId, metric, value, ...(unit === undefined ? {} : { unit }), ...time });
        }
      }
    }
  }
  return {
    families: [...families],
    readings,
    presence,
    descriptions: descriptions.map(asFixture),
    ...(rejected === undefined ? {} : { rejected }),
  };
}

function asFixture({
  metrics,
  ...description
}: DeviceDescription): NonNullable<Expectation['descriptions']>[number] {
  return { ...description, ...(metrics ? { metrics: Object.fromEntries(metrics) } : {}) };
}

/** Readings in an order of their own, with times as one writes them. */
function sorted(readings: Expectation['readings']): string[] {
  return readings
    .map(({ deviceId, metric, value, unit, time }) => {
      const at = time === undefined ? '' : ` at ${new Date(time).toISOString()}`;
      return `${deviceId} ${metric} = ${JSON.stringify(value)}${unit === undefined ? '' : ` ${unit}`}${at}`;
    })
    .sort();
}

describe.each([...loadDeviceFixtures()])('%s', (family, fixtures) => {
  test.each(fixtures.map((fixture) => [fixture.name, fixture] as const))('%s', (_name, fixture) => {
    const { readings, presence, descriptions, rejected, ignored } = fixture.expect;
    const got = play(fixture);
    expect(got.families).toEqual([family]);
    expect({ readings: sorted(got.readings), rejected: got.rejected }).toEqual({
      readings: sorted(readings),
      rejected,
    });
    if (presence || ignored) expect(got.presence).toEqual(presence ?? []);
    if (descriptions || ignored) {
      expect(got.descriptions).toHaveLength(descriptions?.length ?? 0);
      expect(got.descriptions).toMatchObject(descriptions ?? []);
    }
  });

  test('has a documented case and at least three further ones', () => {
    expect(fixtures.length).toBeGreaterThanOrEqual(4);
  });
});
