import { describe, expect, test } from '@jest/globals';
import { createDecoders } from '@fieldstream/decoders';
import { KafkaError, type OutgoingRecord } from '@fieldstream/kafka';
import { decodeDeadLetter, decodeDeviceEvent, decodeTelemetry } from '@fieldstream/wire';
import fc from 'fast-check';
import { AckQueue } from './ack-queue.js';
import { PublishCounts } from './publish-counts.js';
import { PublishIntake, type IncomingPublish } from './publish-intake.js';
import { ReceivedTimes } from './received-times.js';

const NOW = 1_790_000_000_000;

interface Bench {
  readonly intake: PublishIntake;
  readonly counts: PublishCounts;
  /** What was given to Kafka and is not settled. */
  readonly records: OutgoingRecord[];
  /** Publishes by name, in the order in which `done` was called; errors with their code. */
  readonly done: string[];
  readonly acks: AckQueue;
  readonly accept: (name: string, change?: Partial<IncomingPublish>, connection?: AckQueue) => void;
  /** INVARIANT of the counters: zero. */
  readonly balance: () => number;
}

function bench(maxInFlightBytes = 1_000_000): Bench {
  const counts = new PublishCounts();
  const records: OutgoingRecord[] = [];
  const done: string[] = [];
  const acks = new AckQueue();
  const intake = new PublishIntake({
    producer: { enqueue: (record) => records.push(record) },
    decoders: createDecoders(),
    counts,
    times: new ReceivedTimes({ maxDevices: 100, maxPublishes: 100 }),
    maxInFlightBytes,
    onAcknowledged: () => {},
    now: () => NOW,
  });
  return {
    intake,
    counts,
    records,
    done,
    acks,
    accept: (name, change = {}, connection = acks) => {
      const publish: IncomingPublish = {
        topic: `devices/${name}/telemetry`,
        payload: Buffer.from('{"t":1}'),
        qos: 1,
        dup: false,
        retain: false,
        messageId: 1,
        clientId: 'c',
        isWill: false,
        isForbidden: false,
        ...change,
      };
      intake.accept(publish, connection, (error) =>
        done.push(error ? `${name}: ${(error as { code?: string }).code}` : name),
      );
    },
    balance: () => {
      const { received, produced, presence, deadLettered, shed, refused, inFlight } = counts.snapshot();
      return received - (produced + presence + deadLettered + shed + refused + inFlight);
    },
  };
}

const deadline = new KafkaError('deadline', 'not within 20 s', { retriable: true });

describe('PublishIntake', () => {
  test('acknowledges after Kafka, in order of arrival, ordinary MQTT behind what waits', () => {
    const { accept, records, done, intake } = bench();
    accept('a');
    accept('b');
    accept('ordinary', { topic: 'some/topic' });
    expect(done).toEqual([]);
    records[1]?.settle();
    expect(done).toEqual([]);
    records[0]?.settle();
    expect(done).toEqual(['a', 'b', 'ordinary']);
    accept('later', { topic: 'some/topic' });
    expect(done.at(-1)).toBe('later');
    expect(intake.inFlightBytes).toBe(0);
  });

  test('gives Kafka the device as key, and the reading', () => {
    const { accept, records } = bench();
    accept('a', { payload: Buffer.from('{"ts":1790000000,"t":21.5}') });
    expect(records).toMatchObject([{ topic: 'telemetry.readings', key: 'a' }]);
    expect(decodeTelemetry(records[0]?.value ?? null)).toEqual({
      deviceId: 'a',
      receivedAtMs: NOW,
      samples: [{ timeMs: NOW, values: new Map([['t', 21.5]]) }],
    });
  });

  test('QoS 0 is not held up, but goes to Kafka all the same', () => {
    const { accept, records, done, counts } = bench();
    accept('a', { qos: 0, messageId: undefined });
    expect(done).toEqual(['a']);
    expect(counts.snapshot()).toMatchObject({ inFlight: 1 });
    records[0]?.settle(deadline);
    expect(counts.snapshot()).toMatchObject({ inFlight: 0, shed: 1 });
    expect(done).toEqual(['a']);
  });

  test('past the deadline the connection is closed, and what it sent afterwards is not acknowledged either', () => {
    const { accept, records, done, counts, balance, intake } = bench();
    accept('a');
    accept('b');
    records[0]?.settle(deadline);
    records[1]?.settle();
    accept('c');
    accept('d', { qos: 0 });
    expect(done).toEqual(['a: not-stored']);
    expect(counts.snapshot()).toMatchObject({ received: 4, refused: 2, produced: 1, shed: 1, inFlight: 0 });
    expect(balance()).toBe(0);
    expect(intake.inFlightBytes).toBe(0);
  });

  test('at the bound QoS 1 is refused and QoS 0 shed; afterwards all is as before', () => {
    const { accept, records, done, counts, balance } = bench(3_000);
    accept('a', { qos: 0 });
    accept('b', { qos: 0 });
    accept('c', { qos: 0 });
    expect(records).toHaveLength(2);
    expect(done).toEqual(['a', 'b', 'c']);
    accept('d', {}, new AckQueue());
    expect(done.at(-1)).toBe('d: overloaded');
    for (const record of records.splice(0)) record.settle();
    accept('e', { qos: 0 });
    expect(records).toHaveLength(1);
    expect(counts.snapshot()).toMatchObject({ received: 5, produced: 2, shed: 1, refused: 1, inFlight: 1 });
    expect(balance()).toBe(0);
  });

  test('a refused payload is acknowledged when its dead letter is in Kafka', () => {
    const { accept, records, done, counts } = bench();
    accept('a', { payload: Buffer.from('{') });
    expect(done).toEqual([]);
    const [record] = records;
    expect(record).toMatchObject({ topic: 'telemetry.dead-letters', key: 'a' });
    expect(decodeDeadLetter(record?.value ?? null, record?.headers ?? {}, 0)).toMatchObject({
      reason: 'invalid-json',
      deviceId: 'a',
      clientId: 'c',
      mqttTopic: 'devices/a/telemetry',
      payload: Buffer.from('{'),
    });
    record?.settle();
    expect(done).toEqual(['a']);
    expect(counts.snapshot()).toMatchObject({ deadLettered: 1 });
    expect([...counts.rejects]).toEqual([['invalid-json', 1]]);
  });

  test('what Kafka will never take becomes a dead letter instead of a loop', () => {
    const { accept, records, done, counts } = bench();
    accept('a');
    records[0]?.settle(new KafkaError('record-too-large', 'too large'));
    expect(done).toEqual([]);
    expect(records[1]).toMatchObject({ topic: 'telemetry.dead-letters', value: Buffer.from('{"t":1}') });
    records[1]?.settle();
    expect(done).toEqual(['a']);
    expect(counts.snapshot()).toMatchObject({ deadLettered: 1, produced: 0, inFlight: 0 });
  });

  test('a status is an event', () => {
    const { accept, records, counts } = bench();
    accept('a', { topic: 'devices/a/status', payload: Buffer.from('online') });
    expect(records).toMatchObject([{ topic: 'device.events', key: 'a' }]);
    expect(decodeDeviceEvent(records[0]?.value ?? null)).toEqual({
      kind: 'device',
      type: 'online',
      deviceId: 'a',
      clientId: 'c',
      timeMs: NOW,
    });
    records[0]?.settle();
    expect(counts.snapshot()).toMatchObject({ presence: 1 });
  });

  test('a resend has the time of the first arrival; the next publish another', () => {
    const { accept, records } = bench();
    const times = (): number[] =>
      records.map((record) => decodeTelemetry(record.value).samples[0]?.timeMs ?? 0);
    accept('a', { messageId: 7 });
    records[0]?.settle();
    accept('a', { messageId: 7, dup: true });
    accept('a', { messageId: 8 });
    expect(times()).toEqual([NOW, NOW, NOW + 1]);
  });

  test.each(['$SYS/x', 'alerts', 'alerts/d/r'])('%s is not for clients', (topic) => {
    const { accept, done, counts } = bench();
    accept('a', { topic });
    expect(done).toEqual(['a: forbidden-topic']);
    expect(counts).toMatchObject({ forbidden: 1 });
  });

  test('wills: delivered at once, given to Kafka even behind a failure, never for a topic that is none', () => {
    const { accept, records, done } = bench();
    accept('a');
    records[0]?.settle(deadline);
    accept('will', { isWill: true, topic: 'devices/a/status', payload: Buffer.from('offline') });
    accept('wild', { isWill: true, topic: 'a/#' });
    accept('empty', { isWill: true, topic: '' });
    accept('own', { isWill: true, topic: 'alerts/d/r' });
    expect(done.slice(1)).toEqual([
      'will',
      'wild: forbidden-topic',
      'empty: forbidden-topic',
      'own: forbidden-topic',
    ]);
    expect(records).toHaveLength(2);
  });

  test('while it drains: QoS 1 refused, QoS 0 shed, no wills; what is in flight comes to its end', async () => {
    const { accept, records, done, intake, counts } = bench();
    accept('a');
    intake.drain();
    const idle = intake.idle(5_000);
    accept('zero', { qos: 0 });
    accept('will', { isWill: true });
    records[0]?.settle();
    await idle;
    accept('b');
    expect(done).toEqual(['zero', 'will: draining', 'a', 'b: draining']);
    expect(counts.snapshot()).toMatchObject({ received: 3, produced: 1, shed: 1, refused: 1, inFlight: 0 });
  });

  test('tells since when Kafka stores nothing', () => {
    const { accept, records, intake } = bench();
    accept('a', { qos: 0 });
    accept('b', { qos: 0 });
    records[0]?.settle(deadline);
    expect(intake.failingSince).toBe(NOW);
    records[1]?.settle();
    expect(intake.failingSince).toBeUndefined();
  });

  test('whatever arrives and however Kafka answers, every publish is in exactly one place', () => {
    const payload = fc.constantFrom('{"t":1}', '{', '', '[{"t":1},{"t":2}]', '{"t":1e999}');
    const arrival = fc.record({
      payload: payload.map((text) => Buffer.from(text)),
      qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
      topic: fc.constantFrom('devices/a/telemetry', 'devices/b/status', 'x', '$x', 'devices//telemetry'),
      isWill: fc.boolean(),
      retain: fc.boolean(),
    });
    const answer = fc.constantFrom(
      undefined,
      undefined,
      undefined,
      deadline,
      new KafkaError('invalid-record', 'no'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(arrival, fc.nat(5), answer), { maxLength: 30 }), (steps) => {
        const { accept, records, balance, counts, intake } = bench(8_000);
        for (const [change, settled, error] of steps) {
          accept('a', change);
          for (const record of records.splice(0, settled)) record.settle(error);
          expect(balance()).toBe(0);
        }
        while (records.length > 0) records.shift()?.settle();
        expect(balance()).toBe(0);
        expect(counts.snapshot().inFlight).toBe(0);
        expect(intake.inFlightBytes).toBe(0);
      }),
    );
  });
});
