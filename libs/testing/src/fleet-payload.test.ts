import { expect, test } from '@jest/globals';
import { FLEET_METRICS, fleetValue, PAYLOAD, writePayload } from './fleet-payload.js';

function payload(seed: number, device: number, seq: number, tsMs: number): string {
  const bytes = Buffer.from(PAYLOAD.text);
  writePayload(bytes, 0, { seed, device, seq, tsMs });
  return bytes.toString();
}

test('a payload is 200 bytes of JSON with a time and four metrics', () => {
  const text = payload(1, 2, 3, 1_795_244_000_123);
  expect(text).toHaveLength(200);
  expect(Object.keys(JSON.parse(text) as object)).toEqual(['ts', ...FLEET_METRICS]);
});

test('parsing a payload gives exactly the values that the ledger expects', () => {
  for (let seq = 0; seq < 2_000; seq++) {
    const tsMs = 1_600_000_000_000 + seq * 7_919;
    const parsed = JSON.parse(payload(42, seq % 13, seq, tsMs)) as Record<string, number>;
    expect(parsed['ts']).toBe(tsMs);
    expect(FLEET_METRICS.map((metric) => parsed[metric])).toEqual(
      FLEET_METRICS.map((_, index) => fleetValue(42, seq % 13, seq, index)),
    );
  }
});

test('same seed, device and number, same payload; another of any of them, another one', () => {
  const first = payload(1, 2, 3, 1_795_244_000_000);
  expect(payload(1, 2, 3, 1_795_244_000_000)).toBe(first);
  expect(payload(9, 2, 3, 1_795_244_000_000)).not.toBe(first);
  expect(payload(1, 9, 3, 1_795_244_000_000)).not.toBe(first);
  expect(payload(1, 2, 9, 1_795_244_000_000)).not.toBe(first);
});

test('writes nothing outside its own bytes', () => {
  const bytes = Buffer.concat([Buffer.from('<<'), Buffer.from(PAYLOAD.text), Buffer.from('>>')]);
  writePayload(bytes, 2, { seed: 1, device: 1, seq: 1, tsMs: 1_795_244_000_000 });
  expect(bytes.toString()).toMatch(/^<<\{.*\}>>$/);
});
