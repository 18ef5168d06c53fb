import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Fleet } from '@fieldstream/testing';
import { readTopic } from '../support/kafka-log.js';
import { startPipeline, type Pipeline } from '../support/pipeline.js';
import { SIZES } from '../support/sizes.js';

jest.setTimeout(120_000);

describe('2. per-device order', () => {
  let pipeline: Pipeline;

  beforeAll(async () => {
    pipeline = await startPipeline('order', ['bridge']);
  });

  afterAll(async () => {
    await pipeline?.close();
  });

  test.each([
    ['one connection a device', { connections: 100, devicesPerConnection: 1 }, 'direct'],
    ['gateways with 50 devices each', { connections: 4, devicesPerConnection: 50 }, 'gateway'],
  ])(
    '%s: one partition, in publish order, also across lost connections; acks in order',
    async (_, shape, prefix) => {
      const fleet = new Fleet({
        port: pipeline.mqttPort,
        ...shape,
        publishes: SIZES.orderPublishes,
        devicePrefix: prefix,
      });
      try {
        await fleet.connect();
        fleet.start();
        fleet.cut([0, 1]);
        await fleet.finish();
        expect(fleet.stats().ackOutOfOrder).toBe(0);
        expect(fleet.stats().lost).toBeGreaterThan(0);
      } finally {
        await fleet.close();
      }

      const partitions = new Map<string, Set<number>>();
      const times = new Map<string, number[]>();
      for (const { key, partition, message } of await readTopic(pipeline.bed, 'telemetry.readings')) {
        const record = JSON.parse(String(message.value)) as { d: string; s: [[number, unknown]] };
        if (!record.d.startsWith(prefix)) continue;
        expect(key).toBe(record.d);
        partitions.set(record.d, (partitions.get(record.d) ?? new Set()).add(partition));
        const seen = times.get(record.d) ?? [];
        // A resend repeats an observation; the order is that of the first occurrences.
        if (!seen.includes(record.s[0][0])) seen.push(record.s[0][0]);
        times.set(record.d, seen);
      }
      const published = new Map<string, number[]>();
      for (const { deviceId, tsMs } of fleet.ledger.entries()) {
        published.set(deviceId, [...(published.get(deviceId) ?? []), tsMs]);
      }
      expect([...partitions.values()].filter((used) => used.size !== 1)).toEqual([]);
      expect(new Set([...partitions.values()].flatMap((used) => Array.from(used))).size).toBeGreaterThan(1);
      expect(Object.fromEntries(times)).toEqual(Object.fromEntries(published));
    },
  );
});
