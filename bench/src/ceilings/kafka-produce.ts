import { Kafka, logLevel, type Message } from 'kafkajs';
import { deleteTopics, fleetValue, FLEET_METRICS, randomTopicPrefix } from '@fieldstream/testing';
import { encodeTelemetry } from '@fieldstream/wire';
import type { Figure } from '../figure.js';

const BATCH = 1_000;
export const PARTITIONS = 12;
/** Batches in flight, as in the bridge. */
const IN_FLIGHT = 3;

/** Bare kafkajs with acks from all replicas: records of the platform's size, encoded in advance, 1,000 a batch. */
export async function measureKafkaProduce(brokers: string, seconds: number): Promise<Figure> {
  const prefix = randomTopicPrefix();
  const kafka = new Kafka({
    clientId: 'fieldstream-bench',
    brokers: brokers.split(','),
    logLevel: logLevel.ERROR,
  });
  const [admin, producer] = [kafka.admin(), kafka.producer({ allowAutoTopicCreation: false })];
  await Promise.all([admin.connect(), producer.connect()]);
  try {
    const topic = `${prefix}produce`;
    await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }], waitForLeaders: true });
    const batches = Array.from({ length: 4 * IN_FLIGHT }, (_, batch) => makeBatch(batch));
    let sent = 0;
    let measuring = false;
    const stop = new AbortController();
    const lane = async (index: number): Promise<void> => {
      for (let round = index; !stop.signal.aborted; round += IN_FLIGHT) {
        const messages = batches[round % batches.length] ?? [];
        await producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages }] });
        if (measuring) sent += messages.length;
      }
    };
    const lanes = Promise.all(Array.from({ length: IN_FLIGHT }, (_, index) => lane(index)));
    await pause(1_000);
    measuring = true;
    const [startMs, cpu] = [performance.now(), process.cpuUsage()];
    await pause(seconds * 1_000);
    measuring = false;
    stop.abort();
    const elapsedS = (performance.now() - startMs) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    await lanes;
    return {
      name: 'bare kafkajs produce',
      value: sent / elapsedS,
      unit: 'records/s',
      better: 'higher',
      detail: `client ${((user + system) / 1e6 / elapsedS).toFixed(2)} cores, ${batches[0]?.[0]?.value?.length} bytes a record`,
    };
  } finally {
    await Promise.allSettled([producer.disconnect(), admin.disconnect()]);
    await deleteTopics(prefix, brokers);
  }
}

/** One batch of records, encoded in advance and spread over the partitions. */
export function makeBatch(batch: number): Message[] {
  return Array.from({ length: BATCH }, (_, i) => {
    const deviceId = `ceiling-${String(i).padStart(5, '0')}`;
    const values = new Map(FLEET_METRICS.map((metric, m) => [metric, fleetValue(1, i, batch, m)]));
    const timeMs = 1_795_244_000_000 + batch;
    return {
      key: deviceId,
      value: encodeTelemetry({ deviceId, receivedAtMs: timeMs, samples: [{ timeMs, values }] }),
      // Given, because kafkajs's own partitioner is the slowest part of it.
      partition: i % PARTITIONS,
    };
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
