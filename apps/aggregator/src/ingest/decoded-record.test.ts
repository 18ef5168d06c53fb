import { describe, expect, test } from '@jest/globals';
import type { PartitionBatch } from '@fieldstream/kafka';
import { encodeTelemetry } from '@fieldstream/wire';
import { decodeBatch, MAX_DAYS_PER_PUBLISH } from './decoded-record.js';

const NOON = Date.UTC(2026, 5, 1, 12);
const decode = (value: Buffer | null, key: Buffer | null = Buffer.from('d1'), keptFromMs?: number) => {
  const records = [{ offset: 7n, timestampMs: NOON, key, value, headers: {} }];
  const batch: PartitionBatch = {
    topic: 'telemetry.readings',
    partition: 3,
    firstOffset: 7n,
    nextOffset: 8n,
    records,
  };
  return decodeBatch(batch, keptFromMs).records[0];
};
const publishOver = (days: number): Buffer =>
  encodeTelemetry({
    deviceId: 'd1',
    receivedAtMs: NOON,
    samples: Array.from({ length: days }, (_, day) => ({
      timeMs: NOON - day * 86_400_000,
      values: new Map([
        ['a', 1],
        ['b', 2],
      ]),
    })),
  });

describe('decodeBatch', () => {
  test('counts readings and days', () => {
    const record = decode(publishOver(3));
    expect(record).toMatchObject({ offset: 7n, readings: 6 });
    expect(record?.days.size).toBe(3);
    expect(record?.letter).toBeUndefined();
  });

  test('makes a dead letter of what is not telemetry, with its place in Kafka and its bytes', () => {
    expect(decode(Buffer.from('{'))).toMatchObject({
      offset: 7n,
      readings: 0,
      letter: {
        originTopic: 'telemetry.readings',
        originPartition: 3,
        originOffset: 7n,
        reason: 'invalid-record',
        detail: 'the value is not JSON',
        deviceId: 'd1',
        payload: Buffer.from('{'),
        receivedAtMs: NOON,
      },
    });
  });

  test('a record without key and value is refused as well', () => {
    expect(decode(null, null)?.letter).toMatchObject({
      reason: 'invalid-record',
      payload: Buffer.alloc(0),
      deviceId: undefined,
    });
  });

  test('a publish that reaches beyond what is kept of the raw readings is refused whole', () => {
    expect(decode(publishOver(3), undefined, NOON - 2 * 86_400_000)?.telemetry).toBeDefined();
    const record = decode(publishOver(3), undefined, NOON - 2 * 86_400_000 + 1);
    expect(record?.telemetry).toBeUndefined();
    expect(record?.letter?.reason).toBe('past-retention');
  });

  test('a publish over more days than a transaction can hold is refused whole', () => {
    expect(decode(publishOver(MAX_DAYS_PER_PUBLISH))?.telemetry).toBeDefined();
    const record = decode(publishOver(MAX_DAYS_PER_PUBLISH + 1));
    expect(record?.telemetry).toBeUndefined();
    expect(record?.letter).toMatchObject({
      reason: 'too-many-days',
      detail: 'reports on 401 days, at most 400 are taken',
    });
  });
});
