import { describe, expect, test } from '@jest/globals';
import { eventually } from '@fieldstream/testing';
import { Lane } from './lane.js';
import { PendingRecord } from './outgoing-record.js';

function pending(bytes = 10, enqueuedAtMs = performance.now()): PendingRecord {
  return new PendingRecord(
    { topic: 't', key: null, value: Buffer.alloc(0), settle: () => {} },
    enqueuedAtMs,
    bytes,
  );
}

/** A lane whose batches are acknowledged by hand. */
function harness(options: { lingerMs?: number; maxBatchRecords?: number; maxBatchBytes?: number } = {}): {
  lane: Lane;
  sent: (readonly PendingRecord[])[];
  acknowledge: () => Promise<void>;
} {
  const sent: (readonly PendingRecord[])[] = [];
  let resolve = (): void => {};
  const lane = new Lane({
    lingerMs: 0,
    maxBatchRecords: 3,
    maxBatchBytes: 100,
    ...options,
    deliver: (batch) => {
      sent.push(batch);
      return new Promise<void>((done) => (resolve = done));
    },
  });
  const acknowledge = async (): Promise<void> => {
    for (const record of sent.at(-1) ?? []) record.settled = true;
    resolve();
    await new Promise((done) => setImmediate(done));
  };
  return { lane, sent, acknowledge };
}

function sizes(sent: (readonly PendingRecord[])[]): number[] {
  return sent.map((batch) => batch.length);
}

describe('Lane', () => {
  test('has one batch in flight; the next fills meanwhile, in order', async () => {
    const { lane, sent, acknowledge } = harness();
    const records = Array.from({ length: 8 }, () => pending());
    for (const record of records) lane.add(record);
    expect(sizes(sent)).toEqual([1]);
    await acknowledge();
    await acknowledge();
    await acknowledge();
    expect(sizes(sent)).toEqual([1, 3, 3, 1]);
    expect(sent.flat()).toEqual(records);
    await acknowledge();
    expect(lane.isEmpty).toBe(true);
  });

  test('a full batch does not linger, one that is not full does', async () => {
    const { lane, sent } = harness({ lingerMs: 30 });
    for (let i = 0; i < 2; i++) lane.add(pending());
    expect(sent).toEqual([]);
    lane.add(pending());
    expect(sizes(sent)).toEqual([3]);
  });

  test('lingering ends by itself', async () => {
    const { lane, sent } = harness({ lingerMs: 5 });
    lane.add(pending());
    await eventually(() => expect(sizes(sent)).toEqual([1]), { what: 'the batch being sent' });
  });

  test('after an acknowledgement only the rest of the linger time is waited for', async () => {
    const { lane, sent, acknowledge } = harness({ lingerMs: 60_000, maxBatchRecords: 2 });
    lane.add(pending());
    lane.add(pending());
    lane.add(pending(10, performance.now() - 60_000));
    expect(sizes(sent)).toEqual([2]);
    await acknowledge();
    expect(sizes(sent)).toEqual([2, 1]);
  });

  test('a record that does not fit begins a batch; a huge one goes alone', async () => {
    const { lane, sent, acknowledge } = harness({ maxBatchRecords: 100 });
    lane.add(pending());
    for (const bytes of [60, 60, 500, 10, 10]) lane.add(pending(bytes));
    for (let i = 0; i < 4; i++) await acknowledge();
    expect(sent.map((batch) => batch.map((record) => record.bytes))).toEqual([
      [10],
      [60],
      [60],
      [500],
      [10, 10],
    ]);
  });

  test('drain sends what lingers', () => {
    const { lane, sent } = harness({ lingerMs: 60_000 });
    lane.add(pending());
    lane.drain();
    expect(sizes(sent)).toEqual([1]);
  });

  test('gives up the oldest first, in flight or not, each once', () => {
    const { lane } = harness();
    const times = [1, 2, 3, 4, 5, 6];
    for (const time of times) lane.add(pending(10, time));
    const given: number[] = [];
    const giveUp = (record: PendingRecord): void => {
      record.settled = true;
      given.push(record.enqueuedAtMs);
    };
    lane.giveUpBefore(4, giveUp);
    expect(given).toEqual([1, 2, 3]);
    lane.giveUpBefore(Infinity, giveUp);
    expect(given).toEqual(times);
  });
});
