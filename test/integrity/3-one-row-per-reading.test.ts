import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { consumerTotals, eventually, Fleet } from '@fieldstream/testing';
import { consumed, expectWhole } from '../support/expectations.js';
import { recordCount } from '../support/kafka-log.js';
import { startPipeline, type Pipeline } from '../support/pipeline.js';
import { SIZES } from '../support/sizes.js';

jest.setTimeout(180_000);

const TOPIC = 'telemetry.readings';
const { publishes, cutAfter } = SIZES.repeated;

describe('3. one row per reading', () => {
  let pipeline: Pipeline;
  const totals = () =>
    consumerTotals(pipeline.sql, `${pipeline.bed.topicPrefix}fieldstream-aggregator`, TOPIC);

  beforeAll(async () => {
    pipeline = await startPipeline('onerow', ['aggregator', 'bridge']);
  });

  afterAll(async () => {
    await pipeline?.close();
  });

  test('devices that repeat themselves, and resend after lost connections: one row each, every duplicate counted', async () => {
    const fleet = new Fleet({
      port: pipeline.mqttPort,
      connections: 50,
      publishes,
      devicePrefix: 'repeat',
      disorder: { duplicateShare: 0.2, lateShare: 0.1, outOfOrderShare: 0.1 },
    });
    try {
      await fleet.connect();
      fleet.start();
      await eventually(() => fleet.stats().acked > cutAfter, {
        timeoutMs: 30_000,
        what: 'the fleet at work',
      });
      fleet.cut();
      await fleet.finish();
    } finally {
      await fleet.close();
    }
    await expectWhole(pipeline, fleet.ledger);
    const { readings, stored, duplicates, coalesced } = await totals();
    const records = await recordCount(pipeline.bed, TOPIC);
    expect(readings).toBe(records * 4);
    expect(stored).toBe(fleet.ledger.sent * 4);
    expect(duplicates).toBe((records - fleet.ledger.sent) * 4);
    expect(duplicates).toBeGreaterThan(0);
    expect(coalesced).toBe(0);
  });

  test('a replay of the whole topic adds no row and counts every reading as a duplicate', async () => {
    const before = await pipeline.sql.query('SELECT count(*), sum(value), max(time) FROM reading');
    await pipeline.service('aggregator').stop();
    // The documented way to consume again from the beginning: forget the position.
    await pipeline.sql.query('DELETE FROM consumer_offset');
    await pipeline.service('aggregator').restart();
    await consumed(pipeline, 'fieldstream-aggregator', TOPIC);
    const after = await totals();
    expect(after.records).toBe(await recordCount(pipeline.bed, TOPIC));
    expect(after.stored).toBe(0);
    expect(after.duplicates).toBe(after.readings);
    expect((await pipeline.sql.query('SELECT count(*), sum(value), max(time) FROM reading')).rows).toEqual(
      before.rows,
    );
  });
});
