import { describe, expect, test } from '@jest/globals';
import { fixturePayload, loadDeviceFixtures } from '../../testing/src/device-fixtures.js';
import type { DecodeResult, StateChange } from './decoder.js';
import { createDecoders, type DecoderSet } from './registry.js';

const RECEIVED_AT_MS = Date.UTC(2026, 10, 21, 12);
const FAMILIES = ['sparkplug', 'zigbee2mqtt', 'homie', 'home-assistant'];

interface Publish {
  readonly topic: string;
  readonly payload: Uint8Array;
}

function decode(
  decoders: DecoderSet,
  { topic, payload }: Publish,
  source?: string,
): DecodeResult | undefined {
  const levels = topic.split('/');
  return decoders.decode({
    topic,
    levels,
    payload,
    receivedAtMs: RECEIVED_AT_MS,
    ...(source === undefined ? {} : { source }),
  });
}

function publishesOf(family: string): Publish[] {
  return (loadDeviceFixtures().get(family) ?? []).flatMap(({ publishes }) =>
    publishes.map((publish) => ({ topic: publish.topic, payload: fixturePayload(publish) })),
  );
}

/** Decodes all, applying what is to be kept in mind as the bridge does. @returns the changes */
function learn(
  decoders: DecoderSet,
  family: string,
  publishes: readonly Publish[],
  source?: string,
): StateChange[] {
  return publishes.flatMap((publish) => {
    const result = decode(decoders, publish, source);
    const changes = result?.kind === 'decoded' ? (result.state ?? []) : [];
    for (const change of changes) decoders.apply(family, JSON.parse(JSON.stringify(change)) as StateChange);
    return changes;
  });
}

/** What is stored of a publish. A rebirth is asked for by memory alone. */
function stored(result: DecodeResult | undefined): unknown {
  if (result?.kind !== 'decoded') return result?.kind;
  return { telemetry: result.telemetry, presence: result.presence, state: result.state };
}

describe.each(FAMILIES)('the state of %s', (family) => {
  const publishes = publishesOf(family);

  test('restores from its changes alone: the same publishes give the same', () => {
    const first = createDecoders();
    const changes = learn(first, family, publishes);
    expect(changes.length).toBeGreaterThan(0);
    const second = createDecoders();
    // Compacted: the newest of each key.
    const newest = new Map(changes.map((change) => [change.key, change]));
    for (const change of newest.values()) {
      second.apply(family, JSON.parse(JSON.stringify(change)) as StateChange);
    }
    for (const publish of publishes) {
      const expected = stored(decode(first, publish));
      expect([publish.topic, stored(decode(second, publish))]).toEqual([publish.topic, expected]);
    }
  });

  test('keeps apart what was learned from different brokers', () => {
    const decoders = createDecoders();
    const here = new Set(learn(decoders, family, publishes).map(({ key }) => key));
    const there = learn(decoders, family, publishes, 'other').map(({ key }) => key);
    expect(there.length).toBeGreaterThan(0);
    expect(there.filter((key) => here.has(key))).toEqual([]);
  });

  test('is forgotten, key by key', () => {
    const decoders = createDecoders();
    const changes = learn(decoders, family, publishes);
    for (const { key } of changes) decoders.apply(family, { key, value: null });
    expect(learn(decoders, family, publishes).length).toBe(changes.length);
  });

  test.each([
    ['x', 1],
    ['', 'text'],
    ['__proto__/__proto__/__proto__', { __proto__: null, id: 1, values: 3, m: [[1]], topics: {} }],
    ['/device/x', []],
    ['/v4/x', { constructor: 1 }],
    ['/name/x/y', { base: 1 }],
    ['/a/b', { id: 'a', m: [1, null, [], ['n', 'x']], values: [], availability: [] }],
  ])('takes a change that is none: %j', (key, value) => {
    const decoders = createDecoders();
    expect(() => decoders.apply(family, { key, value })).not.toThrow();
    for (const publish of publishes) expect(() => decode(decoders, publish)).not.toThrow();
  });
});
