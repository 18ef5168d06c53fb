import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  decodeDeviceEvent,
  DEVICE_EVENT_TYPES,
  encodeDeviceEvent,
  type BridgeLedger,
  type DeviceEvent,
} from './device-event-record.js';
import { WireError } from './wire-error.js';

const text = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((value) => !value.includes('\u0000'));
const timeMs = fc.integer({ min: 0, max: 253_402_300_799_999 });
const event: fc.Arbitrary<DeviceEvent> = fc.record(
  {
    kind: fc.constant('device' as const),
    type: fc.constantFrom(...DEVICE_EVENT_TYPES),
    deviceId: text,
    clientId: text,
    timeMs,
    detail: text,
  },
  { requiredKeys: ['kind', 'type', 'deviceId', 'timeMs'] },
);
const count = fc.nat();
const ledger: fc.Arbitrary<BridgeLedger> = fc.record({
  kind: fc.constant('bridge-ledger' as const),
  instance: text,
  startedAtMs: timeMs,
  timeMs,
  counters: fc.record({
    received: count,
    produced: count,
    presence: count,
    deadLettered: count,
    shed: count,
    refused: count,
    inFlight: count,
  }),
});

const good: DeviceEvent = { kind: 'device', type: 'connected', deviceId: 'd', timeMs: 1 };
const goodLedger: BridgeLedger = {
  kind: 'bridge-ledger',
  instance: 'i',
  startedAtMs: 1,
  timeMs: 2,
  counters: { received: 0, produced: 0, presence: 0, deadLettered: 0, shed: 0, refused: 0, inFlight: 0 },
};

describe('device event', () => {
  test('decodes what it encodes', () => {
    fc.assert(
      fc.property(fc.oneof(event, ledger), (original) => {
        expect(decodeDeviceEvent(encodeDeviceEvent(original))).toEqual(original);
      }),
    );
  });

  test.each([
    ['an unknown kind', { ...good, kind: 'x' }],
    ['an unknown type', { ...good, type: 'x' }],
    ['no device', { ...good, deviceId: undefined }],
    ['U+0000', { ...good, detail: 'a\u0000' }],
    ['a time of text', { ...good, timeMs: '1' }],
    ['another version', { ...good, v: 2 }],
    ['a ledger without instance', { ...goodLedger, instance: undefined }],
    ['a ledger without counters', { ...goodLedger, counters: undefined }],
    ['a ledger with null counters', { ...goodLedger, counters: null }],
    [
      'a ledger with a missing counter',
      { ...goodLedger, counters: { ...goodLedger.counters, shed: undefined } },
    ],
  ])('refuses %s', (_, record) => {
    expect(() => decodeDeviceEvent(Buffer.from(JSON.stringify({ v: 1, ...record })))).toThrow(WireError);
  });

  test('refuses what is not an object', () => {
    for (const bytes of [null, Buffer.from(''), Buffer.from('[]'), Buffer.from('x')]) {
      expect(() => decodeDeviceEvent(bytes)).toThrow(WireError);
    }
  });
});
