import { Kafka, logLevel, type Message } from 'kafkajs';
import { fleetValue, FLEET_METRICS } from '@fieldstream/testing';
import { ensureTopics, partitionOf } from '@fieldstream/kafka';
import { encodeTelemetry, TOPICS } from '@fieldstream/wire';

const PARTITIONS = 12;
const BATCH = 2_000;
const START_MS = Date.UTC(2026, 9, 1);
const QUIET = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Writes publishes straight to Kafka as the bridge would have: `devices` devices that report once a second, four metrics
 * each, in the order in which time passes.
 */
export async function produceBacklog(
  brokers: string,
  topicPrefix: string,
  amount: { readonly publishes: number; readonly devices: number },
): Promise<void> {
  const kafka = new Kafka({
    clientId: 'fieldstream-bench',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
  });
  await ensureTopics(kafka, {
    topicPrefix,
    partitions: PARTITIONS,
    replicationFactor: 1,
    retentionHours: 24 * 365,
    logger: QUIET,
  });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    const ids = Array.from({ length: amount.devices }, (_, i) => `backlog-${String(i).padStart(5, '0')}`);
    const partitions = ids.map((id) => partitionOf(id, PARTITIONS));
    for (let first = 0; first < amount.publishes; first += BATCH) {
      const messages = Array.from({ length: Math.min(BATCH, amount.publishes - first) }, (_, i): Message => {
        const device = (first + i) % amount.devices;
        const seq = Math.floor((first + i) / amount.devices);
        const timeMs = START_MS + seq * 1_000;
        const values = new Map(FLEET_METRICS.map((metric, m) => [metric, fleetValue(1, device, seq, m)]));
        const deviceId = ids[device] ?? '';
        return {
          key: deviceId,
          partition: partitions[device] ?? 0,
          value: encodeTelemetry({ deviceId, receivedAtMs: timeMs, samples: [{ timeMs, values }] }),
        };
      });
      await producer.sendBatch({
        acks: -1,
        topicMessages: [{ topic: topicPrefix + TOPICS.readings, messages }],
      });
    }
  } finally {
    await producer.disconnect();
  }
}
