import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ALERT_CHANGES, alertKey, decodeAlert, encodeAlert, type AlertRecord } from './alert-record.js';
import { WireError } from './wire-error.js';

const text = fc.string({ unit: 'grapheme', maxLength: 30 });
const integer = fc.maxSafeInteger();
const alert: fc.Arbitrary<AlertRecord> = fc.record({
  v: fc.constant(1 as const),
  sequence: integer,
  alertId: text,
  state: fc.constantFrom('firing' as const, 'resolved' as const),
  change: fc.constantFrom(...ALERT_CHANGES),
  ruleId: text,
  ruleName: text,
  severity: text,
  deviceId: text,
  metric: text,
  labels: fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }), text, { maxKeys: 3 }),
  value: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0)),
  text: fc.option(text),
  atMs: integer,
  startedAtMs: integer,
  summary: text,
  description: text,
  acknowledgedBy: fc.option(text),
  snoozedUntilMs: fc.option(integer),
});

const OLDER = {
  v: 1,
  sequence: 1,
  alertId: 'a',
  state: 'firing',
  ruleId: 'r',
  ruleName: 'R',
  severity: 'warning',
  deviceId: 'd',
  metric: 'm',
  value: 1,
  atMs: 1,
  startedAtMs: 1,
  summary: 's',
};

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
      fc.property(alert, fc.nat(18), (original, index) => {
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

  test('takes a record of before changes and labels were', () => {
    expect(decodeAlert(Buffer.from(JSON.stringify(OLDER)))).toMatchObject({ change: 'firing', labels: {} });
  });

  test('the key is rule, device and metric', () => {
    expect(alertKey({ ruleId: 'r', deviceId: 'd', metric: 'm/n' })).toBe('r/d/m/n');
  });
});
