import { describe, expect, test } from '@jest/globals';
import { isValidDeviceId, isValidMetricName, isValidText, LIMITS, type Telemetry } from '@fieldstream/domain';
import fc from 'fast-check';
import { decodeTelemetry, encodeTelemetry } from './telemetry-record.js';
import { WireError } from './wire-error.js';

const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const metric = text.filter(isValidMetricName);
const value = fc.oneof(
  // JSON has no negative zero.
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
  fc.boolean(),
  text.filter(isValidText),
);
const timeMs = fc.integer({ min: 0, max: 253_402_300_799_999 });
const telemetry: fc.Arbitrary<Telemetry> = fc.record(
  {
    deviceId: text.filter(isValidDeviceId),
    receivedAtMs: timeMs,
    samples: fc.array(
      fc.record({
        timeMs,
        values: fc
          .array(fc.tuple(metric, value), { minLength: 1, maxLength: 6 })
          .map((entries) => new Map(entries)),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    units: fc
      .array(fc.tuple(metric, text.filter(isValidText)), { minLength: 1, maxLength: 3 })
      .map((entries) => new Map(entries)),
  },
  { requiredKeys: ['deviceId', 'receivedAtMs', 'samples'] },
);

const decodeJson = (json: unknown): Telemetry => decodeTelemetry(Buffer.from(JSON.stringify(json)));
const record = (change: object): object => ({ v: 1, d: 'd', r: 1, s: [[1, { t: 1 }]], ...change });

describe('telemetry record', () => {
  test('decodes what it encodes', () => {
    fc.assert(
      fc.property(telemetry, (original) => {
        expect(decodeTelemetry(encodeTelemetry(original))).toEqual(original);
      }),
    );
  });

  test('is read from any window of a buffer', () => {
    const original: Telemetry = {
      deviceId: 'd',
      receivedAtMs: 5,
      samples: [{ timeMs: 4, values: new Map([['t', 1]]) }],
    };
    const bytes = encodeTelemetry(original);
    const window = new Uint8Array(Buffer.concat([Buffer.from('xx'), bytes, Buffer.from('yy')])).subarray(
      2,
      2 + bytes.length,
    );
    expect(decodeTelemetry(window)).toEqual(original);
  });

  test('stays compact', () => {
    expect(
      encodeTelemetry({
        deviceId: 'd',
        receivedAtMs: 5,
        samples: [{ timeMs: 4, values: new Map([['t', 1]]) }],
        units: new Map(),
      }).toString(),
    ).toBe('{"v":1,"d":"d","r":5,"s":[[4,{"t":1}]]}');
  });

  test('names of the prototype are metrics like any other', () => {
    const values = new Map([
      ['constructor', 1],
      ['toString', 2],
      ['hasOwnProperty', 3],
    ]);
    const original: Telemetry = { deviceId: '__proto__', receivedAtMs: 5, samples: [{ timeMs: 4, values }] };
    expect(decodeTelemetry(encodeTelemetry(original))).toEqual(original);
  });

  const damaged: [name: string, bytes: Buffer | null][] = [
    ['null', null],
    ['empty', Buffer.alloc(0)],
    ['not JSON', Buffer.from('{')],
    ['binary', Buffer.from([0xff, 0x00, 0x7b])],
    ['an array', Buffer.from('[]')],
    ['null as JSON', Buffer.from('null')],
    ...Object.entries({
      'no version': { v: undefined },
      'another version': { v: 2 },
      'no device': { d: undefined },
      'invalid device': { d: 'a/b' },
      'device is a number': { d: 5 },
      'no received time': { r: undefined },
      'received time of text': { r: '5' },
      'received time beyond any date': { r: 253_402_300_800_000 },
      'no samples': { s: [] },
      'samples are an object': { s: {} },
      'sample is an object': { s: [{ t: 1 }] },
      'sample of three': { s: [[1, { t: 1 }, 2]] },
      'sample without time': { s: [[null, { t: 1 }]] },
      'fractional time': { s: [[1.5, { t: 1 }]] },
      'values are an array': { s: [[1, [1]]] },
      'no values': { s: [[1, {}]] },
      'value is null': { s: [[1, { t: null }]] },
      'value is an object': { s: [[1, { t: {} }]] },
      'text with U+0000': { s: [[1, { t: '\u0000' }]] },
      'metric of no length': { s: [[1, { '': 1 }]] },
      'too many samples': { s: Array.from({ length: LIMITS.samplesPerPublish + 1 }, () => [1, { t: 1 }]) },
      'too many metrics': {
        s: [
          [
            1,
            Object.fromEntries(Array.from({ length: LIMITS.metricsPerSample + 1 }, (_, i) => [`m${i}`, 1])),
          ],
        ],
      },
      'units are an array': { u: [] },
      'unit is a number': { u: { t: 1 } },
      'unit too long': { u: { t: 'x'.repeat(LIMITS.unitLength + 1) } },
    }).map(([name, change]): [string, Buffer] => [name, Buffer.from(JSON.stringify(record(change)))]),
    ['__proto__ as a metric', Buffer.from('{"v":1,"d":"d","r":1,"s":[[1,{"__proto__":1}]]}')],
    ['1e999', Buffer.from('{"v":1,"d":"d","r":1,"s":[[1,{"t":1e999}]]}')],
  ];
  test.each(damaged)('refuses %s', (_, bytes) => {
    expect(() => decodeTelemetry(bytes)).toThrow(WireError);
  });

  test('takes the record that the damaged ones were made from', () => {
    expect(decodeJson(record({})).deviceId).toBe('d');
  });

  test('any bytes: a telemetry or a WireError', () => {
    const damage = fc.record({ at: fc.nat(), to: fc.nat(255) });
    fc.assert(
      fc.property(telemetry, fc.array(damage, { minLength: 1, maxLength: 3 }), (original, damages) => {
        const bytes = encodeTelemetry(original);
        for (const { at, to } of damages) bytes[at % bytes.length] = to;
        try {
          decodeTelemetry(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
    );
  });
});
