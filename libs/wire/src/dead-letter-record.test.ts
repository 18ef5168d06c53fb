import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeDeadLetter, encodeDeadLetter, type DeadLetter } from './dead-letter-record.js';

const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((value) => !value.includes('\u0000'));
const letter: fc.Arbitrary<DeadLetter> = fc.record(
  {
    reason: text,
    detail: text,
    payload: fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
    receivedAtMs: fc.integer({ min: 1, max: 253_402_300_799_999 }),
    deviceId: text,
    clientId: text,
    mqttTopic: text,
    decoder: text,
    origin: fc.record({
      topic: text,
      partition: fc.nat(999_999_999),
      offset: fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }),
    }),
  },
  { requiredKeys: ['reason', 'detail', 'payload', 'receivedAtMs'] },
);

/** Kafka gives headers back as bytes. */
const asBytes = (headers: Record<string, string>): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]));

describe('dead letter', () => {
  test('decodes what it encodes', () => {
    fc.assert(
      fc.property(letter, (original) => {
        const { value, headers } = encodeDeadLetter(original);
        expect(decodeDeadLetter(value, asBytes(headers), 7)).toEqual(original);
      }),
    );
  });

  test('the key is the device, else the client, else none', () => {
    const base = { reason: 'r', detail: 'd', payload: Buffer.alloc(0), receivedAtMs: 1 };
    expect(encodeDeadLetter({ ...base, deviceId: 'd', clientId: 'c' }).key).toBe('d');
    expect(encodeDeadLetter({ ...base, clientId: 'c' }).key).toBe('c');
    expect(encodeDeadLetter(base).key).toBeNull();
  });

  test('one without anything is never refused', () => {
    expect(decodeDeadLetter(null, {}, 7)).toEqual({
      reason: 'unknown',
      detail: '',
      payload: Buffer.alloc(0),
      receivedAtMs: 7,
    });
  });

  test('any headers are taken', () => {
    const name = fc.constantFrom(
      'reason',
      'received-at',
      'device-id',
      'origin-topic',
      'origin-partition',
      'origin-offset',
      'x',
    );
    const header = fc.oneof(
      fc.string(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.array(fc.string(), { maxLength: 2 }),
    );
    fc.assert(
      fc.property(fc.dictionary(name, header, { noNullPrototype: true }), (headers) => {
        const decoded = decodeDeadLetter(Buffer.from('x'), headers, 7);
        expect(decoded.receivedAtMs).toBeGreaterThan(0);
        expect(decoded.reason).not.toContain('\u0000');
      }),
    );
  });
});
