import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { alertKey, decodeAlert, encodeAlert, type AlertRecord } from './alert-record.js';
import { WireError } from './wire-error.js';

const text = fc.string({ unit: 'grapheme', maxLength: 30 });
const integer = fc.maxSafeInteger();
const alert: fc.Arbitrary<AlertRecord> = fc.record({
  v: fc.constant(1 as const),
  sequence: integer,
  alertId: text,
  state: fc.constantFrom('firing' as const, 'resolved' as const),
  ruleId: text,
  ruleName: text,
  severity: text,
  deviceId: text,
  metric: text,
  value: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0)),
  atMs: integer,
  startedAtMs: integer,
  summary: text,
});

describe('alert record', () => {
  test('decodes what it encodes', () => {
    fc.assert(
      fc.property(alert, (original) => {
        expect(decodeAlert(encodeAlert(original))).toEqual(original);
      }),
    );
  });

  test('refuses a record with any one field of another type', () => {
    fc.assert(
      fc.property(alert, fc.nat(12), (original, index) => {
        const field = Object.keys(original)[index] as keyof AlertRecord;
        expect(() => decodeAlert(Buffer.from(JSON.stringify({ ...original, [field]: [] })))).toThrow(
          WireError,
        );
      }),
    );
  });

  test('refuses what is not an object', () => {
    for (const bytes of [null, Buffer.from(''), Buffer.from('[]'), Buffer.from('x')]) {
      expect(() => decodeAlert(bytes)).toThrow(WireError);
    }
  });

  test('the key is rule and device', () => {
    expect(alertKey({ ruleId: 'r', deviceId: 'd' })).toBe('r/d');
  });
});
