import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { eventually, Fleet, FLEET_METRICS } from '@fieldstream/testing';
import { expectWhole, storedOffsets } from '../support/expectations.js';
import { readTopic, withAdmin } from '../support/kafka-log.js';
import { startPipeline, type Pipeline } from '../support/pipeline.js';
import { SIZES } from '../support/sizes.js';

jest.setTimeout(240_000);

const CONSUMER = 'fieldstream-aggregator';
const TOPIC = 'telemetry.readings';
const { kills, rate, publishesAfter } = SIZES.together;

describe('4. offset and rows commit together', () => {
  let pipeline: Pipeline;

  beforeAll(async () => {
    pipeline = await startPipeline('together', ['aggregator', 'bridge']);
  });

  afterAll(async () => {
    await pipeline?.close();
  });

  /** After a kill: waits until the server has ended the transactions of the dead client. */
  async function sessionsGone(): Promise<void> {
    await eventually(
      async () => {
        const { rows } = await pipeline.sql.query<{ count: string }>(
          `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
           AND application_name LIKE '%aggregator%'`,
        );
        return rows[0]?.count === '0';
      },
      { timeoutMs: 30_000, what: 'the killed aggregator’s sessions ending' },
    );
  }

  test('killed at any moment, the rows are exactly those of the records before the stored offsets', async () => {
    const fleet = new Fleet({
      port: pipeline.mqttPort,
      connections: 40,
      rate,
      devicePrefix: 'together',
    });
    try {
      await fleet.connect();
      fleet.start();
      for (let kill = 0; kill < kills; kill++) {
        const from = sum(await storedOffsets(pipeline, CONSUMER, TOPIC));
        await eventually(async () => sum(await storedOffsets(pipeline, CONSUMER, TOPIC)) > from + 500n, {
          timeoutMs: 60_000,
          everyMs: 7,
          what: 'the aggregator at work',
        });
        await pipeline.service('aggregator').kill('SIGKILL');
        await sessionsGone();

        const stored = await storedOffsets(pipeline, CONSUMER, TOPIC);
        const expected = (await readTopic(pipeline.bed, TOPIC))
          .filter(({ partition, offset }) => offset < (stored.get(partition) ?? 0n))
          .flatMap(({ message }) => identities(message.value));
        const { rows } = await pipeline.sql.query<{ id: string }>(
          `SELECT s.device_id || ' ' || (extract(epoch FROM r.time) * 1000)::bigint || ' ' || s.metric AS id
           FROM reading r JOIN series s USING (series_id)`,
        );
        expect(symmetricDifference(new Set(expected), new Set(rows.map((row) => row.id)))).toEqual([]);

        // Kafka's own offsets, which lag tools read, never run ahead of what is stored.
        const committed = await withAdmin(pipeline.bed, (admin) =>
          admin.fetchOffsets({
            groupId: pipeline.bed.topicPrefix + CONSUMER,
            topics: [pipeline.bed.topicPrefix + TOPIC],
          }),
        );
        const ahead = (committed[0]?.partitions ?? []).filter(
          ({ partition, offset }) => BigInt(offset) > (stored.get(partition) ?? 0n),
        );
        expect(ahead).toEqual([]);
        await pipeline.service('aggregator').restart({ signal: 'SIGKILL' });
      }
      await fleet.drain();
    } finally {
      await fleet.close();
    }
    await expectWhole(pipeline, fleet.ledger);
  });

  test('a position that Kafka has wrong is put right by the stored one', async () => {
    await pipeline.service('aggregator').stop();
    const topic = pipeline.bed.topicPrefix + TOPIC;
    const stored = await storedOffsets(pipeline, CONSUMER, TOPIC);
    // Kafka is told that half of the partitions were never read and the others to the very end, beyond the next record.
    await eventually(
      () =>
        withAdmin(pipeline.bed, async (admin) => {
          const { groups } = await admin.describeGroups([pipeline.bed.topicPrefix + CONSUMER]);
          return groups[0]?.members.length === 0;
        }),
      { timeoutMs: 30_000, everyMs: 200, what: 'the group being empty' },
    );
    await withAdmin(pipeline.bed, (admin) =>
      admin.setOffsets({
        groupId: pipeline.bed.topicPrefix + CONSUMER,
        topic,
        partitions: [...stored.keys()].map((partition) => ({
          partition,
          offset: partition % 2 === 0 ? '0' : String((stored.get(partition) ?? 0n) + 40n),
        })),
      }),
    );
    const fleet = new Fleet({
      port: pipeline.mqttPort,
      connections: 40,
      publishes: publishesAfter,
      devicePrefix: 'again',
    });
    try {
      await fleet.connect();
      fleet.start();
      await fleet.finish();
    } finally {
      await fleet.close();
    }
    await pipeline.service('aggregator').restart();
    await eventually(
      async () => {
        const { rows } = await pipeline.sql.query<{ count: string }>(
          `SELECT count(*) FROM reading JOIN series USING (series_id) WHERE device_id LIKE 'again-%'`,
        );
        return rows[0]?.count === String(publishesAfter * FLEET_METRICS.length);
      },
      { timeoutMs: 60_000, what: 'every reading published in between' },
    );
  });
});

function sum(offsets: ReadonlyMap<number, bigint>): bigint {
  return [...offsets.values()].reduce((total, offset) => total + offset, 0n);
}

function identities(value: Buffer | null): string[] {
  const record = JSON.parse(String(value)) as { d: string; s: [number, Record<string, number>][] };
  return record.s.flatMap(([timeMs, values]) =>
    Object.keys(values).map((metric) => `${record.d} ${timeMs} ${metric}`),
  );
}

function symmetricDifference(a: Set<string>, b: Set<string>): string[] {
  return [...[...a].filter((id) => !b.has(id)), ...[...b].filter((id) => !a.has(id))].slice(0, 10);
}
