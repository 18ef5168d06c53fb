import { expect, test } from '@jest/globals';
import { FLEET_METRICS, fleetValue } from './fleet-payload.js';
import { PublishLedger } from './publish-ledger.js';

test('counts each observation once, however often it is sent and acked', () => {
  const ledger = new PublishLedger(['a', 'b'], 1);
  ledger.markSent(0, 0, 1_000);
  ledger.markSent(0, 0, 1_000);
  ledger.markSent(1, 300, 2_000);
  ledger.markAcked(0, 0);
  ledger.markSent(0, 0, 1_000);
  ledger.markAcked(0, 0);
  expect(ledger).toMatchObject({ sent: 2, acked: 1 });
  expect([...ledger.entries()]).toEqual([
    { deviceId: 'a', deviceIndex: 0, seq: 0, tsMs: 1_000, acked: true },
    { deviceId: 'b', deviceIndex: 1, seq: 300, tsMs: 2_000, acked: false },
  ]);
});

test('an observation is one reading for each metric', () => {
  const ledger = new PublishLedger(['a'], 5);
  ledger.markSent(0, 0, 1_000);
  expect([...ledger.readings()]).toEqual(
    FLEET_METRICS.map((metric, index) => ({
      deviceId: 'a',
      metric,
      timeMs: 1_000,
      value: fleetValue(5, 0, 0, index),
      acked: false,
    })),
  );
});
