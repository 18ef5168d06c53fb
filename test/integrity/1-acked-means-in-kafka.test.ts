import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import mqtt from 'mqtt';
import { eventually, Fleet } from '@fieldstream/testing';
import { bringBack, freezeKafka, takeAway } from '../support/engine-faults.js';
import { expectWhole } from '../support/expectations.js';
import { readTopic, recordCount } from '../support/kafka-log.js';
import { startPipeline, type Pipeline } from '../support/pipeline.js';
import { residentBytes } from '../support/processes.js';
import { SIZES } from '../support/sizes.js';

jest.setTimeout(240_000);

const ACK_DEADLINE_MS = 8_000;
const { rate: RATE, connections, awayMs } = SIZES.outage;

describe('1. acked means in Kafka', () => {
  let pipeline: Pipeline;

  beforeAll(async () => {
    pipeline = await startPipeline('acked', ['aggregator', 'bridge'], {
      MQTT_ACK_DEADLINE_MS: String(ACK_DEADLINE_MS),
    });
  });

  afterEach(async () => {
    await bringBack(pipeline.bed, 'kafka');
  });

  afterAll(async () => {
    await pipeline?.close();
  });

  test.each([1, 2] as const)(
    'the record stands in Kafka when the ack of a QoS %i publish arrives',
    async (qos) => {
      const client = await mqtt.connectAsync(pipeline.mqttUrl, { protocolVersion: 4 });
      const before = await recordCount(pipeline.bed, 'telemetry.readings');
      try {
        for (let sent = 1; sent <= 20; sent++) {
          await client.publishAsync(
            `devices/acked-${qos}/telemetry`,
            JSON.stringify({ n: sent, ts: Date.now() + sent }),
            { qos },
          );
          expect(await recordCount(pipeline.bed, 'telemetry.readings')).toBe(before + sent);
        }
      } finally {
        await client.endAsync(true);
      }
    },
  );

  test('while Kafka does not answer, nothing is acked; past the deadline the connection is closed without an ack', async () => {
    const client = await mqtt.connectAsync(pipeline.mqttUrl, {
      protocolVersion: 4,
      reconnectPeriod: 0,
      clientId: 'frozen',
    });
    let acked = false;
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    await freezeKafka(pipeline.bed, true);
    try {
      client
        .publishAsync('devices/frozen/telemetry', '{"n":1,"ts":1790000000000}', { qos: 1 })
        .then(() => (acked = true))
        .catch(() => {});
      await eventually(() => !client.connected, {
        timeoutMs: ACK_DEADLINE_MS * 3,
        what: 'the bridge closing the connection',
      });
      await closed;
      expect(acked).toBe(false);
    } finally {
      await freezeKafka(pipeline.bed, false);
      await client.endAsync(true);
    }
  });

  test(`Kafka killed for ${awayMs / 1000} s under load: no ack, bounded memory, full rate after its return, nothing lost`, async () => {
    const fleet = new Fleet({
      port: pipeline.mqttPort,
      connections,
      rate: RATE,
      devicePrefix: 'outage',
    });
    const bridge = pipeline.service('bridge');
    try {
      await fleet.connect();
      fleet.start();
      await eventually(() => fleet.stats().acked > RATE, { timeoutMs: 30_000, what: 'the fleet at work' });
      const memoryBefore = residentBytes(bridge.pid);

      await takeAway(pipeline.bed, 'kafka');
      // What Kafka acknowledged in its last moment is still on its way to the devices.
      let ackedAtKill = -1;
      await eventually(() => ackedAtKill === (ackedAtKill = fleet.stats().acked), {
        everyMs: 500,
        what: 'the last acks arriving',
      });
      const backAt = Date.now() + awayMs;
      let memoryPeak = 0;
      await eventually(
        () => {
          memoryPeak = Math.max(memoryPeak, residentBytes(bridge.pid));
          return Date.now() >= backAt;
        },
        { timeoutMs: awayMs * 2, everyMs: 250, what: 'the outage' },
      );
      expect(fleet.stats().acked).toBe(ackedAtKill);
      expect(fleet.stats().lost).toBeGreaterThan(0);
      expect(memoryPeak - memoryBefore).toBeLessThan(128 * 1024 * 1024);

      await bringBack(pipeline.bed, 'kafka');
      const returned = Date.now();
      await eventually(
        async () => {
          const from = fleet.stats().acked;
          const fromMs = Date.now();
          await eventually(() => Date.now() - fromMs >= 1_000, { what: 'a second' });
          return (fleet.stats().acked - from) / ((Date.now() - fromMs) / 1000) >= RATE * 0.95;
        },
        { timeoutMs: 60_000, everyMs: 0, what: `${RATE} acks a second again` },
      );
      process.stderr.write(
        `full rate ${((Date.now() - returned) / 1000).toFixed(1)} s after Kafka's return; ` +
          `bridge at most ${((memoryPeak - memoryBefore) / 1e6).toFixed(0)} MB above normal\n`,
      );
      await fleet.drain(60_000);
      const stats = fleet.stats();
      expect(stats.acked).toBe(stats.published);
      expect(stats.ackOutOfOrder).toBe(0);
    } finally {
      await fleet.close();
    }
    const standing = new Set(
      (await readTopic(pipeline.bed, 'telemetry.readings')).map(({ message }) => identity(message.value)),
    );
    const missing = [...fleet.ledger.entries()].filter(
      (entry) => entry.acked && !standing.has(`${entry.deviceId} ${entry.tsMs}`),
    );
    expect(missing).toEqual([]);
    await expectWhole(pipeline, fleet.ledger);
  });
});

function identity(value: Buffer | null): string {
  const record = JSON.parse(String(value)) as { d: string; s: [[number, unknown]] };
  return `${record.d} ${record.s[0][0]}`;
}
